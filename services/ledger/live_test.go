package ledger_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/ledger"
)

// payAt writes n good payments into a partition.
func (s *shop) payAt(partition int32, n int) {
	s.Helper()
	records := make([]*kafka.Record, n)
	for i := range records {
		records[i] = &kafka.Record{Topic: kafka.PaymentSuccessful, Partition: partition, Value: []byte(goodPayment)}
	}
	s.write(records...)
}

// commit says that the order group has finished everything before an offset.
func (s *shop) commit(partition int32, next int64) {
	s.Helper()
	kafkatest.CommitOffset(s, s.Cluster, kafka.OrderGroup, kafka.PaymentSuccessful, partition, next)
}

// slip is a record that names a payment.
func (s *shop) slip(topic string, partition int32, offset int64) *kafka.Record {
	number := func(n int64) []byte { return strconv.AppendInt(nil, n, 10) }
	return &kafka.Record{Topic: topic, Headers: []kafka.Header{
		{Key: kafka.HeaderSourceTopic, Value: []byte(kafka.PaymentSuccessful)},
		{Key: kafka.HeaderPaymentTopicID, Value: []byte(s.TopicID(kafka.PaymentSuccessful))},
		{Key: kafka.HeaderPaymentPartition, Value: number(int64(partition))},
		{Key: kafka.HeaderPaymentOffset, Value: number(offset)},
		{Key: kafka.HeaderInstance, Value: []byte("order-1")},
		{Key: kafka.HeaderErrorCode, Value: []byte("code")},
	}}
}

// total waits until the books say so.
func (s *shop) total(what string, want ledger.Entry) *ledger.Picture {
	s.Helper()
	return s.until(what, func(p *ledger.Picture) bool { return p.Total == want })
}

func TestInHandIsNotLost(t *testing.T) {
	s := openShop(t)
	s.payAt(0, 10)
	s.setWork([]kafka.Span{payments(0, 2, 4), payments(0, 8, 9)}, []kafka.Span{payments(0, 0, 5)})
	s.commit(0, 5)
	s.total("committed before the work", ledger.Entry{
		Payments: worth(10, 10), InFlight: worth(3, 3), Lost: worth(3, 3), Waiting: worth(4, 4),
	})
	s.write(s.slip(kafka.OrderCreated, 0, 2))
	s.setWork(nil, []kafka.Span{payments(0, 0, 5)})
	s.total("one done, the other's owner dead", ledger.Entry{
		Payments: worth(10, 10), Done: worth(1, 1), Lost: worth(4, 4), Waiting: worth(5, 5),
	})
}

func TestWhatOthersCommitIsForeign(t *testing.T) {
	s := openShop(t)
	s.payAt(1, 10)
	s.setWork(nil, []kafka.Span{payments(1, 7, 9)})
	s.commit(1, 9)
	s.total("two of nine are ours", ledger.Entry{
		Payments: worth(10, 10), Foreign: worth(7, 7), Lost: worth(2, 2), Waiting: worth(1, 1),
	})
}

// TestACommitOfAnotherTopicProvesNothing: a group keeps its commits when the topic is created anew.
func TestACommitOfAnotherTopicProvesNothing(t *testing.T) {
	s := openShop(t)
	s.payAt(0, 10)
	s.commit(0, 500)
	s.total("all waits", ledger.Entry{Payments: worth(10, 10), Waiting: worth(10, 10)})
}

func TestAnOpenTransactionIsNoLoss(t *testing.T) {
	for _, topic := range []string{kafka.OrderCreated, kafka.DLQPayment} {
		for _, commit := range []bool{true, false} {
			t.Run(topic+", commit "+strconv.FormatBool(commit), func(t *testing.T) { openIsNoLoss(t, topic, commit) })
		}
	}
}

func openIsNoLoss(t *testing.T, topic string, commit bool) {
	s := openShop(t)
	s.payAt(0, 2)
	s.until("payments read", func(p *ledger.Picture) bool { return p.Total.Waiting.Count == 2 })
	end := kafkatest.Begin(t, s.Cluster, "tx", s.slip(topic, 0, 0))
	s.commit(0, 1)
	deadline := time.After(patience)
	for p := s.ledger.Picture(); len(p.Blocked) == 0; p = s.ledger.Picture() {
		if p.Total.Lost.Count > 0 {
			t.Fatalf("lost behind an open transaction: %+v", p)
		}
		select {
		case <-deadline:
			t.Fatalf("not blocked: %+v", p)
		case <-time.After(5 * time.Millisecond):
		}
	}
	p := s.ledger.Picture()
	if p.Blocked[0] != topic || p.Behind+p.Held != 1 || p.Total.InFlight.Count != 1 || p.Total.Lost.Count != 0 {
		t.Errorf("blocked in %v, behind %d, %+v", p.Blocked, p.Behind+p.Held, p.Total)
	}
	end(commit)
	want := ledger.Entry{Payments: worth(2, 2), Done: worth(1, 1), Waiting: worth(1, 1)}
	if topic == kafka.DLQPayment {
		want.Done, want.DLQ = want.DLQ, want.Done
	}
	if !commit {
		want = ledger.Entry{Payments: worth(2, 2), Lost: worth(1, 1), Waiting: worth(1, 1)}
	}
	p = s.total("the transaction has ended", want)
	if records := p.Records[topic]; records != want.Done.Count+want.DLQ.Count || p.Markers[topic] != 2-records || p.Blocked != nil {
		t.Errorf("%d records, %d markers, blocked %v", records, p.Markers[topic], p.Blocked)
	}
}

func TestExpiredPayments(t *testing.T) {
	s := openShop(t)
	s.payAt(0, 10)
	s.until("read", func(p *ledger.Picture) bool { return p.Total.Payments.Count == 10 })
	s.setWork(nil, []kafka.Span{payments(0, 0, 2)})
	s.write(s.slip(kafka.OrderCreated, 0, 0), s.slip(kafka.OrderCreated, 0, 4))
	s.commit(0, 2)
	kafkatest.DeleteRecords(t, s.Cluster, kafka.PaymentSuccessful, 0, 6)
	// 0 and 4 are done, 1 was lost before it was deleted; 2, 3 and 5 nobody can read any more.
	s.total("expired", ledger.Entry{
		Payments: worth(10, 10), Done: worth(2, 2), Lost: worth(1, 1), Expired: worth(3, 3), Waiting: worth(4, 4),
	})
}

// TestWhatAReaderMayHoldHasNotExpired: it may have been fetched before it was deleted.
func TestWhatAReaderMayHoldHasNotExpired(t *testing.T) {
	s := openShop(t)
	s.payAt(0, 10)
	s.until("read", func(p *ledger.Picture) bool { return p.Total.Payments.Count == 10 })
	s.setReaders(0)
	kafkatest.DeleteRecords(t, s.Cluster, kafka.PaymentSuccessful, 0, 6)
	s.total("waiting", ledger.Entry{Payments: worth(10, 10), Waiting: worth(10, 10)})
	s.setReaders()
	s.total("expired", ledger.Entry{Payments: worth(10, 10), Expired: worth(6, 6), Waiting: worth(4, 4)})
}

// TestDeletedBeforeTheAuditorCame: nothing may look lost, or forged, that it cannot have seen.
func TestDeletedBeforeTheAuditorCame(t *testing.T) {
	s := openShop(t)
	stop := s.run(ledger.New(ledger.Config{Cluster: s.Cluster}))
	stop() // one that has not read anything leaves nothing behind
	s.payAt(0, 4)
	s.payAt(1, 4)
	s.write(s.slip(kafka.OrderCreated, 0, 1), s.slip(kafka.OrderCreated, 0, 1), s.slip(kafka.OrderCreated, 1, 3))
	s.commit(1, 4)
	kafkatest.DeleteRecords(t, s.Cluster, kafka.PaymentSuccessful, 0, 4)
	kafkatest.DeleteRecords(t, s.Cluster, kafka.OrderCreated, 0, 1)
	late := ledger.New(ledger.Config{Cluster: s.Cluster, Work: s.workNow, Every: 20 * time.Millisecond})
	t.Cleanup(s.run(late))
	s.ledger = late
	p := s.total("the late auditor is up to date", ledger.Entry{Payments: worth(4, 4), Done: worth(1, 1), Foreign: worth(3, 3)})
	if p.Unread != 4 || p.Forged != 0 {
		t.Errorf("%d unread, %d forged; want 4 and 0", p.Unread, p.Forged)
	}
	s.write(s.slip(kafka.OrderCreated, 0, 1))
	s.until("a second order of a payment unread", func(p *ledger.Picture) bool { return p.Total.Duplicates == ledger.Sum{Count: 1} })
}

func TestForgedAndAnonymous(t *testing.T) {
	s := openShop(t)
	s.payAt(0, 3)
	another, nobody := s.slip(kafka.OrderCreated, 0, 1), s.slip(kafka.OrderCreated, 0, 1)
	another.Headers[1].Value = []byte("another")
	nobody.Headers[2].Value = []byte("-1")
	ofOrder := s.slip(kafka.DLQPayment, 0, 1)
	ofOrder.Headers[0].Value = []byte(kafka.OrderCreated)
	s.write(another, nobody, ofOrder, s.slip(kafka.OrderCreated, 0, 3), s.slip(kafka.EmailSent, 9, 0),
		s.slip(kafka.DLQPayment, 0, 1<<62), &kafka.Record{Topic: kafka.EmailSent}, &kafka.Record{Topic: kafka.DLQPayment})
	p := s.until("all is read", func(p *ledger.Picture) bool { return p.Forged == 4 })
	if p.Total != (ledger.Entry{Payments: worth(3, 3), Waiting: worth(3, 3)}) || p.Anonymous != 3 || p.LettersOfOrder != 1 {
		t.Errorf("%+v, %d anonymous, %d letters of orders", p.Total, p.Anonymous, p.LettersOfOrder)
	}
	// The payment that somebody was ahead of is written after all: forged stays forged.
	s.payAt(0, 1)
	s.total("one more waits", ledger.Entry{Payments: worth(4, 4), Waiting: worth(4, 4)})
}

func TestRedriven(t *testing.T) {
	s := openShop(t)
	s.payAt(0, 2)
	s.write(s.slip(kafka.DLQPayment, 0, 1))
	s.total("one is dead", ledger.Entry{Payments: worth(2, 2), DLQ: worth(1, 1), Waiting: worth(1, 1)})
	copied := func(letter string) *kafka.Record {
		return &kafka.Record{Topic: kafka.PaymentSuccessful, Value: []byte(goodPayment), Headers: []kafka.Header{
			{Key: kafka.HeaderRedrivePartition, Value: []byte("0")}, {Key: kafka.HeaderRedriveOffset, Value: []byte(letter)},
		}}
	}
	s.write(copied("0"), copied("0"), copied("7"), copied("x"))
	s.total("sent again, twice, and two that lie", ledger.Entry{
		Payments: worth(6, 6), DLQ: worth(1, 1), Waiting: worth(5, 5), Redriven: worth(1, 1),
	})
}

func TestGrowingTopics(t *testing.T) {
	s := openShop(t)
	s.payAt(0, 1)
	s.total("one waits", ledger.Entry{Payments: worth(1, 1), Waiting: worth(1, 1)})
	if err := s.GrowTopics(context.Background(), 5, kafka.PaymentSuccessful); err != nil {
		t.Fatal(err)
	}
	s.payAt(4, 2)
	s.write(s.slip(kafka.OrderCreated, 4, 1))
	p := s.total("two more", ledger.Entry{Payments: worth(3, 3), Done: worth(1, 1), Waiting: worth(2, 2)})
	if len(p.Partitions) != 5 || p.Partitions[4].Done.Count != 1 {
		t.Errorf("partitions %+v", p.Partitions)
	}
}

// TestTopicsCreatedAnewHaveNewBooks, and what is left of the old ones is not held against them.
func TestTopicsCreatedAnewHaveNewBooks(t *testing.T) {
	s := openShop(t)
	s.payAt(0, 5)
	s.write(s.slip(kafka.OrderCreated, 0, 1))
	old := s.until("read", func(p *ledger.Picture) bool { return p.Total.Done.Count == 1 })
	all := []string{kafka.PaymentSuccessful, kafka.OrderCreated, kafka.EmailSent, kafka.DLQPayment}
	if err := s.DeleteTopics(context.Background(), all...); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(patience)
	for err := s.ledger.Picture().Err; err == nil || !strings.Contains(err.Error(), "no such topic"); err = s.ledger.Picture().Err {
		select {
		case <-deadline:
			t.Fatalf("the topics are gone, and the books say %+v", s.ledger.Picture())
		case <-time.After(5 * time.Millisecond):
		}
	}
	s.Furnish()
	forged := s.slip(kafka.OrderCreated, 0, 0)
	forged.Headers[1].Value = []byte(old.TopicID)
	s.payAt(0, 2)
	s.write(forged)
	p := s.total("new books", ledger.Entry{Payments: worth(2, 2), Waiting: worth(2, 2)})
	if p.TopicID != s.TopicID(kafka.PaymentSuccessful) || p.TopicID == old.TopicID || p.Forged != 1 || p.Err != nil {
		t.Errorf("books of %s, before of %s; %d forged; error %v", p.TopicID, old.TopicID, p.Forged, p.Err)
	}
}

// TestOrdersDeletedWithTheirTopicAreNotLost: nobody can tell any more.
func TestOrdersDeletedWithTheirTopicAreNotLost(t *testing.T) {
	s := openShop(t)
	s.payAt(0, 5)
	s.write(s.slip(kafka.OrderCreated, 0, 0))
	s.commit(0, 1)
	s.until("read", func(p *ledger.Picture) bool { return p.Total.Done.Count == 1 })
	if err := s.DeleteTopics(context.Background(), kafka.OrderCreated); err != nil {
		t.Fatal(err)
	}
	s.Furnish()
	s.total("one without an order", ledger.Entry{Payments: worth(5, 5), Foreign: worth(1, 1), Waiting: worth(4, 4)})
	s.payAt(0, 1)
	s.commit(0, 6)
	s.total("what is lost later shows", ledger.Entry{Payments: worth(6, 6), Foreign: worth(5, 5), Lost: worth(1, 1)})
}

// broken is a cluster that cannot be read.
type broken struct{}

var errBroken = errors.New("broken")

func (broken) NewGauge(string, ...string) (*kafka.Gauge, error) { return nil, errBroken }
func (broken) NewTail(string, ...string) (*kafka.Tail, error)   { return nil, errBroken }

func TestAnAuditorThatCannotReadSaysSo(t *testing.T) {
	l := ledger.New(ledger.Config{Cluster: broken{}, Every: time.Millisecond})
	if p := l.Picture(); p == nil || p.Known {
		t.Fatalf("before it runs: %+v", p)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	deadline := time.After(patience)
	for !errors.Is(l.Picture().Err, errBroken) {
		select {
		case <-deadline:
			t.Fatalf("the books say %+v", l.Picture())
		case <-time.After(time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; err != nil || l.Picture().Known {
		t.Errorf("ended with %v, %+v", err, l.Picture())
	}
}
