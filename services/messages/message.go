// Package messages reads what stands in the topics on request: page by page, live, or along the way of one payment.
package messages

import (
	"time"

	"blackfriday/kafka"
)

// Place is where a record stands.
type Place struct {
	Topic     string
	Partition int32
	Offset    int64
}

// Message is one record as it stands in its topic. Everything in it is hostile until escaped.
type Message struct {
	Place
	At      time.Time // the record's timestamp
	Key     []byte    // nil: no key
	Value   []byte    // nil: a null value
	Headers []Header
	// Cut is how many bytes of value, key and headers are left out, because a message in memory has its bounds. What is
	// there is the beginning. 0: the message is whole.
	Cut int
}

// Header is one header of a Message: Key and Value.
type Header = kafka.Header

// AllPartitions as Query.Partition asks for every partition of the topic.
const AllPartitions = kafka.AnyPartition

// Origin is where a Query begins.
type Origin int

// The origins of a Query.
const (
	FromEnd       Origin = iota // the newest Limit messages
	FromBeginning               // the oldest
	FromOffset                  // Query.Offset and on, in each partition asked for
	FromTime                    // the first written at Query.Time and on
)

// Query asks for messages of one topic.
type Query struct {
	Topic     string
	Partition int32
	Origin    Origin
	Offset    int64
	Time      time.Time
	Filter    string // only messages whose key, value or a header contains this text, in any case; empty: all
	// Match, where it is set, must accept a record too; it may be called by several goroutines at once, and must not keep
	// the record. It is for those who know more of a record than its text.
	Match func(*kafka.Record) bool
	Limit int // at most so many messages; 0 and more than MaxPage mean MaxPage
	// Before continues a page towards older messages, After towards newer ones: the Cursor of that page. At most one is
	// set; Origin is then ignored.
	Before, After Cursor
}

// MaxPage is how many messages a page may have.
const MaxPage = 1000

// Cursor is where a page began and ended, by partition.
type Cursor map[int32]Edge

// Edge is the first offset of a page in one partition, and the offset after its last.
type Edge struct{ First, Next int64 }

// Page is the answer to a Query: messages in the order of their timestamps, except that those of one partition stand in
// the order of their offsets whatever their timestamps say.
type Page struct {
	Messages []Message
	Cursor   Cursor
	Scanned  int64 // records looked at, those that the filter left out included
	Older    bool  // there may be older ones
	Newer    bool  // there may be newer ones
	// Bounded: the page ended before its Limit because it holds or has looked at as much as one page may. It may even be
	// empty; its Cursor continues it.
	Bounded bool
	// Hidden is how many offsets at the ends of the partitions nobody sees until the transactions open there end.
	Hidden int64
}

// Burst is what a live tail tells at a time: the newest messages since the last one.
type Burst struct {
	Messages []Message // in the order of their timestamps
	// Skipped is how many offsets before these were passed over, because more was written than anybody could follow. With a
	// filter they were not looked at.
	Skipped int64
}

// Draft is a message to be produced by hand.
type Draft struct {
	Topic     string
	Partition int32 // AllPartitions: the lab's partitioner chooses
	Key       []byte
	Value     []byte
	Headers   []Header
}

// Payment names a payment by its place in payment-successful.
type Payment struct {
	Partition int32
	Offset    int64
}

// MaxRedrives is how often one payment may be sent again from the DLQ: more would be a loop. A Trace follows as many.
const MaxRedrives = 3

// Trace is the way of one payment through the lab, as far as it has come: with the payment that it is a copy of, when it
// was sent again from the DLQ, and with the copies that were made of it.
type Trace struct {
	Payment Payment // the one asked for
	// Hops are the payments and everything that names them, in the order in which they were written.
	Hops []Hop
	// Gone: the payment's own record is no longer in the topic, or was never visible there.
	Gone bool
	// More is how many hops there are beyond the first thousand.
	More int64
	// Scanned and Total are the offsets looked at and those to look at, while the search goes on too. Total grows when a
	// copy is found.
	Scanned, Total int64
}

// Hop is one station of a payment.
type Hop struct {
	Message
	// Of is the payment that it belongs to; Generation how often that one had been sent again: 0 for the oldest found.
	Of         Payment
	Generation int
	// Parent is the record from which it follows by its own word: the order of an e-mail, the dead letter of a payment that
	// was sent again. Topic is empty when it does not say.
	Parent    Place
	Instance  string // client id of the instance that wrote it; empty where the record does not say
	Duplicate bool   // a second order, dead letter or e-mail of the payment
	// Counted is when analytics had counted the record; zero when it has not yet. CountedKnown is false when that is not
	// known: not read by analytics at all (dead letters), or too long ago to be remembered.
	Counted      time.Time
	CountedKnown bool
}
