package ledger

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"blackfriday/kafka"
)

// order is an order of a payment of partition 0.
func orderOf(offset int64) *kafka.Record {
	return slip{anOrder, place{0, offset}, ours, place{}}.record()
}

// TestWhoIsAheadWaits: an order can be read before its payment, and is forged only once it is known that there is none.
func TestWhoIsAheadWaits(t *testing.T) {
	b := newBooks(ours)
	b.grow(1)
	b.enter(kafka.Stretch{
		TopicPartition: kafka.TopicPartition{Topic: kafka.OrderCreated}, Next: 3,
		Records: []*kafka.Record{orderOf(0), orderOf(1), orderOf(9)},
	})
	b.settle([]int64{2}) // two payments have been written, and none was read
	if len(b.aside) != 2 || b.forged != 1 {
		t.Fatalf("%d wait, %d forged; want 2 and 1", len(b.aside), b.forged)
	}
	b.enter(kafka.Stretch{
		TopicPartition: kafka.TopicPartition{Topic: kafka.PaymentSuccessful}, Next: 1,
		Records: []*kafka.Record{{Topic: kafka.PaymentSuccessful, Value: []byte(good)}},
	})
	b.settle([]int64{2})
	if len(b.aside) != 1 || b.sheets[0].settled.Done.Count != 1 {
		t.Fatalf("%d wait, %+v; want one waiting and one done", len(b.aside), b.sheets[0].settled)
	}
	// The other offset turns out to be a marker.
	b.enter(kafka.Stretch{TopicPartition: kafka.TopicPartition{Topic: kafka.PaymentSuccessful}, First: 1, Next: 2})
	b.settle([]int64{2})
	if len(b.aside) != 0 || b.forged != 2 {
		t.Errorf("%d wait, %d forged; want none and 2", len(b.aside), b.forged)
	}
}

// TestWhatWaitsHoldsNoRecord: names are copied, and cut, because a record's bytes belong to a whole batch.
func TestWhatWaitsHoldsNoRecord(t *testing.T) {
	b := newBooks(ours)
	r := orderOf(5)
	name := bytes.Repeat([]byte("x"), 1<<20)
	r.Headers[4].Value = name
	b.enterFollower(r)
	name[0] = 'y'
	if kept := b.aside[0].instance; len(kept) != maxName || kept[0] != 'x' {
		t.Errorf("%d bytes kept that begin with %c", len(kept), kept[0])
	}
}

func TestNamesAreBounded(t *testing.T) {
	s, c := services{}, codes{}
	for i := range 1000 {
		s.count([]byte(fmt.Sprint("order-", i)), anOrder, i%2 == 0)
		c.count([]byte(strings.Repeat("x", maxName) + fmt.Sprint(i)))
	}
	list := s.list()
	if rest := list[len(list)-1]; len(list) != maxNames+1 || rest.Name != others || rest.Orders != 1000-maxNames {
		t.Errorf("%d services, the last %+v", len(list), rest)
	}
	if all := c.counts(); len(all) != 1 || all[strings.Repeat("x", maxName)] != 1000 {
		t.Errorf("codes that differ beyond %d bytes are %d different ones", maxName, len(all))
	}
}

// TestOfAHeaderTheFirstCounts, also when it has no value.
func TestOfAHeaderTheFirstCounts(t *testing.T) {
	r := &kafka.Record{Headers: []kafka.Header{
		{Key: kafka.HeaderPaymentOffset}, {Key: kafka.HeaderPaymentOffset, Value: []byte("1")},
		{Key: kafka.HeaderInstance, Value: []byte("a")}, {Key: kafka.HeaderInstance, Value: []byte("b")},
		{Key: kafka.HeaderRedrivePartition, Value: []byte("0")}, {Key: kafka.HeaderRedriveOffset},
		{Key: kafka.HeaderRedriveOffset, Value: []byte("1")},
	}}
	if h := headerOf(r); len(h.offset) != 0 || string(h.instance) != "a" {
		t.Errorf("header %+v", h)
	}
	if _, ok := redriven(r); ok {
		t.Error("the second header counted")
	}
}

func TestManyGapsAreBounded(t *testing.T) {
	s := newSheet()
	for i := range int64(5000) {
		s.forget(10*i, 10*i+1)
	}
	if len(s.unread) > 1000 || !s.knows(0) || s.knows(5) || !s.knows(49_990) {
		t.Errorf("%d gaps", len(s.unread))
	}
}

// TestWhatWasInHandStaysInFlight until a later commit is proven: its order may have been written behind the ends.
func TestWhatWasInHandStaysInFlight(t *testing.T) {
	proven := &look{
		committed: map[int32]int64{0: 5}, inHand: map[int32]spans{0: {{2, 4}}}, ours: map[int32]spans{0: {{0, 5}}},
	}
	now := look{committed: map[int32]int64{0: 7}, inHand: map[int32]spans{0: {{6, 7}}}}
	s := newSheet()
	for o := range int64(9) {
		s.pay(o, 1)
	}
	got := s.judge(now.circumstances(0, proven, spans{{0, 1}}))
	want := Entry{
		Payments: Sum{9, 9}, Foreign: Sum{1, 1}, Lost: Sum{2, 2}, InFlight: Sum{4, 4}, Waiting: Sum{2, 2},
	}
	if got != want {
		t.Errorf("judged %+v\nwant   %+v", got, want)
	}
}
