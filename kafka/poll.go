package kafka

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/phrase"
)

// poll moves what kgo fetched into the lanes.
func (m *Member) poll(ctx context.Context) {
	for {
		fetches := m.client.PollFetches(ctx)
		if ctx.Err() != nil || fetches.IsClientClosed() {
			// Also a poll that returns only an error holds rebalances back.
			m.client.AllowRebalance()
			return
		}
		err, sessionErr := m.readError(ctx, fetches)
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			m.names.shorten(p.Records)
			topic, _ := m.names.short(p.Topic)
			m.lanes.put(TopicPartition{topic, p.Partition}, p.Records)
		})
		m.client.AllowRebalance()
		m.report("read", err)
		m.outOfTouch(sessionErr)
		if err != nil {
			_ = pause(ctx, retryPause) // the next poll sees that ctx ended
		}
	}
}

// readError is the first error of a poll, and of those by which kgo says that the member is out of touch with its group. Where the offset is gone, reading goes on at the first one that is left:
// otherwise the partition would stay unread for ever.
func (m *Member) readError(ctx context.Context, fetches kgo.Fetches) (first, session error) {
	fetches.EachError(func(topic string, partition int32, err error) {
		if out := (*kgo.ErrGroupSession)(nil); errors.As(err, &out) {
			session = firstError(session, out.Err)
			return
		}
		err = phrase.Errorf("read %s partition %d as %s: %w", topic, partition, m.cfg.ClientID, inWords(err))
		if errors.Is(err, kerr.OffsetOutOfRange) {
			err = errors.Join(err, m.skip(ctx, topic, partition))
		}
		first = firstError(first, err)
	})
	return first, session
}

// skip goes on at the log start of a partition whose next record was deleted.
func (m *Member) skip(ctx context.Context, topic string, partition int32) error {
	ctx, cancel := context.WithTimeout(ctx, goodbye)
	defer cancel()
	starts, err := kadm.NewClient(m.client).ListStartOffsets(ctx, topic)
	if err != nil {
		return err
	}
	start, ok := starts.Lookup(topic, partition)
	if err := firstError(missing(ok, nil), start.Err); err != nil {
		return err
	}
	m.client.SetOffsets(map[string]map[int32]kgo.EpochOffset{topic: {partition: {Epoch: -1, Offset: start.Offset}}})
	return nil
}
