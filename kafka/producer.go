package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// WriteTimeout is how long a write may go without an answer before it fails.
const WriteTimeout = 5 * time.Second

// producing is what every client of the lab that writes has in common.
func (c *Cluster) producing() []kgo.Opt {
	return []kgo.Opt{
		// acks=all and idempotent writes are kgo's defaults; they are named because the lab's promises rest on them.
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordPartitioner(spread{}),
		// kgo's default linger of 10 ms is 10 ms of latency for a single payment and gains a flood nothing.
		kgo.ProducerLinger(0),
		kgo.RecordDeliveryTimeout(WriteTimeout),
		// A batch may be as large as its topic takes: smaller, and the DLQ envelope of a large payment is refused by the
		// client; larger, and the broker refuses the whole batch.
		kgo.ProducerBatchMaxBytesFn(c.maxBytes),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
	}
}

// Producer writes records on a client of its own.
type Producer struct {
	writer
}

// NewProducer opens a producer that the brokers know as clientID.
func (c *Cluster) NewProducer(clientID string) (*Producer, error) {
	client, err := c.newClient(clientID, append(c.producing(), kgo.MaxBufferedRecords(100_000))...)
	if err != nil {
		return nil, err
	}
	return &Producer{writer{client, c.names}}, nil
}

// Send writes one record without waiting; done is called once, from another goroutine, when the brokers acknowledged it
// or it failed. Send blocks while 100,000 records wait for their acknowledgement, at most until ctx ends.
func (p *Producer) Send(ctx context.Context, r *Record, done func(*Record, error)) {
	topic := r.Topic
	r.Topic = p.names.full(topic)
	p.client.Produce(ctx, r, func(r *Record, err error) {
		r.Topic = topic
		done(r, writeError(r, err))
	})
}

// Forget makes the producer look up a topic afresh. It is for a topic that was deleted and created again: kgo would go on
// writing to the old one, by its id.
func (p *Producer) Forget(topics ...string) {
	p.client.PurgeTopicsFromProducing(p.names.fulls(topics)...)
}

// Close fails what is still buffered and closes the client.
func (p *Producer) Close() { p.client.Close() }

// writer is a Writer on a kgo client.
type writer struct {
	client *kgo.Client
	names  namespace
}

// Write implements Writer.
func (w writer) Write(ctx context.Context, records ...*Record) []error {
	type answer struct {
		i   int
		err error
	}
	// Buffered for all, so that an answer that comes after ctx ended blocks nobody.
	answers := make(chan answer, len(records))
	sent := w.names.sent(records)
	for i, r := range sent {
		w.client.Produce(ctx, r, func(r *Record, err error) { answers <- answer{i, writeError(r, err)} })
	}
	errs := make([]error, len(records))
	answered := make([]bool, len(records))
	for range records {
		select {
		case a := <-answers:
			errs[a.i], answered[a.i] = a.err, true
			w.names.takeBack(records[a.i], sent[a.i])
			continue
		case <-ctx.Done():
		}
		for i := range errs {
			if !answered[i] {
				errs[i] = fmt.Errorf("write to %s: %w", records[i].Topic, ErrUnknownOutcome)
			}
		}
		return errs
	}
	return errs
}

// writeError says what became of a write, in the lab's own errors.
func writeError(r *Record, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kerr.MessageTooLarge), errors.Is(err, kerr.RecordListTooLarge):
		return fmt.Errorf("write to %s (%d bytes): %w", r.Topic, len(r.Value), ErrTooLarge)
	case errors.Is(err, kgo.ErrRecordTimeout), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fmt.Errorf("write to %s: %w (%w)", r.Topic, ErrUnknownOutcome, err)
	default:
		return fmt.Errorf("write to %s: %w", r.Topic, err)
	}
}
