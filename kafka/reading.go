package kafka

import "time"

// Reading is the brokers' word at one moment: who is in which group, what is committed, and where the topics end.
type Reading struct {
	At     time.Time     // when it was asked for: nothing in it is older
	Took   time.Duration // until the last answer
	Topics map[string]TopicReading
	Groups map[string]GroupReading
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
}

// GroupReading is one consumer group. A group that does not exist yet has no members and nothing committed.
type GroupReading struct {
	State    string // "Stable", "Reconciling", "PreparingRebalance", …, in Kafka's words; empty: no such group
	Protocol string // the assignor: "uniform", "cooperative-sticky", …
	Epoch    int32  // of a KIP-848 group; -1 for a classic group, which does not tell its generation
	Members  []MemberReading
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
