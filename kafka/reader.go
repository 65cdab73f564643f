package kafka

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"blackfriday/kafka/phrase"
)

// readersAtOnce is how many partitions are read at the same time.
const readersAtOnce = 8

// ReadAll calls each with every record of the topics, from the log start to the end as it was when ReadAll began: in
// order within a partition, in no order between partitions, never twice at the same time. It reads on a client of its
// own that belongs to no group, and committed records only (read_committed): it waits for transactions that are open
// before the end, for as long as its patience lasts. Offsets without a record, such as those of transaction markers, of
// aborted and of compacted records, are passed over. The error names the topic, partition and offset that could not be
// read; each has then seen only some of the records.
func (c *Cluster) ReadAll(ctx context.Context, topics []string, each func(*Record)) error {
	client, err := c.newClient("reader", kgo.MetadataMinAge(50*time.Millisecond))
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	spans, err := wholeTopics(ctx, admin, c.names, topics)
	if err != nil {
		return phrase.Errorf("read all of %v: %w", topics, err)
	}
	var one sync.Mutex
	inTurn := func(r *Record) bool {
		one.Lock()
		defer one.Unlock()
		each(r)
		return true
	}
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(readersAtOnce)
	for _, s := range spans {
		all.Go(func() error {
			return (&fetcher{client: client, admin: admin, names: c.names, span: s, each: inTurn, waits: true}).read(ctx)
		})
	}
	return all.Wait()
}

// wholeTopics looks up where every partition begins and ends.
func wholeTopics(ctx context.Context, admin *kadm.Client, names namespace, topics []string) ([]Span, error) {
	starts, err := admin.ListStartOffsets(ctx, names.fulls(topics)...)
	if err = errors.Join(err, starts.Error()); err != nil {
		return nil, phrase.Errorf("look up where they start: %w", err)
	}
	ends, err := admin.ListEndOffsets(ctx, names.fulls(topics)...)
	if err = errors.Join(err, ends.Error()); err != nil {
		return nil, phrase.Errorf("look up where they end: %w", err)
	}
	var spans []Span
	ends.Each(func(end kadm.ListedOffset) {
		// A partition that was added in between has no start; its log begins at 0.
		start, _ := starts.Lookup(end.Topic, end.Partition)
		topic, _ := names.short(end.Topic)
		spans = append(spans, Span{TopicPartition{topic, end.Partition}, start.Offset, end.Offset})
	})
	return spans, nil
}

// pause waits for d; the error is that of ctx when it ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
