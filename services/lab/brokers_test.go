//go:build synctests

package lab

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
)

// hears says whether the feed holds an event with these words.
func hears(s *Snapshot, words ...string) bool {
	for _, e := range s.Events {
		all := true
		for _, w := range words {
			all = all && strings.Contains(e.Text, w)
		}
		if all {
			return true
		}
	}
	return false
}

// allDone says that the books are up to date with nothing lost, and every one of n payments done.
func allDone(n int64) func(*Snapshot) bool {
	return func(s *Snapshot) bool {
		l := s.Ledger
		return l != nil && l.Known && l.Behind == 0 && l.Total.Done.Count == n && l.Total.Lost.Count == 0
	}
}

// A broker that does not answer is not back because nothing was heard of it once: it is one loss, until it answers.
func TestABrokerIsBackWhenItAnswers(t *testing.T) {
	b := newBrokers(newTurnstile(), &feed{log: slog.New(slog.DiscardHandler)})
	began := time.Now()
	reading := func(after int, leader int32, err error, listed ...int32) {
		r := kafka.Reading{At: began.Add(time.Duration(after) * time.Second), Topics: map[string]kafka.TopicReading{
			kafka.PaymentSuccessful: {Partitions: []kafka.PartitionReading{{Leader: 1}, {Leader: leader, Err: err}}},
		}}
		for _, id := range listed {
			r.Brokers = append(r.Brokers, kafka.BrokerReading{ID: id})
		}
		b.look(r, []string{kafka.PaymentSuccessful})
	}
	silent, moved := kafka.ErrNoAnswer, errors.New("NOT_LEADER_OR_FOLLOWER")
	for _, step := range []struct {
		leader int32
		err    error
		listed []int32
		want   BrokerState
		losses int
	}{
		{2, nil, []int32{1, 2}, BrokerUp, 0},
		{2, silent, []int32{1, 2}, BrokerUp, 0}, // once is nothing
		{2, silent, []int32{1, 2}, BrokerSilent, 1},
		{2, moved, []int32{1, 2}, BrokerSilent, 1},
		{2, silent, []int32{1, 2}, BrokerSilent, 1},
		{1, nil, []int32{1}, BrokerGone, 1},
		{1, nil, []int32{1, 2}, BrokerUp, 1}, // it leads nothing, and the controller lists it
		{2, moved, []int32{1, 2}, BrokerUp, 1},
	} {
		reading(len(b.losses), step.leader, step.err, step.listed...)
		if got := b.known[2].State; got != step.want || len(b.losses) != step.losses {
			t.Fatalf("%+v: broker 2 is %v, %d losses", step, got, len(b.losses))
		}
	}
	if l := b.lost()[0]; l.Back.IsZero() || len(l.Moved) != 1 {
		t.Errorf("%+v: want one move, and back", l)
	}
}

// A broker that stops in the middle of a flood and comes back loses nothing, whatever is promised.
func TestBrokerStopsInAFlood(t *testing.T) {
	for _, g := range []kafka.Guarantee{kafka.AtMostOnce, kafka.AtLeastOnce, kafka.ExactlyOnce} {
		t.Run(string(g), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := start(t, func(c *Config) { c.Delay, c.Guarantee = 20*time.Millisecond, g })
				victim := int32(0)
				if l.Snapshot().Brokers[0].Leads == 0 {
					victim = 1
				}
				leads := l.Snapshot().Brokers[victim].Leads
				do(t, l, Flood{Count: 900})
				do(t, l, StopBroker{ID: victim})
				s := until(t, l, "others lead, and the list says so", 5*time.Second, func(s *Snapshot) bool {
					b := s.Brokers[victim]
					return b.State == BrokerGone && b.Leads == 0 && len(s.Losses) == 1 && len(s.Losses[0].Moved) == leads && s.Placement.Leaderless == 0
				})
				for _, m := range s.Losses[0].Moved {
					if m.From != victim || m.To == victim || m.Within > 2*time.Second {
						t.Errorf("move %+v of broker %d", m, victim)
					}
				}
				if !s.Placement.Simulated || s.Placement.UnderReplicated != 0 {
					t.Errorf("%+v: the copies of embedded brokers are not real", s.Placement)
				}
				until(t, l, "the loss is told", 20*time.Second, func(s *Snapshot) bool { return hears(s, "was lost:") })
				do(t, l, StartBroker{ID: victim})
				until(t, l, "it leads again", 5*time.Second, func(s *Snapshot) bool {
					return s.Brokers[victim].State == BrokerUp && s.Brokers[victim].Leads == leads && !s.Losses[0].Back.IsZero()
				})
				s = until(t, l, "everything is done and nothing lost", time.Minute, allDone(900))
				if s.Flood.Acked != 900 || s.Flood.Failed+s.Flood.Unknown > 0 {
					t.Errorf("flood %+v", s.Flood)
				}
			})
		})
	}
}

func TestBrokersThatCannotBeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		for _, c := range []Command{StopBroker{ID: 2}, StopBroker{ID: 9}, StartBroker{ID: 0}} {
			if err := l.Do(t.Context(), c); err == nil {
				t.Errorf("%#v was carried out", c)
			}
		}
		if s := l.Snapshot(); len(s.Losses) > 0 || !s.Brokers[2].Fixed {
			t.Errorf("losses %+v, brokers %+v", s.Losses, s.Brokers)
		}
	})
}

// Without brokers the lab says so, refuses within a moment, and goes on by itself when they are back.
func TestAllBrokersLost(t *testing.T) {
	for _, g := range []kafka.Guarantee{kafka.AtLeastOnce, kafka.ExactlyOnce} {
		t.Run(string(g), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var outage *kafkatest.Outage
				l := start(t, func(c *Config) { c.Delay, c.Guarantee, outage = 20*time.Millisecond, g, kafkatest.NewOutage(&c.Kafka) })
				do(t, l, Flood{Count: 900})
				until(t, l, "some are done", 10*time.Second, func(s *Snapshot) bool { return s.Totals.Orders > 50 })
				outage.Begin()
				lostAt := time.Now()
				s := until(t, l, "lost", 5*time.Second, func(s *Snapshot) bool { return s.Reading.Lost })
				if age := s.At.Sub(s.Reading.At); age > 5*time.Second || s.Reading.At.After(lostAt.Add(time.Second)) {
					t.Errorf("the last reading is %v old", age)
				}
				for _, c := range []Command{Flood{Count: 10}, Poison{}, GrowPartitions{Count: 6}, StopBroker{ID: 0}} {
					began := time.Now()
					if err := l.Do(t.Context(), c); err == nil || time.Since(began) > 10*time.Second {
						t.Errorf("%#v without brokers: %v after %v", c, err, time.Since(began))
					}
				}
				<-time.After(20 * time.Second)
				outage.End()
				s = until(t, l, "the brokers answer again", 5*time.Second, func(s *Snapshot) bool { return !s.Reading.Lost && s.Reading.Err == "" })
				if !hears(s, "The brokers answer again, after") {
					t.Error("nobody was told that the brokers answer again")
				}
				s = until(t, l, "everybody works again, everything is done and nothing lost", time.Minute, allDone(900))
				if s.Flood.Acked != 900 || s.Flood.Unknown+s.Flood.Failed > 0 {
					t.Errorf("flood %+v", s.Flood)
				}
				do(t, l, Flood{Count: 90})
				until(t, l, "another flood", time.Minute, allDone(990))
			})
		})
	}
}

// A goodbye that no broker could hear is not called one: Kafka goes on counting the member until its session times out.
func TestAGoodbyeThatNobodyHeard(t *testing.T) {
	for _, p := range []kafka.Protocol{kafka.ConsumerProtocol, kafka.CooperativeSticky} {
		t.Run(string(p), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var outage *kafkatest.Outage
				l := start(t, func(c *Config) { c.Kafka.Protocol, outage = p, kafkatest.NewOutage(&c.Kafka) })
				outage.Begin()
				do(t, l, Stop{Name: "order-1"})
				until(t, l, "the goodbye is told to have failed", 10*time.Second, func(s *Snapshot) bool {
					return hears(s, "order-1 stopped", "was not heard when it left", "Kafka will miss it after its session timeout")
				})
				if hears(l.Snapshot(), "order-1 has left the group") {
					t.Error("it is told to have left")
				}
				outage.End()
				do(t, l, Stop{Name: "order-2"})
				until(t, l, "a goodbye that was heard", time.Minute, func(s *Snapshot) bool { return hears(s, "order-2 has left the group") })
			})
		})
	}
}
