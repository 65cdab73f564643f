// Package cast records what a program writes to its terminal, as an asciicast v2: a text that asciinema plays again, in a
// terminal or on a page of the web (https://docs.asciinema.org/manual/asciicast/v2/).
//
// Only what is shown is recorded, never what is typed. Whoever shows something never waits for the file: it is written by a
// goroutine of its own, event by event, so that what a killed program leaves can be played.
package cast

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
	"unicode/utf8"

	"blackfriday/kafka/phrase"
)

const (
	// mostWaiting is how many bytes may wait to be written: at 150 kB/s a disk that does not answer for a minute.
	mostWaiting = 8 << 20
	// lastWords is how long the end of a recording may take to be written.
	lastWords = 5 * time.Second
)

// errSlow ends a recording whose file takes less than the screen shows.
var errSlow = phrase.Errorf("the file takes less than the screen shows")

// errGone ends a recording whose file was removed or renamed.
var errGone = phrase.Errorf("the file is not there any more")

// Recorder records one session. It is safe for use by several goroutines at once; a nil Recorder records nothing.
type Recorder struct {
	name    string
	file    io.WriteCloser
	began   time.Time
	ended   chan struct{} // closed once the last event is written
	awaited time.Duration

	mu      sync.Mutex
	more    *sync.Cond
	waiting []event
	bytes   int    // of what is waiting
	tail    []byte // the beginning of a character whose end was not written yet
	size    [2]int // columns and rows
	closed  bool
	failed  *failure
}

// event is one line of the recording.
type event struct {
	at   time.Duration
	kind string // "o" is output, "r" a new size
	text []byte
}

// failure is why a recording ended before its session.
type failure struct {
	after time.Duration
	cause error
}

// header is the first line of a recording.
type header struct {
	Version   int               `json:"version"`
	Width     int               `json:"width"`
	Height    int               `json:"height"`
	Timestamp int64             `json:"timestamp"`
	Title     string            `json:"title,omitempty"`
	Env       map[string]string `json:"env,omitempty"`
}

// Create begins a recording in a new file of that name, of a terminal of so many columns and rows. It fails where there is
// one already, and where none can be made. getenv reads the environment, such as os.Getenv.
func Create(name string, columns, rows int, getenv func(string) string) (*Recorder, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return nil, phrase.Errorf("--record %s: this file is there already, and no recording is written over it: name another one, or remove it", name)
	case err != nil:
		return nil, phrase.Errorf("--record %s: no recording can be made there: %w", name, err)
	}
	return start(name, file, columns, rows, getenv), nil
}

func start(name string, file io.WriteCloser, columns, rows int, getenv func(string) string) *Recorder {
	r := &Recorder{name: name, file: file, began: time.Now(), ended: make(chan struct{}), awaited: lastWords, size: [2]int{columns, rows}}
	r.more = sync.NewCond(&r.mu)
	h := header{Version: 2, Width: columns, Height: rows, Timestamp: r.began.Unix(), Title: "Black Friday Lab", Env: map[string]string{}}
	for _, variable := range []string{"TERM", "SHELL"} {
		if value := getenv(variable); value != "" {
			h.Env[variable] = value
		}
	}
	go r.write(h)
	return r
}

// Output records what was shown. It keeps no part of p.
func (r *Recorder) Output(p []byte) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	text := append(r.tail, p...)
	whole := complete(text)
	r.tail = bytes.Clone(text[whole:])
	r.add("o", text[:whole])
}

// Resize records that the terminal has another size now.
func (r *Recorder) Resize(columns, rows int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if size := [2]int{columns, rows}; size != r.size {
		r.size = size
		r.add("r", fmt.Appendf(nil, "%dx%d", columns, rows))
	}
}

// add queues an event; the caller has the lock. A recording with a gap would show what never was: so it ends there.
func (r *Recorder) add(kind string, text []byte) {
	now := time.Since(r.began)
	switch {
	case len(text) == 0 || r.closed || r.failed != nil:
		return
	case r.bytes+len(text) > mostWaiting:
		r.failed = &failure{now, errSlow}
		return
	}
	r.waiting, r.bytes = append(r.waiting, event{now, kind, text}), r.bytes+len(text)
	r.more.Signal()
}

// complete is the length of a text without the character at its end that is not whole.
func complete(text []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		at := len(text) - back
		if utf8.RuneStart(text[at]) {
			if !utf8.FullRune(text[at:]) {
				return at
			}
			break
		}
	}
	return len(text)
}

// Close ends the recording and waits until all of it is written, for a few seconds where the file takes it slowly. It says
// why where the recording is not whole.
func (r *Recorder) Close() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	if !r.closed {
		r.add("o", r.tail) // it does not come any more
		r.closed = true
		r.more.Signal()
	}
	r.mu.Unlock()
	late := time.NewTimer(r.awaited)
	defer late.Stop()
	select {
	case <-r.ended:
	case <-late.C:
		r.fail(errSlow)
	}
	return r.Err()
}

// Err says why the recording has ended before its session; nil while it goes on, and where there is none.
func (r *Recorder) Err() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		return nil
	}
	return phrase.Errorf("--record %s: the recording ends after %s, the lab went on without it: %w; make room there, or record to another disk",
		r.name, phrase.Seconds(r.failed.after), r.failed.cause)
}

// fail ends a recording before its session. The first cause counts.
func (r *Recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = &failure{time.Since(r.began), err}
	}
}

// write writes the file until the recording is closed, or until that fails.
func (r *Recorder) write(h header) {
	defer close(r.ended)
	err := r.line(h)
	for err == nil {
		events, closed := r.take()
		for _, e := range events {
			if err = r.line([]any{json.RawMessage(fmt.Sprintf("%.6f", e.at.Seconds())), e.kind, string(e.text)}); err != nil {
				break
			}
		}
		if closed {
			break
		}
	}
	if err = errors.Join(err, r.file.Close()); err != nil {
		r.fail(err)
	}
}

// take waits for events; closed says that these are the last.
func (r *Recorder) take() (events []event, closed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.waiting) == 0 && !r.closed {
		r.more.Wait()
	}
	events, r.waiting, r.bytes = r.waiting, nil, 0
	return events, r.closed
}

// line writes one line at once, so that a program that is killed leaves whole ones.
func (r *Recorder) line(value any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	if _, err := r.file.Write(b.Bytes()); err != nil {
		return err
	}
	return r.there()
}

// there fails where the file has no name any more: what is written into it then is kept by nobody.
func (r *Recorder) there() error {
	file, ok := r.file.(*os.File)
	if !ok {
		return nil
	}
	mine, err := file.Stat()
	if err != nil || !mine.Mode().IsRegular() {
		return err
	}
	if named, err := os.Stat(r.name); errors.Is(err, os.ErrNotExist) || err == nil && !os.SameFile(mine, named) {
		return errGone
	}
	return nil
}
