//go:build synctests

package scenarios

import (
	"context"
	"testing"
	"testing/synctest"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/lab"
)

// playReally plays a scenario on a real lab in virtual time.
func playReally(t *testing.T, s Scenario) Result {
	t.Helper()
	cfg := kafkatest.VirtualConfig()
	cfg.SessionTimeout, cfg.Heartbeat = s.Setup.SessionTimeout, s.Setup.Heartbeat
	l := lab.New(lab.Config{
		Kafka: cfg, Partitions: s.Setup.Partitions, Orders: s.Setup.Orders, Delay: s.Setup.Delay, HTTPPort: lab.NoHTTP, Seed: 1,
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	open := func(ctx context.Context) (*kafka.Cluster, error) {
		stranger := cfg
		stranger.Brokers = l.Snapshot().Cluster.Brokers
		return kafka.Open(ctx, stranger)
	}
	r := NewPlayer(l, open).Play(t.Context(), s)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return r
}

func TestScenariosOfRebalancesPassOnARealLab(t *testing.T) {
	for _, name := range []string{"grow", "hotkey", "protocols", "churn", "policies", "guarantees", "storm"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := find(t, name)
				s.Setup.Drain /= 500 // speed is nothing that virtual time could measure
				if name == "storm" {
					s.Setup.Payments /= 10
				}
				r := playReally(t, s)
				if !r.Passed() {
					t.Errorf("failed: %q", failures(r))
				}
				if r.Flood < 0 || r.Drain < 0 || len(r.Lag) < 2 || len(r.Commands) == 0 {
					t.Errorf("not measured: flood %v, drain %v, %d samples, %d commands", r.Flood, r.Drain, len(r.Lag), len(r.Commands))
				}
			})
		})
	}
}
