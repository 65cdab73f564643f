//go:build synctests

package lab

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// TestTheBrokersClockCounts: a lab asks for a session of 6 s, on brokers that give their KIP-848 groups 9 s.
func TestTheBrokersClockCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := start(t, func(c *Config) {
			c.Orders, c.Kafka.SessionTimeout, c.Kafka.Heartbeat = 0, 9*time.Second, 700*time.Millisecond
		})
		l := start(t, func(c *Config) {
			c.Kafka = host.cfg.Kafka
			c.Kafka.Brokers, c.Kafka.Protocol = host.Snapshot().Cluster.Brokers, kafka.ConsumerProtocol
			c.Kafka.SessionTimeout, c.Kafka.Heartbeat = 6*time.Second, 500*time.Millisecond
		})
		clock := func(session, heartbeat time.Duration) {
			t.Helper()
			if s := l.Snapshot().Settings; s.SessionTimeout != session || s.Heartbeat != heartbeat {
				t.Errorf("%s: the clock is %v and %v, want %v and %v", s.Protocol, s.SessionTimeout, s.Heartbeat, session, heartbeat)
			}
		}
		clock(9*time.Second, 700*time.Millisecond)
		if c := l.Snapshot().Cluster; c.Embedded || c.ID == "" || c.Nodes != 3 {
			t.Errorf("the cluster is %+v", c)
		}
		do(t, l, Kill{Name: "order-2"})
		s := until(t, l, "a picture after the kill", time.Second, func(s *Snapshot) bool { return s.Orders[1].Health == Crashed })
		if i := s.Orders[1]; !i.StillMember || i.GoneIn <= 6*time.Second || i.GoneIn > 9*time.Second {
			t.Errorf("order-2 is %+v, want a member for about 9 s", i)
		}
		if e := s.Events[len(s.Events)-1]; !strings.Contains(e.Text.String(), "in about 9.0 s") {
			t.Errorf("the feed says %q", e.Text.String())
		}
		if err := l.Do(t.Context(), SetProtocol{string(kafka.Range)}); err == nil || !strings.Contains(err.Error(), "at most 9s") {
			t.Errorf("the protocol changes under a dead member: %v", err)
		}
		until(t, l, "the brokers give it up", 12*time.Second, func(s *Snapshot) bool { return !s.Orders[1].StillMember })
		do(t, l, SetProtocol{string(kafka.CooperativeSticky)})
		until(t, l, "a classic group goes by what its members ask for", time.Second, func(s *Snapshot) bool {
			return s.Settings.SessionTimeout == 6*time.Second && s.Settings.Heartbeat == 500*time.Millisecond
		})
	})
}

func TestWhatTheClusterDoesNotAllowIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		l.post(func(s *state) {
			s.terms.can = kafka.Capabilities{NewGroups: phrase.New("no groups"), Transactions: phrase.New("no transactions"), Pay: phrase.New("no payments"),
				Consume: phrase.New("no consumers"), Grow: phrase.New("no growth"), Recreate: phrase.New("no anew")}
		})
		until(t, l, "the picture says so", time.Second, func(s *Snapshot) bool { return !s.Can.Pay.Empty() })
		for why, commands := range map[string][]Command{
			"no payments": {Flood{Count: 1}, Poison{}}, "no consumers": {AddConsumer{}, Restart{}}, "no growth": {GrowPartitions{Count: 9}},
			"no anew": {RecreateTopics{Partitions: 1}}, "no groups": {SetProtocol{string(kafka.ConsumerProtocol)}},
			"no transactions": {SetGuarantee{string(kafka.ExactlyOnce)}},
		} {
			for _, c := range commands {
				if err := l.Do(t.Context(), c); err == nil || err.Error() != why || l.Snapshot().WhyNot(c).String() != why {
					t.Errorf("%#v: %v and %q, want %q", c, err, l.Snapshot().WhyNot(c), why)
				}
			}
		}
		do(t, l, SetProtocol{string(kafka.CooperativeSticky)})
		do(t, l, Kill{})
	})
}

func TestAnUnknownClockIsNoZero(t *testing.T) {
	l := &life{crashedAt: time.Now()}
	if got := l.goneIn(time.Now()); got >= 0 {
		t.Errorf("it is gone in %v", got)
	}
	if got := l.clock.noticed().String() + l.clock.atMost().String(); strings.Contains(got, "0") {
		t.Error(got)
	}
	s := &state{terms: terms{clocks: map[Kind]clock{OrderKind: {time.Second, time.Second}}}, feed: feed{log: slog.New(slog.DiscardHandler)}}
	s.terms.can.Pay = phrase.New("no")
	s.agree(terms{clocks: map[Kind]clock{}}, kafka.ErrNoGroupTimeouts)
	if s.terms.clocks[OrderKind].session != time.Second || s.terms.can.Pay.String() != "no" {
		t.Error("what was known is forgotten because it could not be read once")
	}
	told := len(s.feed.events)
	s.termsErr = ""
	s.agree(terms{clocks: map[Kind]clock{}}, fmt.Errorf("ask: %w", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}))
	if len(s.feed.events) != told || s.terms.can.Pay.String() != "no" {
		t.Errorf("of a broker that is away the feed says %v, and what can be done is %+v", s.feed.events[told:], s.terms.can)
	}
}
