package kafka

import (
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/phrase"
)

// AnyPartition as the Partition of a record that Browser.Write takes leaves the choice to the lab's partitioner.
const AnyPartition int32 = -1

// Write implements Writer, except that each record goes to the partition that its Partition field names, or to one that
// the lab's partitioner chooses where that is AnyPartition. The records' Partition and Offset say afterwards where they
// stand. A topic that was created anew since the last Write is no trouble. A ctx that ends keeps records from being sent;
// for those that are under way Write waits.
func (b *Browser) Write(ctx context.Context, records ...*Record) []error {
	errs := make([]error, len(records))
	client, admin, err := b.openToWrite()
	for i := range errs {
		errs[i] = err
	}
	if err != nil {
		return errs
	}
	known := map[string]error{}
	details := map[string]kadm.TopicDetail{}
	fit, at := make([]*Record, 0, len(records)), make([]int, 0, len(records))
	for i, r := range records {
		if _, asked := details[r.Topic]; !asked {
			details[r.Topic], known[r.Topic] = b.refresh(ctx, client, admin, b.cluster.names.full(r.Topic))
		}
		errs[i] = known[r.Topic]
		if n := len(details[r.Topic].Partitions); errs[i] == nil && int(r.Partition) >= n {
			errs[i] = phrase.Errorf("write to %s partition %d: it has the partitions 0 to %d: %w",
				r.Topic, r.Partition, n-1, errNoPartition)
		}
		if errs[i] == nil {
			fit, at = append(fit, r), append(at, i)
		}
	}
	// What was begun is waited for, at most WriteTimeout: a record that is still on its way when ctx ends would be written
	// after whoever looked for it did not find it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), WriteTimeout)
	defer cancel()
	for i, err := range (writer{client: client, names: b.cluster.names}).Write(ctx, fit...) {
		errs[at[i]] = err
	}
	return errs
}

// openToWrite is open for a cluster that may be written to.
func (b *Browser) openToWrite() (*kgo.Client, *kadm.Client, error) {
	if err := b.cluster.writable(); err != nil {
		return nil, nil, err
	}
	return b.open()
}

// refresh looks a topic up, by its full name, and, when it is not the one that was written to last, makes the client look it up afresh: kgo
// would go on writing to the old one, by its id.
func (b *Browser) refresh(ctx context.Context, client *kgo.Client, admin *kadm.Client, topic string) (kadm.TopicDetail, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	detail, err := lookUp(ctx, admin, topic)
	if err != nil {
		return kadm.TopicDetail{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if last, written := b.written[topic]; written && last != detail.ID {
		client.PurgeTopicsFromProducing(topic)
	}
	b.written[topic] = detail.ID
	return detail, nil
}

// placed gives a record to the partition that it names, and to spread's choice where it names none.
type placed struct{}

// ForTopic implements kgo.Partitioner.
func (placed) ForTopic(topic string) kgo.TopicPartitioner {
	return topicPlaced{spread{}.ForTopic(topic)}
}

type topicPlaced struct{ free kgo.TopicPartitioner }

// RequiresConsistency implements kgo.TopicPartitioner: a partition that is named is meant also while it has no leader.
func (p topicPlaced) RequiresConsistency(r *Record) bool {
	return r.Partition >= 0 || p.free.RequiresConsistency(r)
}

// Partition implements kgo.TopicPartitioner.
func (p topicPlaced) Partition(r *Record, n int) int {
	if r.Partition >= 0 {
		return int(r.Partition)
	}
	return p.free.Partition(r, n)
}
