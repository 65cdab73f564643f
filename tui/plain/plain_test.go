package plain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// paper is where lines are printed.
type paper struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.String()
}

// told is a lab that shows one picture after the other.
type told struct {
	mu    sync.Mutex
	now   *lab.Snapshot
	asked []lab.Command
	err   error
}

func (l *told) Snapshot() *lab.Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *told) Do(_ context.Context, c lab.Command) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, c)
	return l.err
}

// goOn makes a new picture of the present one, so many seconds later.
func (l *told) goOn(seconds int, change func(s *lab.Snapshot)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := *l.now
	next.At = next.At.Add(time.Duration(seconds) * time.Second)
	next.Reading.At = next.At
	next.Orders = append([]lab.Instance(nil), next.Orders...)
	next.Partitions = append([]lab.Partition(nil), next.Partitions...)
	next.Topics = append([]lab.Topic(nil), next.Topics...)
	next.Events = append([]lab.Event(nil), next.Events...)
	change(&next)
	l.now = &next
}

func happens(s *lab.Snapshot, p phrase.Phrase) {
	s.Events = append(s.Events, lab.Event{Seq: int64(len(s.Events) + 1), At: s.At, Text: p})
}

// noon is when every transcript begins.
func noon() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }

// calm is a lab with two partitions and nothing to do.
func calm() *lab.Snapshot {
	s := &lab.Snapshot{
		At: noon(), Started: noon(), State: lab.Running, Reading: lab.Reading{At: noon()}, Lag: lab.Lag{Known: true, Drain: lab.Drain{ToZero: -1}},
		Settings: lab.Settings{Protocol: "KIP-848", Delay: 100 * time.Millisecond, Guarantee: "at-least-once"}, DLQ: lab.DLQ{Known: true},
		Ledger: &ledger.Picture{Known: true, Looked: noon().Add(time.Hour)},
		Email:  lab.Instance{Name: "email", Kind: lab.EmailKind, Health: lab.Active}, Analytics: lab.Instance{Name: "analytics", Kind: lab.AnalyticsKind, Health: lab.Active},
	}
	for n := range 2 {
		name := fmt.Sprintf("order-%d", n+1)
		s.Orders = append(s.Orders, lab.Instance{Name: name, Number: n + 1, Health: lab.Active, Partitions: []lab.TopicPartition{{Topic: "payment-successful", Partition: int32(n)}}})
		s.Partitions = append(s.Partitions, lab.Partition{ID: int32(n), Known: true, Owner: name, OwnerInstance: n + 1, Reader: n + 1, Drain: lab.Drain{ToZero: -1}})
	}
	for _, name := range []string{"payment-successful", "order-created", "email-sent", "dlq-payment"} {
		s.Topics = append(s.Topics, lab.Topic{Name: name, Known: true})
	}
	happens(s, phrase.New("%s now reads %s.", "order-1", phrase.New("partition %d", 0)))
	return s
}

// teach does what a class does: it looks at the keys, floods, kills, and waits.
func teach(l *told, typed io.Writer) {
	key := func(line string) {
		_, _ = io.WriteString(typed, line+"\n")
		<-time.After(time.Second)
	}
	key("?")
	key("flood!")
	<-time.After(10 * time.Second) // nothing changes, and nothing is said
	key("f")
	l.goOn(13, func(s *lab.Snapshot) {
		s.Flood = lab.FloodProgress{ID: 1, Wanted: 1000, Acked: 1000, Took: 12 * time.Millisecond}
		s.Lag = lab.Lag{Known: true, Total: 900, Drain: lab.Drain{Trend: lab.Shrinking, ToZero: 45 * time.Second}}
		for i := range s.Partitions {
			s.Partitions[i].Lag, s.Partitions[i].Drain, s.Orders[i].Rate = 450, s.Lag.Drain, 10
		}
		s.Topics[0].Total, s.Topics[1].Total, s.Topics[1].Rate = 1000, 100, 20
		happens(s, phrase.New("poison pill %s acknowledged: %s", "\x1b[31mred", "P0@7"))
	})
	<-time.After(10 * time.Second)
	l.err = phrase.Errorf("no order consumer fits: %s", "2 standby")
	key("k")
	l.goOn(10, func(s *lab.Snapshot) {
		s.Orders[0].Health, s.Orders[0].StillMember, s.Orders[0].GoneIn, s.Orders[0].Rate = lab.Crashed, true, 4*time.Second, 0
		s.Partitions[0].Orphan, s.Partitions[0].Reader, s.Partitions[0].OrphanSince = true, 0, s.At
		for range 3 {
			happens(s, phrase.New("%s starts again.", "order-1"))
		}
		s.Events = append(s.Events[:2], s.Events[4:]...) // two came too fast for a Snapshot
	})
	<-time.After(10 * time.Second)
	l.goOn(10, func(s *lab.Snapshot) {
		s.Reading.Lost, s.Reading.Err = true, errors.New("connection refused")
		s.Reading.At = s.At.Add(-3 * time.Second)
	})
	<-time.After(10 * time.Second)
	l.goOn(10, func(s *lab.Snapshot) { *s = *calm(); s.Started = s.Started.Add(time.Hour) }) // another lab
	<-time.After(time.Second)
	key("q")
}

// transcript is what is told of the lesson.
func transcript(t *testing.T, language string) (text string, asked []lab.Command) {
	t.Helper()
	words, err := phrase.Load(language)
	if err != nil {
		t.Fatal(err)
	}
	out, l := &paper{}, &told{now: calm()}
	synctest.Test(t, func(t *testing.T) {
		in, typed := io.Pipe()
		ended := make(chan error, 1)
		go func() { ended <- Run(t.Context(), l, out, Options{Every: 10 * time.Second, Language: words, Keys: in}) }()
		<-time.After(50 * time.Millisecond)
		teach(l, typed)
		if err := typed.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return out.String(), l.asked
}

func TestATranscript(t *testing.T) {
	for _, language := range []string{phrase.English, phrase.French} {
		t.Run(language, func(t *testing.T) {
			text, asked := transcript(t, language)
			if fmt.Sprintf("%#v", asked) != `[]lab.Command{lab.Flood{Count:1000}, lab.Kill{Name:""}}` {
				t.Errorf("asked %#v", asked)
			}
			golden.RequireEqual(t, text)
		})
	}
}

// stuck is a reader who does not read.
type stuck struct{ free chan struct{} }

func (s stuck) Write(p []byte) (int, error) {
	<-s.free
	return len(p), nil
}

func TestItEndsWithItsContextThoughNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, l := stuck{make(chan struct{})}, &told{now: calm()}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- Run(ctx, l, out, Options{Every: time.Second}) }()
		<-time.After(5 * time.Second)
		began := time.Now()
		stop()
		if err := <-ended; err != nil || time.Since(began) > lastWords {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		close(out.free)
	})
}

func TestASentenceEachSecondAtMost(t *testing.T) {
	for every, want := range map[time.Duration]string{time.Second: "", 0: "--every 0s: at least 1s", -time.Minute: "--every -1m0s: at least 1s"} {
		got := ""
		if err := (&Flags{Every: every}).Check(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%v: %q, want %q", every, got, want)
		}
	}
}

func TestALabThatObservesSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := calm()
		s.Observing = true
		out, l := &paper{}, &told{now: s}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := Run(ctx, l, out, Options{Every: time.Second}); err != nil {
			t.Error(err)
		}
		if first, _, _ := strings.Cut(out.String(), "\n"); first != "12:00:00 This lab only observes: it runs no service and writes nothing." {
			t.Errorf("it begins with %q", first)
		}
	})
}
