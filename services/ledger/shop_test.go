package ledger_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/audit"
	"blackfriday/services/ledger"
	"blackfriday/services/order"
	"blackfriday/services/relay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	goodPayment = `{"user_id":1,"cart":[{"name":"Casque","price":99.9,"quantity":2}],"timestamp":1.5}`
	goodCents   = 199_80
	pill        = `{ invalid json :`
)

// patience is how long a test waits for the lab to get there.
const patience = 20 * time.Second

// shop is a cluster with the lab's topics and an auditor.
type shop struct {
	*kafkatest.Shop
	ledger *ledger.Ledger

	mu   sync.Mutex
	work ledger.Work
}

// openShop opens a shop. Everything that is committed is held to be this process's, unless the test says otherwise.
func openShop(tb testing.TB) *shop {
	tb.Helper()
	s := &shop{Shop: kafkatest.OpenShop(tb)}
	s.setWork(nil, everything())
	s.ledger = ledger.New(ledger.Config{Cluster: s.Cluster, Work: s.workNow, Every: 20 * time.Millisecond})
	tb.Cleanup(s.run(s.ledger))
	return s
}

// run runs a ledger until stop is called.
func (s *shop) run(l *ledger.Ledger) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := l.Run(ctx); err != nil {
			s.Errorf("the ledger ended: %v", err)
		}
	})
	return func() { cancel(); ended.Wait() }
}

// everything is all that can ever be committed.
func everything() []kafka.Span {
	var all []kafka.Span
	for p := range int32(10) {
		all = append(all, payments(p, 0, 1<<62))
	}
	return all
}

// payments is a span of payment-successful.
func payments(partition int32, first, next int64) kafka.Span {
	return kafka.Span{TopicPartition: kafka.TopicPartition{Topic: kafka.PaymentSuccessful, Partition: partition}, First: first, Next: next}
}

func (s *shop) setWork(inHand, committed []kafka.Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.work = ledger.Work{InHand: inHand, Committed: committed}
}

// setReaders says which partitions of payment-successful living members read.
func (s *shop) setReaders(partitions ...int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.work.Read = nil
	for _, p := range partitions {
		s.work.Read = append(s.work.Read, kafka.TopicPartition{Topic: kafka.PaymentSuccessful, Partition: p})
	}
}

func (s *shop) workNow() ledger.Work {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.work
}

// write writes records, each to the partition it names.
func (s *shop) write(records ...*kafka.Record) {
	s.Helper()
	b := s.NewBrowser("test")
	defer b.Close()
	if err := errors.Join(b.Write(context.Background(), records...)...); err != nil {
		s.Fatal(err)
	}
}

func (s *shop) orderHandler(name string) kafka.Handler {
	return order.NewHandler(order.Config{
		Number: 1, Name: name, Delay: &order.Delay{}, Topics: s, Book: order.NewBook(), Rejections: &relay.Rejections{},
	})
}

// until waits for a picture that was begun after the call, is up to date, and that good likes.
func (s *shop) until(what string, good func(*ledger.Picture) bool) *ledger.Picture {
	s.Helper()
	began, deadline := time.Now(), time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-deadline:
			s.Fatalf("%s: not within %v; the books say %+v", what, patience, *s.ledger.Picture())
		case <-tick.C:
		}
		p := s.ledger.Picture()
		s.balanced(p)
		if p.Known && p.At.After(began) && p.Complete() && good(p) {
			return p
		}
	}
}

// balanced fails unless every entry balances and they add up.
func (s *shop) balanced(p *ledger.Picture) {
	s.Helper()
	var total ledger.Sum
	for id, e := range append(p.Partitions, p.Total) {
		sides := ledger.Sum{}
		for _, side := range []ledger.Sum{e.Done, e.DLQ, e.InFlight, e.Waiting, e.Lost, e.Foreign, e.Expired} {
			if side.Count < 0 || side.Cents < 0 {
				s.Fatalf("partition %d has a negative side: %+v", id, e)
			}
			sides.Count += side.Count
			sides.Cents += side.Cents
		}
		if sides != e.Payments {
			s.Fatalf("partition %d does not balance: %+v", id, e)
		}
		if id < len(p.Partitions) {
			total.Count += e.Payments.Count
			total.Cents += e.Payments.Cents
		}
	}
	if total != p.Total.Payments {
		s.Fatalf("the partitions hold %+v, the total says %+v", total, p.Total.Payments)
	}
}

// audit counts the topics afresh.
func (s *shop) audit() audit.Count {
	s.Helper()
	c, err := audit.Read(context.Background(), s)
	if err != nil {
		s.Fatal(err)
	}
	return c
}
