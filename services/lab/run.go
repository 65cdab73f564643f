package lab

import "time"

// Key is how payments are given to partitions.
type Key string

// The keys of a payment record.
const (
	KeyNone Key = "none" // no key: round-robin
	KeyUser Key = "user" // the user_id: all payments of a user go to one partition, in order
	KeyVIP  Key = "vip"  // one user buys everything: one hot partition
)

// Run is one flood and how it drained.
type Run struct {
	Flood     int // FloodProgress.ID
	StartedAt time.Time
	Payments  int64
	// Partitions and Consumers are those at the start; Delay and Key too.
	Partitions int
	Consumers  int
	Delay      time.Duration
	Key        Key
	Retimed    bool          // the work for each payment was changed before it was drained
	Curve      []CurvePoint  // total lag from StartedAt on
	Drained    bool          // the lag has been zero since
	Took       time.Duration // until the lag was zero, or until now
}
