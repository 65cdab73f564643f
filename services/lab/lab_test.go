//go:build synctests

package lab

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/lab/labtest"
)

// start runs a lab in virtual time and waits until its members have settled.
func start(t *testing.T, change func(*Config)) *Lab {
	t.Helper()
	cfg := Config{Partitions: 3, Orders: 3, Delay: 100 * time.Millisecond, HTTPPort: NoHTTP, Seed: 1}
	cfg.Kafka = kafkatest.VirtualConfig()
	if change != nil {
		change(&cfg)
	}
	l := New(cfg)
	labtest.Run(t, l)
	until(t, l, "the lab runs and every member has its part", 20*time.Second, func(s *Snapshot) bool {
		for _, i := range append([]Instance{s.Email, s.Analytics}, s.Orders...) {
			if i.Health == Joining {
				return false
			}
		}
		return s.State == Running
	})
	return l
}

// until lets virtual time pass until a Snapshot shows what is wanted.
func until(t *testing.T, l *Lab, what string, within time.Duration, holds func(*Snapshot) bool) *Snapshot {
	t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); <-time.After(tick) {
		if s := l.Snapshot(); holds(s) {
			return s
		}
	}
	s := l.Snapshot()
	for _, e := range s.Events {
		t.Logf("%s %s: %s", e.At.Format("05.000"), e.Source, e.Text.String())
	}
	t.Fatalf("not within %v: %s\npartitions %+v\norders %+v\nreading %+v", within, what, s.Partitions, s.Orders, s.Reading)
	return nil
}

func do(t *testing.T, l *Lab, c Command) {
	t.Helper()
	if err := l.Do(t.Context(), c); err != nil {
		t.Fatalf("%#v: %v", c, err)
	}
}

func drained(s *Snapshot) bool {
	return s.Lag.Known && s.Lag.Total == 0 && s.Flood.ID > 0 && !s.Flood.Running
}

func TestFloodIsDrainedByThreeConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		began := time.Now()
		do(t, l, Flood{Count: 300})
		until(t, l, "lag seen", 2*time.Second, func(s *Snapshot) bool { return s.Lag.Total > 250 })
		s := until(t, l, "drained at 30/s", 12*time.Second, func(s *Snapshot) bool { return drained(s) && s.Totals.Emails == 300 })
		if took := time.Since(began); took < 10*time.Second || took > 11*time.Second {
			t.Errorf("took %v, want 10 s and a little", took)
		}
		if s.Totals.Payments != 300 || s.Totals.Orders != 300 || s.Totals.Rejected != 0 {
			t.Errorf("totals %+v, want 300 of each and nothing rejected", s.Totals)
		}
		for _, i := range s.Orders {
			if i.Processed != 100 {
				t.Errorf("%s processed %d, want 100", i.Name, i.Processed)
			}
		}
	})
}

func TestKillOrphansThenRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		do(t, l, Flood{Count: 600})
		<-time.After(3 * time.Second)
		do(t, l, Kill{Name: "order-2"})
		s := until(t, l, "an orphan that Kafka still gives to order-2", time.Second, func(s *Snapshot) bool {
			for _, p := range s.Partitions {
				if p.Orphan && p.OwnerInstance == 2 {
					return true
				}
			}
			return false
		})
		if i := s.Orders[1]; i.Health != Crashed || !i.StillMember || i.GoneIn <= 4*time.Second {
			t.Errorf("order-2 is %+v, want crashed and still a member for about 6 s", i)
		}
		s = until(t, l, "recovered", 8*time.Second, func(s *Snapshot) bool {
			r := s.Rebalances[len(s.Rebalances)-1]
			return !r.Open && len(r.Moved) == 1 && r.Moved[0].Measured
		})
		r := s.Rebalances[len(s.Rebalances)-1]
		if r.Cause != CauseCrash || r.Member != "order-2" || r.Moved[0].From != 2 || r.Disturbed {
			t.Errorf("rebalance %+v, want the undisturbed crash of order-2", r)
		}
		if u := r.Moved[0].Unread; u < 5*time.Second || u > 7*time.Second {
			t.Errorf("unread for %v, want about the session timeout of 6 s", u)
		}
		until(t, l, "drained", 60*time.Second, drained)
	})
}

func TestLeaveHandsOverAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		do(t, l, Flood{Count: 600})
		<-time.After(3 * time.Second)
		do(t, l, Stop{Name: "order-1"})
		s := until(t, l, "handed over", 3*time.Second, func(s *Snapshot) bool {
			r := s.Rebalances[len(s.Rebalances)-1]
			return r.Cause == CauseLeave && !r.Open && len(r.Moved) == 1 && r.Moved[0].Measured
		})
		if u := s.Rebalances[len(s.Rebalances)-1].Moved[0].Unread; u > time.Second {
			t.Errorf("unread for %v, want at most heartbeat + 0.5 s", u)
		}
		do(t, l, Restart{Name: "order-1"})
		until(t, l, "order-1 reads again", 5*time.Second, func(s *Snapshot) bool {
			return s.Orders[0].Health == Active && s.Orders[0].Restarts == 1
		})
		until(t, l, "drained", 60*time.Second, drained)
	})
}

func TestFiveConsumersTwoOnTheBench(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Orders = 4 })
		do(t, l, AddConsumer{})
		until(t, l, "two on standby", 5*time.Second, func(s *Snapshot) bool {
			standby := 0
			for _, i := range s.Orders {
				if i.Health == Standby {
					standby++
				}
			}
			return len(s.Orders) == 5 && standby == 2
		})
	})
}

func TestPillsEndInTheDLQ(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		do(t, l, Poison{})
		s := until(t, l, "14 in the DLQ", 5*time.Second, func(s *Snapshot) bool { return s.DLQ.Total == 14 })
		if n := s.Totals.Orders; n != 0 {
			t.Errorf("%d orders came of pills", n)
		}
		if err := l.Do(t.Context(), Poison{Pills: []string{"honey"}}); err == nil {
			t.Error("a pill that does not exist was taken")
		}
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		for _, c := range []Command{
			Flood{}, Flood{Count: MaxFlood + 1}, Kill{Name: "order-9"}, Restart{}, Restart{Name: "order-1"}, SetDelay{Delay: -1},
		} {
			if err := l.Do(t.Context(), c); err == nil {
				t.Errorf("%#v was carried out", c)
			}
		}
		do(t, l, Kill{Name: "order-1"})
		if err := l.Do(t.Context(), Kill{Name: "order-1"}); err == nil {
			t.Error("order-1 was killed twice")
		}
	})
}

func TestDoAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := Config{Partitions: 1, Orders: 1, HTTPPort: NoHTTP, Kafka: kafkatest.VirtualConfig()}
		l := New(cfg)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		_ = l.Run(ctx)
		if err := l.Do(t.Context(), AddConsumer{}); !errors.Is(err, ErrNotRunning) {
			t.Errorf("Do after the end: %v, want ErrNotRunning", err)
		}
	})
}

func TestTwentyLeavesLeaveNothingUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Delay = 50 * time.Millisecond })
		do(t, l, Flood{Count: 3000})
		for range 20 {
			do(t, l, Stop{})
			s := until(t, l, "the leave is over and measured", 5*time.Second, func(s *Snapshot) bool {
				r := s.Rebalances[len(s.Rebalances)-1]
				return r.Cause == CauseLeave && !r.Open && measured(r)
			})
			for _, m := range s.Rebalances[len(s.Rebalances)-1].Moved {
				if m.Unread > time.Second {
					t.Errorf("%+v: want at most heartbeat + 0.5 s", m)
				}
			}
			do(t, l, Restart{})
			until(t, l, "everybody reads", 5*time.Second, func(s *Snapshot) bool {
				for _, p := range s.Partitions {
					if p.Orphan {
						return false
					}
				}
				return len(slices.DeleteFunc(slices.Clone(s.Orders), func(i Instance) bool { return i.Health == Active })) == 0
			})
		}
		s := until(t, l, "all e-mails sent", 5*time.Minute, func(s *Snapshot) bool { return drained(s) && s.Totals.Emails >= 3000 })
		if s.Topics[1].Total != 3000 {
			t.Errorf("%d orders of 3000 payments: leaves made duplicates or lost some", s.Topics[1].Total)
		}
	})
}

func measured(r Rebalance) bool {
	for _, m := range r.Moved {
		if !m.Measured {
			return false
		}
	}
	return len(r.Moved) > 0
}

// everyPartitionRead says that each partition has a living reader whom the brokers name too.
func everyPartitionRead(s *Snapshot) bool {
	for _, p := range s.Partitions {
		if p.Orphan || p.OwnerInstance != p.Reader {
			return false
		}
	}
	return len(s.Partitions) > 0
}

func TestProtocolsCycleWithoutLossOrDuplicate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Delay = 20 * time.Millisecond })
		do(t, l, Flood{Count: 3000})
		for _, p := range []kafka.Protocol{kafka.CooperativeSticky, kafka.Range, kafka.RoundRobin, kafka.ConsumerProtocol, kafka.Range} {
			do(t, l, SetProtocol{Protocol: string(p)})
			s := until(t, l, "everybody reads under "+p.String(), 10*time.Second, func(s *Snapshot) bool {
				r := s.Rebalances[len(s.Rebalances)-1]
				return everyPartitionRead(s) && r.Cause == CauseProtocol && !r.Open
			})
			if s.Settings.Protocol != p.String() {
				t.Errorf("the settings say %q, want %q", s.Settings.Protocol, p)
			}
		}
		if err := l.Do(t.Context(), SetProtocol{Protocol: "gossip"}); err == nil {
			t.Error("an unknown protocol was taken")
		}
		s := until(t, l, "all e-mails sent", 5*time.Minute, func(s *Snapshot) bool { return drained(s) && s.Totals.Emails >= 3000 })
		if s.Topics[1].Total != 3000 {
			t.Errorf("%d orders of 3000 payments", s.Topics[1].Total)
		}
	})
}

func TestGrowWhileTheServicesGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Partitions = 1 })
		do(t, l, Flood{Count: 60})
		for _, n := range []int{3, 6, 12} {
			do(t, l, GrowPartitions{Count: n})
			until(t, l, "the new partitions have readers", 3*time.Second, func(s *Snapshot) bool {
				r := s.Rebalances[len(s.Rebalances)-1]
				return len(s.Partitions) == n && everyPartitionRead(s) && r.Cause == CausePartitions && !r.Open
			})
		}
		if err := l.Do(t.Context(), GrowPartitions{Count: 6}); err == nil {
			t.Error("partitions were taken away")
		}
		<-time.After(time.Second) // until the producer has looked, too
		do(t, l, Flood{Count: 120})
		s := until(t, l, "all e-mails sent", time.Minute, func(s *Snapshot) bool { return drained(s) && s.Totals.Emails == 180 })
		if s.Partitions[11].End != 10 {
			t.Errorf("the newest partition got %d of 120 payments, want 10", s.Partitions[11].End)
		}
	})
}

func TestRecreateBeginsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		do(t, l, Flood{Count: 100})
		until(t, l, "some orders", 5*time.Second, func(s *Snapshot) bool { return s.Totals.Orders > 30 })
		began := time.Now()
		recreated := make(chan error, 1)
		go func() { recreated <- l.Do(t.Context(), RecreateTopics{Partitions: 6}) }()
		synctest.Wait()
		if err := l.Do(t.Context(), Flood{Count: 10}); !errors.Is(err, errRecreating) {
			t.Errorf("a flood while the topics go: %v, want it refused", err)
		}
		if err := l.Do(t.Context(), AddConsumer{}); !errors.Is(err, errRecreating) {
			t.Errorf("a consumer while the group must be empty: %v, want it refused", err)
		}
		if err := <-recreated; err != nil {
			t.Fatal(err)
		}
		s := until(t, l, "six empty partitions, all read", 3*time.Second, func(s *Snapshot) bool {
			return len(s.Partitions) == 6 && everyPartitionRead(s) && s.Lag.Known
		})
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("took %v, want at most 3 s", took)
		}
		if s.Lag.Total != 0 || s.Totals.Payments != 0 || s.Orders[0].Processed != 0 || s.Topics[0].Total != 0 {
			t.Errorf("counters did not begin again: %+v, %+v, %+v", s.Lag, s.Totals, s.Topics)
		}
		do(t, l, Flood{Count: 60})
		s = until(t, l, "60 e-mails", 10*time.Second, func(s *Snapshot) bool { return drained(s) && s.Totals.Emails == 60 })
		if s.Topics[1].Total != 60 {
			t.Errorf("%d orders of 60 payments", s.Topics[1].Total)
		}
	})
}

func TestDeadMemberForbidsReshaping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		do(t, l, Kill{Name: "order-2"})
		if err := l.Do(t.Context(), SetProtocol{Protocol: "range"}); err == nil {
			t.Error("the protocol changed while a dead member was in the group")
		}
		until(t, l, "given up", 10*time.Second, func(s *Snapshot) bool { return !s.Orders[1].StillMember })
		do(t, l, SetProtocol{Protocol: "range"})
		until(t, l, "two read all", 10*time.Second, everyPartitionRead)
	})
}

func TestKeysShapeTheFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Delay = 0 })
		do(t, l, SetKey{Key: KeyUser})
		do(t, l, Flood{Count: 3000})
		s := until(t, l, "drained", 10*time.Second, func(s *Snapshot) bool { return drained(s) && s.Topics[0].Total == 3000 })
		for _, p := range s.Partitions {
			if p.End < 900 || p.End > 1100 {
				t.Errorf("partition %d has %d of 3000 payments of 10,000 users", p.ID, p.End)
			}
		}
		do(t, l, SetKey{Key: KeyVIP})
		do(t, l, Flood{Count: 3000})
		s = until(t, l, "drained", 10*time.Second, func(s *Snapshot) bool { return drained(s) && s.Topics[0].Total == 6000 })
		hot := 0
		for _, p := range s.Partitions {
			if p.End > 3900 {
				hot++
			}
		}
		if hot != 1 || s.Runs[len(s.Runs)-1].Key != KeyVIP {
			t.Errorf("partitions %+v, want one hot one", s.Partitions)
		}
	})
}

func TestRunsRemembersTheRace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Orders = 1 })
		do(t, l, Flood{Count: 90})
		until(t, l, "drained by one", 15*time.Second, func(s *Snapshot) bool { return drained(s) && s.Runs[0].Drained })
		do(t, l, AddConsumer{})
		do(t, l, AddConsumer{})
		until(t, l, "three read", 5*time.Second, func(s *Snapshot) bool {
			return s.Orders[1].Health == Active && s.Orders[2].Health == Active
		})
		do(t, l, Flood{Count: 90})
		s := until(t, l, "drained by three", 15*time.Second, func(s *Snapshot) bool { return len(s.Runs) == 2 && s.Runs[1].Drained })
		alone, together := s.Runs[0], s.Runs[1]
		if alone.Consumers != 1 || together.Consumers != 3 || alone.Took < 9*time.Second || together.Took > 4*time.Second {
			t.Errorf("alone %v with %d, together %v with %d", alone.Took, alone.Consumers, together.Took, together.Consumers)
		}
	})
}

func TestLeaveBesideADeadMemberIsNotThePriceOfALeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		do(t, l, Flood{Count: 300})
		do(t, l, Kill{Name: "order-2"})
		do(t, l, Stop{Name: "order-1"})
		s := l.Snapshot()
		if r := s.Rebalances[len(s.Rebalances)-1]; r.Cause != CauseLeave || !r.Disturbed {
			t.Errorf("%+v: want a disturbed leave", r)
		}
	})
}

func TestProtocolOfNobodyIsNoRebalance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Orders = 1 })
		do(t, l, Stop{Name: "order-1"})
		before := len(l.Snapshot().Rebalances)
		do(t, l, SetProtocol{Protocol: "range"})
		if n := len(l.Snapshot().Rebalances); n != before {
			t.Errorf("%d rebalances of a group without members", n-before)
		}
		do(t, l, Restart{Name: "order-1"})
		until(t, l, "it reads under range", 10*time.Second, func(s *Snapshot) bool {
			return everyPartitionRead(s) && s.Settings.Protocol == "range"
		})
	})
}
