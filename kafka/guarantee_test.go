//go:build synctests

package kafka

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// shop is a world whose members write an order for every payment.
type shop struct {
	*world
	guarantee Guarantee
	protocol  Protocol
	batch     int
	every     time.Duration
	delay     time.Duration // of each payment
	failing   int           // so many batches fail after they were written
	later     bool          // all batches are put off
	lingers   time.Duration // how long the second batch takes after its write
	written   []int32       // the partitions of the batches that were written, in their order

	mu     sync.Mutex
	staff  []*clerk
	deaths map[string]int // after so many payments, the member dies between effect and commit
	marked map[TopicPartition]int64
}

func newShop(t *testing.T, p Protocol, g Guarantee) *shop { return newShopOf(t, 3, p, g) }

func newShopOf(t *testing.T, partitions int, p Protocol, g Guarantee) *shop {
	w := newWorld(t, p, partitions)
	if err := w.cluster.CreateTopics(t.Context(), Topic{OrderCreated, 3, 1 << 20}); err != nil {
		t.Fatal(err)
	}
	return &shop{world: w, guarantee: g, protocol: p, batch: 1, delay: 10 * time.Millisecond, deaths: map[string]int{}, marked: map[TopicPartition]int64{}}
}

// clerk is a member of the shop.
type clerk struct {
	*Member
	shop  *shop
	name  string
	stop  context.CancelFunc
	ended chan struct{}
	err   error
}

func (s *shop) hire(name string) *clerk {
	s.t.Helper()
	c := &clerk{shop: s, name: name, ended: make(chan struct{})}
	var err error
	c.Member, err = s.cluster.NewMember(MemberConfig{
		ClientID: name, Group: OrderGroup, Topics: []string{PaymentSuccessful}, Guarantee: s.guarantee, Protocol: s.protocol,
		Handler: c, Watch: &testMember{w: s.world, name: name}, Batch: func() int { return s.batch },
		CommitEvery: func() time.Duration { return s.every }, Marked: s.mark, Between: c.between,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.staff = append(s.staff, c)
	var ctx context.Context
	ctx, c.stop = context.WithCancel(context.Background())
	go func() {
		defer close(c.ended)
		c.err = c.Run(ctx)
	}()
	s.t.Cleanup(func() { c.stop(); <-c.ended; c.Release() })
	return c
}

// hireTwo hires two members, who both have something to read.
func (s *shop) hireTwo() {
	s.hire("order-1")
	s.hire("order-2")
	s.until("two readers", 20*time.Second, func() bool { return len(s.owners()) == 2 })
}

func (s *shop) mark(span Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marked[span.TopicPartition] = max(s.marked[span.TopicPartition], span.Next)
}

func (c *clerk) between(records []*Record) {
	c.shop.mu.Lock()
	defer c.shop.mu.Unlock()
	left, doomed := c.shop.deaths[c.name]
	if !doomed {
		return
	}
	if c.shop.deaths[c.name] = left - len(records); left <= len(records) {
		delete(c.shop.deaths, c.name)
		c.Crash()
	}
}

// Handle writes one order for every payment.
func (c *clerk) Handle(ctx context.Context, out Writer, batch []*Record) (int, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(time.Duration(len(batch)) * c.shop.delay):
	}
	orders := make([]*Record, len(batch))
	for i, r := range batch {
		orders[i] = &Record{Topic: OrderCreated, Value: r.Value}
	}
	if n, failed, err := c.fail(ctx, out, orders); failed {
		return n, err
	}
	for i, err := range out.Write(ctx, orders...) {
		if err != nil {
			return i, err
		}
	}
	c.linger(batch[0].Partition)
	return len(batch), nil
}

// orders counts the orders that a reader of committed records sees, by payment.
func (s *shop) orders() map[string]int {
	s.t.Helper()
	client, err := s.cluster.newClient("recount", kgo.ConsumeTopics(testPrefix+OrderCreated),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		s.t.Fatal(err)
	}
	defer client.Close()
	// Longer than any transaction stays open: nothing comes after so long a silence.
	const silence = 10 * time.Second
	seen := map[string]int{}
	for {
		ctx, cancel := context.WithTimeout(s.t.Context(), silence)
		fetches := client.PollFetches(ctx)
		cancel()
		if ctx.Err() != nil && fetches.NumRecords() == 0 {
			return seen
		}
		fetches.EachRecord(func(r *kgo.Record) { seen[string(r.Value)]++ })
	}
}

// drained waits until the group has committed everything, and nobody works any more.
func (s *shop) drained(within time.Duration) {
	s.t.Helper()
	observer, err := s.cluster.NewObserver([]string{OrderGroup}, []string{PaymentSuccessful})
	if err != nil {
		s.t.Fatal(err)
	}
	defer observer.Close()
	s.until("nothing is left", within, func() bool {
		r, err := observer.Read(s.t.Context())
		if err != nil {
			return false
		}
		for id, p := range r.Topics[PaymentSuccessful].Partitions {
			if r.Groups[OrderGroup].Committed[PaymentSuccessful][int32(id)] != p.End {
				return false
			}
		}
		return !slices.ContainsFunc(s.staff, func(c *clerk) bool { return c.died.Err() == nil && len(c.InHand()) > 0 })
	})
}

// account says how many of n payments have no order, and how many orders are one too many.
func (s *shop) account(n int) (lost, twice int) {
	orders := s.orders()
	for i := range n {
		if count := orders[fmt.Sprint(i)]; count == 0 {
			lost++
		} else {
			twice += count - 1
		}
	}
	return lost, twice
}

func eachGuarantee(t *testing.T, test func(t *testing.T, s *shop)) {
	for _, g := range Guarantees() {
		for _, p := range Protocols() {
			t.Run(fmt.Sprint(g, " ", p), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { test(t, newShop(t, p, g)) })
			})
		}
	}
}

func TestNothingIsLostOrDoneTwiceWhileNobodyDies(t *testing.T) {
	eachGuarantee(t, func(t *testing.T, s *shop) {
		s.produce(150)
		s.hire("order-1")
		second := s.hire("order-2")
		s.until("two readers", 20*time.Second, func() bool { return len(s.owners()) == 2 })
		second.stop()
		<-second.ended
		s.hire("order-3")
		s.drained(time.Minute)
		if lost, twice := s.account(150); lost+twice > 0 {
			t.Errorf("%d lost, %d orders too many", lost, twice)
		}
		if second.err != nil {
			t.Errorf("leave: %v", second.err)
		}
	})
}

func TestACrashBetweenEffectAndCommit(t *testing.T) {
	eachGuarantee(t, func(t *testing.T, s *shop) {
		s.deaths["order-1"] = 20
		s.hireTwo()
		s.produce(100)
		s.drained(time.Minute)
		lost, twice := s.account(100)
		want := map[Guarantee][2]bool{AtMostOnce: {true, false}, AtLeastOnce: {false, true}, ExactlyOnce: {false, false}}[s.guarantee]
		if (lost > 0) != want[0] || (twice > 0) != want[1] {
			t.Errorf("%s: %d lost, %d orders too many", s.guarantee, lost, twice)
		}
		t.Logf("%s: %d lost, %d orders too many", s.guarantee, lost, twice)
	})
}

// lastStable is where a reader of committed orders is held back, all partitions together, and end where they end.
func (s *shop) lastStable() (stable, end int64) {
	s.t.Helper()
	committed, err := s.cluster.admin.ListCommittedOffsets(s.t.Context(), testPrefix+OrderCreated)
	if err != nil {
		s.t.Fatal(err)
	}
	ends, err := s.cluster.admin.ListEndOffsets(s.t.Context(), testPrefix+OrderCreated)
	if err != nil {
		s.t.Fatal(err)
	}
	committed.Each(func(o kadm.ListedOffset) { stable += o.Offset })
	ends.Each(func(o kadm.ListedOffset) { end += o.Offset })
	return stable, end
}

// TestAnOpenTransactionIsHeldNoLongerThanTheSession: what a dead member wrote hides everything behind it, until the
// brokers give the transaction up as they give up the member.
func TestAnOpenTransactionIsHeldNoLongerThanTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, ConsumerProtocol, ExactlyOnce)
		s.deaths["order-1"] = 5
		s.produce(30)
		s.hire("order-1")
		s.until("its death", time.Minute, func() bool { return s.staff[0].died.Err() != nil })
		died := time.Now()
		if stable, end := s.lastStable(); stable == end {
			t.Fatal("no transaction is open")
		}
		s.until("the end of its transaction", time.Minute, func() bool { stable, end := s.lastStable(); return stable == end })
		if took := time.Since(died); took < 5*time.Second || took > 7*time.Second {
			t.Errorf("its transaction was open for %v, want the session timeout of 6 s", took)
		}
	})
}

// TestARestartFencesTheLifeBefore: the same instance ends the transaction that its earlier life left open, at once.
func TestARestartFencesTheLifeBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, ConsumerProtocol, ExactlyOnce)
		s.deaths["order-1"] = 5
		s.produce(30)
		s.hire("order-1")
		s.until("its death", time.Minute, func() bool { return s.staff[0].died.Err() != nil })
		died := time.Now()
		s.hire("order-1")
		s.until("the end of its transaction", time.Minute, func() bool { stable, end := s.lastStable(); return stable == end })
		if took := time.Since(died); took > time.Second {
			t.Errorf("its transaction was open for %v after the restart", took)
		}
		s.drained(time.Minute)
		if lost, twice := s.account(30); lost+twice > 0 {
			t.Errorf("%d lost, %d orders too many", lost, twice)
		}
	})
}

// TestDuplicatesFollowTheCommitInterval: at-least-once does again what it had not committed.
func TestDuplicatesFollowTheCommitInterval(t *testing.T) {
	twice := map[time.Duration]int{}
	for _, every := range []time.Duration{MinCommitInterval, MaxCommitInterval} {
		synctest.Test(t, func(t *testing.T) {
			s := newShop(t, ConsumerProtocol, AtLeastOnce)
			s.every = every
			s.deaths["order-1"] = 40
			s.hireTwo()
			s.produce(150)
			s.drained(time.Minute)
			_, twice[every] = s.account(150)
		})
	}
	if few, many := twice[MinCommitInterval], twice[MaxCommitInterval]; few > 5 || many < 5*few {
		t.Errorf("%d orders too many when commits come every %v, %d when every %v", few, MinCommitInterval, many, MaxCommitInterval)
	}
}
