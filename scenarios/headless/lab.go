package headless

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
	"blackfriday/services/lab"
)

// openLab makes a lab on the cluster of cfg, or on an embedded one on free ports, so that scenarios run beside each other
// and beside a lab that somebody is looking at; and a player whose recounts go over the network, as a stranger's would.
func openLab(s scenarios.Setup, cfg kafka.Config, logs *slog.Logger) (runner, scenarios.Player) {
	cfg.SessionTimeout, cfg.Heartbeat = s.SessionTimeout, s.Heartbeat
	l := lab.New(lab.Config{
		Kafka:      cfg,
		Partitions: s.Partitions,
		Orders:     s.Orders,
		Delay:      s.Delay,
		HTTPPort:   lab.NoHTTP,
		Seed:       cmp.Or(s.Seed, rand.Uint64()),
		Log:        logs,
	})
	open := func(ctx context.Context) (*kafka.Cluster, error) {
		stranger := cfg
		if stranger.Brokers = l.Snapshot().Cluster.Brokers; len(stranger.Brokers) == 0 {
			return nil, phrase.Errorf("there is no cluster to count on")
		}
		return kafka.Open(ctx, stranger)
	}
	player := scenarios.NewPlayer(l, open)
	if len(cfg.Brokers) > 0 {
		player.Patience = realPatience
	}
	return l, player
}
