package scenarios

import (
	"time"

	"blackfriday/services/lab"
)

// Cost is what all the rebalances of one cause under one group protocol came to.
type Cost struct {
	Protocol string // "KIP-848", "cooperative-sticky", …
	Cause    lab.Cause
	Count    int // how many there were
	// UnreadMax and UnreadMean are over the partitions that changed hands, KeptPauseMax over those that did not.
	// Negative: nothing was measured.
	UnreadMax, UnreadMean, KeptPauseMax time.Duration
	Redelivered                         int64 // records begun again by a new reader
}

// Costs sums the rebalances up, by protocol in the order of their first appearance and then by cause: leave, crash, join.
// It passes over those that are still open, and those that the group settled together with another change: what each of
// the two cost cannot be told.
func Costs(list []lab.Rebalance) []Cost {
	var protocols []string
	seen := map[string]bool{}
	for _, r := range list {
		if !seen[r.Protocol] {
			seen[r.Protocol] = true
			protocols = append(protocols, r.Protocol)
		}
	}
	var costs []Cost
	for _, p := range protocols {
		for _, cause := range measuredCauses() {
			if c := cost(list, p, cause); c.Count > 0 {
				costs = append(costs, c)
			}
		}
	}
	return costs
}

// measuredCauses are the causes that differ in what they cost, by protocol.
func measuredCauses() []lab.Cause { return []lab.Cause{lab.CauseLeave, lab.CauseCrash, lab.CauseJoin} }

func cost(list []lab.Rebalance, protocol string, cause lab.Cause) Cost {
	c := Cost{Protocol: protocol, Cause: cause, UnreadMax: -1, UnreadMean: -1, KeptPauseMax: -1}
	var sum time.Duration
	measured := 0
	for _, r := range list {
		if r.Protocol != protocol || r.Cause != cause || r.Open || len(r.Also) > 0 {
			continue
		}
		c.Count++
		if longest, total, n := r.Unread(); n > 0 {
			c.UnreadMax, sum, measured = max(c.UnreadMax, longest), sum+total, measured+n
		}
		for _, m := range r.Moved {
			if m.Measured {
				c.Redelivered += m.Redelivered
			}
		}
		for _, k := range r.Kept {
			if k.Measured {
				c.KeptPauseMax = max(c.KeptPauseMax, k.Pause)
			}
		}
	}
	if measured > 0 {
		c.UnreadMean = sum / time.Duration(measured)
	}
	return c
}
