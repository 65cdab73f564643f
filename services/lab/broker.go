package lab

import "time"

// BrokerState is what the observer sees of a broker.
type BrokerState int

// The states of a broker. BrokerUp: it answered. BrokerSilent: the cluster still lists it, as far as
// anybody says, and it does not answer. BrokerGone: the cluster does not list it any more.
const (
	BrokerUp BrokerState = iota
	BrokerSilent
	BrokerGone
)

// String is the word for a BrokerState.
func (b BrokerState) String() string { return [...]string{"running", "silent", "gone"}[b] }

// Broker is one broker that is in the cluster, or has been since the lab began.
type Broker struct {
	ID      int32
	Address string // host:port
	State   BrokerState
	// Since is when it began to answer, by the readings; of one that does not, when it last answered or was stopped.
	Since time.Time
	// Fixed: it is the controller of the embedded cluster, which cannot be stopped.
	Fixed bool
	Leads int // partitions of the lab's topics
	// Copies is how many partitions of the lab's topics it is to keep a copy of, InSync how many of those copies are in sync.
	// Both mean nothing where Placement.Simulated.
	Copies, InSync int
	Coordinates    []string // the groups that it looks after
}

// Placement is where the partitions of the lab's topics are kept, by the newest reading.
type Placement struct {
	// Simulated: the brokers are embedded and keep every record once, for all of them. Who leads is true, copies are not.
	Simulated bool
	Places    []Place // by topic, in the order of Snapshot.Topics, and partition
	// UnderReplicated is how many have fewer copies in sync than they are to have, Leaderless how many nobody leads who answers.
	UnderReplicated, Leaderless int
}

// Place is one partition.
type Place struct {
	Topic     string
	Partition int32
	Leader    int32 // node id; negative: nobody
	// Silent: its leader does not answer.
	Silent   bool
	Replicas []int32 // node ids, the preferred leader first
	ISR      []int32 // those of them that are in sync
}

// Loss is one time that a broker was lost.
type Loss struct {
	Broker int32
	// At is when it was stopped; where nobody told the lab, when it last answered.
	At time.Time
	// Moved are the partitions that it led, as far as they have a new leader; Waiting is how many have none yet.
	Moved   []LeaderMove
	Waiting int
	Back    time.Time // when it answered again; zero while it does not
	InSync  time.Time // when its copies were in sync again; zero while they are not
}

// LeaderMove is one partition that went from a broker that was lost to another one.
type LeaderMove struct {
	Topic     string
	Partition int32
	From, To  int32 // node ids
	// Within is when the new leader first answered, after Loss.At: it is measured by readings, so it is at most that.
	Within time.Duration
	// Unread is the longest time meanwhile in which nobody began a payment that was there. It is valid once Measured, and only
	// for payment-successful.
	Unread   time.Duration
	Measured bool
}
