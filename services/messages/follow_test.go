package messages_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/messages"
)

// counted is a messages.Counter that knows of orders: those with an even offset are counted at dawn.
type counted struct{}

func (counted) Counted(topic string, _ int32, offset int64) (time.Time, bool) {
	if topic == kafka.OrderCreated && offset%2 == 0 {
		return dawn(), true
	}
	return time.Time{}, topic != kafka.PaymentSuccessful
}

// story writes what becomes of payments, one record a second from dawn on.
type story struct {
	*bench
	at time.Time
}

func newStory(t testing.TB) *story { return &story{openBench(t, counted{}), dawn()} }

// tell writes one record and returns where it stands.
func (s *story) tell(topic, value string, headers ...kafka.Header) messages.Place {
	s.Helper()
	r := &kafka.Record{Topic: topic, Partition: int32(len(value) % 3), Value: []byte(value), Headers: headers, Timestamp: s.at}
	s.at = s.at.Add(time.Second)
	kafkatest.Write(s, s.Cluster, r)
	return messages.Place{Topic: topic, Partition: r.Partition, Offset: r.Offset}
}

func header(key string, value any) kafka.Header {
	return kafka.Header{Key: key, Value: []byte(fmt.Sprint(value))}
}

// of is the headers of what an instance makes of a parent, and in the end of a payment.
func (s *story) of(payment, parent messages.Place, instance string) []kafka.Header {
	return []kafka.Header{
		header(kafka.HeaderSourceTopic, parent.Topic), header(kafka.HeaderSourcePartition, parent.Partition),
		header(kafka.HeaderSourceOffset, parent.Offset), header(kafka.HeaderPaymentTopicID, s.TopicID(kafka.PaymentSuccessful)),
		header(kafka.HeaderPaymentPartition, payment.Partition), header(kafka.HeaderPaymentOffset, payment.Offset),
		header(kafka.HeaderInstance, instance),
	}
}

func redriven(letter messages.Place) []kafka.Header {
	return []kafka.Header{header(kafka.HeaderRedrivePartition, letter.Partition), header(kafka.HeaderRedriveOffset, letter.Offset)}
}

// follow follows a payment and returns its trace, and its hops as "value by instance", with ! for duplicates.
func (s *story) follow(p messages.Place) (messages.Trace, string) {
	s.Helper()
	told := 0
	trace, err := s.Follow(s.Context(), messages.Payment{Partition: p.Partition, Offset: p.Offset}, func(messages.Trace) { told++ })
	if err != nil {
		s.Fatal(err)
	}
	if told == 0 || trace.Scanned != trace.Total {
		s.Errorf("progress was told %d times, %d of %d looked at", told, trace.Scanned, trace.Total)
	}
	var hops []string
	for _, h := range trace.Hops {
		hop := strings.TrimSuffix(string(h.Value)+" by "+h.Instance, " by ")
		if h.Duplicate {
			hop += "!"
		}
		hops = append(hops, hop)
	}
	return trace, strings.Join(hops, ", ")
}

func TestFollowAPaymentToItsEmail(t *testing.T) {
	s := newStory(t)
	s.tell(kafka.PaymentSuccessful, "abc")
	p := s.tell(kafka.PaymentSuccessful, "pay")
	other := s.tell(kafka.PaymentSuccessful, "other")
	s.tell(kafka.OrderCreated, "another's order", s.of(other, other, "order-1")...)
	o := s.tell(kafka.OrderCreated, "an order of ours", s.of(p, p, "order-2")...)
	s.tell(kafka.EmailSent, "mail", s.of(p, o, "email")...)
	trace, hops := s.follow(p)
	if hops != "pay, an order of ours by order-2, mail by email" || trace.Gone || trace.More != 0 {
		t.Errorf("%s; gone %v, %d more", hops, trace.Gone, trace.More)
	}
	payment, order, mail := trace.Hops[0], trace.Hops[1], trace.Hops[2]
	if payment.CountedKnown || !order.CountedKnown || !order.Counted.Equal(dawn()) || !mail.CountedKnown || !mail.Counted.IsZero() {
		t.Errorf("counted: %+v, %+v, %+v", payment, order, mail)
	}
	if order.Parent != p || mail.Parent != o || mail.Of != (messages.Payment{Partition: p.Partition, Offset: p.Offset}) {
		t.Errorf("parents %+v and %+v", order.Parent, mail.Parent)
	}
}

// TestFollowTellsWhichCopyIsTheDuplicate: the e-mail of the second order is one whenever it was sent.
func TestFollowTellsWhichCopyIsTheDuplicate(t *testing.T) {
	s := newStory(t)
	p := s.tell(kafka.PaymentSuccessful, "pay")
	first := s.tell(kafka.OrderCreated, "order a", s.of(p, p, "order-1")...)
	second := s.tell(kafka.OrderCreated, "order bb", s.of(p, p, "order-2")...)
	s.tell(kafka.EmailSent, "mail of bb", s.of(p, second, "email")...)
	s.tell(kafka.EmailSent, "mail of a", s.of(p, first, "email")...)
	s.tell(kafka.EmailSent, "mail of a again", s.of(p, first, "email")...)
	s.tell(kafka.DLQPayment, "letter about a", s.of(p, first, "email")...)
	s.tell(kafka.DLQPayment, "letter", s.of(p, p, "order-3")...)
	_, hops := s.follow(p)
	want := "pay, order a by order-1, order bb by order-2!, mail of bb by email!, mail of a by email, mail of a again by email!, " +
		"letter about a by email!, letter by order-3!"
	if hops != want {
		t.Errorf(" got %s\nwant %s", hops, want)
	}
}

// TestFollowGoesThroughTheDLQBothWays: whichever copy is asked for, the whole way is found.
func TestFollowGoesThroughTheDLQBothWays(t *testing.T) {
	s := newStory(t)
	x := s.tell(kafka.PaymentSuccessful, "x")
	letterX := s.tell(kafka.DLQPayment, "letter of x", s.of(x, x, "order-1")...)
	y := s.tell(kafka.PaymentSuccessful, "yy", redriven(letterX)...)
	letterY := s.tell(kafka.DLQPayment, "letter of y", s.of(y, y, "order-2")...)
	s.tell(kafka.PaymentSuccessful, "another copy", redriven(messages.Place{Partition: letterX.Partition, Offset: letterX.Offset + 100})...)
	z := s.tell(kafka.PaymentSuccessful, "zzz", redriven(letterY)...)
	s.tell(kafka.OrderCreated, "order of z", s.of(z, z, "order-3")...)
	const want = "x, letter of x by order-1, yy, letter of y by order-2, zzz, order of z by order-3"
	for _, p := range []messages.Place{x, y, z} {
		trace, hops := s.follow(p)
		if hops != want || trace.Payment.Offset != p.Offset || trace.Hops[4].Generation != 2 || trace.Hops[4].Parent != letterY {
			t.Errorf("from %+v: %s, the copy %+v", p, hops, trace.Hops[4])
		}
	}
}

// TestFollowIsNotLedInCircles: headers can be forged.
func TestFollowIsNotLedInCircles(t *testing.T) {
	s := newStory(t)
	// Two payments that are copies of each other, by their letters.
	x, y := messages.Place{Topic: kafka.PaymentSuccessful}, messages.Place{Topic: kafka.PaymentSuccessful, Offset: 1}
	letterX := s.tell(kafka.DLQPayment, "xxx", s.of(x, x, "a")...)
	letterY := s.tell(kafka.DLQPayment, "yyy", s.of(y, y, "b")...)
	s.tell(kafka.PaymentSuccessful, "XXX", redriven(letterY)...)
	s.tell(kafka.PaymentSuccessful, "YYY", redriven(letterX)...)
	if trace, hops := s.follow(x); len(trace.Hops) != 4 {
		t.Errorf("found %s", hops)
	}
	// A line that is longer than redrives are many.
	p := s.tell(kafka.PaymentSuccessful, "p")
	line := []messages.Place{p}
	for range 8 {
		letter := s.tell(kafka.DLQPayment, "letter", s.of(p, p, "order-1")...)
		p = s.tell(kafka.PaymentSuccessful, "p", redriven(letter)...)
		line = append(line, p)
	}
	for i, p := range line {
		trace, hops := s.follow(p)
		payments := 0
		for _, h := range trace.Hops {
			if h.Topic == kafka.PaymentSuccessful {
				payments++
			}
		}
		if payments != messages.MaxRedrives+1 {
			t.Errorf("from payment %d on: %d payments: %s", i, payments, hops)
		}
	}
}

func TestFollowBelievesNoForgery(t *testing.T) {
	s := newStory(t)
	p := s.tell(kafka.PaymentSuccessful, "pay")
	forged := s.of(p, p, "x")
	forged[3].Value = []byte("another topic")
	s.tell(kafka.OrderCreated, "forged", forged...)
	for i, bad := range []string{"", "-1", "99999999999999999999", "0x0", "\x00"} {
		hs := s.of(p, p, "x")
		hs[4+i%2].Value = []byte(bad)
		s.tell(kafka.OrderCreated, "garbage", hs...)
	}
	s.tell(kafka.OrderCreated, "bare")
	s.tell(kafka.OrderCreated, "true", append(s.of(p, p, strings.Repeat("i", 1000)), forged...)...)
	trace, hops := s.follow(p)
	if !strings.HasPrefix(hops, "pay, true by iii") || len(trace.Hops) != 2 || len(trace.Hops[1].Instance) != 256 {
		t.Errorf("found %s", hops)
	}
}

func TestFollowIsBounded(t *testing.T) {
	s := newStory(t)
	p := s.tell(kafka.PaymentSuccessful, "pay")
	records := make([]*kafka.Record, 1200)
	for i := range records {
		records[i] = &kafka.Record{Topic: kafka.OrderCreated, Value: make([]byte, 40<<10), Headers: s.of(p, p, "x"), Timestamp: s.at}
	}
	kafkatest.Write(t, s.Cluster, records...)
	trace, _ := s.follow(p)
	weight, cut := 0, 0
	for _, h := range trace.Hops {
		weight += len(h.Value)
		cut += h.Cut
	}
	if len(trace.Hops) != 1000 || trace.More != 201 || weight > 34<<20 || weight+cut < 999*40<<10 {
		t.Errorf("%d hops of %d bytes and %d cut, %d more", len(trace.Hops), weight, cut, trace.More)
	}
}

func TestFollowAPaymentThatIsNotThere(t *testing.T) {
	s := newStory(t)
	p := messages.Place{Topic: kafka.PaymentSuccessful, Offset: 5}
	s.tell(kafka.OrderCreated, "order", s.of(p, p, "order-1")...)
	if trace, hops := s.follow(p); hops != "order by order-1" || !trace.Gone {
		t.Errorf("found %s, gone %v", hops, trace.Gone)
	}
	if _, err := s.Follow(t.Context(), messages.Payment{Partition: 3}, nil); err == nil || !strings.Contains(err.Error(), "0 to 2") {
		t.Errorf("partition 3: %v", err)
	}
}

// A producer with a wrong clock must not hide what became of its payments.
func TestFollowAPaymentFromTheFuture(t *testing.T) {
	s := newStory(t)
	s.at = time.Now().Add(1000 * time.Hour)
	p := s.tell(kafka.PaymentSuccessful, "pay")
	s.at = dawn()
	s.tell(kafka.OrderCreated, "order", s.of(p, p, "order-1")...)
	if _, hops := s.follow(p); hops != "order by order-1, pay" {
		t.Errorf("found %s", hops)
	}
}
