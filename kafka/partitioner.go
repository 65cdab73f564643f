package kafka

import "github.com/twmb/franz-go/pkg/kgo"

// spread gives keyless records to the partitions in turn, and keyed ones by Kafka's hash (murmur2) of their key, as
// Kafka's own clients do. Kafka's and kgo's default for keyless records sticks to one partition for a whole batch, which
// would put most of a small flood into one partition.
type spread struct{}

// ForTopic implements kgo.Partitioner.
func (spread) ForTopic(topic string) kgo.TopicPartitioner {
	return topicSpread{
		turns: kgo.RoundRobinPartitioner().ForTopic(topic),
		keyed: kgo.StickyKeyPartitioner(nil).ForTopic(topic),
	}
}

type topicSpread struct{ turns, keyed kgo.TopicPartitioner }

// RequiresConsistency implements kgo.TopicPartitioner: only a key ties a record to its partition.
func (s topicSpread) RequiresConsistency(r *Record) bool { return r.Key != nil }

// Partition implements kgo.TopicPartitioner.
func (s topicSpread) Partition(r *Record, n int) int {
	if r.Key != nil {
		return s.keyed.Partition(r, n)
	}
	return s.turns.Partition(r, n)
}
