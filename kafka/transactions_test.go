//go:build synctests

package kafka

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// refuse has the brokers answer the nth commit of a kind with an error, once.
func (s *shop) refuse(key kmsg.Key, nth int, why *kerr.Error, then func()) {
	seen := 0
	s.cluster.fake.ControlKey(key.Int16(), func(req kmsg.Request) (kmsg.Response, error, bool) {
		s.cluster.fake.KeepControl()
		if seen++; seen != nth {
			return nil, nil, false
		}
		if then != nil {
			go then()
		}
		return refusal(req, why), nil, true
	})
}

func refusal(req kmsg.Request, why *kerr.Error) kmsg.Response {
	switch req := req.(type) {
	case *kmsg.TxnOffsetCommitRequest:
		resp := req.ResponseKind().(*kmsg.TxnOffsetCommitResponse)
		for _, t := range req.Topics {
			topic := kmsg.TxnOffsetCommitResponseTopic{Topic: t.Topic}
			for _, p := range t.Partitions {
				topic.Partitions = append(topic.Partitions, kmsg.TxnOffsetCommitResponseTopicPartition{Partition: p.Partition, ErrorCode: why.Code})
			}
			resp.Topics = append(resp.Topics, topic)
		}
		return resp
	case *kmsg.OffsetCommitRequest:
		resp := req.ResponseKind().(*kmsg.OffsetCommitResponse)
		for _, t := range req.Topics {
			topic := kmsg.OffsetCommitResponseTopic{Topic: t.Topic, TopicID: t.TopicID}
			for _, p := range t.Partitions {
				topic.Partitions = append(topic.Partitions, kmsg.OffsetCommitResponseTopicPartition{Partition: p.Partition, ErrorCode: why.Code})
			}
			resp.Topics = append(resp.Topics, topic)
		}
		return resp
	}
	return nil
}

// committed is what the group has committed of payments, by partition.
func (s *shop) committed() map[int32]int64 {
	s.t.Helper()
	fetched, err := s.cluster.admin.FetchOffsets(s.t.Context(), testPrefix+OrderGroup)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		s.t.Fatal(err)
	}
	committed := map[int32]int64{}
	for p, o := range fetched[testPrefix+PaymentSuccessful] {
		committed[p] = o.At
	}
	return committed
}

// TestAnAbortedTransactionIsDoneAgainInOrder: commits never go back nor past what was given back, whenever the member dies
// after.
func TestAnAbortedTransactionIsDoneAgainInOrder(t *testing.T) {
	for _, partitions := range []int{1, 3} {
		for _, after := range []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond, 45 * time.Millisecond, 200 * time.Millisecond} {
			t.Run(fmt.Sprint(partitions, " partitions, death after ", after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { abortedInOrder(t, partitions, after) })
			})
		}
	}
}

func abortedInOrder(t *testing.T, partitions int, after time.Duration) {
	s := newShopOf(t, partitions, ConsumerProtocol, ExactlyOnce)
	s.batch, s.every = 3, MinCommitInterval
	refused := make(chan struct{})
	s.refuse(kmsg.TxnOffsetCommit, 4, kerr.UnknownServerError, func() { close(refused) })
	s.produce(90)
	first := s.hire("order-1")
	<-refused
	death := time.Now().Add(after)
	last := map[int32]int64{}
	for until := time.Now().Add(2 * time.Second); time.Now().Before(until); <-time.After(time.Millisecond) {
		for p, at := range s.committed() {
			if at < last[p] {
				t.Errorf("the commit of partition %d went back from %d to %d", p, last[p], at)
			}
			last[p] = at
		}
		if after > 0 && time.Now().After(death) {
			first.Crash()
			break
		}
	}
	s.hire("order-2")
	s.drained(time.Minute)
	if lost, twice := s.account(90); lost+twice > 0 {
		t.Errorf("%d lost, %d orders too many", lost, twice)
	}
}

// TestWorkMayTakeLongerThanATransaction: neither a slow payment nor what was written before it keeps a transaction open.
func TestWorkMayTakeLongerThanATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShopOf(t, 2, ConsumerProtocol, ExactlyOnce)
		s.delay = 10 * time.Second // the brokers end a transaction after 6
		s.produce(6)
		first := s.hire("order-1")
		<-time.After(11 * time.Second) // its first order is written and committed
		s.hire("order-2")              // takes a partition over while order-1 works
		<-time.After(time.Minute)
		s.drained(time.Minute)
		if lost, twice := s.account(6); lost+twice > 0 || first.fatal.Load() != nil {
			t.Errorf("%d lost, %d orders too many, died of %v\n%v\n%v %v", lost, twice, first.fatal.Load(), s.events, s.orders(), s.committed())
		}
	})
}

// TestAFailedWriteAbortsWhatWasWrittenBesideIt: of a batch that failed in part, some was written.
func TestAFailedWriteAbortsWhatWasWrittenBesideIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShopOf(t, 1, ConsumerProtocol, ExactlyOnce)
		s.batch = 10
		s.failing = 3
		s.produce(40)
		s.hire("order-1")
		s.drained(time.Minute)
		if lost, twice := s.account(40); lost+twice > 0 || s.failing != 0 {
			t.Errorf("%d lost, %d orders too many, %d failures to come", lost, twice, s.failing)
		}
	})
}

// TestNothingIsCommittedOfALostPartition, not even when the group is asked twice, or for markers alone.
func TestNothingIsCommittedOfALostPartition(t *testing.T) {
	lose := func(s *shop) {
		s.staff[0].lost(s.t.Context(), nil, map[string][]int32{PaymentSuccessful: {0}})
	}
	t.Run("between two tries", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newShopOf(t, 1, ConsumerProtocol, ExactlyOnce)
			s.refuse(kmsg.TxnOffsetCommit, 1, kerr.StaleMemberEpoch, func() { <-time.After(5 * time.Millisecond); lose(s) })
			s.hire("order-1")
			s.produce(3)
			<-time.After(10 * time.Second)
			if at := s.committed()[0]; at > 0 {
				t.Errorf("committed %d of a partition that was lost before", at)
			}
			if orders := s.orders(); len(orders) > 0 {
				t.Errorf("orders of a partition that was lost before: %v", orders)
			}
		})
	})
	t.Run("markers", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newShopOf(t, 1, ConsumerProtocol, ExactlyOnce)
			s.every = MaxCommitInterval
			s.hire("order-1")
			s.abortOne()
			s.until("the marker in hand", time.Minute, func() bool { return len(s.staff[0].InHand()) > 0 })
			lose(s)
			<-time.After(10 * time.Second)
			if at := s.committed()[0]; at > 0 {
				t.Errorf("committed %d of a partition that was lost before", at)
			}
		})
	})
}

// abortOne writes a payment and takes it back.
func (s *shop) abortOne() {
	s.t.Helper()
	client, err := s.cluster.newClient("shopper", kgo.TransactionalID("shopper"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer client.Close()
	err = errors.Join(client.BeginTransaction(),
		client.ProduceSync(s.t.Context(), &kgo.Record{Topic: testPrefix + PaymentSuccessful, Value: []byte("never")}).FirstErr(),
		client.EndTransaction(s.t.Context(), kgo.TryAbort))
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestMarkersLeaveNoLag: a partition that ends with a marker is read to its end under every guarantee.
func TestMarkersLeaveNoLag(t *testing.T) {
	for _, g := range Guarantees() {
		synctest.Test(t, func(t *testing.T) {
			s := newShopOf(t, 1, ConsumerProtocol, g)
			s.hire("order-1")
			s.produce(3)
			s.abortOne()
			s.drained(time.Minute)
			if orders := s.orders(); len(orders) != 3 || orders["never"] > 0 {
				t.Errorf("%s: orders %v, want those of three payments", g, orders)
			}
		})
	}
}

// TestARefusedCommitIsMadeAgain, also when nothing more is marked; at most once, nothing is worked on before.
func TestARefusedCommitIsMadeAgain(t *testing.T) {
	for _, g := range []Guarantee{AtLeastOnce, AtMostOnce} {
		synctest.Test(t, func(t *testing.T) {
			s := newShopOf(t, 1, ConsumerProtocol, g)
			s.hire("order-1")
			s.until("its partition", time.Minute, func() bool { return len(s.owners()) == 1 })
			begun := make(chan int, 1)
			s.refuse(kmsg.OffsetCommit, 1, kerr.UnknownServerError, func() {
				s.world.mu.Lock()
				defer s.world.mu.Unlock()
				begun <- len(s.begun)
			})
			s.produce(1)
			s.drained(time.Minute)
			if lost, twice := s.account(1); lost+twice > 0 {
				t.Errorf("%s: %d lost, %d orders too many", g, lost, twice)
			}
			if early := <-begun; g == AtMostOnce && early > 0 {
				t.Error("worked on before it was committed")
			}
		})
	}
}

// TestAtMostOnceDoesNothingTwice, not even what may not have had its effect.
func TestAtMostOnceDoesNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShopOf(t, 1, ConsumerProtocol, AtMostOnce)
		s.batch, s.failing = 4, 2
		s.produce(20)
		s.hire("order-1")
		s.drained(time.Minute)
		if lost, twice := s.account(20); twice > 0 || s.failing != 0 {
			t.Errorf("%d lost, %d orders too many, %d failures to come", lost, twice, s.failing)
		}
	})
}

// TestWhatIsPutOffIsInHand: under at-most-once it is committed, and not lost.
func TestWhatIsPutOffIsInHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShopOf(t, 1, ConsumerProtocol, AtMostOnce)
		s.batch, s.later = 10, true
		s.produce(10)
		c := s.hire("order-1")
		s.until("the commit", time.Minute, func() bool { return s.committed()[0] == 10 })
		for range 100 {
			<-time.After(7 * time.Millisecond)
			if hand := c.InHand(); len(hand) == 0 || hand[len(hand)-1].First != 0 || hand[len(hand)-1].Next != 10 {
				t.Fatalf("in hand are %v, want all ten", hand)
			}
		}
		c.Crash()
		if hand := c.InHand(); len(hand) == 0 {
			t.Error("what it had in hand as it died is forgotten")
		}
	})
}

func TestATransactionIsShorterThanItsTimeout(t *testing.T) {
	m := &Member{session: 6 * time.Second, cfg: MemberConfig{Guarantee: ExactlyOnce, CommitEvery: func() time.Duration { return MaxCommitInterval }}}
	if every := m.commitInterval(); every > m.session/2 {
		t.Errorf("a transaction lasts %v, and the brokers end it after %v", every, m.session)
	}
}

// TestWhatCannotBeCommittedInTimeIsNot: a partition leaves while another one's write holds its transaction up.
func TestWhatCannotBeCommittedInTimeIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShopOf(t, 2, ConsumerProtocol, ExactlyOnce)
		s.every, s.lingers = MaxCommitInterval, 5*time.Second
		s.produce(2)
		c := s.hire("order-1")
		s.until("two written", time.Minute, func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.written) == 2 })
		s.mu.Lock()
		gone := s.written[0]
		s.mu.Unlock()
		c.revoked(t.Context(), nil, map[string][]int32{PaymentSuccessful: {gone}})
		<-time.After(20 * time.Second)
		if at := s.committed()[gone]; at > 0 {
			t.Errorf("committed %d of a partition that had been given away", at)
		}
		if orders := s.orders(); len(orders) != 1 {
			t.Errorf("orders %v, want that of the partition which stayed", orders)
		}
	})
}

// linger keeps the second batch in hand after its write.
func (c *clerk) linger(partition int32) {
	c.shop.mu.Lock()
	c.shop.written = append(c.shop.written, partition)
	second := len(c.shop.written) == 2
	c.shop.mu.Unlock()
	if second {
		<-time.After(c.shop.lingers)
	}
}

// fail is how the clerks of a shop fail on purpose; failed is false when they do not.
func (c *clerk) fail(ctx context.Context, out Writer, orders []*Record) (n int, failed bool, err error) {
	c.shop.mu.Lock()
	defer c.shop.mu.Unlock()
	switch {
	case c.shop.later:
		return 0, true, &LaterError{50 * time.Millisecond, errors.New("not now")}
	case c.shop.failing > 0:
		// All of it is written, and half of it is said to be.
		c.shop.failing--
		out.Write(ctx, orders...)
		return len(orders) / 2, true, fmt.Errorf("write: %w", ErrUnknownOutcome)
	}
	return 0, false, nil
}
