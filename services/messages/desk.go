package messages

import (
	"context"
	"errors"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// Counter knows when analytics counted a record. An *analytics.Handler is one.
type Counter interface {
	// Counted says when a record was counted: the zero time when it was not yet. known is false when that cannot be said.
	Counted(topic string, partition int32, offset int64) (at time.Time, known bool)
}

// Desk reads and writes messages on request. It is safe for use by several goroutines at once, and keeps nothing from
// one request to the next.
type Desk struct {
	browser *kafka.Browser
	counter Counter
}

// New returns a desk that works through browser, which stays the caller's to close. counter may be nil.
func New(browser *kafka.Browser, counter Counter) *Desk {
	return &Desk{browser: browser, counter: counter}
}

// Produce writes one message and returns where it stands once the brokers have acknowledged it. An error that wraps
// kafka.ErrUnknownOutcome means that it may have been written.
func (d *Desk) Produce(ctx context.Context, draft Draft) (Place, error) {
	record := &kafka.Record{
		Topic: draft.Topic, Partition: draft.Partition, Key: draft.Key, Value: draft.Value, Headers: draft.Headers,
	}
	err := d.browser.Write(ctx, record)[0]
	switch {
	case errors.Is(err, kafka.ErrUnknownOutcome):
		return Place{}, phrase.Errorf("produce a message by hand: look for it before you send it again: %w", err)
	case errors.Is(err, kafka.ErrTooLarge):
		return Place{}, phrase.Errorf("produce a message by hand: shorten it, or raise the topic's max.message.bytes: %w", err)
	case err != nil:
		return Place{}, phrase.Errorf("produce a message by hand: %w", err)
	}
	return Place{record.Topic, record.Partition, record.Offset}, nil
}

// Read returns the message that stands at a place. found is false when no reader of committed data sees one there: it
// was deleted or aborted, or is not written or not committed yet.
func (d *Desk) Read(ctx context.Context, at Place) (m Message, found bool, err error) {
	span := kafka.Span{
		TopicPartition: kafka.TopicPartition{Topic: at.Topic, Partition: at.Partition},
		First:          at.Offset, Next: at.Offset + 1,
	}
	bounds, err := d.browser.Bounds(ctx, at.Topic)
	if err != nil {
		return Message{}, false, err
	}
	if int(at.Partition) >= len(bounds.Partitions) || at.Partition < 0 {
		return Message{}, false, phrase.Errorf("read %s partition %d: it has the partitions 0 to %d",
			at.Topic, at.Partition, len(bounds.Partitions)-1)
	}
	p := bounds.Partitions[at.Partition]
	if at.Offset < p.Start || at.Offset >= p.Stable {
		return Message{}, false, nil
	}
	_, err = d.browser.Read(ctx, span, func(r *kafka.Record) bool {
		m, found = Of(r), true
		return false
	})
	return m, found, err
}
