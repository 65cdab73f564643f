package headless

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/scenarios"
	"blackfriday/services/lab"
)

// BenchmarkFlood measures how long 1,000 payments take until the brokers have acknowledged them, on a lab whose
// consumers work at full speed meanwhile. It reports the median, which should stay below 20 ms:
//
//	go test ./scenarios/headless -run '^$' -bench Flood -benchtime 5x
func BenchmarkFlood(b *testing.B) {
	l := runLab(b, scenarios.Setup{Partitions: 3, Orders: 3})
	var took []time.Duration
	for b.Loop() {
		flood := len(took) + 1
		do(b, l, lab.Flood{Count: 1000})
		s := await(b, l, func(s *lab.Snapshot) bool { return s.Flood.ID == flood && !s.Flood.Running })
		took = append(took, s.Flood.Took)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2])/float64(time.Millisecond), "ms/flood-median")
}

// BenchmarkGuarantees measures how fast 100,000 payments are drained under each guarantee, in turns on one lab, at no
// delay and a commit every 100 ms. It reports the medians, and exactly-once's as a share of at-least-once's, which should
// stay above 0.5:
//
//	go test ./scenarios/headless -run '^$' -bench Guarantees -benchtime 5x
func BenchmarkGuarantees(b *testing.B) {
	l := runLab(b, scenarios.Setup{Partitions: 3, Orders: 3})
	do(b, l, lab.SetCommitInterval{Every: 100 * time.Millisecond})
	rates := map[kafka.Guarantee][]float64{}
	for b.Loop() {
		for _, g := range []kafka.Guarantee{kafka.AtMostOnce, kafka.ExactlyOnce, kafka.AtLeastOnce} {
			do(b, l, lab.SetGuarantee{Guarantee: string(g)})
			await(b, l, atWork)
			rates[g] = append(rates[g], drainRate(b, l, 100_000))
		}
		do(b, l, lab.RecreateTopics{Partitions: 3})
		await(b, l, atWork)
	}
	for g, list := range rates {
		b.ReportMetric(median(list), "payments/s-"+string(g))
	}
	b.ReportMetric(median(rates[kafka.ExactlyOnce])/median(rates[kafka.AtLeastOnce]), "exactly/at-least")
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// drainRate floods and waits until all is done, e-mails too; it returns how many payments per second were drained.
func drainRate(b *testing.B, l runner, payments int) float64 {
	b.Helper()
	before := l.Snapshot().Flood.ID
	do(b, l, lab.Flood{Count: payments})
	s := await(b, l, func(s *lab.Snapshot) bool {
		n := len(s.Runs)
		return n > 0 && s.Runs[n-1].Flood > before && s.Runs[n-1].Drained && s.Email.Lag+s.Analytics.Lag == 0
	})
	return float64(payments) / s.Runs[len(s.Runs)-1].Took.Seconds()
}

// atWork says that every member has joined and every partition is read.
func atWork(s *lab.Snapshot) bool {
	working := func(i lab.Instance) bool { return i.Health == lab.Active && len(i.Partitions) > 0 }
	return s.State == lab.Running && working(s.Email) && working(s.Analytics) &&
		!slices.ContainsFunc(s.Orders, func(i lab.Instance) bool { return !working(i) }) &&
		!slices.ContainsFunc(s.Partitions, func(p lab.Partition) bool { return !p.Known || p.OwnerInstance != p.Reader })
}

// BenchmarkLedgerKeepsUp floods a lab with a million payments at no delay. It reports how many offsets the auditor was
// behind at most, and how long after everything was done it had read it all:
//
//	go test ./scenarios/headless -run '^$' -bench LedgerKeepsUp -benchtime 1x
func BenchmarkLedgerKeepsUp(b *testing.B) {
	var furthest, payments int64
	var late time.Duration
	for b.Loop() {
		l := runLab(b, scenarios.Setup{Partitions: 3, Orders: 3})
		do(b, l, lab.Flood{Count: lab.MaxFlood})
		var done time.Time
		s := await(b, l, func(s *lab.Snapshot) bool {
			furthest = max(furthest, s.Ledger.Behind)
			n := len(s.Runs)
			if done.IsZero() && n > 0 && s.Runs[n-1].Drained && s.Email.Lag+s.Analytics.Lag == 0 {
				done = s.Reading.At
			}
			return !done.IsZero() && s.Ledger.Behind == 0 && s.Ledger.Total.Done.Count == lab.MaxFlood
		})
		late = max(late, s.At.Sub(done))
		payments += s.Ledger.Total.Payments.Count
	}
	b.ReportMetric(float64(payments)/b.Elapsed().Seconds(), "payments/s")
	b.ReportMetric(float64(furthest), "offsets-behind-max")
	b.ReportMetric(late.Seconds(), "s-behind-at-the-end")
}

// runLab runs a lab until the benchmark ends, and waits until it is at work.
func runLab(b *testing.B, s scenarios.Setup) runner {
	b.Helper()
	l, _ := openLab(s, kafka.Config{}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- l.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			b.Error(err)
		}
	})
	await(b, l, atWork)
	return l
}

func do(b *testing.B, l runner, c lab.Command) {
	b.Helper()
	if err := l.Do(b.Context(), c); err != nil {
		b.Fatal(err)
	}
}

// await looks at the lab until it shows what is waited for, and returns that picture.
func await(b *testing.B, l runner, there func(*lab.Snapshot) bool) *lab.Snapshot {
	b.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-tick.C {
		if s := l.Snapshot(); there(s) {
			return s
		}
	}
	b.Fatal("not within 2 minutes")
	return nil
}
