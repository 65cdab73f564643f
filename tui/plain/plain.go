// Package plain tells what happens in a lab as sentences, a line each: for screen readers, for logs, and for terminals on
// which nothing can be drawn. It writes no colours and never moves the cursor. Its words are those of the dashboard.
package plain

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/muesli/cancelreader"
	"github.com/spf13/pflag"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
	"blackfriday/services/lines"
	"blackfriday/tui"
)

const (
	// lookEvery is how often the lab is looked at.
	lookEvery = 100 * time.Millisecond
	// leastEvery is the shortest time between two sentences about how the lab stands.
	leastEvery = time.Second
	// lastWords is how long the end may take to be read.
	lastWords = 500 * time.Millisecond
)

// Flags are --plain and --every.
type Flags struct {
	On    bool
	Every time.Duration // between two sentences about how the lab stands
}

// Register adds the flags to those of a command.
func (f *Flags) Register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.On, "plain", false, "print what happens as sentences, for screen readers and logs; a key and Enter do what the key does on the dashboard, ? lists them")
	flags.DurationVar(&f.Every, "every", 10*time.Second, "with --plain, how often to say how the lab stands, if that has changed")
}

// Check refuses what cannot be.
func (f *Flags) Check() error {
	if f.Every < leastEvery {
		return phrase.Errorf("--every %v: at least %v", f.Every, leastEvery)
	}
	return nil
}

// Options are what the command line decides.
type Options struct {
	Every    time.Duration
	Language *phrase.Language // nil is English
	ASCII    bool             // write ASCII characters only
	Keys     io.Reader        // where keys are typed, each on a line of its own: a terminal, or what ends by itself; nil for none
}

// teller tells about one lab.
type teller struct {
	lab   tui.Lab
	voice *tui.Voice
	out   io.Writer
	typed bool // somebody can type

	before *lab.Snapshot // the one that was told about last
	seq    int64         // of the newest event that was told
	status string        // the newest one that was told
}

// Run tells what happens in a lab until ctx ends or somebody types q; both return nil. It never waits for whoever reads out:
// what comes too fast is left out, and a line says how much.
func Run(ctx context.Context, l tui.Lab, out io.Writer, o Options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	queue := lines.New(out, func(n int64) string { return leftOut(n).In(o.Language) })
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
		defer cancel()
		queue.Close(ctx)
	}()
	var jobs sync.WaitGroup
	defer jobs.Wait()
	defer stop()
	typed, err := listen(ctx, &jobs, o.Keys)
	if err != nil {
		return err
	}
	t := &teller{lab: l, voice: tui.NewVoice(o.Language, o.ASCII), out: queue, typed: typed != nil}
	t.run(ctx, &jobs, typed, o.Every)
	return nil
}

// leftOut says that lines are missing.
func leftOut(n int64) phrase.Phrase {
	return phrase.Count(n, "%s line was left out: they came faster than they were read.",
		"%s lines were left out: they came faster than they were read.")
}

// listen reads lines until ctx ends.
func listen(ctx context.Context, jobs *sync.WaitGroup, keys io.Reader) (<-chan string, error) {
	if keys == nil {
		return nil, nil
	}
	in, err := cancelreader.NewReader(keys)
	if err != nil {
		return nil, phrase.Errorf("read what is typed: %w", err)
	}
	typed := make(chan string)
	context.AfterFunc(ctx, func() { in.Cancel() })
	jobs.Go(func() {
		defer in.Close() //nolint:errcheck // nobody reads from it any more
		for scan := bufio.NewScanner(in); scan.Scan(); {
			select {
			case typed <- strings.TrimSpace(scan.Text()):
			case <-ctx.Done():
				return
			}
		}
	})
	return typed, nil
}

// run tells until ctx ends or somebody types q.
func (t *teller) run(ctx context.Context, jobs *sync.WaitGroup, typed <-chan string, every time.Duration) {
	look, stand := time.NewTicker(lookEvery), time.NewTicker(every)
	defer look.Stop()
	defer stand.Stop()
	answers := make(chan string)
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			t.look()
		case <-stand.C:
			t.stand()
		case answer := <-answers:
			t.say(t.lab.Snapshot().At, answer)
		case line := <-typed:
			wish := t.voice.Understand(line, t.lab.Snapshot())
			if wish.Quit {
				return
			}
			t.grant(wish)
			if wish.Command != nil {
				jobs.Go(func() {
					err := t.lab.Do(ctx, wish.Command)
					select {
					case answers <- t.voice.Answer(wish.Command, err):
					case <-ctx.Done():
					}
				})
			}
		}
	}
}

// grant says what a line asks to be told, or why nothing is done.
func (t *teller) grant(wish tui.Wish) {
	now := t.lab.Snapshot().At
	if wish.Help {
		for _, line := range t.voice.Keys() {
			t.say(now, line)
		}
	}
	if !wish.Said.Empty() {
		t.say(now, t.voice.Say(wish.Said))
	}
}

// look tells what is new since the last time.
func (t *teller) look() {
	s := t.lab.Snapshot()
	if t.before == nil || !s.Started.Equal(t.before.Started) { // the first lab, or another one
		t.before, t.seq, t.status = nil, 0, ""
		if s.Observing {
			t.say(s.At, t.voice.Observing())
		} else if t.typed {
			t.say(s.At, t.voice.Say(phrase.New("Type a key and then Enter. ? and Enter lists the keys.")))
		}
	}
	for _, e := range s.Events {
		if e.Seq <= t.seq {
			continue
		}
		if missed := e.Seq - t.seq - 1; missed > 0 {
			t.say(e.At, t.voice.Say(leftOut(missed)))
		}
		t.say(e.At, t.voice.Say(e.Text))
		t.seq = e.Seq
	}
	for _, told := range lesson.Narrate(t.before, s) {
		t.say(s.At, t.voice.Say(told))
	}
	t.before = s
}

// stand says how the lab stands, if that has changed.
func (t *teller) stand() {
	s := t.lab.Snapshot()
	if now := t.voice.Status(s); now != t.status {
		t.status = now
		t.say(s.At, now)
	}
}

// say writes one line, or none where there is nothing to say.
func (t *teller) say(at time.Time, text string) {
	if text == "" {
		return
	}
	// The queue takes everything.
	_, _ = fmt.Fprintf(t.out, "%s %s\n", at.Format("15:04:05"), text)
}
