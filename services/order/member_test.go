//go:build synctests

package order_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/order"
	"blackfriday/services/relay/relaytest"
)

// room is order-2 on a cluster in virtual time.
type room struct {
	*instance
	t         *testing.T
	cluster   *kafka.Cluster
	guarantee kafka.Guarantee // of the next lives; empty: the default
}

// The payments of a room: pillAt is the only one that is refused, and those behind it in its partition wait for it.
const (
	partitions = 3
	sent       = 33
	pillAt     = 6
	behindPill = (sent - 1 - pillAt) / partitions
)

// newRoom opens a cluster that holds the payments, spread evenly over the partitions.
func newRoom(t *testing.T) *room {
	t.Helper()
	cluster, err := kafka.Open(t.Context(), kafkatest.VirtualConfig())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	err = cluster.CreateTopics(t.Context(), kafka.Topic{Name: kafka.PaymentSuccessful, Partitions: partitions, MaxBytes: 1 << 20},
		kafka.Topic{Name: kafka.OrderCreated, Partitions: partitions, MaxBytes: 1 << 20},
		kafka.Topic{Name: kafka.DLQPayment, Partitions: 1, MaxBytes: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	producer, err := cluster.NewProducer("producer")
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	records := make([]*kafka.Record, sent)
	for i := range records {
		records[i] = &kafka.Record{Topic: kafka.PaymentSuccessful, Value: []byte(good)}
	}
	records[pillAt].Value = []byte(pill)
	if err := errors.Join(producer.Write(t.Context(), records...)...); err != nil {
		t.Fatal(err)
	}
	return &room{instance: newInstance(), t: t, cluster: cluster}
}

// life runs the instance as a member of its group: end makes it leave, and over gets what Run returned.
func (r *room) life() (end context.CancelFunc, over <-chan error) {
	r.t.Helper()
	member, err := r.cluster.NewMember(kafka.MemberConfig{
		ClientID: "order-2", Group: kafka.OrderGroup, Topics: []string{kafka.PaymentSuccessful},
		Handler: r.Handler, Watch: r, Batch: func() int { return 500 }, Guarantee: r.guarantee,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- member.Run(ctx); close(ended) }()
	r.t.Cleanup(func() {
		cancel()
		for range ended { // until Run has returned
		}
		member.Release()
	})
	return cancel, ended
}

// Assigned implements kafka.Watcher.
func (r *room) Assigned(kafka.Assignment) {}

// Released implements kafka.Watcher as the lab does.
func (r *room) Released(_ time.Time, tps []kafka.TopicPartition, _ bool) {
	for _, tp := range tps {
		r.Forget(tp.Partition)
	}
}

// Begun implements kafka.Watcher.
func (r *room) Begun(time.Time, []*kafka.Record) {}

// Failing implements kafka.Watcher.
func (r *room) Failing(error) {}

// until waits in virtual time until something holds.
func (r *room) until(what string, holds func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Minute); !holds(); {
		if time.Now().After(deadline) {
			r.t.Fatalf("not reached: %s; finished %d, blocked on %q", what, r.Finished(), blockedOn(r.instance))
		}
		<-time.After(50 * time.Millisecond)
	}
}

// read returns what a reader of committed data sees in a topic.
func (r *room) read(topic string) []*kafka.Record {
	r.t.Helper()
	var all []*kafka.Record
	err := r.cluster.ReadAll(r.t.Context(), []string{topic}, func(record *kafka.Record) { all = append(all, record) })
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

func TestABlockedPartitionFlowsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		r.policy.Set(order.Retry, 0)
		end, over := r.life()
		r.until("the other partitions are through", func() bool { return r.Finished() == sent-1-behindPill })
		r.until("the pill was tried five times", func() bool { b := r.Blocked(); return len(b) == 1 && b[0].Attempts >= 5 })
		if r.Finished() != sent-1-behindPill || len(r.read(kafka.DLQPayment)) != 0 {
			t.Fatalf("finished %d though one partition is blocked", r.Finished())
		}
		r.policy.Set(order.RetryThenDLQ, 3)
		r.until("the partition flows again", func() bool { return r.Finished() == sent })
		dead := r.read(kafka.DLQPayment)
		if r.Blocked() != nil || len(dead) != 1 || r.book.Total() != sent-1 {
			t.Fatalf("blocked on %q, %d dead letters, %d orders", blockedOn(r.instance), len(dead), r.book.Total())
		}
		h := relaytest.Headers(dead[0])
		attempts, err := strconv.Atoi(h[kafka.HeaderAttempts])
		if err != nil || attempts < 6 || h[kafka.HeaderSourceOffset] != "2" {
			t.Errorf("headers of the dead letter: %v", h)
		}
		end()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
}

func TestABlockedPartitionIsForgottenWhenItIsHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		r.policy.Set(order.Retry, 0)
		end, over := r.life()
		r.until("the pill was tried", func() bool { return r.Blocked() != nil })
		end()
		if err := <-over; err != nil {
			t.Error(err)
		}
		if r.Blocked() != nil {
			t.Errorf("blocked on %q after it left", blockedOn(r.instance))
		}
	})
}
