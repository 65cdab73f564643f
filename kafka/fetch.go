package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

const (
	// readPatience is how long a partition may fail to be read before it is given up.
	readPatience = 10 * time.Second
	// readRetry is the pause after a fetch that failed: leaders are found again within a few of them.
	readRetry = 100 * time.Millisecond
	// readBytes is how much of a partition one fetch asks for.
	readBytes = 4 << 20
	// readWait is how long a broker may wait for records that are not there, or stand behind an open transaction.
	readWait = 250 * time.Millisecond
	// readCommitted is the isolation level of a fetch that sees committed records only.
	readCommitted = 1
	// fewRecords is up to how many offsets a small answer is asked for: it is then one batch most of the time.
	fewRecords = 16
)

// fetcher reads the committed records of one span, answer by answer. kgo's own consumer reads on and on; this reads what
// was asked for, from whoever leads the partition.
type fetcher struct {
	client  *kgo.Client
	admin   *kadm.Client
	names   namespace
	span    Span               // what is still to be read
	each    func(*Record) bool // returns false to end it
	waits   bool               // for what may come: the end of open transactions, and partitions that are being added
	stopped bool
}

// read reads the span, through changes of its leader.
func (f *fetcher) read(ctx context.Context) error {
	deadline := time.Now().Add(readPatience)
	for f.span.First < f.span.Next && !f.stopped {
		at := f.span.First
		err := f.fetch(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
		case f.isFinal(err) || time.Now().After(deadline):
			return phrase.Errorf("read %s partition %d from offset %d to %d: %w",
				f.span.Topic, f.span.Partition, f.span.First, f.span.Next, err)
		default:
			if err := pause(ctx, readRetry); err != nil {
				return err
			}
		}
		if f.span.First > at {
			deadline = time.Now().Add(readPatience)
		}
	}
	return nil
}

// Why a fetch may have brought nothing.
var (
	errNoLeader    = phrase.Errorf("the partition has no leader")
	errNoPartition = phrase.Errorf("no such partition")
	errNoProgress  = phrase.Errorf("the broker answered without a complete batch")
	errOpen        = phrase.Errorf("a transaction is open here, and whether it counts is not known before it ends: the brokers " +
		"end it at its timeout at the latest")
)

// permanent says that asking again is no use: a broker refused, and not because of the state it was in. A broker that
// cannot be reached may be back, or have lost the partition to another one, in a moment.
func permanent(err error) bool {
	var refused *kerr.Error
	return errors.As(err, &refused) && !refused.Retriable || errors.Is(err, kgo.ErrClientClosed)
}

// isFinal says that asking again is no use for this reader.
func (f *fetcher) isFinal(err error) bool {
	return permanent(err) || errors.Is(err, errNoPartition) && !f.waits
}

// fetch asks the leader once for the next records, and moves the beginning of the span behind them.
func (f *fetcher) fetch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	topic, err := lookUp(ctx, f.admin, f.names.full(f.span.Topic))
	if err != nil {
		return err
	}
	p, ok := topic.Partitions[f.span.Partition]
	switch {
	case !ok:
		return phrase.Errorf("there are %d: %w", len(topic.Partitions), errNoPartition)
	case p.Err != nil:
		return p.Err
	case p.Leader < 0:
		return errNoLeader
	}
	resp, err := f.request(topic.ID).RequestWith(ctx, f.client.Broker(int(p.Leader)))
	if err != nil {
		return err
	}
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return err
	}
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return phrase.Errorf("asked for one partition, broker %d answers for %d topics", p.Leader, len(resp.Topics))
	}
	return f.take(ctx, &resp.Topics[0].Partitions[0], resp.ThrottleMillis > 0)
}

func (f *fetcher) request(id kadm.TopicID) *kmsg.FetchRequest {
	partition := kmsg.NewFetchRequestTopicPartition()
	partition.Partition = f.span.Partition
	partition.FetchOffset = f.span.First
	partition.PartitionMaxBytes = readBytes
	if f.span.Next-f.span.First <= fewRecords {
		partition.PartitionMaxBytes = 64 << 10
	}
	topic := kmsg.NewFetchRequestTopic()
	topic.Topic = f.names.full(f.span.Topic) // up to version 12
	topic.TopicID = id                       // from version 13 on
	topic.Partitions = append(topic.Partitions, partition)
	req := kmsg.NewPtrFetchRequest()
	req.MinBytes = 1
	req.MaxBytes = partition.PartitionMaxBytes
	req.MaxWaitMillis = int32(readWait.Milliseconds())
	req.IsolationLevel = readCommitted
	req.SessionEpoch = -1 // a fetch session would save nothing
	req.Topics = append(req.Topics, topic)
	return req
}

// take hands the records of an answer on.
func (f *fetcher) take(ctx context.Context, answer *kmsg.FetchResponseTopicPartition, throttled bool) error {
	if errors.Is(kerr.ErrorForCode(answer.ErrorCode), kerr.OffsetOutOfRange) {
		return f.skipDeleted(ctx)
	}
	fetched, next := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{
		Offset: f.span.First, Topic: f.span.Topic, Partition: f.span.Partition, IsolationLevel: kgo.ReadCommitted(),
	}, answer, kgo.DefaultDecompressor(), nil)
	if fetched.Err != nil {
		return fetched.Err
	}
	for _, record := range fetched.Records {
		if record.Offset >= f.span.Next {
			break
		}
		if !f.each(record) {
			f.span.First, f.stopped = record.Offset+1, true
			return nil
		}
	}
	if len(answer.RecordBatches) == 0 && !throttled {
		// A broker answers with at least one batch where there is one (KIP-74): what is left was compacted away, or is
		// not committed.
		next = max(next, min(fetched.LastStableOffset, f.span.Next))
	}
	switch {
	case next > f.span.First:
		f.span.First = min(next, f.span.Next)
	case fetched.LastStableOffset <= f.span.First && !throttled && !f.waits:
		f.stopped = true
	case fetched.LastStableOffset <= f.span.First && fetched.HighWatermark >= f.span.Next:
		return errOpen
	default:
		return errNoProgress
	}
	return nil
}

// skipDeleted goes on where the log starts now: records can expire while they are read.
func (f *fetcher) skipDeleted(ctx context.Context) error {
	topic := f.names.full(f.span.Topic)
	starts, err := f.admin.ListStartOffsets(ctx, topic)
	if err != nil {
		return err
	}
	start, ok := starts.Lookup(topic, f.span.Partition)
	if err := firstError(missing(ok, nil), start.Err); err != nil {
		return err
	}
	if start.Offset <= f.span.First {
		return phrase.Errorf("it ends before, so it may have been created anew: look up its bounds again: %w", kerr.OffsetOutOfRange)
	}
	f.span.First = min(start.Offset, f.span.Next)
	return nil
}
