//go:build synctests

package order_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"blackfriday/kafka"
	"blackfriday/services/order"
	"blackfriday/services/relay/relaytest"
)

func TestACrashLoopCountsOverLives(t *testing.T) {
	for _, guarantee := range []kafka.Guarantee{kafka.AtLeastOnce, kafka.ExactlyOnce} {
		t.Run(string(guarantee), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { crashLoop(t, guarantee) })
		})
	}
}

// crashLoop has an instance die of the same pill four times, and then lets it through.
func crashLoop(t *testing.T, guarantee kafka.Guarantee) {
	t.Helper()
	r := newRoom(t)
	r.guarantee = guarantee
	r.policy.Set(order.Crash, 0)
	for life := 1; life <= 4; life++ {
		_, over := r.life()
		var fatal *kafka.FatalError
		if err := <-over; !errors.As(err, &fatal) {
			t.Fatalf("life %d ended with %v; want a *kafka.FatalError", life, err)
		}
		if b := r.Blocked(); len(b) != 1 || b[0].Crashes != life || b[0].Offset != 2 {
			t.Fatalf("life %d: blocked on %q", life, blockedOn(r.instance))
		}
	}
	r.policy.Set(order.ToDLQ, 0)
	end, over := r.life()
	r.until("everything is through", func() bool {
		return r.Blocked() == nil && len(r.read(kafka.DLQPayment)) == 1 && r.through() == sent-1
	})
	if h := relaytest.Headers(r.read(kafka.DLQPayment)[0]); h[kafka.HeaderAttempts] != "5" {
		t.Errorf("headers of the dead letter: %v", h)
	}
	end()
	if err := <-over; err != nil {
		t.Error(err)
	}
	if orders := len(r.read(kafka.OrderCreated)); guarantee == kafka.ExactlyOnce && orders != sent-1 {
		t.Errorf("%d orders of %d payments under exactly-once", orders, sent-1)
	}
}

// through is how many payments have an order.
func (r *room) through() int {
	ids := map[string]bool{}
	for _, record := range r.read(kafka.OrderCreated) {
		h := relaytest.Headers(record)
		ids[h[kafka.HeaderPaymentPartition]+"@"+h[kafka.HeaderPaymentOffset]] = true
	}
	return len(ids)
}
