package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"golang.org/x/sync/errgroup"
)

const (
	// readPatience is how long a partition may fail to be read before ReadAll gives up.
	readPatience = 10 * time.Second
	// readRetry is the pause after a fetch that failed: leaders are found again within a few of them.
	readRetry = 100 * time.Millisecond
	// readBytes is how much of a partition one fetch asks for.
	readBytes = 4 << 20
	// readWait is how long a broker may wait for records that are not there, or stand behind an open transaction.
	readWait = 250 * time.Millisecond
	// readCommitted is the isolation level of a fetch that sees committed records only.
	readCommitted = 1
	// readersAtOnce is how many partitions are read at the same time.
	readersAtOnce = 8
)

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
	r := &reader{client: client, admin: kadm.NewClient(client), each: each}
	spans, err := r.spans(ctx, topics)
	if err != nil {
		return fmt.Errorf("read all of %v: %w", topics, err)
	}
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(readersAtOnce)
	for _, s := range spans {
		all.Go(func() error { return r.read(ctx, s) })
	}
	return all.Wait()
}

// span is what is still to be read of a partition.
type span struct {
	topic     string
	partition int32
	next, end int64
}

type reader struct {
	client *kgo.Client
	admin  *kadm.Client

	mu   sync.Mutex // held while each runs
	each func(*Record)
}

// spans looks up where every partition begins and ends.
func (r *reader) spans(ctx context.Context, topics []string) ([]span, error) {
	starts, err := r.admin.ListStartOffsets(ctx, topics...)
	if err = errors.Join(err, starts.Error()); err != nil {
		return nil, fmt.Errorf("look up where they start: %w", err)
	}
	ends, err := r.admin.ListEndOffsets(ctx, topics...)
	if err = errors.Join(err, ends.Error()); err != nil {
		return nil, fmt.Errorf("look up where they end: %w", err)
	}
	var spans []span
	ends.Each(func(end kadm.ListedOffset) {
		// A partition that was added in between has no start; its log begins at 0.
		start, _ := starts.Lookup(end.Topic, end.Partition)
		spans = append(spans, span{end.Topic, end.Partition, start.Offset, end.Offset})
	})
	return spans, nil
}

// read reads a span, through changes of its leader.
func (r *reader) read(ctx context.Context, s span) error {
	deadline := time.Now().Add(readPatience)
	for s.next < s.end {
		at := s.next
		err := r.fetch(ctx, &s)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
		case permanent(err) || time.Now().After(deadline):
			return fmt.Errorf("read %s partition %d from offset %d to %d: %w", s.topic, s.partition, s.next, s.end, err)
		default:
			if err := pause(ctx, readRetry); err != nil {
				return err
			}
		}
		if s.next > at {
			deadline = time.Now().Add(readPatience)
		}
	}
	return nil
}

// Why a fetch may have brought nothing; worth another try.
var (
	errNoLeader   = errors.New("the partition has no leader")
	errNoProgress = errors.New("the broker answered without a complete batch")
	errOpen       = errors.New("a transaction is open here, and whether it counts is not known before it ends: the brokers " +
		"end it at its timeout at the latest")
)

// permanent says that asking again is no use: a broker refused, and not because of the state it was in. A broker that
// cannot be reached may be back, or have lost the partition to another one, in a moment.
func permanent(err error) bool {
	var refused *kerr.Error
	return errors.As(err, &refused) && !refused.Retriable
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

// fetch asks the leader once for the next records of s, and moves s.next behind them.
func (r *reader) fetch(ctx context.Context, s *span) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	details, err := r.admin.ListTopics(ctx, s.topic)
	if err != nil {
		return err
	}
	topic := details[s.topic]
	p, ok := topic.Partitions[s.partition]
	if err := firstError(topic.Err, p.Err); err != nil {
		return err
	}
	if !ok || p.Leader < 0 {
		return errNoLeader
	}
	resp, err := fetchRequest(topic.ID, *s).RequestWith(ctx, r.client.Broker(int(p.Leader)))
	if err != nil {
		return err
	}
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return err
	}
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return fmt.Errorf("asked for one partition, broker %d answers for %d topics", p.Leader, len(resp.Topics))
	}
	return r.take(ctx, s, &resp.Topics[0].Partitions[0], resp.ThrottleMillis > 0)
}

func fetchRequest(id kadm.TopicID, s span) *kmsg.FetchRequest {
	partition := kmsg.NewFetchRequestTopicPartition()
	partition.Partition = s.partition
	partition.FetchOffset = s.next
	partition.PartitionMaxBytes = readBytes
	topic := kmsg.NewFetchRequestTopic()
	topic.Topic = s.topic // up to version 12
	topic.TopicID = id    // from version 13 on
	topic.Partitions = append(topic.Partitions, partition)
	req := kmsg.NewPtrFetchRequest()
	req.MinBytes = 1
	req.MaxBytes = readBytes
	req.MaxWaitMillis = int32(readWait.Milliseconds())
	req.IsolationLevel = readCommitted
	req.SessionEpoch = -1 // a fetch session would save nothing
	req.Topics = append(req.Topics, topic)
	return req
}

// take hands the records of an answer on.
func (r *reader) take(ctx context.Context, s *span, answer *kmsg.FetchResponseTopicPartition, throttled bool) error {
	if errors.Is(kerr.ErrorForCode(answer.ErrorCode), kerr.OffsetOutOfRange) {
		return r.skipDeleted(ctx, s)
	}
	fetched, next := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{
		Offset: s.next, Topic: s.topic, Partition: s.partition, IsolationLevel: kgo.ReadCommitted(),
	}, answer, kgo.DefaultDecompressor(), nil)
	if fetched.Err != nil {
		return fetched.Err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, record := range fetched.Records {
		if record.Offset < s.end {
			r.each(record)
		}
	}
	if len(answer.RecordBatches) == 0 && !throttled {
		// A broker answers with at least one batch where there is one (KIP-74): the rest was compacted away.
		next = max(next, min(fetched.LastStableOffset, s.end))
	}
	switch {
	case next > s.next:
	case fetched.LastStableOffset <= s.next && fetched.HighWatermark >= s.end:
		return errOpen
	default:
		return errNoProgress
	}
	s.next = next
	return nil
}

// skipDeleted goes on where the log starts now: records can expire while they are read.
func (r *reader) skipDeleted(ctx context.Context, s *span) error {
	starts, err := r.admin.ListStartOffsets(ctx, s.topic)
	if err != nil {
		return err
	}
	start, ok := starts.Lookup(s.topic, s.partition)
	if err := firstError(start.Err, missing(ok)); err != nil {
		return err
	}
	if start.Offset <= s.next {
		return kerr.OffsetOutOfRange
	}
	s.next = start.Offset
	return nil
}
