package kafka

import "time"

// MemberConfig describes one member of a consumer group.
type MemberConfig struct {
	ClientID string
	Group    string
	Topics   []string
	// Protocol is the group's; empty means the cluster's.
	Protocol Protocol
	Handler  Handler
	// Batch is asked before each turn how many records of one partition the handler takes at a time, at least 1.
	Batch func() int
	// Patience is how long a fetch may wait for new records, and so how long the first fetch of a partition just assigned
	// may have to wait behind it. Zero means half a second.
	Patience time.Duration
	// Guarantee is what the member promises; empty means AtLeastOnce.
	Guarantee Guarantee
	// CommitEvery is asked how often to commit what is finished; nil means DefaultCommitInterval.
	CommitEvery func() time.Duration
	// Marked is told of records that the member is about to commit, whether that succeeds or not. It may be nil.
	Marked func(Span)
	// Between is called with records whose effects are acknowledged and that are not committed; under AtMostOnce, with
	// records that are committed and not worked on yet. It is where a crash shows what the guarantee is worth. It may be
	// nil.
	Between func(records []*Record)
	// Watch is told what happens to the member. Its methods are called from the member's goroutines and must not block.
	Watch Watcher
}

// Assignment is what a member was given in one go.
type Assignment struct {
	At         time.Time
	Partitions []TopicPartition // what is new
	MemberID   string           // the name that the group knows the member by
	Generation int32            // of the group (classic), or the member's epoch (KIP-848)
}

// Watcher hears of a member's partitions as the member itself does, which is earlier and finer than the broker's word.
type Watcher interface {
	// Assigned: the member may read more partitions from now on. Called also with none, when the group has nothing for it.
	Assigned(a Assignment)
	// Released: the member no longer reads these. lost is true when they were taken rather than handed over.
	Released(at time.Time, tps []TopicPartition, lost bool)
	// Begun: the work on these records of one partition begins.
	Begun(at time.Time, batch []*Record)
	// Failing: reading or working failed; nil when it goes well again.
	Failing(err error)
}
