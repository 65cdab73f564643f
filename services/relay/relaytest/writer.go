// Package relaytest is a broker for tests of what services write: it acknowledges, refuses or stays silent.
package relaytest

import (
	"context"
	"fmt"
	"sync"

	"blackfriday/kafka"
)

// Writer is a kafka.Writer that keeps what it acknowledges. The zero value acknowledges everything; it is safe for use
// by several goroutines at once.
type Writer struct {
	// Answer decides about a record: nil acknowledges it. It may be nil, and is called under the Writer's lock.
	Answer func(*kafka.Record) error
	// Silent makes Write wait for the end of its context, like brokers that are gone.
	Silent bool

	mu    sync.Mutex
	acked []*kafka.Record
}

// Write implements kafka.Writer. Acknowledged records get the next offset of partition 1.
func (w *Writer) Write(ctx context.Context, records ...*kafka.Record) []error {
	if w.Silent {
		<-ctx.Done()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	errs := make([]error, len(records))
	for i, r := range records {
		if ctx.Err() != nil {
			errs[i] = fmt.Errorf("write to %s: %w", r.Topic, kafka.ErrUnknownOutcome)
			continue
		}
		errs[i] = w.take(r)
	}
	return errs
}

// Send writes one record, as kafka.Producer does, and calls done before it returns.
func (w *Writer) Send(ctx context.Context, r *kafka.Record, done func(*kafka.Record, error)) {
	done(r, w.Write(ctx, r)[0])
}

// Acked returns the acknowledged records of a topic in the order in which they were written.
func (w *Writer) Acked(topic string) []*kafka.Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	var records []*kafka.Record
	for _, r := range w.acked {
		if r.Topic == topic {
			records = append(records, r)
		}
	}
	return records
}

// take answers for one record; the caller holds the lock.
func (w *Writer) take(r *kafka.Record) error {
	if w.Answer != nil {
		if err := w.Answer(r); err != nil {
			return err
		}
	}
	r.Partition, r.Offset = 1, int64(len(w.acked))
	w.acked = append(w.acked, r)
	return nil
}

// Headers returns the headers of a record by key; of a key that stands there twice, the first.
func Headers(r *kafka.Record) map[string]string {
	headers := make(map[string]string, len(r.Headers))
	for _, h := range r.Headers {
		if _, known := headers[h.Key]; !known {
			headers[h.Key] = string(h.Value)
		}
	}
	return headers
}
