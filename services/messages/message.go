// Package messages reads what stands in the topics on request: page by page, live, or along the way of one payment.
package messages

import "time"

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
}

// Header is one header of a Message.
type Header struct {
	Key   string
	Value []byte
}

// AllPartitions as Query.Partition asks for every partition of the topic.
const AllPartitions int32 = -1

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
	Limit     int    // at most so many messages, and at most 1,000
	// Before continues a page towards older messages, After towards newer ones: the Cursor of that page. At most one is
	// set; Origin is then ignored.
	Before, After Cursor
}

// Cursor is where a page began and ended, by partition.
type Cursor map[int32]Edge

// Edge is the first offset of a page in one partition, and the offset after its last.
type Edge struct{ First, Next int64 }

// Page is the answer to a Query: messages in the order of their timestamps, those of one partition in order of their
// offsets.
type Page struct {
	Messages []Message
	Cursor   Cursor
	Scanned  int64 // records looked at, those that the filter left out included
	Older    bool  // there are older ones
	Newer    bool  // there are newer ones
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

// Trace is the way of one payment through the lab, as far as it has come.
type Trace struct {
	Payment Payment
	Hops    []Hop // the payment first; then everything that names it, in the order in which it was written
	// Scanned and Total are the records looked at and those to look at, while the search goes on too.
	Scanned, Total int64
}

// Hop is one station of a payment.
type Hop struct {
	Message
	Instance  string // client id of the instance that wrote it; empty where the record does not say
	Duplicate bool   // a second order, dead letter or e-mail of the payment
	// Counted is when analytics had counted the record; zero when it has not yet. CountedKnown is false when that is not
	// known: not read by analytics at all (dead letters), or too long ago to be remembered.
	Counted      time.Time
	CountedKnown bool
}
