package lab

import "time"

// Blocked is a payment that is tried again and again.
type Blocked struct {
	Topic     string
	Partition int32
	Offset    int64
	Attempts  int       // so far
	Since     time.Time // of the first attempt
	Reason    string    // why the last one failed: plain English; may quote the payload, so hostile until escaped
}

// DLQ is what the dead letter queue holds.
type DLQ struct {
	Known  bool
	Total  int64          // records in dlq-payment
	Newest Rejection      // the newest that one of our instances wrote
	Counts map[string]int // by error code, written by our instances
}

// Rejection is why a record went to the dead letter queue.
type Rejection struct {
	At        time.Time
	Instance  string
	Partition int32
	Offset    int64
	Code      string // stable: "price-not-positive"
	Reason    string // plain English; may quote the payload, so hostile until escaped
}
