package payment_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/payment"
	"blackfriday/services/relay/relaytest"
)

func TestFlood(t *testing.T) {
	out := new(relaytest.Writer)
	s := payment.NewService(out)
	if got := s.FloodProgress(); got != (payment.Progress{}) {
		t.Errorf("progress before the first flood: %+v", got)
	}
	flood, err := s.NewFlood(1000, 7, payment.NoKey)
	if err != nil {
		t.Fatal(err)
	}
	if p := s.FloodProgress(); !p.Running || p.ID != 1 || p.Wanted != 1000 || p.StartedAt.IsZero() {
		t.Errorf("progress before Run: %+v", p)
	}
	if err := flood.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	written := out.Acked(kafka.PaymentSuccessful)
	if len(written) != 1000 {
		t.Fatalf("%d payments written", len(written))
	}
	different := map[string]bool{}
	for _, r := range written {
		if _, err := event.ParsePayment(r.Value); err != nil {
			t.Fatalf("%s: %v", r.Value, err)
		}
		payload, _, _ := strings.Cut(string(r.Value), `,"timestamp"`)
		different[payload] = true
	}
	if len(different) < 900 {
		t.Errorf("only %d different payments", len(different))
	}
	p := s.FloodProgress()
	if p.Running || p.Acked != 1000 || p.Failed != 0 || p.Took <= 0 || p.Err != nil || p != s.FloodProgress() {
		t.Errorf("progress %+v", p)
	}
	if got := fmt.Sprint(flood.Ranges()); got != "[{1 0 999 1000}]" {
		t.Errorf("ranges %s", got)
	}
}

func TestFloodCountsFailures(t *testing.T) {
	n := 0
	out := &relaytest.Writer{Answer: func(*kafka.Record) error {
		if n++; n > 7 {
			return fmt.Errorf("failure %d\x1b", n)
		}
		return nil
	}}
	s := payment.NewService(out)
	flood, err := s.NewFlood(10, 1, payment.NoKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := flood.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "3 were not acknowledged, the first: failure 8") {
		t.Errorf("Run: %v", err)
	}
	if p := s.FloodProgress(); p.Acked != 7 || p.Failed != 3 || p.Err.Error() != "failure 8\x1b" || p.Running {
		t.Errorf("progress %+v", p)
	}
}

func TestOneFloodAtATime(t *testing.T) {
	s := payment.NewService(new(relaytest.Writer))
	flood, err := s.NewFlood(5, 1, payment.NoKey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.NewFlood(5, 1, payment.NoKey); !errors.Is(err, payment.ErrFloodRunning) {
		t.Errorf("a second flood: %v", err)
	}
	if err := flood.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.NewFlood(0, 1, payment.NoKey); err == nil {
		t.Error("a flood of nothing was taken")
	}
	if _, err := s.NewFlood(5, 1, payment.NoKey); err != nil || s.FloodProgress().ID != 2 {
		t.Errorf("the next flood: %v, %+v", err, s.FloodProgress())
	}
}

// mute is a producer that takes everything and never answers.
type mute struct{ relaytest.Writer }

func (*mute) Send(context.Context, *kafka.Record, func(*kafka.Record, error)) {}

func TestFloodEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := payment.NewService(new(mute))
		flood, err := s.NewFlood(5, 1, payment.NoKey)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := flood.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run: %v", err)
		}
		if p := s.FloodProgress(); p.Running || p.Took != 20*time.Second || p.Acked != 0 || p.Unknown != 5 {
			t.Errorf("progress %+v", p)
		}
	})
}

func TestPoison(t *testing.T) {
	out := new(relaytest.Writer)
	s := payment.NewService(out)
	pills := event.Pills()
	if err := s.Poison(t.Context(), pills); err != nil {
		t.Fatal(err)
	}
	written, deliveries := out.Acked(kafka.PaymentSuccessful), 0
	newest, total := s.Deliveries()
	for i, p := range pills {
		if string(written[i].Value) != string(p.Value) || (written[i].Value == nil) != (p.Value == nil) {
			t.Errorf("pill %s was written as %.40q", p.Name, written[i].Value)
		}
		if newest[i].Pill == p.Name && newest[i].Offset == int64(i) {
			deliveries++
		}
	}
	if deliveries != len(pills) || total != int64(len(pills)) {
		t.Errorf("deliveries %+v of %d", newest, total)
	}
}

func TestPoisonNamesWhatFailed(t *testing.T) {
	down := errors.New("broker down")
	out := &relaytest.Writer{Answer: func(r *kafka.Record) error {
		if r.Value == nil {
			return down
		}
		return nil
	}}
	s := payment.NewService(out)
	err := s.Poison(t.Context(), event.Pills())
	if !errors.Is(err, down) || !strings.Contains(err.Error(), "null-value") || strings.Contains(err.Error(), "nulls") {
		t.Errorf("Poison: %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := payment.NewService(&relaytest.Writer{Silent: true})
		if err := s.Poison(t.Context(), event.Pills()); !errors.Is(err, kafka.ErrUnknownOutcome) {
			t.Errorf("Poison to a silent broker: %v", err)
		}
	})
}

func BenchmarkFlood(b *testing.B) {
	s := payment.NewService(new(discard))
	b.ReportAllocs()
	flood, err := s.NewFlood(b.N, 1, payment.NoKey)
	if err != nil {
		b.Fatal(err)
	}
	if err := flood.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "payments/s")
}

// discard acknowledges and forgets.
type discard struct{ relaytest.Writer }

func (*discard) Send(_ context.Context, r *kafka.Record, done func(*kafka.Record, error)) {
	done(r, nil)
}

// late is a producer that answers only when it is told to.
type late struct {
	relaytest.Writer
	answers []func()
}

func (l *late) Send(_ context.Context, r *kafka.Record, done func(*kafka.Record, error)) {
	r.Offset = int64(len(l.answers))
	l.answers = append(l.answers, func() { done(r, nil) })
}

// Brokers answer in any order, and a flood ends with the last answer.
func TestFloodWaitsForEveryAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(late)
		s := payment.NewService(out)
		flood, err := s.NewFlood(3, 1, payment.NoKey)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- flood.Run(t.Context()) }()
		synctest.Wait()
		for i := 2; i >= 0; i-- {
			if p := s.FloodProgress(); !p.Running || p.Acked != int64(2-i) || len(ended) != 0 {
				t.Errorf("progress %+v with %d answers to come", p, i+1)
			}
			<-time.After(time.Second)
			out.answers[i]()
			synctest.Wait()
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if p := s.FloodProgress(); p.Running || p.Acked != 3 || p.Took != 3*time.Second {
			t.Errorf("progress %+v", p)
		}
		if got := fmt.Sprint(flood.Ranges()); got != "[{0 0 2 3}]" {
			t.Errorf("ranges %s", got)
		}
	})
}

// A flood that nobody answers ends, and tells what it knows: what was acknowledged, what was certainly not written, and what
// may have been. An answer that comes later counts.
func TestFloodTellsWhatIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(half)
		s := payment.NewService(out)
		flood, err := s.NewFlood(8, 1, payment.NoKey)
		if err != nil {
			t.Fatal(err)
		}
		err = flood.Run(t.Context())
		want := "flood of 8 payments: 2 acknowledged, 2 certainly not written, 4 unknown"
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Run: %v, want %s", err, want)
		}
		p := s.FloodProgress()
		if p.Running || p.Acked != 2 || p.Failed != 2 || p.Unknown != 4 || p.Took < 30*time.Second || p.Took > time.Minute {
			t.Errorf("progress %+v", p)
		}
		<-time.After(time.Minute)
		settling, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if flood.Settle(settling) {
			t.Error("it is settled with two answers to come")
		}
		for _, answer := range out.answers {
			answer()
		}
		if !flood.Settle(t.Context()) {
			t.Error("it is not settled with every answer there")
		}
		late := s.FloodProgress()
		if late.Acked != 4 || late.Failed != 2 || late.Unknown != 2 || late.Took != p.Took+time.Minute+time.Second {
			t.Errorf("progress %+v after two more answers", late)
		}
	})
}

// What was never sent is not waited for: a flood that was stopped is settled once what it did send is answered.
func TestStoppedFloodIsSettled(t *testing.T) {
	s := payment.NewService(new(relaytest.Writer))
	flood, err := s.NewFlood(5, 1, payment.NoKey)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := flood.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	if p := s.FloodProgress(); !flood.Settle(t.Context()) || p.Running || p.Failed != 5 {
		t.Errorf("progress %+v", p)
	}
}

// half acknowledges a payment, refuses one, fails one without knowing what became of it, and never answers one; and so on.
type half struct {
	relaytest.Writer
	n       int
	answers []func()
}

func (h *half) Send(_ context.Context, r *kafka.Record, done func(*kafka.Record, error)) {
	switch h.n++; h.n % 4 {
	case 0:
		done(r, nil)
	case 1:
		done(r, fmt.Errorf("write: %w", kafka.ErrNotWritten))
	case 2:
		done(r, fmt.Errorf("write: %w", kafka.ErrUnknownOutcome))
	case 3:
		h.answers = append(h.answers, func() { done(r, nil) })
	}
}
