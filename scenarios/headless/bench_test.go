package headless

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"blackfriday/scenarios"
	"blackfriday/services/lab"
)

// BenchmarkFlood measures how long 1,000 payments take until the brokers have acknowledged them, on a lab whose
// consumers work at full speed meanwhile. It reports the median, which should stay below 20 ms:
//
//	go test ./scenarios/headless -run '^$' -bench Flood -benchtime 5x
func BenchmarkFlood(b *testing.B) {
	l, _ := openLab(scenarios.Setup{Partitions: 3, Orders: 3}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(b.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- l.Run(ctx) }()
	defer func() {
		stop()
		if err := <-stopped; err != nil {
			b.Error(err)
		}
	}()
	await(b, l, func(s *lab.Snapshot) bool { return s.State == lab.Running })
	var took []time.Duration
	for b.Loop() {
		flood := len(took) + 1
		if err := l.Do(ctx, lab.Flood{Count: 1000}); err != nil {
			b.Fatal(err)
		}
		s := await(b, l, func(s *lab.Snapshot) bool { return s.Flood.ID == flood && !s.Flood.Running })
		took = append(took, s.Flood.Took)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2])/float64(time.Millisecond), "ms/flood-median")
}

// await looks at the lab until it shows what is waited for, and returns that picture.
func await(b *testing.B, l runner, there func(*lab.Snapshot) bool) *lab.Snapshot {
	b.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-tick.C {
		if s := l.Snapshot(); there(s) {
			return s
		}
	}
	b.Fatal("not within 20 s")
	return nil
}
