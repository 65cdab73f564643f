//go:build synctests

package lab

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
)

// idle are the partitions that the entries of outages say were unread for at least so long, whoever has them afterwards.
func idle(s *Snapshot, least time.Duration) (ps []int32) {
	for _, r := range s.Rebalances {
		if r.Cause != CauseOutage || r.Open {
			continue
		}
		for _, k := range r.Kept {
			if k.Measured && k.Pause >= least {
				ps = append(ps, k.Partition)
			}
		}
		for _, m := range r.Moved {
			if m.Measured && m.Unread >= least {
				ps = append(ps, m.Partition)
			}
		}
	}
	slices.Sort(ps)
	return slices.Compact(ps)
}

// Every partition whose reader stood still in an outage gets its time, also where it has the same reader afterwards.
func TestAnOutageCostsWhatCameBackToo(t *testing.T) {
	for _, p := range []kafka.Protocol{kafka.ConsumerProtocol, kafka.CooperativeSticky} {
		t.Run(string(p), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var outage *kafkatest.Outage
				l := start(t, func(c *Config) { c.Kafka.Protocol, outage = p, kafkatest.NewOutage(&c.Kafka) })
				do(t, l, Flood{Count: 900})
				<-time.After(3 * time.Second)
				outage.Begin()
				<-time.After(4 * time.Second)
				outage.End()
				s := until(t, l, "all three have their times", time.Minute, func(s *Snapshot) bool { return len(idle(s, 3*time.Second)) == 3 })
				rows := slices.DeleteFunc(slices.Clone(s.Rebalances), func(r Rebalance) bool { return r.Cause != CauseOutage })
				if len(rows) != 1 || !rows[0].Outage || rows[0].Settled.Sub(rows[0].At) < 3*time.Second {
					t.Errorf("rows %+v", rows)
				}
				if longest, _, n := rows[0].Idle(); n != 3 || longest < 3*time.Second || longest > 30*time.Second {
					t.Errorf("%d measured, at most %v", n, longest)
				}
				until(t, l, "it is told", time.Minute, func(s *Snapshot) bool {
					return hears(s, "After the outage", "P0", "P1", "P2") || hears(s, "nobody worked on")
				})
			})
		})
	}
}

// The coordinator alone does not answer: the members are out of the group, nobody is said to have what they let go of, and what
// that cost is told when they have it again.
func TestACoordinatorAlone(t *testing.T) {
	for _, p := range []kafka.Protocol{kafka.ConsumerProtocol, kafka.CooperativeSticky} {
		t.Run(string(p), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var outage *kafkatest.Outage
				l := start(t, func(c *Config) { c.Kafka.Protocol, outage = p, kafkatest.NewOutage(&c.Kafka) })
				do(t, l, Flood{Count: 900})
				<-time.After(3 * time.Second)
				i := slices.IndexFunc(l.Snapshot().Brokers, func(b Broker) bool { return slices.Contains(b.Coordinates, kafka.OrderGroup) })
				outage.BeginAt(l.Snapshot().Brokers[i].Address)
				cut := time.Now()
				until(t, l, "somebody is out of the group", time.Minute, func(s *Snapshot) bool {
					// A KIP-848 member of this client stays, and tries again.
					return p == kafka.ConsumerProtocol || hears(s, "was out of the group and let go of", "its coordinator, broker", "does not answer")
				})
				<-time.After(5 * time.Second)
				outage.End()
				mended := time.Now()
				s := until(t, l, "all three have their times", time.Minute, func(s *Snapshot) bool { return len(idle(s, 1)) == 3 })
				// The others may have heard of it with a later heartbeat.
				if p != kafka.ConsumerProtocol && len(idle(s, 4*time.Second)) == 0 {
					t.Errorf("who was out first stood still for less: %+v", s.Rebalances)
				}
				if hears(s, "gave them away") {
					t.Error("somebody is said to have had them meanwhile")
				}
				if p != kafka.ConsumerProtocol {
					s = until(t, l, "the lanes have what stood still", time.Minute, func(s *Snapshot) bool { return len(s.Outages[0].Unread) > 0 })
				}
				if s.Reading.Lost || len(s.Outages) != 1 || !s.Outages[0].Coordinator || s.Outages[0].To.Before(mended.Add(-time.Second)) {
					t.Fatalf("the coordinator alone was silent from %v to %v; outages %+v", cut, mended, s.Outages)
				}
				for _, g := range s.Outages[0].Unread {
					if g.From.Before(cut.Add(-time.Second)) || g.To.Before(mended) || g.To.After(mended.Add(10*time.Second)) {
						t.Errorf("gap %+v, the coordinator was silent from %v to %v", g, cut, mended)
					}
				}
			})
		})
	}
}

// One reading that fails is nothing, also where it took long: only two say that the brokers do not answer.
func TestOneFailedReadingIsNoOutage(t *testing.T) {
	s := newState(New(Config{Log: slog.New(slog.DiscardHandler), Partitions: 1}))
	s.observed(kafka.Reading{At: time.Now().Add(-3 * time.Second)}, nil)
	for missed, lost := range []bool{false, true} {
		s.observed(kafka.Reading{}, fmt.Errorf("dlq-payment partition 0: %w", kafka.ErrNoBroker))
		if s.lost != lost || len(s.feed.events) > 0 != lost {
			t.Errorf("after %d failed: lost %v, events %+v", missed+1, s.lost, s.feed.events)
		}
	}
}

// Only what the brokers show is said of new owners.
func TestALostPartitionHasNoNewOwnerThatNobodyShows(t *testing.T) {
	s := newState(New(Config{Log: slog.New(slog.DiscardHandler), Partitions: 1}))
	l := lifeOf(2)
	l.memberID = "mine"
	p1 := kafka.TopicPartition{Topic: kafka.PaymentSuccessful, Partition: 1}
	for owner, want := range map[string]string{"mine": "its membership of the group has ended", "hers": "the group gave them away"} {
		s.reading.Groups = map[string]kafka.GroupReading{kafka.OrderGroup: {Members: []kafka.MemberReading{
			{MemberID: owner, Partitions: map[string][]int32{kafka.PaymentSuccessful: {1}}},
		}}}
		if got := s.lostText(l, noon, []kafka.TopicPartition{p1}); !strings.Contains(got.String(), want) {
			t.Errorf("where %s has it: %s", owner, got)
		}
	}
}
