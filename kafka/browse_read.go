package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Read calls each with every committed record of a span, in order, until each returns false. It returns the offset
// behind the last one looked at, which is the end of the span unless each stopped it or committed data ends before.
// Offsets without a record for a reader of committed data are passed over: transaction markers, aborted, compacted and
// deleted records. A record that each keeps pins the memory of its whole batch, which may be megabytes: copy what is to
// be kept. At most one answer of the broker, some megabytes, is in memory at a time. The error names the topic,
// partition and offset that could not be read.
func (b *Browser) Read(ctx context.Context, span Span, each func(*Record) bool) (next int64, err error) {
	client, admin, err := b.open()
	if err != nil {
		return span.First, err
	}
	f := &browserFetch{client: client, admin: admin, span: span, each: each}
	deadline := time.Now().Add(readPatience)
	for f.span.First < f.span.Next && !f.stopped {
		at := f.span.First
		err := f.fetch(ctx)
		switch {
		case ctx.Err() != nil:
			return f.span.First, ctx.Err()
		case err == nil:
		case permanent(err) || errors.Is(err, errNoPartition) || errors.Is(err, kgo.ErrClientClosed) || time.Now().After(deadline):
			return f.span.First, fmt.Errorf("read %s partition %d from offset %d to %d: %w",
				span.Topic, span.Partition, f.span.First, span.Next, err)
		default:
			if err := pause(ctx, readRetry); err != nil {
				return f.span.First, err
			}
		}
		if f.span.First > at {
			deadline = time.Now().Add(readPatience)
		}
	}
	return f.span.First, nil
}

// errNoPartition says that a topic has no such partition. Waiting for one to be added is no use to whoever browses.
var errNoPartition = errors.New("no such partition")

// fewRecords is up to how many offsets a small answer is asked for: it is then one batch most of the time.
const fewRecords = 16

// browserFetch is one Read under way.
type browserFetch struct {
	client  *kgo.Client
	admin   *kadm.Client
	span    Span // what is still to be read
	each    func(*Record) bool
	stopped bool
}

// fetch asks the leader once for the next records, and moves the beginning of the span behind them.
func (f *browserFetch) fetch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	topic, err := lookUp(ctx, f.admin, f.span.Topic)
	if err != nil {
		return err
	}
	p, ok := topic.Partitions[f.span.Partition]
	switch {
	case !ok:
		return fmt.Errorf("there are %d: %w", len(topic.Partitions), errNoPartition)
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
		return fmt.Errorf("asked for one partition, broker %d answers for %d topics", p.Leader, len(resp.Topics))
	}
	return f.take(ctx, &resp.Topics[0].Partitions[0], resp.ThrottleMillis > 0)
}

func (f *browserFetch) request(id kadm.TopicID) *kmsg.FetchRequest {
	req := fetchRequest(id, span{f.span.Topic, f.span.Partition, f.span.First, f.span.Next})
	req.IsolationLevel = 1 // read_committed
	if f.span.Next-f.span.First <= fewRecords {
		const small = 64 << 10
		req.MaxBytes, req.Topics[0].Partitions[0].PartitionMaxBytes = small, small
	}
	return req
}

// take hands the records of an answer on.
func (f *browserFetch) take(ctx context.Context, answer *kmsg.FetchResponseTopicPartition, throttled bool) error {
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
		if next = min(f.span.Next, fetched.LastStableOffset); next <= f.span.First {
			f.stopped = true
			return nil
		}
	}
	if next <= f.span.First {
		return errNoProgress
	}
	f.span.First = min(next, f.span.Next)
	return nil
}

// skipDeleted goes on where the log starts now: records can expire while they are read.
func (f *browserFetch) skipDeleted(ctx context.Context) error {
	starts, err := f.admin.ListStartOffsets(ctx, f.span.Topic)
	if err != nil {
		return err
	}
	start, ok := starts.Lookup(f.span.Topic, f.span.Partition)
	if err := firstError(start.Err, missing(ok)); err != nil {
		return err
	}
	if start.Offset <= f.span.First {
		return fmt.Errorf("it ends before, so it may have been created anew: look up its bounds again: %w", kerr.OffsetOutOfRange)
	}
	f.span.First = min(start.Offset, f.span.Next)
	return nil
}
