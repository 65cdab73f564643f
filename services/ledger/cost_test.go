package ledger

import (
	"context"
	"runtime"
	"strconv"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/event"
)

const million = 1_000_000

// fill makes n payments over three partitions, each with an order and an e-mail, as stretches of a thousand.
func fill(n int, each func(kafka.Stretch)) {
	const batch = 1000
	g, values := event.NewGenerator(1), make([][]byte, batch)
	for i := range values {
		values[i] = g.Append(nil, time.Unix(1_700_000_000, 0))
	}
	for i := range n / batch {
		partition, first := int32(i%3), int64(i/3*batch)
		for _, topic := range []string{kafka.PaymentSuccessful, kafka.OrderCreated, kafka.EmailSent} {
			records := make([]*kafka.Record, batch)
			for i := range records {
				records[i] = &kafka.Record{Topic: topic, Partition: partition, Offset: first + int64(i)}
				if topic == kafka.PaymentSuccessful {
					records[i].Value = values[i]
				} else {
					records[i].Headers = headersOf(partition, first+int64(i))
				}
			}
			each(stretch(records))
		}
	}
}

func stretch(records []*kafka.Record) kafka.Stretch {
	first, last := records[0], records[len(records)-1]
	return kafka.Stretch{
		TopicPartition: kafka.TopicPartition{Topic: first.Topic, Partition: first.Partition},
		First:          first.Offset, Next: last.Offset + 1, Records: records,
	}
}

// headersOf are what a service writes for a payment.
func headersOf(partition int32, offset int64) []kafka.Header {
	p, o := strconv.AppendInt(nil, int64(partition), 10), strconv.AppendInt(nil, offset, 10)
	return []kafka.Header{
		{Key: kafka.HeaderSourceTopic, Value: []byte(kafka.PaymentSuccessful)},
		{Key: kafka.HeaderSourcePartition, Value: p},
		{Key: kafka.HeaderSourceOffset, Value: o},
		{Key: kafka.HeaderPaymentTopicID, Value: []byte(ours)},
		{Key: kafka.HeaderPaymentPartition, Value: p},
		{Key: kafka.HeaderPaymentOffset, Value: o},
		{Key: kafka.HeaderInstance, Value: []byte("order-1")},
	}
}

// heap is what is in use once everything that can go has gone.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestAMillionPaymentsTakeLittleMemory(t *testing.T) {
	before := heap()
	b := newBooks(ours)
	fill(million, b.enter)
	took := heap() - before
	var total Entry
	for _, s := range b.sheets {
		total = total.plus(s.judge(circumstances{}))
	}
	if total.Payments.Count != million || total.Payments != total.Done || b.emails != total.Done.Count {
		t.Fatalf("the books hold %+v and %d e-mails", total, b.emails)
	}
	const limit = 20 << 20
	said := b.bytes()
	t.Logf("%d payments take %d bytes, the books say %d", total.Payments.Count, took, said)
	if took > limit || said > limit {
		t.Errorf("the books take %d bytes and say %d; at most %d", took, said, limit)
	}
	if said < took*2/3 || said > took*3/2 {
		t.Errorf("the books say they take %d bytes, the heap says %d", said, took)
	}
	runtime.KeepAlive(b)
}

// BenchmarkBooks enters payments with their orders and e-mails: a record is one of the three.
func BenchmarkBooks(b *testing.B) {
	var all []kafka.Stretch
	records := 0
	fill(100_000, func(s kafka.Stretch) {
		all = append(all, s)
		records += len(s.Records)
	})
	b.ReportAllocs()
	for b.Loop() {
		books := newBooks(ours)
		for _, s := range all {
			books.enter(s)
		}
	}
	b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// flooded is a cluster with so many payments, each with an order and an e-mail.
func flooded(b *testing.B, n int) *kafka.Cluster {
	b.Helper()
	c, err := kafka.Open(context.Background(), kafka.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	for _, name := range allTopics() {
		if err := c.CreateTopics(context.Background(), kafka.Topic{Name: name, Partitions: 3, MaxBytes: 1 << 20}); err != nil {
			b.Fatal(err)
		}
	}
	producer, err := c.NewProducer("flood")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(producer.Close)
	id := []byte(c.TopicID(kafka.PaymentSuccessful))
	fill(n, func(s kafka.Stretch) {
		for _, r := range s.Records {
			if len(r.Headers) > 0 {
				r.Headers[3].Value = id
			}
		}
		for _, err := range producer.Write(context.Background(), s.Records...) {
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	return c
}

// BenchmarkAuditor reads a topic of payments, orders and e-mails from scratch; BenchmarkBareReader reads the same with
// nothing done about it: the difference is what the books cost.
func BenchmarkAuditor(b *testing.B) {
	const n = 201_000
	c := flooded(b, n)
	for b.Loop() {
		a := &auditor{cluster: c, work: func() Work { return Work{} }}
		for a.proven == nil {
			if err := a.turn(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		if p := a.picture(); p.Total.Done.Count != n || p.Emails != p.Total.Done.Count {
			b.Fatalf("the books say %+v", p)
		}
		a.close()
	}
	b.ReportMetric(3*n*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkBareReader(b *testing.B) {
	const n = 201_000
	c := flooded(b, n)
	for b.Loop() {
		tail, err := c.NewTail("bare", allTopics()...)
		if err != nil {
			b.Fatal(err)
		}
		for read := 0; read < 3*n; {
			stretches, err := tail.Poll(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			for _, s := range stretches {
				read += len(s.Records)
			}
		}
		tail.Close()
	}
	b.ReportMetric(3*n*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
