//go:build synctests

package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/order"
	"blackfriday/services/relay"
	"blackfriday/services/role"
)

// quiet is a Watcher that nobody listens to.
type quiet struct{}

func (quiet) Assigned(kafka.Assignment)                        {}
func (quiet) Released(time.Time, []kafka.TopicPartition, bool) {}
func (quiet) Begun(time.Time, []*kafka.Record)                 {}
func (quiet) Failing(error)                                    {}

// stranger is a member of a group that runs in another process, as far as the lab can see.
type stranger struct {
	cluster *kafka.Cluster
	member  *kafka.Member
	leave   context.CancelFunc
	ended   chan struct{}
}

// another connects to the lab's cluster as another process does, and joins the group of its order consumers.
func another(t *testing.T, l *Lab, clientID string) *stranger {
	t.Helper()
	cfg := l.cfg.Kafka
	cfg.Brokers = l.Snapshot().Cluster.Brokers
	cluster, err := kafka.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cluster.FindTopics(t.Context(), role.Topics(1)...); err != nil {
		t.Fatal(err)
	}
	delay := &order.Delay{}
	delay.Set(100 * time.Millisecond)
	duty := role.Order()
	member, err := cluster.NewMember(kafka.MemberConfig{
		ClientID: clientID, Group: duty.Group, Topics: duty.Topics, Patience: duty.Patience, Watch: quiet{},
		Batch: func() int { return 1 },
		Handler: order.NewHandler(order.Config{
			Number: 1, Name: clientID, Delay: delay, Topics: cluster, Book: order.NewBook(), Rejections: &relay.Rejections{},
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(context.Background())
	s := &stranger{cluster: cluster, member: member, leave: leave, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		_ = member.Run(ctx)
	}()
	t.Cleanup(func() {
		leave()
		<-s.ended
		member.Release()
		cluster.Close()
	})
	return s
}

func outsider1(s *Snapshot) Instance {
	if len(s.Outsiders) == 0 {
		return Instance{}
	}
	return s.Outsiders[0]
}

func eventAbout(s *Snapshot, words string) bool {
	return slices.ContainsFunc(s.Events, func(e Event) bool { return strings.Contains(e.Text.String(), words) })
}

func TestOutsiderJoinsWorksAndLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Orders = 2 })
		do(t, l, Flood{Count: 300})
		before := len(l.Snapshot().Rebalances)
		if shared := l.Snapshot().Shared; len(shared) > 0 {
			t.Errorf("nobody else has worked here, and %v is shared", shared)
		}
		other := another(t, l, "order-laptop-1")
		s := until(t, l, "the outsider has a partition", 5*time.Second, func(s *Snapshot) bool {
			return len(outsider1(s).Partitions) == 1 && len(s.Rebalances) == before+1 && !s.Rebalances[before].Open
		})
		one := outsider1(s)
		p := s.Partitions[one.Partitions[0].Partition]
		if one.Name != "order-laptop-1" || one.Host == "" || one.MemberID == "" || one.Health != Active || one.Outside != 1 {
			t.Errorf("outsider %+v", one)
		}
		if p.Orphan || p.Owner != "order-laptop-1" || p.OwnerOutside != 1 || p.OwnerInstance != 0 || p.Reader != 0 {
			t.Errorf("its partition %+v", p)
		}
		if !s.Shares(OrderKind) || s.Shares(AnalyticsKind) {
			t.Errorf("shared are %v", s.Shared)
		}
		r := s.Rebalances[before]
		if r.Cause != CauseJoin || r.Member != "order-laptop-1" || !r.Outside || len(r.Moved) != 1 || r.Moved[0].ToOutside != "order-laptop-1" ||
			r.Moved[0].From == 0 || r.Moved[0].Measured {
			t.Errorf("rebalance %+v", r)
		}
		s = until(t, l, "its commits are counted", 5*time.Second, func(s *Snapshot) bool { return outsider1(s).Processed > 20 })
		if one := outsider1(s); one.Rate < 5 || one.Rate > 15 || !one.LagKnown || one.Lag == 0 {
			t.Errorf("it works at %v/s with a lag of %d, known %v; want about 10/s", one.Rate, one.Lag, one.LagKnown)
		}
		if err := l.Do(t.Context(), Kill{Name: one.MemberID}); err == nil || !strings.Contains(err.Error(), "not in this lab") {
			t.Errorf("kill of an outsider: %v", err)
		}
		if err := l.Do(t.Context(), SetProtocol{Protocol: "range"}); err == nil || !strings.Contains(err.Error(), "order-laptop-1, which runs on") {
			t.Errorf("protocol change beside an outsider: %v", err)
		}
		other.leave()
		s = until(t, l, "it is gone and its partition has a reader", 5*time.Second, func(s *Snapshot) bool {
			return outsider1(s).Health == Left && s.Partitions[p.ID].Reader != 0 && len(s.Rebalances) == before+2 && !s.Rebalances[before+1].Open
		})
		r = s.Rebalances[before+1]
		if r.Cause != CauseGone || r.Member != "order-laptop-1" || len(r.Moved) != 1 || r.Moved[0].FromOutside != "order-laptop-1" || r.Moved[0].Measured {
			t.Errorf("rebalance %+v", r)
		}
		if !eventAbout(s, "order-laptop-1 on ") || !eventAbout(s, "it left or died, the brokers do not say which") {
			t.Error("the feed does not tell of it")
		}
		s = until(t, l, "all is done, and it is forgotten", time.Minute, func(s *Snapshot) bool {
			return drained(s) && s.Ledger.Complete() && s.Ledger.Total.Waiting.Count == 0 && len(s.Outsiders) == 0
		})
		if e := s.Ledger.Total; e.Done.Count != 300 || e.Lost.Count != 0 || e.Foreign.Count != 0 || e.Duplicates.Count != 0 {
			t.Errorf("books %+v", e)
		}
	})
}

func TestOutsiderThatLosesPowerIsGoneAfterItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Orders = 2 })
		do(t, l, Flood{Count: 200})
		other := another(t, l, "order-laptop-1")
		s := until(t, l, "the outsider works", 5*time.Second, func(s *Snapshot) bool { return outsider1(s).Processed > 5 })
		p := outsider1(s).Partitions[0].Partition
		other.member.Crash()
		died := time.Now()
		until(t, l, "nothing of its partition is committed any more, and nobody here can know why", 6*time.Second, func(s *Snapshot) bool {
			return outsider1(s).Health == Active && !s.Partitions[p].Orphan && s.Partitions[p].Drain.Trend == Stuck
		})
		until(t, l, "it is given up", 5*time.Second, func(s *Snapshot) bool { return outsider1(s).Health == Left })
		if took := time.Since(died); took < 5*time.Second {
			t.Errorf("gone after %v, want about the session timeout", took)
		}
		s = until(t, l, "all is done", time.Minute, func(s *Snapshot) bool {
			return drained(s) && s.Ledger.Complete() && s.Ledger.Total.Waiting.Count+s.Ledger.Total.InFlight.Count == 0
		})
		if e := s.Ledger.Total; e.Done.Count != 200 || e.Lost.Count != 0 || e.Foreign.Count != 0 {
			t.Errorf("books %+v", e)
		}
	})
}

// What an outsider does in between belongs to no reader here: the time in which it had the partition is no unread time.
func TestTimeInTheHandsOfAnOutsiderIsNotUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Orders, c.Partitions = 1, 1 })
		do(t, l, Flood{Count: 400})
		until(t, l, "order-1 works", 5*time.Second, func(s *Snapshot) bool { return s.Orders[0].Processed > 5 })
		other := another(t, l, "order-laptop-1")
		do(t, l, Kill{Name: "order-1"})
		until(t, l, "the outsider has it", 20*time.Second, func(s *Snapshot) bool { return outsider1(s).Processed > 20 })
		do(t, l, AddConsumer{})
		other.leave()
		s := until(t, l, "order-2 works", 20*time.Second, func(s *Snapshot) bool { return s.Orders[1].Processed > 5 })
		for _, r := range s.Rebalances {
			for _, m := range r.Moved {
				if m.Measured && (m.FromOutside != "" || m.ToOutside != "" || m.Unread > 7*time.Second) {
					t.Errorf("rebalance %d claims a measured move %+v", r.ID, m)
				}
			}
		}
	})
}

func TestLabThatComesLaterFindsTheOutsidersThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := start(t, nil)
		second := start(t, func(c *Config) {
			c.Kafka = first.cfg.Kafka
			c.Kafka.Brokers, c.Orders = first.Snapshot().Cluster.Brokers, 0
		})
		s := until(t, second, "all five are seen", 10*time.Second, func(s *Snapshot) bool { return len(s.Outsiders) == 5 })
		if !eventAbout(s, "is already in order-service-group") || len(s.Rebalances) != 0 {
			t.Errorf("rebalances %+v", s.Rebalances)
		}
		for _, p := range s.Partitions {
			if p.Orphan || p.OwnerOutside == 0 {
				t.Errorf("partition %+v", p)
			}
		}
	})
}

// TestTheLivingStandBeforeTheGone, the newest of these first, and a client that comes and goes all the time pushes nobody out.
func TestTheLivingStandBeforeTheGone(t *testing.T) {
	o := outsiders{ours: map[string]bool{}}
	start := time.Unix(0, 0)
	at := start
	for n := range 300 {
		at = start.Add(time.Duration(n) * 10 * time.Millisecond)
		one, fresh := o.find(OrderKind, kafka.MemberReading{MemberID: fmt.Sprint(n)}, at)
		if !fresh {
			t.Fatalf("member %d has no place among %d", n, len(o.list))
		}
		if n%100 != 0 {
			one.gone = at
		}
		o.forget(at)
	}
	var got []int
	for _, one := range o.list {
		got = append(got, one.number)
	}
	if want := []int{1, 101, 201, 300, 299, 298, 297, 296, 295, 294, 293}; !slices.Equal(got, want) {
		t.Errorf("listed are %v, want %v", got, want)
	}
	if o.forget(at.Add(goneShown + time.Second)); len(o.list) != 3 {
		t.Errorf("%d are listed after a while, want the three that live", len(o.list))
	}
}
