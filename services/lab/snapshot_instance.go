package lab

import (
	"time"

	"blackfriday/kafka/phrase"
)

// Kind is what an Instance does for a living.
type Kind int

// The services whose instances are group members.
const (
	OrderKind Kind = iota
	EmailKind
	AnalyticsKind
)

// Health is the life of an instance.
type Health int

// The lives of an instance. Joining: started, not yet assigned anything nor told that nothing is left. Standby: a member
// without a partition.
const (
	Joining Health = iota
	Active
	Standby
	Leaving
	Crashed
	Left
)

// String is the English word for a Health.
func (h Health) String() string {
	return h.Phrase().String()
}

// Phrase is the word for a Health in every language.
func (h Health) Phrase() phrase.Phrase {
	return [...]phrase.Phrase{
		phrase.New("joining"), phrase.New("running"), phrase.New("standby"),
		phrase.New("leaving"), phrase.New("crashed"), phrase.New("stopped"),
	}[h]
}

// Instance is one group member of the lab: an order consumer, the e-mail service or analytics.
type Instance struct {
	Name       string // "order-2", "email", "analytics": its client id
	Kind       Kind
	Number     int // 2 for order-2; 0 for the others
	Health     Health
	Since      time.Time // when Health last changed
	Restarts   int       // how many times it was started again
	Partitions []TopicPartition
	Processed  int64 // records finished since the lab started, all lives together
	// Writing is how long an order consumer has waited for the brokers to acknowledge what it wrote for those records.
	Writing  time.Duration
	Rate     float64 // finished records per second over the last seconds
	Last     Last
	Lag      int64 // of its whole group, for email and analytics
	LagKnown bool  // false before the first reading
	Err      error // what it is failing at right now; hostile until escaped, nil when all is well
	// Crashes is how many times the poison policy has crashed it on the same payment in a row; Blocked is that payment, or
	// the one that it tries again and again. RestartIn is when its supervisor starts it again, while it is down for that.
	Crashes   int
	Blocked   *Blocked
	RestartIn time.Duration
	// Outside counts the members that run in other processes, from 1 on in the order in which they were seen; 0: it is one of
	// this lab's own. All that is known of an outsider is the brokers' word: Name is the client id that it gave itself
	// (hostile until escaped), Health is Active with partitions, Standby without, and Left once it is gone. Processed
	// and Rate are by how far its partitions were committed while it had them, Lag is that of its partitions.
	Outside  int
	MemberID string // of an outsider: unique in its group, hostile until escaped
	Host     string // where an outsider connects from, as the brokers give it: hostile until escaped
	// StillMember: it is dead, and the broker still counts it as a member of the group. GoneIn is then how long the
	// broker will go on believing so: computed from the session timeout, not measured; negative where that is not known.
	StillMember bool
	GoneIn      time.Duration
}

// TopicPartition names a partition.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// Last is the newest record an instance worked on.
type Last struct {
	Seen      bool
	Topic     string
	Partition int32
	Offset    int64
	User      string // as it stood in the payload: hostile until escaped
}
