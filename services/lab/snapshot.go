package lab

import (
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/ledger"
)

// Snapshot is one immutable picture of the whole lab. The Lab stores a fresh one about ten times a second; whoever
// draws, prints or checks reads it and never changes it. A number that was never measured is marked as such (Known,
// Measured, a negative duration); it is never a silent zero.
type Snapshot struct {
	At      time.Time // when this picture was taken
	Started time.Time // when the lab began to start
	State   State
	// Observing: this lab only looks at a cluster. It has no instances of its own, and takes no Command.
	Observing bool
	Steps     []StartStep // what starting did, in order
	Cluster   Cluster
	Settings  Settings
	Can       kafka.Capabilities // what the cluster does not let the lab do: see WhyNot
	Reading   Reading

	Partitions []Partition // of payment-successful: every one, in order, whether owned or not
	Orders     []Instance  // order consumers by number, the dead ones too
	Email      Instance
	Analytics  Instance
	// Outsiders are members of the lab's groups that run in other processes, in the order in which they were seen first; after
	// them, for a moment, those that are gone, the newest first. See Instance.Outside.
	Outsiders []Instance
	// Guests are the consumer groups that are not the lab's and have read one of its topics, by name (hostile until escaped);
	// they are only looked for where Opening.Guests asks for it.
	Guests []string
	// Shared are the services in whose groups members outside this lab have been since it began to count: what its own instances
	// counted there is not all.
	Shared []Kind
	// Brokers are those that have been in the cluster since the lab began, by node id; Losses are the times that one was lost,
	// oldest first.
	Brokers    []Broker
	Placement  Placement
	Losses     []Loss
	Outages    []Outage // the newest times in which no broker answered, or not the coordinator, oldest first
	Topics     []Topic  // payment-successful, order-created, email-sent, dlq-payment
	Lag        Lag      // of order-service-group on payment-successful, all partitions together
	Curve      []CurvePoint
	Flood      FloodProgress
	DLQ        DLQ
	Totals     Totals
	Ledger     *ledger.Picture // the auditor's books; never changed, nil before the auditor began
	Trials     []Trial         // what the books counted under each guarantee that was in force
	Rebalances []Rebalance     // of order-service-group, oldest first
	// TwoReaders counts the batches of payments that were begun by a reader after its partition had been given to another
	// one: a group promises that this does not happen while its members live.
	TwoReaders int64
	Runs       []Run   // the newest floods and how they drained, oldest first; the last may be under way
	Events     []Event // the newest ones, oldest first
}

// Shares says whether members outside this lab have worked in the group of a service.
func (s *Snapshot) Shares(k Kind) bool { return slices.Contains(s.Shared, k) }

// State is the lab's own life.
type State int

// The states of a lab, in the order in which it goes through them.
const (
	Starting State = iota
	Running
	Stopping
	Stopped
)

// StartStep is one thing that starting the lab does.
type StartStep struct {
	Name   phrase.Phrase // "Kafka"
	Detail phrase.Phrase // "3 brokers on localhost:9094, 9095, 9096"
	Done   bool          // false while it is under way
	Took   time.Duration // valid once Done
}

// Reading says how fresh the brokers' word is.
type Reading struct {
	At   time.Time     // when the newest complete reading was taken; zero before the first
	Took time.Duration // how long it took
	Err  error         // why the newest attempt failed; hostile until escaped, nil when it did not
	// Lost: no broker answers at all. What the lab shows of them is as old as At.
	Lost bool
	// Members is how many members the brokers count in each group, by its name; a group that could not be read is missing.
	Members map[string]int
}

// Partition is one partition of payment-successful, as order-service-group stands on it.
type Partition struct {
	ID int32

	// Leader is the node id of the broker that leads it, negative when nobody does; Silent: that broker does not answer.
	Leader int32
	Silent bool

	// Known: the newest reading covers it. When false the numbers below are those of AsOf, or mean nothing where that is zero,
	// and Why says what kept the reading from it, in words for the end of a sentence; hostile until escaped.
	Known     bool
	AsOf      time.Time
	Why       phrase.Phrase
	Start     int64 // log start offset
	Committed int64 // next offset the group will read; Start while nothing is committed
	End       int64 // next offset to be written
	Lag       int64 // End - Committed

	// Owner is the broker's word: the client id of the member that holds the partition, empty when nobody does.
	// OwnerInstance is that member's number when it is one of this lab's own instances (dead or alive), else 0.
	Owner         string
	OwnerInstance int
	// OwnerOutside is Instance.Outside of the owner where that runs in another process, else 0.
	OwnerOutside int
	// Reader is our own process: the number of the running instance that has the partition in hand, 0 for none.
	Reader int
	// Unknown: whether anybody reads it, and who, nobody knows, because no broker can be asked. Then Reader is what this process
	// last was told, and Orphan means nothing.
	Unknown bool
	// Orphan: nobody reads it. Owner may still name a member that died. OrphanSince is when its last reader was lost.
	Orphan      bool
	OrphanSince time.Time

	Rate  float64 // payments per second finished here: committed offsets over the last seconds
	Drain Drain
	// Blocked is the payment that its reader tries again and again, by the poison policy; nil when there is none.
	Blocked *Blocked
}

// Drain is where a lag is going, from its slope over the last seconds.
type Drain struct {
	Trend  Trend
	ToZero time.Duration // at the present slope; negative when it does not fall
}

// Trend is the direction of a lag.
type Trend int

// The directions of a lag. Stuck: there is lag and it does not move.
const (
	Steady Trend = iota
	Growing
	Shrinking
	Stuck
)

// Topic is the traffic of one topic.
type Topic struct {
	Name       string
	Partitions int
	Known      bool
	Missing    bool    // the brokers say that there is no such topic
	Total      int64   // committed records that are in it or have been
	Rate       float64 // records written per second over the last seconds
	// Hidden is how many offsets stand behind a transaction that has been open for longer than the lab's own last, where no
	// reader of committed data sees them; HiddenFor is how long readers have been held back, and Writer the instance that
	// left the transaction open, when it is one of the lab's that died.
	Hidden    int64
	HiddenFor time.Duration
	Writer    string
}

// Lag is the lag of all partitions together.
type Lag struct {
	Known bool
	Total int64
	Rate  float64 // payments finished per second, all partitions
	Drain Drain
}

// CurvePoint is the total lag at one moment.
type CurvePoint struct {
	At  time.Time
	Lag int64
}

// FloodProgress is the newest flood: running or the last one that ran.
type FloodProgress struct {
	ID        int // 0: none so far
	Running   bool
	Wanted    int64
	Acked     int64 // acknowledged by the brokers
	Failed    int64 // certainly not written
	Unknown   int64 // once it has ended: neither acknowledged nor certainly failed, so they may have been written
	StartedAt time.Time
	Took      time.Duration // until the last acknowledgement, or until now while it runs
	Rate      float64       // acknowledged payments per second of Took
	Err       error         // the first failure; hostile until escaped, nil when there is none
}

// Totals are the figures of this lab's analytics service: of what it read itself, which is not all where AnalyticsKind is Shared.
type Totals struct {
	Payments    int64
	Orders      int64
	Emails      int64
	Revenue     float64 // euros
	UniqueUsers int64
	Rejected    int64 // records that did not pass the validator, counted apart
}

// Severity is how an event is meant to be read.
type Severity int

// The severities of an event.
const (
	Info Severity = iota
	Good
	Warn
	Bad
)

// Event is one line of the feed.
type Event struct {
	Seq      int64 // counts up by one
	At       time.Time
	Severity Severity
	Source   string        // "order-2", "flood", "kafka", …
	Instance int           // the order consumer it is about, 0 for none
	Text     phrase.Phrase // one sentence; may quote payloads, so hostile until escaped
}
