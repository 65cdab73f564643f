package kafka

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/phrase"
)

// ErrGivenUp is wrapped by the error of a Poll after which a partition is read no more, whatever happens: only a new
// Tail can read it.
var ErrGivenUp = phrase.Errorf("the reader has given this partition up")

const (
	// tailBytes is how much one fetch asks a broker for, and tailPartitionBytes how much of one partition: kgo's defaults
	// would let a reader that starts on a full topic hold 50 MB of every broker.
	tailBytes          = 4 << 20
	tailPartitionBytes = 1 << 20
)

// Tail reads topics from their log start on, for as long as it is polled, on a client of its own that belongs to no
// group. It sees committed records only (read_committed), finds partitions that are added, and goes on at the log start
// where records were deleted before it came to them. It is for one goroutine.
//
// A topic that is deleted and created again under the same name is another topic: a Tail stands still then, and a new one
// has to be opened.
type Tail struct {
	client *kgo.Client
	gauge  *Gauge
	names  namespace
	next   map[TopicPartition]int64
}

// Stretch is a run of offsets of one partition that has been read, from First up to but not including Next.
type Stretch struct {
	TopicPartition
	First, Next int64
	// Records are the committed ones among them, in the order of their offsets. Every other offset holds none: a marker of
	// a transaction, a record that was aborted or compacted away, or, below LogStart, one that was deleted.
	Records  []*Record
	LogStart int64 // log start offset as the broker gave it with the records; negative when it did not
}

// NewTail opens a reader of these topics that the brokers know as clientID.
func (c *Cluster) NewTail(clientID string, topics ...string) (*Tail, error) {
	client, err := c.newClient(clientID,
		kgo.ConsumeTopics(c.names.fulls(topics)...),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		// kfake answers OffsetForLeaderEpoch wrongly once a leader has moved; with kgo's default reset that would
		// rewind a reader by thousands of records.
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// Markers take offsets: without them a Tail would never know that it has come to the end of a transaction.
		kgo.KeepControlRecords(),
		kgo.FetchMaxBytes(tailBytes),
		kgo.FetchMaxPartitionBytes(tailPartitionBytes),
		// A broker answers a client's fetches one by one: a partition that is added must not wait 5 s behind an idle one.
		kgo.FetchMaxWait(readWait*4),
	)
	if err != nil {
		return nil, err
	}
	return &Tail{client: client, gauge: newGauge(client, c.names, topics), names: c.names, next: map[TopicPartition]int64{}}, nil
}

// Close closes the client.
func (t *Tail) Close() { t.client.Close() }

// Next is the first offset of a partition that has not been read yet.
func (t *Tail) Next(tp TopicPartition) int64 { return t.next[tp] }

// Skip has the Tail pass over everything below an offset: it will not be handed out any more.
func (t *Tail) Skip(tp TopicPartition, next int64) { t.next[tp] = max(t.next[tp], next) }

// Poll waits for records, and returns what has come, at least a marker. When ctx ends first there is nothing, and no
// error. An error concerns some partitions only: the stretches beside it are good. It wraps ErrGivenUp when those
// partitions are read no more.
func (t *Tail) Poll(ctx context.Context) ([]Stretch, error) {
	fetches := t.client.PollFetches(ctx)
	var errs []error
	fetches.EachError(func(topic string, partition int32, err error) {
		if ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
			errs = append(errs, t.mend(ctx, t.place(topic, partition), err))
		}
	})
	var read []Stretch
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if s := t.advance(p); s.Next > s.First {
			read = append(read, s)
		}
	})
	return read, errors.Join(errs...)
}

// place is a partition as the client names it.
func (t *Tail) place(topic string, partition int32) TopicPartition {
	topic, _ = t.names.short(topic)
	return TopicPartition{topic, partition}
}

// advance moves behind what was fetched. A client reads some records again after a leader has moved: those that were
// handed out before are left out.
func (t *Tail) advance(p kgo.FetchTopicPartition) Stretch {
	tp := t.place(p.Topic, p.Partition)
	s := Stretch{TopicPartition: tp, First: t.next[tp], Next: t.next[tp], LogStart: p.LogStartOffset}
	records := p.Records[:0]
	for _, r := range p.Records {
		if r.Offset < s.Next {
			continue
		}
		s.Next = r.Offset + 1
		if !r.Attrs.IsControl() {
			records = append(records, r)
		}
	}
	t.names.shorten(records)
	s.Records, t.next[tp] = records, s.Next
	return s
}

// mend goes on at the log start where the next record was deleted, and says what is wrong otherwise.
func (t *Tail) mend(ctx context.Context, tp TopicPartition, err error) error {
	if errors.Is(err, kerr.OffsetOutOfRange) {
		start, startErr := t.gauge.logStart(ctx, tp)
		if startErr == nil {
			t.client.SetOffsets(map[string]map[int32]kgo.EpochOffset{t.names.full(tp.Topic): {tp.Partition: {Epoch: -1, Offset: start}}})
			return nil
		}
		err = errors.Join(err, startErr)
	}
	err = phrase.Errorf("read %s partition %d from offset %d: %w", tp.Topic, tp.Partition, t.next[tp], err)
	if permanent(err) {
		err = phrase.Errorf("%w; %w", err, ErrGivenUp)
	}
	return err
}
