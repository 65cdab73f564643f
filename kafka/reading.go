package kafka

import (
	"maps"
	"slices"
	"time"

	"blackfriday/kafka/phrase"
)

// Reading is the brokers' word at one moment: who is in which group, what is committed, and where the topics end.
type Reading struct {
	At   time.Time     // when it was asked for: nothing in it is older
	Took time.Duration // until the last answer
	// Brokers are those that are in the cluster, by node id. Kafka strikes one that died off the list when its session
	// with the controller times out (broker.session.timeout.ms, 9 s by default).
	Brokers []BrokerReading
	Topics  map[string]TopicReading
	Groups  map[string]GroupReading
}

// BrokerReading is one broker, as the cluster names it.
type BrokerReading struct {
	ID      int32
	Address string // host:port
	// Answers: it answered in this reading, for the partitions it leads or, where it leads none of the topics, when it was greeted.
	// That the cluster names it says nothing of the kind: Kafka goes on naming a dead broker for seconds.
	Answers bool
}

// Err is why something could not be read: of the first partition, or else group, that is missing in the Reading. It is nil
// when everything was read.
func (r Reading) Err() error {
	for _, name := range slices.Sorted(maps.Keys(r.Topics)) {
		if err := r.Topics[name].err(); err != nil {
			return phrase.Errorf("%s %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Groups)) {
		if err := r.Groups[name].Err; err != nil {
			return phrase.Errorf("group %s: %w", name, err)
		}
	}
	return nil
}

// TopicReading is one topic. A topic that does not exist is absent from the Reading.
type TopicReading struct {
	ID         string             // as Kafka's tools print it
	Partitions []PartitionReading // by partition
}

// PartitionReading is one partition.
type PartitionReading struct {
	Start, End int64 // log start offset, and the next offset to be written
	Stable     int64 // the last stable offset: where an open transaction holds back the readers of committed records
	Leader     int32 // node id; negative: none
	// Replicas are the brokers that keep a copy, ISR those of them that are in sync with the leader.
	Replicas, ISR []int32
	// Err is why the offsets could not be read, because nobody leads the partition or its leader does not answer; they mean
	// nothing then.
	Err error
}

// err is why the offsets of a partition could not be read; nil when all were.
func (t TopicReading) err() error {
	for id, p := range t.Partitions {
		if p.Err != nil {
			return phrase.Errorf("partition %d: %w", id, p.Err)
		}
	}
	return nil
}

// GroupReading is one consumer group. A group that does not exist yet has no members and nothing committed.
type GroupReading struct {
	State    string // "Stable", "Reconciling", "PreparingRebalance", …, in Kafka's words; empty: no such group
	Protocol string // the assignor: "uniform", "cooperative-sticky", …
	Epoch    int32  // of a KIP-848 group; -1 for a classic group, which does not tell its generation
	Members  []MemberReading
	// Coordinator is the node id of the broker that looks after the group; -1 when it is not known.
	Coordinator int32
	// Committed is the next offset to be read, by topic and partition; absent where nothing is committed.
	Committed map[string]map[int32]int64
	// Err is why the group, or its offsets, could not be read; the rest is empty then.
	Err error
}

// MemberReading is one member of a group.
type MemberReading struct {
	MemberID   string
	ClientID   string
	Host       string
	Partitions map[string][]int32 // what the group has given it
}
