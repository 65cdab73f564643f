//go:build synctests

package lab

import (
	"errors"
	"fmt"
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
			all = all && strings.Contains(e.Text.String(), w)
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

// A broker is lost once, from when it last answered, and back when it answers: not when it is listed, nor when nothing was
// heard of anybody.
func TestABrokerIsBackWhenItAnswers(t *testing.T) {
	b := newBrokers(newTurnstile(), &feed{log: slog.New(slog.DiscardHandler)})
	at := func(second int) time.Time { return noon.Add(time.Duration(second) * time.Second) }
	type broker = kafka.BrokerReading
	one, two, dead, deaf := broker{ID: 1, Answers: true}, broker{ID: 2, Answers: true}, broker{ID: 2}, broker{ID: 1}
	silent, moved := kafka.ErrNoAnswer, errors.New("NOT_LEADER_OR_FOLLOWER")
	for second, step := range []struct {
		leader int32
		err    error
		listed []broker
		want   BrokerState
		since  int
		losses int
	}{
		{2, nil, []broker{one, two}, BrokerUp, 0, 0},
		{2, silent, []broker{one, dead}, BrokerUp, 0, 0}, // once is nothing
		{2, nil, []broker{one, two}, BrokerUp, 0, 0},
		{2, silent, []broker{one, dead}, BrokerUp, 0, 0},
		{2, silent, []broker{deaf, dead}, BrokerUp, 0, 0}, // nobody answers
		{2, silent, []broker{one, dead}, BrokerSilent, 2, 1},
		{2, moved, []broker{one, dead}, BrokerSilent, 2, 1},
		{2, moved, []broker{deaf, dead}, BrokerSilent, 2, 1},
		{1, nil, []broker{one, dead}, BrokerSilent, 2, 1}, // it leads nothing any more, and is listed still
		{1, nil, []broker{one}, BrokerGone, 2, 1},
		{1, nil, []broker{one, dead}, BrokerGone, 2, 1}, // it is listed again, and has not answered
		{1, nil, []broker{one, two}, BrokerUp, 11, 1},
		{1, nil, []broker{one, two}, BrokerUp, 11, 1},
	} {
		b.look(kafka.Reading{At: at(second), Brokers: step.listed, Topics: map[string]kafka.TopicReading{
			kafka.PaymentSuccessful: {Partitions: []kafka.PartitionReading{{Leader: 1}, {Leader: step.leader, Err: step.err}}},
		}}, []string{kafka.PaymentSuccessful})
		if got := b.known[2]; got.State != step.want || len(b.losses) != step.losses || !got.Since.Equal(at(step.since)) {
			t.Fatalf("second %d, %+v: broker 2 is %v since %v, %d losses", second, step, got.State, got.Since.Sub(noon), len(b.losses))
		}
	}
	l := b.lost()[0]
	if !l.At.Equal(at(2)) || !l.Back.Equal(at(11)) || len(l.Moved) != 1 || l.Moved[0].Within != 6*time.Second {
		t.Errorf("%+v: want one move, within 6 s of second 2, and back at second 11", l)
	}
}

// What moved before a loss was certain belongs to it.
func TestALossTellsWhatMovedBeforeItWasCertain(t *testing.T) {
	b := newBrokers(newTurnstile(), &feed{log: slog.New(slog.DiscardHandler)})
	for second, leader := range []int32{2, 1, 1, 1} {
		b.look(kafka.Reading{
			At:      noon.Add(time.Duration(second) * time.Second),
			Brokers: []kafka.BrokerReading{{ID: 1, Answers: true}, {ID: 2, Answers: second == 0}},
			Topics:  map[string]kafka.TopicReading{kafka.PaymentSuccessful: {Partitions: []kafka.PartitionReading{{Leader: leader}}}},
		}, []string{kafka.PaymentSuccessful})
	}
	l := b.lost()
	if len(l) != 1 || len(l[0].Moved) != 1 || l[0].Moved[0].Within != time.Second || !l[0].At.Equal(noon) {
		t.Errorf("losses %+v, want one with a move within a second", l)
	}
}

// What was deleted waits for no leader, and what was created anew has not moved: a loss ends, and tells of what moved alone.
func TestALossEndsThoughTopicsAreGone(t *testing.T) {
	b := newBrokers(newTurnstile(), &feed{log: slog.New(slog.DiscardHandler)})
	at := func(second int) time.Time { return noon.Add(time.Duration(second) * time.Second) }
	look := func(second int, two bool, leaders ...int32) {
		var t kafka.TopicReading
		for _, leader := range leaders {
			t.Partitions = append(t.Partitions, kafka.PartitionReading{Leader: leader})
		}
		b.look(kafka.Reading{
			At: at(second), Brokers: []kafka.BrokerReading{{ID: 1, Answers: true}, {ID: 2, Answers: two}},
			Topics: map[string]kafka.TopicReading{kafka.PaymentSuccessful: t},
		}, []string{kafka.PaymentSuccessful})
	}
	look(0, true, 2, 2, 2, 2, 2)
	look(1, true, 2, 2, 2, 2)
	b.forget()
	look(2, false, 2, 2, 1, 2)
	look(3, false, 2, 1, 1)
	if l := b.lost(); len(l) != 1 || l[0].Waiting != 1 || len(l[0].Moved) != 1 || l[0].Moved[0].Partition != 1 {
		t.Fatalf("losses %+v: want one, with P0 without a leader and only P1 moved", l)
	}
	look(5, false, 1, 1)
	b.tell(at(7), func(int32) int64 { return 0 })
	if l := b.lost()[0]; l.Waiting != 0 || b.losses[0].watch != nil {
		t.Errorf("%+v does not end", l)
	}
}

// A lab whose topics were recreated with fewer partitions tells of a loss to its end.
func TestALossAfterTheTopicsWereRecreated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Partitions = 6 })
		do(t, l, RecreateTopics{Partitions: 1})
		until(t, l, "the topics are there", 20*time.Second, func(s *Snapshot) bool {
			return len(s.Partitions) == 1 && s.Partitions[0].Known && s.Partitions[0].Reader > 0
		})
		<-time.After(time.Second)
		do(t, l, StopBroker{ID: 0})
		do(t, l, StopBroker{ID: 1})
		s := until(t, l, "both losses are told", 30*time.Second, func(s *Snapshot) bool {
			return hears(s, "Broker 0 was lost") && hears(s, "Broker 1 was lost")
		})
		for _, lost := range s.Losses {
			if lost.Waiting != 0 {
				t.Errorf("%+v waits for a leader, and nothing does", lost)
			}
		}
	})
}

// For how long a partition of payments that moved was not read is what the readers' own clock says: the turnstile that sees every
// batch begun is the one that a loss is measured with.
func TestALossIsMeasuredWhereItsReadersPause(t *testing.T) {
	l := New(Config{Log: slog.New(slog.DiscardHandler), Partitions: 1})
	s := newState(l)
	began := time.Now()
	at := func(second int) time.Time { return began.Add(time.Duration(second) * time.Second) }
	look := func(second int, two bool, leader int32) {
		s.brokers.look(kafka.Reading{
			At: at(second), Brokers: []kafka.BrokerReading{{ID: 1, Answers: true}, {ID: 2, Answers: two}},
			Topics: map[string]kafka.TopicReading{kafka.PaymentSuccessful: {Partitions: []kafka.PartitionReading{{Leader: leader}}}},
		}, []string{kafka.PaymentSuccessful})
	}
	reader := lifeOf(1)
	l.turnstile.entered(reader, began, 0)
	look(0, true, 2)
	l.turnstile.began(reader, at(1), paid(0, began))
	look(2, false, 2)
	look(3, false, 1)
	look(4, false, 1)
	l.turnstile.began(reader, at(8), paid(0, began))
	s.brokers.tell(at(9), func(int32) int64 { return 0 })
	lost := s.brokers.lost()
	if len(lost) != 1 || len(lost[0].Moved) != 1 || !lost[0].Moved[0].Measured || lost[0].Moved[0].Unread != 7*time.Second {
		t.Errorf("losses %+v, want P0 moved and unread for 7 s", lost)
	}
	snap := s.build(at(9))
	if !hears(snap, "P0 moved from broker 2 to 1", "unread for 7.0 s") {
		t.Errorf("events %+v", snap.Events)
	}
}

// Without any broker all are silent since they last answered, none of them is lost by itself, and what was known is kept.
func TestAnOutageKeepsWhatWasKnown(t *testing.T) {
	s := newState(New(Config{Log: slog.New(slog.DiscardHandler), Partitions: 1}))
	began := time.Now().Add(-time.Minute)
	reading := func(second int, answers bool, err error) kafka.Reading {
		return kafka.Reading{
			At:      began.Add(time.Duration(second) * time.Second),
			Brokers: []kafka.BrokerReading{{ID: 1, Answers: answers}, {ID: 2, Answers: answers}},
			Topics:  map[string]kafka.TopicReading{kafka.PaymentSuccessful: {Partitions: []kafka.PartitionReading{{Leader: 1, End: 7, Err: err}}}},
		}
	}
	s.observed(reading(0, true, nil), nil)
	s.observed(reading(1, true, kafka.ErrNoAnswer), nil)
	for range 3 {
		s.observed(kafka.Reading{}, kafka.ErrNoBroker)
	}
	snap := s.build(time.Now())
	if p := s.positions()[0]; !p.Known || p.Lag != 7 || !snap.Reading.At.Equal(began) {
		t.Errorf("partition %+v as of %v, want what was known a second before the last reading", p, snap.Reading.At.Sub(began))
	}
	for _, b := range snap.Brokers {
		if b.State != BrokerSilent || !b.Since.Equal(began.Add(time.Second)) {
			t.Errorf("%+v, want it silent since second 1", b)
		}
	}
	s.observed(reading(50, true, nil), nil)
	snap = s.build(time.Now())
	for _, b := range snap.Brokers {
		if b.State != BrokerUp || !b.Since.Equal(began.Add(50*time.Second)) || len(snap.Losses) > 0 {
			t.Errorf("%+v, losses %+v; want it running since second 50", b, snap.Losses)
		}
	}
	if !hears(snap, "answer again, after 49") {
		t.Errorf("events %+v", snap.Events)
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
				s = until(t, l, "the brokers answer again", 5*time.Second, func(s *Snapshot) bool { return !s.Reading.Lost && s.Reading.Err == nil })
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
					return hears(s, "order-1 did not leave order-service-group: no broker answered; the group gives its partitions away after its session timeout of 6s.")
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

// A broker that is stopped and started again between two readings was lost, and is back: the next time is a loss of its own.
func TestABrokerIsAwayBetweenTwoReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		for n := range 3 {
			began := time.Now()
			do(t, l, StopBroker{ID: 0})
			do(t, l, StartBroker{ID: 0})
			if n == 0 {
				until(t, l, "it is back", 10*time.Second, func(s *Snapshot) bool { return len(s.Losses) == 1 && !s.Losses[0].Back.IsZero() })
			}
			s := until(t, l, "its loss begins now", time.Second, func(s *Snapshot) bool { return len(s.Losses) == n+1 })
			if lost := s.Losses[n]; lost.At.Before(began) {
				t.Errorf("loss %d is measured from %v before it", n, began.Sub(lost.At))
			}
		}
		s := until(t, l, "all are back", 10*time.Second, func(s *Snapshot) bool {
			return s.Brokers[0].State == BrokerUp && !s.Losses[0].Back.IsZero() && !s.Losses[1].Back.IsZero() && !s.Losses[2].Back.IsZero()
		})
		for _, lost := range s.Losses {
			if lost.Back.Before(lost.At) || lost.Back.Sub(lost.At) > 5*time.Second {
				t.Errorf("back after %v", lost.Back.Sub(lost.At))
			}
		}
		<-time.After(time.Minute)
		if n := len(l.Snapshot().Losses); n != 3 {
			t.Errorf("%d losses, want 3", n)
		}
	})
}

// What the newest reading lacks is shown as it was last known, with its age and the reason; new topics have no such past.
func TestWhatOneReadingLacks(t *testing.T) {
	s := newState(New(Config{Log: slog.New(slog.DiscardHandler), Partitions: 2}))
	silent, denied := fmt.Errorf("%w (i/o timeout)", kafka.ErrNoAnswer), errors.New("no right to it")
	began := time.Now().Add(-time.Minute)
	reading := func(second int, leader int32, err, groupErr error) kafka.Reading {
		at := began.Add(time.Duration(second) * time.Second)
		return kafka.Reading{
			At: at, Brokers: []kafka.BrokerReading{{ID: 1, Answers: true}, {ID: 2, Answers: err == nil}},
			Topics: map[string]kafka.TopicReading{kafka.PaymentSuccessful: {Partitions: []kafka.PartitionReading{
				{Leader: 1, End: int64(10 + second)}, {Leader: leader, End: int64(20 + second), Err: err},
			}}},
			Groups: map[string]kafka.GroupReading{kafka.OrderGroup: {
				Committed: map[string]map[int32]int64{kafka.PaymentSuccessful: {0: 5, 1: 5}}, Err: groupErr,
			}},
		}
	}
	for second, test := range []struct {
		leader        int32
		err, groupErr error
		p0, p1        string
	}{
		{2, nil, nil, "", ""},
		{2, silent, nil, "", "broker 2, which leads it, does not answer"},
		{-1, errors.New("the partition has no leader"), nil, "", "no broker leads it"},
		{2, denied, nil, "", "broker 2, which leads it, says: no right to it"},
		{1, nil, denied, "what order-service-group has committed cannot be read: no right to it", "what order-service-group has committed cannot be read: no right to it"},
		{1, nil, nil, "", ""},
	} {
		s.observed(reading(second, test.leader, test.err, test.groupErr), nil)
		for id, want := range []string{test.p0, test.p1} {
			p := s.positions()[id]
			if p.Why.String() != want || p.Known != (want == "") {
				t.Errorf("second %d: %+v, want it to say %q", second, p, want)
			}
			if old := int64(10 + 10*id); want != "" && (p.End < old || p.Committed != 5 || p.Lag != p.End-5 || !p.AsOf.Equal(began.Add(time.Duration(p.End-old)*time.Second))) {
				t.Errorf("second %d: %+v is not what was known at its time", second, p)
			}
		}
	}
}
