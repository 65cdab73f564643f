//go:build synctests

package lab

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/payment"
)

// reticent is a producer that acknowledges every other record at once, and the rest when it is told to.
type reticent struct {
	payment.Producer

	mu   sync.Mutex
	n    int
	owed []func()
}

func (r *reticent) Send(_ context.Context, record *kafka.Record, done func(*kafka.Record, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n++; r.n%2 == 1 {
		done(record, nil)
		return
	}
	r.owed = append(r.owed, func() { done(record, nil) })
}

func (r *reticent) answer() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, done := range r.owed {
		done()
	}
}

// A flood that was given up is judged again when its answers come after all, and is as long as it took them.
func TestAnswersThatComeAfterTheVerdictCorrectIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, out := start(t, nil), new(reticent)
		l.post(func(s *state) { s.payments = payment.NewService(out) })
		began := time.Now()
		do(t, l, Flood{Count: 10})
		until(t, l, "the verdict", time.Minute, func(s *Snapshot) bool { return hears(s, "5 acknowledged", "5 unknown") })
		<-time.After(time.Until(began.Add(50 * time.Second)))
		out.answer()
		s := until(t, l, "its correction", 5*time.Second, func(s *Snapshot) bool {
			return hears(s, "5 payments of flood 1, until now unknown: acknowledged after all, 50.0 s after it began.")
		})
		f := s.Flood
		if f.Took.Round(time.Second) != 50*time.Second || f.Acked != 10 || f.Unknown != 0 || f.Rate < 0.19 || f.Rate > 0.21 {
			t.Errorf("flood %+v: want all acknowledged, 50 s after it began", f)
		}
	})
}

func TestCorrectionsOfAVerdict(t *testing.T) {
	verdict := payment.Progress{ID: 2, Wanted: 10, Acked: 3, Failed: 1, Unknown: 6}
	for want, now := range map[string]payment.Progress{
		"": verdict,
		"6 payments of flood 2, until now unknown: acknowledged after all, 41.0 s after it began.": {
			ID: 2, Acked: 9, Failed: 1, Took: 41 * time.Second,
		},
		"6 payments of flood 2, until now unknown: 3 acknowledged after all, 41.0 s after it began; 1 certainly not written; 2 unknown for good.": {
			ID: 2, Acked: 6, Failed: 2, Unknown: 2, Took: 41 * time.Second,
		},
	} {
		s := &state{feed: feed{log: slog.New(slog.DiscardHandler)}}
		s.settled(verdict, now)
		got := ""
		for _, e := range s.feed.newest() {
			got += e.Text.String()
		}
		if got != want {
			t.Errorf("%+v: %q, want %q", now, got, want)
		}
		s.forgotten = 2
		before := len(s.feed.newest())
		if s.settled(verdict, now); len(s.feed.newest()) != before {
			t.Errorf("a flood whose topics are gone is told of: %+v", s.feed.newest())
		}
	}
}
