package kafkatest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"blackfriday/kafka"
)

// Shop is an embedded cluster with the lab's topics, and a till that writes payments: for tests of those who count what
// happens in it.
type Shop struct {
	testing.TB
	*kafka.Cluster
	till *kafka.Producer
}

// OpenShop opens a shop until the test ends. Every topic has three partitions.
func OpenShop(tb testing.TB) *Shop {
	tb.Helper()
	c, err := kafka.Open(context.Background(), kafka.Config{Prefix: Prefix})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	s := &Shop{TB: tb, Cluster: c}
	s.Furnish()
	if s.till, err = c.NewProducer("payment"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.till.Close)
	return s
}

// Furnish creates the lab's topics that are missing.
func (s *Shop) Furnish() {
	s.Helper()
	for _, name := range []string{kafka.PaymentSuccessful, kafka.OrderCreated, kafka.EmailSent, kafka.DLQPayment} {
		if err := s.CreateTopics(context.Background(), kafka.Topic{Name: name, Partitions: 3, MaxBytes: 1 << 20}); err != nil {
			s.Fatal(err)
		}
	}
}

// Pay writes n payments with this value.
func (s *Shop) Pay(n int, value string) {
	s.Helper()
	records := make([]*kafka.Record, n)
	for i := range records {
		records[i] = &kafka.Record{Topic: kafka.PaymentSuccessful, Value: []byte(value)}
	}
	if err := errors.Join(s.till.Write(context.Background(), records...)...); err != nil {
		s.Fatal(err)
	}
}

// Join runs a member that takes 50 records at a time, until the test ends or stop is called. An empty guarantee is
// at-least-once.
func (s *Shop) Join(g kafka.Guarantee, name, group, topic string, h kafka.Handler) (stop func()) {
	s.Helper()
	m, err := s.NewMember(kafka.MemberConfig{
		ClientID: name, Group: group, Topics: []string{topic}, Handler: h, Watch: nobody{}, Batch: func() int { return 50 },
		Guarantee: g,
	})
	if err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := m.Run(ctx); err != nil {
			s.Errorf("%s: %v", name, err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); ended.Wait(); m.Release() })
	s.Cleanup(stop)
	return stop
}

// nobody watches a member.
type nobody struct{}

// Assigned implements kafka.Watcher.
func (nobody) Assigned(kafka.Assignment) {}

// Released implements kafka.Watcher.
func (nobody) Released(time.Time, []kafka.TopicPartition, bool) {}

// Begun implements kafka.Watcher.
func (nobody) Begun(time.Time, []*kafka.Record) {}

// Failing implements kafka.Watcher.
func (nobody) Failing(error) {}
