package deadletters

import (
	"context"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// scan reads a topic once, from its beginning on, and goes on where it was whenever it is asked. A topic that is created
// anew begins anew.
type scan struct {
	browser *kafka.Browser
	topic   string
	reset   func() // forget what was read
	each    func(*kafka.Record)
	// whole: what retention deletes must be forgotten, too, so the topic is read again.
	whole bool

	id     string
	starts []int64 // by partition, where it began
	next   []int64
}

// advance reads at most so many records more, and says about how many are left. After an error it goes on where it was.
func (s *scan) advance(ctx context.Context, most int64) (left int64, err error) {
	bounds, err := s.browser.Bounds(ctx, s.topic)
	if err != nil {
		return 0, err
	}
	if s.id != bounds.ID || s.whole && s.expired(bounds) {
		s.reset()
		s.id, s.starts, s.next = bounds.ID, nil, nil
	}
	for i := len(s.next); i < len(bounds.Partitions); i++ {
		s.starts = append(s.starts, bounds.Partitions[i].Start)
		s.next = append(s.next, bounds.Partitions[i].Start)
	}
	for i, b := range bounds.Partitions {
		first := max(s.next[i], b.Start)
		span := kafka.Span{
			TopicPartition: kafka.TopicPartition{Topic: s.topic, Partition: int32(i)},
			First:          first, Next: max(first, min(b.Stable, first+most)),
		}
		if s.next[i], err = s.browser.Read(ctx, span, func(r *kafka.Record) bool { s.each(r); return true }); err != nil {
			return 0, phrase.Errorf("read what is new in %s: %w", s.topic, err)
		}
		most -= s.next[i] - first
		left += max(0, b.Stable-s.next[i])
	}
	return left, nil
}

// expired says that something was deleted that has been read.
func (s *scan) expired(bounds kafka.TopicBounds) bool {
	for i := range min(len(s.starts), len(bounds.Partitions)) {
		if bounds.Partitions[i].Start > s.starts[i] {
			return true
		}
	}
	return false
}
