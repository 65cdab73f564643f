package kafka

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/phrase"
)

// Gauge asks the brokers where topics and commits stand, one question at a time: for somebody to whom the order of the
// answers matters. An Observer asks everything in one go. A Gauge is for one goroutine.
type Gauge struct {
	observer *Observer
}

// NewGauge opens a gauge of these topics on a client of its own that the brokers know as clientID.
func (c *Cluster) NewGauge(clientID string, topics ...string) (*Gauge, error) {
	client, err := c.newClient(clientID,
		// kadm answers metadata from a cache; a topic that was created again must be seen in the next answer.
		kgo.MetadataMinAge(10*time.Millisecond),
		// See NewObserver.
		kgo.RequestTimeoutOverhead(readTimeout/2))
	if err != nil {
		return nil, err
	}
	return newGauge(client, c.names, topics), nil
}

func newGauge(client *kgo.Client, names namespace, topics []string) *Gauge {
	o := &Observer{client: client, admin: kadm.NewClient(client), names: names, topics: names.fulls(topics)}
	o.admin.SetTimeoutMillis(int32((readTimeout / 2).Milliseconds()))
	return &Gauge{o}
}

// Close closes the client.
func (g *Gauge) Close() { g.observer.Close() }

// Committed asks what a group has committed: the next offset to be read, by topic and partition. A group that does not
// exist has committed nothing.
func (g *Gauge) Committed(ctx context.Context, group string) (map[string]map[int32]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	full := g.observer.names.full(group)
	committed, err := offsets(g.observer.admin.FetchManyOffsets(ctx, full)[full])
	if err != nil {
		return nil, phrase.Errorf("read what %s has committed: %w", group, err)
	}
	return within(g.observer.names, committed), nil
}

// Topics asks for the ids of the topics and where their partitions end; where they start is asked every two seconds. An
// end is the high watermark: records of a transaction that is still open stand before it. A topic that does not exist is
// absent.
func (g *Gauge) Topics(ctx context.Context) (map[string]TopicReading, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	details, err := g.observer.admin.ListTopics(ctx, g.observer.topics...)
	if err != nil {
		return nil, phrase.Errorf("look up the topics %v: %w", g.observer.topics, err)
	}
	topics := g.observer.readTopics(ctx, details)
	for name, t := range topics {
		if err := t.err(); err != nil {
			return nil, phrase.Errorf("look up where %s stands: %w", name, err)
		}
	}
	return within(g.observer.names, topics), nil
}

// Stable asks for the last stable offset of every partition: the first that belongs to a transaction still open, or the
// end when there is none. A reader of committed records comes no further.
func (g *Gauge) Stable(ctx context.Context) (map[TopicPartition]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	listed, err := g.observer.admin.ListCommittedOffsets(ctx, g.observer.topics...)
	if err := firstError(err, listed.Error()); err != nil {
		return nil, phrase.Errorf("look up the open transactions of %v: %w", g.observer.topics, err)
	}
	stable := map[TopicPartition]int64{}
	listed.Each(func(o kadm.ListedOffset) {
		topic, _ := g.observer.names.short(o.Topic)
		stable[TopicPartition{topic, o.Partition}] = o.Offset
	})
	return stable, nil
}

// logStart asks where a partition starts now.
func (g *Gauge) logStart(ctx context.Context, tp TopicPartition) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	topic := g.observer.names.full(tp.Topic)
	starts, err := g.observer.admin.ListStartOffsets(ctx, topic)
	if err != nil {
		return 0, err
	}
	start, ok := starts.Lookup(topic, tp.Partition)
	return start.Offset, firstError(missing(ok, nil), start.Err)
}
