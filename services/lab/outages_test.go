//go:build synctests

package lab

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
)

// While no broker answers nobody knows who reads: not that somebody does, nor that nobody does. Afterwards the lab tells for
// how long nobody got on, and does not take that for the price of a rebalance.
func TestNobodyKnowsWhoReadsInAnOutage(t *testing.T) {
	for _, p := range []kafka.Protocol{kafka.ConsumerProtocol, kafka.CooperativeSticky} {
		t.Run(string(p), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var outage *kafkatest.Outage
				l := start(t, func(c *Config) { c.Kafka.Protocol, outage = p, kafkatest.NewOutage(&c.Kafka) })
				do(t, l, Flood{Count: 900})
				<-time.After(3 * time.Second)
				outage.Begin()
				began := time.Now()
				until(t, l, "lost", 5*time.Second, func(s *Snapshot) bool { return s.Reading.Lost })
				for time.Since(began) < 20*time.Second {
					s := l.Snapshot()
					for _, p := range s.Partitions {
						if p.Orphan || !p.Unknown {
							t.Fatalf("after %v: %+v", time.Since(began), p)
						}
					}
					if n := len(s.Outages); n != 1 || s.Outages[0].From.After(began) || began.Sub(s.Outages[0].From) > time.Second || !s.Outages[0].To.IsZero() || len(s.Outages[0].Unread) > 0 {
						t.Fatalf("after %v: outages %+v", time.Since(began), s.Outages)
					}
					<-time.After(tick)
				}
				outage.End()
				ended := time.Now()
				s := until(t, l, "everybody works again", time.Minute, func(s *Snapshot) bool {
					return len(s.Outages[0].Unread) == 3 && s.Partitions[0].Rate > 0 && s.Partitions[1].Rate > 0 && s.Partitions[2].Rate > 0
				})
				if o := s.Outages[0]; o.To.Before(ended) || o.To.Sub(ended) > 5*time.Second {
					t.Errorf("outage %+v, want it to end at %v", o, ended)
				}
				for _, g := range s.Outages[0].Unread {
					if g.From.After(began.Add(time.Second)) || g.To.Before(ended) {
						t.Errorf("gap %v to %v, outage %v to %v", g.From, g.To, began, ended)
					}
				}
				for _, p := range s.Partitions {
					if p.Orphan || p.Unknown {
						t.Errorf("%+v", p)
					}
				}
				for _, r := range s.Rebalances {
					if longest, _, _ := r.Unread(); longest > 15*time.Second && (!r.Outage || !r.Disturbed) {
						t.Errorf("%+v has the outage in its unread time, and does not say so", r)
					}
					if r.Cause == CauseOther {
						t.Errorf("%+v: an outage is its cause", r)
					}
				}
				<-time.After(time.Minute)
				do(t, l, Stop{Name: "order-1"})
				s = until(t, l, "a leave", 20*time.Second, func(s *Snapshot) bool {
					last := s.Rebalances[len(s.Rebalances)-1]
					return last.Cause == CauseLeave && !last.Open
				})
				if last := s.Rebalances[len(s.Rebalances)-1]; last.Outage || last.Disturbed {
					t.Errorf("%+v has nothing to do with the outage", last)
				}
			})
		})
	}
}

// Where a partition goes on behind the place at which this lab had stopped, somebody else was there: nothing is certain.
func TestSomebodyElseMayHaveReadInAnOutage(t *testing.T) {
	for _, test := range []struct {
		name  string
		next  int64
		known bool
	}{{"the same place", 1, true}, {"begun again", 0, true}, {"further on", 7, false}} {
		t.Run(test.name, func(t *testing.T) {
			ts := newTurnstile()
			rs := newRebalances(ts)
			one, two := lifeOf(1), lifeOf(2)
			take := func(l *life, at time.Time) { ts.entered(l, at, 0); rs.took(at, l, 0, 1) }
			take(one, noon)
			ts.began(one, noon, paid(0, noon))
			rs.cutOff(noon.Add(time.Second), "")
			rs.outages.end(noon.Add(21*time.Second), false)
			take(two, noon.Add(22*time.Second))
			record := paid(0, noon)
			record[0].Offset = test.next
			p, moved := ts.began(two, noon.Add(23*time.Second), record)
			if !moved || rs.passed(p) != test.known {
				t.Errorf("%+v is taken for known: %v", p, !test.known)
			}
			rs.outages.look(noon.Add(23*time.Second), 1)
			if gaps := rs.outages.list[0].Unread; (len(gaps) == 1) != test.known {
				t.Errorf("gaps %+v", gaps)
			}
			r := rs.list[0]
			if r.Cause != CauseOutage || !r.Outage || r.Moved[0].Measured != test.known {
				t.Errorf("%+v", r.Rebalance)
			}
		})
	}
}

// A group can be at rest before all are back after an outage: what moves when the others come is of the outage, too.
func TestAnOutageIsNotOverUntilAllAreBack(t *testing.T) {
	s := newState(New(Config{Log: slog.New(slog.DiscardHandler)}))
	member := func(id string, kind Kind, h Health) *instance {
		return &instance{kind: kind, health: h, life: &life{memberID: id}}
	}
	one, two := member("one", OrderKind, Active), member("", OrderKind, Active)
	s.instances = []*instance{one, two, member("dead", OrderKind, Crashed), member("mail", EmailKind, Active)}
	group := kafka.GroupReading{State: stable, Members: []kafka.MemberReading{{MemberID: "one"}}}
	if s.allListed(OrderKind, group) {
		t.Error("who is not in the group yet is back")
	}
	two.life.memberID = "two"
	if s.allListed(OrderKind, group) {
		t.Error("who is not in the group any more is back")
	}
	group.Members = append(group.Members, kafka.MemberReading{MemberID: "two"})
	if !s.allListed(OrderKind, group) {
		t.Error("all living consumers are listed")
	}
}
