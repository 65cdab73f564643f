package cast

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"blackfriday/kafka/phrase"
)

// shell is an environment.
func shell(name string) string {
	return map[string]string{"TERM": "xterm-256color", "SHELL": "/bin/bash", "PASSWORD": "secret"}[name]
}

// file is a file in memory that can be full, or slow.
type file struct {
	bytes.Buffer
	room  int           // bytes that it still takes
	wait  chan struct{} // it takes nothing until this is closed; nil: at once
	mu    sync.Mutex
	ended bool
}

func (f *file) Write(p []byte) (int, error) {
	if f.wait != nil {
		<-f.wait
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.room -= len(p); f.room < 0 {
		return 0, syscall.ENOSPC
	}
	return f.Buffer.Write(p)
}

func (f *file) Close() error {
	f.ended = true
	return nil
}

// played is a recording as a player reads it.
type played struct {
	header header
	events []struct {
		at         float64
		kind, text string
	}
	output string
}

func play(t *testing.T, text string) (p played) {
	t.Helper()
	scan := bufio.NewScanner(strings.NewReader(text))
	scan.Buffer(nil, 1<<24)
	for n := 0; scan.Scan(); n++ {
		if n == 0 {
			if err := json.Unmarshal(scan.Bytes(), &p.header); err != nil {
				t.Fatalf("header %q: %v", scan.Text(), err)
			}
			continue
		}
		var at float64
		var kind, said string
		if err := json.Unmarshal(scan.Bytes(), &[]any{&at, &kind, &said}); err != nil {
			t.Fatalf("line %d, %q: %v", n, scan.Text(), err)
		}
		if last := len(p.events) - 1; last >= 0 && at < p.events[last].at {
			t.Errorf("line %d at %v comes after %v", n, at, p.events[last].at)
		}
		p.events = append(p.events, struct {
			at         float64
			kind, text string
		}{at, kind, said})
		if kind == "o" {
			p.output += said
		}
	}
	if err := scan.Err(); err != nil || p.header.Version != 2 {
		t.Fatalf("%v, header %+v", err, p.header)
	}
	return p
}

func TestARecordingIsWhatWasShownAndWhen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lesson.cast")
	synctest.Test(t, func(t *testing.T) {
		r, err := Create(name, 100, 30, shell)
		if err != nil {
			t.Fatal(err)
		}
		euro := []byte("€")
		r.Output([]byte("\x1b[?1049h<&> \u2028"))
		<-time.After(1500 * time.Millisecond)
		r.Output(append([]byte("100 "), euro[:1]...))
		r.Resize(100, 30) // it has that size
		<-time.After(250 * time.Millisecond)
		r.Output(euro[1:2])
		r.Resize(120, 36)
		r.Output(euro[2:])
		r.Output([]byte("\xff!"))
		r.Output([]byte("\xe2\x82")) // its end does not come
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		r.Output([]byte("after the end"))
		if err := r.Close(); err != nil {
			t.Errorf("closed again: %v", err)
		}
	})
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	first, rest, _ := strings.Cut(string(text), "\n")
	if want := `{"version":2,"width":100,"height":30,"timestamp":946684800,"title":"Black Friday Lab","env":{"SHELL":"/bin/bash","TERM":"xterm-256color"}}`; first != want {
		t.Errorf("header\n%s\nwant\n%s", first, want)
	}
	want := `[0.000000,"o","\u001b[?1049h<&> \u2028"]
[1.500000,"o","100 "]
[1.750000,"r","120x36"]
[1.750000,"o","€"]
[1.750000,"o","\ufffd!"]
[1.750000,"o","\ufffd\ufffd"]
`
	if rest != want {
		t.Errorf("events\n%s\nwant\n%s", rest, want)
	}
	play(t, string(text))
}

// Whatever is shown in whatever pieces comes back, and no character is in two events.
func FuzzARecordingIsWhole(f *testing.F) {
	f.Add([]byte("\x1b[31mÉté €1 \xf0\x9f\x98\x80 \xff\xe2\x82 end\xc3"), uint8(1))
	f.Add([]byte("plain"), uint8(3))
	f.Fuzz(func(t *testing.T, shown []byte, piece uint8) {
		out := &file{room: 1 << 30}
		r := start("x.cast", out, 80, 24, shell)
		for rest := shown; len(rest) > 0; {
			n := min(int(piece)+1, len(rest))
			r.Output(rest[:n])
			rest = rest[n:]
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if got, want := play(t, out.String()).output, string([]rune(string(shown))); got != want {
			t.Errorf("played %q, shown %q", got, want)
		}
	})
}

func TestNoRecordingIsWrittenOverAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lesson.cast")
	if err := os.WriteFile(name, []byte("last year's"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, want string }{
		{name, "--record " + name + ": this file is there already"},
		{filepath.Join(name, "below"), "no recording can be made there"},
		{filepath.Join(t.TempDir(), "no", "directory"), "no recording can be made there"},
	} {
		if r, err := Create(c.name, 80, 24, shell); r != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "last year's" {
		t.Errorf("the file is now %q, %v", text, err)
	}
}

func TestAFullDiskIsToldAtTheEndAndDisturbsNobody(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	out := &file{room: 400}
	r := start("/media/stick/lesson.cast", out, 80, 24, shell)
	for range 1000 {
		r.Output([]byte("a line of the screen\r\n"))
	}
	err := r.Close()
	if !errors.Is(err, syscall.ENOSPC) || !out.ended {
		t.Fatalf("%v, closed: %v", err, out.ended)
	}
	for _, want := range []string{"--record /media/stick/lesson.cast", "the lab went on", "make room there"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %q", want, err)
		}
	}
	french, _ := phrase.Load(phrase.French)
	if said := phrase.Say(french, err); !strings.Contains(said, "faites de la place") {
		t.Errorf("in French: %s", said)
	}
	if p := play(t, out.String()); len(p.events) < 3 || !strings.HasPrefix(strings.Repeat("a line of the screen\r\n", 1000), p.output) {
		t.Errorf("what was written before cannot be played: %q", out.String())
	}
}

func TestAFileThatTakesNothingHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &file{room: 1 << 30, wait: make(chan struct{})}
		r := start("slow.cast", out, 80, 24, shell)
		began, frame := time.Now(), bytes.Repeat([]byte("x"), 64<<10)
		for range 2 * mostWaiting / len(frame) {
			r.Output(frame)
		}
		r.mu.Lock()
		waiting := r.bytes
		r.mu.Unlock()
		if waiting > mostWaiting {
			t.Errorf("%d bytes wait", waiting)
		}
		err := r.Close()
		if took := time.Since(began); took > lastWords || !errors.Is(err, errSlow) {
			t.Errorf("after %v: %v", took, err)
		}
		close(out.wait)
		<-r.ended
		if p := play(t, out.String()); len(p.output)%len(frame) != 0 {
			t.Errorf("%d bytes in frames of %d", len(p.output), len(frame))
		}
	})
}

// A program that is killed has no last words: what it showed until then is there, line by line.
func TestAKilledProgramLeavesARecording(t *testing.T) {
	name := filepath.Join(t.TempDir(), "killed.cast")
	r, err := Create(name, 80, 24, shell)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Output([]byte("the last frame"))
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); <-time.After(5 * time.Millisecond) {
		if text, err := os.ReadFile(name); err == nil && bytes.HasSuffix(text, []byte("the last frame\"]\n")) {
			return
		}
	}
	t.Error("nothing is written before the end")
}

func TestLinesAreRecordedAsATerminalShowsThem(t *testing.T) {
	out, shown := &file{room: 1 << 20}, &bytes.Buffer{}
	r := start("x.cast", out, 80, 24, shell)
	if n, err := r.Lines(shown).Write([]byte("one\ntwo\n")); n != 8 || err != nil {
		t.Error(n, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if got := play(t, out.String()).output; got != "one\r\ntwo\r\n" || shown.String() != "one\ntwo\n" {
		t.Errorf("recorded %q, shown %q", got, shown.String())
	}
	var none *Recorder
	if none.Lines(shown) != shown || none.Close() != nil {
		t.Error("without --record something is recorded")
	}
	none.Output([]byte("x"))
	none.Resize(1, 1)
}

// Whoever looks is told while the session goes on, and not only at its end.
func TestARecordingThatEndsEarlyIsTold(t *testing.T) {
	full := start("full.cast", &file{room: 200}, 80, 24, shell)
	name := filepath.Join(t.TempDir(), "gone.cast")
	gone, err := Create(name, 80, 24, shell)
	if err != nil || gone.Err() != nil {
		t.Fatal(err, gone.Err())
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	for r, want := range map[*Recorder]error{full: syscall.ENOSPC, gone: errGone} {
		for end := time.Now().Add(30 * time.Second); r.Err() == nil && time.Now().Before(end); <-time.After(5 * time.Millisecond) {
			r.Output(bytes.Repeat([]byte("x"), 100))
		}
		if !errors.Is(r.Err(), want) {
			t.Errorf("%v, want %v", r.Err(), want)
		}
		_ = r.Close()
	}
	var none *Recorder
	if none.Err() != nil {
		t.Error("without --record something has failed")
	}
}
