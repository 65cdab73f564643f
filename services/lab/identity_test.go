//go:build synctests

package lab

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
)

func TestTwoLabsOnOneClusterDoNotFenceEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := start(t, func(c *Config) { c.Guarantee, c.Orders = kafka.ExactlyOnce, 1 })
		second := start(t, func(c *Config) {
			c.Guarantee, c.Orders = kafka.ExactlyOnce, 1
			// The same brokers, and consumers of the same names in the same group.
			c.Kafka = first.cfg.Kafka
			c.Kafka.Brokers = first.Snapshot().Cluster.Brokers
			c.Kafka.Protocol = kafka.ConsumerProtocol
		})
		until(t, first, "the partitions are shared out", 20*time.Second, func(s *Snapshot) bool {
			mine, theirs := len(s.Orders[0].Partitions), len(second.Snapshot().Orders[0].Partitions)
			return mine > 0 && theirs > 0 && mine+theirs == 3
		})
		do(t, first, Flood{Count: 300})
		until(t, first, "the flood is seen", 2*time.Second, func(s *Snapshot) bool { return s.Lag.Total > 250 })
		until(t, first, "both have drained it", time.Minute, drained)
		for _, l := range []*Lab{first, second} {
			s := l.Snapshot()
			if s.Orders[0].Processed == 0 || s.Orders[0].Restarts > 0 || s.Orders[0].Health != Active {
				t.Errorf("order-1 of one lab: %+v", s.Orders[0])
			}
			for _, e := range s.Events {
				if e.Severity == Bad || strings.Contains(strings.ToLower(e.Text.String()), "fenced") {
					t.Errorf("%s: %s", e.Source, e.Text.String())
				}
			}
		}
		if count := audited(t, first); count.Payments != 300 || count.Lost > 0 || count.Duplicates > 0 {
			t.Errorf("%+v", count)
		}
	})
}
