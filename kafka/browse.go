package kafka

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/phrase"
)

// ErrBrowserClosed is the error of a Browser that is used after Close.
var ErrBrowserClosed = phrase.Errorf("the client that reads and writes on request is closed")

// Browser reads and writes single places of topics on request, as a reader of committed data sees them
// (read_committed). It belongs to no group, and is safe for use by several goroutines at once. Its one client is opened
// at the first request.
type Browser struct {
	cluster  *Cluster
	clientID string

	mu      sync.Mutex
	closed  bool
	client  *kgo.Client // nil until the first request
	admin   *kadm.Client
	written map[string]kadm.TopicID // the topics written to, as they were then
}

// NewBrowser returns a browser that the brokers will know as clientID.
func (c *Cluster) NewBrowser(clientID string) *Browser {
	return &Browser{cluster: c, clientID: clientID, written: map[string]kadm.TopicID{}}
}

// Close closes the client, if there is one: requests under way fail.
func (b *Browser) Close() {
	b.mu.Lock()
	client := b.client
	b.closed, b.client = true, nil
	b.mu.Unlock()
	if client != nil {
		client.Close()
	}
}

// open returns the client, opening it first if need be.
func (b *Browser) open() (*kgo.Client, *kadm.Client, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return nil, nil, ErrBrowserClosed
	case b.client != nil:
		return b.client, b.admin, nil
	}
	client, err := b.cluster.newClient(b.clientID, append(b.cluster.producing(),
		kgo.RecordPartitioner(placed{}),
		// kadm answers metadata from a cache: what was just grown or created again must be seen.
		kgo.MetadataMinAge(50*time.Millisecond))...)
	if err != nil {
		return nil, nil, err
	}
	b.client, b.admin = client, kadm.NewClient(client)
	return b.client, b.admin, nil
}

// TopicBounds is where the partitions of a topic begin and end.
type TopicBounds struct {
	ID         string   // of the topic, in the text form of Kafka's tools: another one means that it was created anew
	Partitions []Bounds // by partition
}

// Bounds is where one partition begins and ends. What lies from Stable up to End is hidden from readers of committed
// data until the transactions that are open there end.
type Bounds struct {
	Start  int64 // log start offset
	Stable int64 // last stable offset: the end for a reader of committed data
	End    int64 // next offset to be written
}

// Bounds looks up where the partitions of a topic begin and end. The error names the topic.
func (b *Browser) Bounds(ctx context.Context, topic string) (TopicBounds, error) {
	_, admin, err := b.open()
	if err != nil {
		return TopicBounds{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	full := b.cluster.names.full(topic)
	detail, err := lookUp(ctx, admin, full)
	if err != nil {
		return TopicBounds{}, err
	}
	starts, err1 := admin.ListStartOffsets(ctx, full)
	// Stable before End, so that records written in between are not taken for hidden ones that are not there.
	stables, err2 := admin.ListCommittedOffsets(ctx, full)
	ends, err3 := admin.ListEndOffsets(ctx, full)
	if err := firstError(err1, err2, err3, starts.Error(), stables.Error(), ends.Error()); err != nil {
		return TopicBounds{}, phrase.Errorf("look up where %s begins and ends: %w", topic, err)
	}
	bounds := TopicBounds{ID: detail.ID.String(), Partitions: make([]Bounds, len(detail.Partitions))}
	for i := range bounds.Partitions {
		// A partition that was added in between is left out, and still empty as far as this look-up goes.
		start, _ := starts.Lookup(full, int32(i))
		stable, _ := stables.Lookup(full, int32(i))
		end, _ := ends.Lookup(full, int32(i))
		bounds.Partitions[i] = Bounds{
			Start: start.Offset, Stable: max(start.Offset, stable.Offset), End: max(start.Offset, stable.Offset, end.Offset),
		}
	}
	return bounds, nil
}

// OffsetsAt looks up, by partition, the first offset whose record was written at a time or later, to the millisecond and
// by the record's own timestamp; the end of the partition where there is none.
func (b *Browser) OffsetsAt(ctx context.Context, topic string, at time.Time) ([]int64, error) {
	_, admin, err := b.open()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	full := b.cluster.names.full(topic)
	detail, err := lookUp(ctx, admin, full)
	if err != nil {
		return nil, err
	}
	// Negative timestamps mean something else to the brokers.
	listed, err := admin.ListOffsetsAfterMilli(ctx, max(0, at.UnixMilli()), full)
	if err := firstError(err, listed.Error()); err != nil {
		return nil, phrase.Errorf("look up what stood in %s at %v: %w", topic, at, err)
	}
	offsets := make([]int64, len(detail.Partitions))
	for i := range offsets {
		found, _ := listed.Lookup(full, int32(i))
		offsets[i] = found.Offset
	}
	return offsets, nil
}

// lookUp asks for the partitions and leaders of a topic.
func lookUp(ctx context.Context, admin *kadm.Client, topic string) (kadm.TopicDetail, error) {
	details, err := admin.ListTopics(ctx, topic)
	detail := details[topic]
	if err := firstError(err, detail.Err); err != nil {
		return kadm.TopicDetail{}, phrase.Errorf("look up topic %q: %w", topic, err)
	}
	return detail, nil
}

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
	f := &fetcher{client: client, admin: admin, names: b.cluster.names, span: span, each: each}
	err = f.read(ctx)
	return f.span.First, err
}
