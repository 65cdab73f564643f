package kafka

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// WriteTimeout is how long a write may go without an answer before it fails.
const WriteTimeout = 5 * time.Second

// FloodTimeout is how long a record given to Producer.Send may go without an answer before it fails: long enough for its
// partition to get a new leader when the old one dies. Kafka needs broker.session.timeout.ms for that, 9 s by default.
const FloodTimeout = 30 * time.Second

// lastWord is how long before its deadline Write gives up what has not been sent, so that it learns what became of it.
const lastWord = time.Second

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
	if err := c.writable(); err != nil {
		return nil, err
	}
	sent := &wire{}
	client, err := c.newClient(clientID, append(c.producing(), kgo.MaxBufferedRecords(100_000),
		kgo.RecordDeliveryTimeout(FloodTimeout), kgo.WithHooks(sent),
		// Records that were never sent are failed when the leaders cannot be looked up: with kgo's 30 s nobody would learn in
		// time that they were not.
		kgo.RetryTimeoutFn(func(key int16) time.Duration {
			if key == int16(kmsg.Metadata) {
				return lastWord / 2
			}
			return FloodTimeout
		}))...)
	if err != nil {
		return nil, err
	}
	return &Producer{writer{client, c.names, sent}}, nil
}

// Send writes one record without waiting; done is called once, from another goroutine, when the brokers acknowledged it
// or it failed. Send blocks while 100,000 records wait for their acknowledgement, at most until ctx ends. What was sent to a
// broker that did not answer is kept until it does, however long that takes, so that nothing is written twice.
func (p *Producer) Send(ctx context.Context, r *Record, done func(*Record, error)) {
	topic := r.Topic
	r.Topic = p.names.full(topic)
	p.client.Produce(ctx, r, func(r *Record, err error) {
		r.Topic = topic
		done(r, p.outcome(r, err))
	})
}

// Write implements Writer. A topic that is gone is looked up afresh the next time.
func (p *Producer) Write(ctx context.Context, records ...*Record) []error {
	errs := p.writer.Write(ctx, records...)
	for _, err := range errs {
		if gone := (*TopicGoneError)(nil); errors.As(err, &gone) {
			p.client.PurgeTopicsFromProducing(gone.Topic)
		}
	}
	return errs
}

// Forget makes the producer look up a topic afresh. It is for a topic that was deleted and created again: kgo would go on
// writing to the old one, by its id.
func (p *Producer) Forget(topics ...string) {
	p.client.PurgeTopicsFromProducing(p.names.fulls(topics)...)
}

// Close fails what is still buffered and closes the client.
func (p *Producer) Close() { p.client.Close() }

// wire notes when a client last sent records to a broker. What was not asked for before that has certainly not been written.
type wire struct{ last atomic.Int64 } // in nanoseconds since 1970

// OnBrokerWrite implements kgo.HookBrokerWrite.
func (w *wire) OnBrokerWrite(_ kgo.BrokerMetadata, key int16, bytes int, _, _ time.Duration, _ error) {
	if key == int16(kmsg.Produce) && bytes > 0 {
		w.last.Store(time.Now().UnixNano())
	}
}

// sentSince says whether records may have been sent at t or later, t being the timestamp of a record. The client gives it
// one when it takes it in, cut to whole milliseconds.
func (w *wire) sentSince(t time.Time) bool {
	return !t.IsZero() && (w == nil || w.last.Load() >= t.UnixNano())
}

// writer is a Writer on a kgo client.
type writer struct {
	client *kgo.Client
	names  namespace
	sent   *wire // nil: nobody notes what was sent
}

// Write implements Writer.
func (w writer) Write(ctx context.Context, records ...*Record) []error {
	type answer struct {
		i   int
		err error
	}
	// Buffered for all, so that an answer that comes after ctx ended blocks nobody.
	answers := make(chan answer, len(records))
	asking := ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		asking, cancel = context.WithDeadline(ctx, deadline.Add(-lastWord))
		defer cancel()
	}
	sent := w.names.sent(records)
	for i, r := range sent {
		w.client.Produce(asking, r, func(r *Record, err error) { answers <- answer{i, w.outcome(r, err)} })
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
		for i, r := range records {
			if !answered[i] {
				errs[i] = phrase.Errorf("write to %s: %w", r.Topic, ErrUnknownOutcome)
			}
		}
		return errs
	}
	return errs
}

// outcome says what became of a write, in the lab's own errors. What a broker refused was not written; of what went without
// an answer that is certain only if nothing was sent since.
func (w writer) outcome(r *Record, err error) error {
	var refused *kerr.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kerr.MessageTooLarge), errors.Is(err, kerr.RecordListTooLarge):
		return phrase.Errorf("write to %s (%d bytes): %w", r.Topic, len(r.Value), ErrTooLarge)
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.UnknownTopicID):
		return phrase.Errorf("write to %s: %w (%w)", r.Topic, &TopicGoneError{string(w.names) + strings.TrimPrefix(r.Topic, string(w.names))}, err)
	case errors.As(err, &refused) && !ambiguous(refused):
		return phrase.Errorf("write to %s: %w", r.Topic, inWords(err))
	case w.sent.sentSince(r.Timestamp):
		return phrase.Errorf("write to %s: %w (%w)", r.Topic, ErrUnknownOutcome, err)
	default:
		return phrase.Errorf("write to %s: %w (%w)", r.Topic, ErrNotWritten, err)
	}
}

// ambiguous says that a broker may have written what it answered with this error for.
func ambiguous(err *kerr.Error) bool {
	switch err {
	case kerr.RequestTimedOut, kerr.NotEnoughReplicasAfterAppend, kerr.NetworkException, kerr.UnknownServerError,
		kerr.OutOfOrderSequenceNumber, kerr.UnknownProducerID, kerr.InvalidProducerEpoch, kerr.InvalidProducerIDMapping:
		return true
	}
	return false
}
