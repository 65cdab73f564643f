package headless

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"

	"blackfriday/kafka"
	"blackfriday/scenarios"
	"blackfriday/services/lab"
)

// openLab makes a lab on an embedded cluster, on free ports, so that scenarios run beside each other and beside a lab
// that somebody is looking at; and a player whose recounts go over the network, as a stranger's would.
func openLab(s scenarios.Setup, logs *slog.Logger) (runner, scenarios.Player) {
	l := lab.New(lab.Config{
		Kafka:      kafka.Config{SessionTimeout: s.SessionTimeout, Heartbeat: s.Heartbeat},
		Partitions: s.Partitions,
		Orders:     s.Orders,
		Delay:      s.Delay,
		HTTPPort:   lab.NoHTTP,
		Seed:       cmp.Or(s.Seed, rand.Uint64()),
		Log:        logs,
	})
	open := func(ctx context.Context) (*kafka.Cluster, error) {
		cluster := l.Snapshot().Cluster
		if len(cluster.Brokers) == 0 {
			return nil, errors.New("there is no cluster to count on")
		}
		return kafka.Open(ctx, kafka.Config{Brokers: cluster.Brokers, Prefix: cluster.Prefix})
	}
	return l, scenarios.NewPlayer(l, open)
}
