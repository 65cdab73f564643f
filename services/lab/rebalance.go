package lab

import "time"

// Cause is why a rebalance happened.
type Cause string

// The causes of a rebalance that the lab can tell apart.
const (
	CauseStart      Cause = "start" // the first members of a new lab, together
	CauseJoin       Cause = "join"
	CauseLeave      Cause = "leave"
	CauseCrash      Cause = "crash"
	CauseProtocol   Cause = "protocol"   // every consumer restarted under another group protocol
	CauseGuarantee  Cause = "guarantee"  // every consumer restarted under another delivery guarantee
	CausePartitions Cause = "partitions" // partitions were added
	CauseRecreate   Cause = "recreate"   // the topics were deleted and created again, the members of the lab together
	CauseGone       Cause = "gone"       // a member outside this lab left or died: the brokers do not say which
	CauseOutage     Cause = "outage"     // no broker had answered, or not the coordinator of the group
	CauseOther      Cause = "other"      // partitions moved, and nobody is known to have come or gone
)

// Rebalance is one change of the membership of order-service-group and what it cost.
//
// Two clocks run beside each other. The callbacks of our own members say when a partition was taken away and given (At,
// Settled, Move); the brokers' word says when the group knew (BrokerAt, Generation). A crash is where they part.
type Rebalance struct {
	ID       int
	At       time.Time // when the cause happened
	Cause    Cause
	Member   string    // who joined, left or crashed; empty for a change that no member made
	Also     []Change  // further changes that the group settled in the same generation
	Protocol string    // the group protocol in force
	Open     bool      // partitions are still on their way
	Settled  time.Time // callbacks: when the last partition on its way was assigned; zero while Open
	BrokerAt time.Time // brokers: when a reading first showed the new membership; zero until then
	// FromGeneration and ToGeneration are the group's generation (classic) or epoch (KIP-848) before and after; -1 while
	// unknown.
	FromGeneration, ToGeneration int32
	// Disturbed: something else got in the way, so that what it cost is not the price of its cause: another change while
	// it went on, a dead member that the group still counted, or nobody left to take over;
	// or it happened outside this lab, where nobody saw it begin.
	Disturbed bool
	// Outside: its cause is outside this lab. Then At is when the first sign of it was seen, not when it happened.
	Outside bool
	// Outage: no broker answered for a part of it, or not the coordinator of the group, so that its unread times have that in them.
	Outage bool
	Moved  []Move
	Kept   []Kept
}

// Change is one change of a group's membership.
type Change struct {
	At     time.Time
	Cause  Cause
	Member string // a client id, hostile until escaped where it is an outsider's
}

// Move is one partition changing hands.
type Move struct {
	Partition int32
	From, To  int // instance numbers; 0: nobody, or somebody outside this lab
	// FromOutside and ToOutside are the client ids of members outside this lab, hostile until escaped; empty for others.
	// Where one of them is set Unread cannot be measured: what outsiders begin nobody here sees.
	FromOutside, ToOutside string
	// Unread is how long nobody worked on it: from the last record begun by the old reader to the first begun by the
	// new one. Measured is false while that has not happened or there was nothing to read. Where no broker answered meanwhile it
	// is measured only if the new one went on where the old one had stopped, so that certainly nobody had got any further.
	Unread   time.Duration
	Measured bool
	// Redelivered is how many records the new reader was given that the old one had begun already. Valid once Measured.
	Redelivered int64
}

// Kept is one partition that stayed with its reader through a rebalance.
type Kept struct {
	Partition int32
	Reader    int
	// Pause is the longest time between two records begun while the rebalance went on. Measured is false while fewer
	// than two were. In an outage it is how long nobody worked on it, measured once the reader went on exactly where it had
	// stopped: only then nobody else had got any further.
	Pause    time.Duration
	Measured bool
}

// Unread is the longest and the summed unread time of the moved partitions, and how many of them are measured.
func (r Rebalance) Unread() (longest, sum time.Duration, measured int) {
	for _, m := range r.Moved {
		if m.Measured {
			longest, sum, measured = max(longest, m.Unread), sum+m.Unread, measured+1
		}
	}
	return longest, sum, measured
}

// Idle is Unread and, where an outage is the cause, what counts as that of the partitions that stayed: their readers could not
// read them either.
func (r Rebalance) Idle() (longest, sum time.Duration, measured int) {
	longest, sum, measured = r.Unread()
	for _, k := range r.Kept {
		if k.Measured && r.Cause == CauseOutage {
			longest, sum, measured = max(longest, k.Pause), sum+k.Pause, measured+1
		}
	}
	return longest, sum, measured
}
