package headless

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"

	"blackfriday/kafka"
	"blackfriday/scenarios"
	"blackfriday/services/audit"
	"blackfriday/services/lab"
)

// openLab makes a lab on an embedded cluster, on free ports, so that scenarios run beside each other and beside a lab
// that somebody is looking at.
func openLab(s scenarios.Setup, logs *slog.Logger) (runner, auditor) {
	l := lab.New(lab.Config{
		Kafka:      kafka.Config{SessionTimeout: s.SessionTimeout, Heartbeat: s.Heartbeat},
		Partitions: s.Partitions,
		Orders:     s.Orders,
		Delay:      s.Delay,
		HTTPPort:   lab.NoHTTP,
		Seed:       cmp.Or(s.Seed, rand.Uint64()),
		Log:        logs,
	})
	return l, func(ctx context.Context) (audit.Count, error) { return countOver(ctx, l.Snapshot().Cluster.Brokers) }
}

// countOver counts the topics over the network, as a stranger would.
func countOver(ctx context.Context, brokers []string) (audit.Count, error) {
	if len(brokers) == 0 {
		return audit.Count{}, errors.New("there is no cluster to count on")
	}
	cluster, err := kafka.Open(ctx, kafka.Config{Brokers: brokers})
	if err != nil {
		return audit.Count{}, fmt.Errorf("count the topics: %w", err)
	}
	defer cluster.Close()
	return audit.Read(ctx, cluster)
}
