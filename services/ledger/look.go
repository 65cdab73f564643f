package ledger

import (
	"context"
	"maps"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// look is what the auditor was told at one moment, in the order of its fields: whoever committed a payment has written
// what followed from it before, so that it stands before the ends.
type look struct {
	at        time.Time
	committed map[int32]int64 // by order-service-group, of payment-successful
	inHand    map[int32]spans
	ours      map[int32]spans
	read      map[int32]bool // partitions that living members read
	topics    map[string]kafka.TopicReading
}

// look asks.
func (a *auditor) look(ctx context.Context) (look, error) {
	l := look{at: time.Now()}
	committed, err := a.gauge.Committed(ctx, kafka.OrderGroup)
	if err != nil {
		return look{}, err
	}
	work := a.work()
	l.inHand, l.ours = byPartition(work.InHand), byPartition(work.Committed)
	l.read = map[int32]bool{}
	for _, tp := range work.Read {
		l.read[tp.Partition] = l.read[tp.Partition] || tp.Topic == kafka.PaymentSuccessful
	}
	if l.topics, err = a.gauge.Topics(ctx); err != nil {
		return look{}, err
	}
	for _, name := range allTopics() {
		if _, exists := l.topics[name]; !exists {
			return look{}, phrase.Errorf("%w: %s", errNoTopic, name)
		}
	}
	l.committed = plausible(committed[kafka.PaymentSuccessful], l.topics[kafka.PaymentSuccessful])
	return l, nil
}

// plausible leaves out commits beyond the end of their partition: those are of a topic that had the same name.
func plausible(committed map[int32]int64, payments kafka.TopicReading) map[int32]int64 {
	committed = maps.Clone(committed)
	maps.DeleteFunc(committed, func(partition int32, next int64) bool {
		return int(partition) >= len(payments.Partitions) || next > payments.Partitions[partition].End
	})
	return committed
}

// same says whether nothing has changed but the time.
func (l look) same(o look) bool {
	return maps.Equal(l.committed, o.committed) && maps.Equal(l.read, o.read) &&
		maps.EqualFunc(l.inHand, o.inHand, slices.Equal) && maps.EqualFunc(l.ours, o.ours, slices.Equal) &&
		maps.EqualFunc(l.topics, o.topics, sameOffsets)
}

// sameOffsets says whether a topic is still the same and nothing was added to it nor deleted.
func sameOffsets(a, b kafka.TopicReading) bool {
	return a.ID == b.ID && slices.EqualFunc(a.Partitions, b.Partitions, func(a, b kafka.PartitionReading) bool {
		return a.Start == b.Start && a.End == b.End && a.Stable == b.Stable
	})
}

// ids are the ids of the topics.
func (l look) ids() map[string]string {
	ids := make(map[string]string, len(l.topics))
	for name, topic := range l.topics {
		ids[name] = topic.ID
	}
	return ids
}

// ends are where the partitions of a topic end.
func (l look) ends(topic string) []int64 {
	partitions := l.topics[topic].Partitions
	ends := make([]int64, len(partitions))
	for i, p := range partitions {
		ends[i] = p.End
	}
	return ends
}

// circumstances are what decides about a partition, after this look and one that is proven; nil when none is yet.
func (l look) circumstances(partition int32, proven *look, blind spans) circumstances {
	c := circumstances{committed: l.committed[partition], inHand: l.inHand[partition], read: l.read[partition], blind: blind}
	if all := l.topics[kafka.PaymentSuccessful].Partitions; int(partition) < len(all) {
		c.start = all[partition].Start
	}
	if proven != nil {
		c.proven = proven.committed[partition]
		c.ours = proven.ours[partition]
		c.inHand = joined(append(c.inHand[:len(c.inHand):len(c.inHand)], proven.inHand[partition]...)...)
	}
	return c
}
