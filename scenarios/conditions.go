package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"blackfriday/services/lab"
)

// settled waits until the lab runs and its group has come to rest: every consumer knows what it has, and on every
// partition the broker's word and our own process agree.
func settled() Condition {
	return Condition{
		Text: "a running lab whose partitions all have an owner that reads them",
		Holds: func(s *lab.Snapshot) bool {
			return s.State == lab.Running && len(s.Partitions) > 0 &&
				!slices.ContainsFunc(s.Orders, func(i lab.Instance) bool { return i.Health == lab.Joining }) &&
				!slices.ContainsFunc(s.Partitions, unattended)
		},
	}
}

// unattended reports whether a partition lacks an owner who reads it.
func unattended(p lab.Partition) bool {
	return !p.Known || p.Unknown || p.Orphan || p.Reader == 0 || p.Reader != p.OwnerInstance
}

func floodAcknowledged() Condition {
	return Condition{Text: "the brokers' answer to every payment", Holds: flooded}
}

// floodsAcknowledged waits for the n-th flood: the picture of the one before it may still be there.
func floodsAcknowledged(n int) Condition {
	return Condition{
		Text:  fmt.Sprintf("the brokers' answer to every payment of flood %d", n),
		Holds: func(s *lab.Snapshot) bool { return s.Flood.ID >= n && flooded(s) },
	}
}

func flooded(s *lab.Snapshot) bool { return s.Flood.ID > 0 && !s.Flood.Running }

func done(payments int) Condition {
	return Condition{
		Text:  count(payments) + " committed payments",
		Holds: func(s *lab.Snapshot) bool { return committed(s) >= int64(payments) },
	}
}

// committed is how many payments the group has finished since the log began.
func committed(s *lab.Snapshot) int64 {
	var sum int64
	for _, p := range s.Partitions {
		if p.Known {
			sum += p.Committed - p.Start
		}
	}
	return sum
}

func drained() Condition {
	return Condition{Text: "a lag of zero after the flood", Holds: isDrained}
}

// isDrained wants a reading that is younger than the last acknowledgement: an older one may show the zero from before
// the flood.
func isDrained(s *lab.Snapshot) bool {
	return flooded(s) && s.Reading.At.After(s.Flood.StartedAt.Add(s.Flood.Took)) && s.Lag.Known && s.Lag.Total == 0
}

func caughtUp() Condition {
	return Condition{
		Text: "no lag in the e-mail and analytics groups",
		Holds: func(s *lab.Snapshot) bool {
			return isDrained(s) && s.Email.LagKnown && s.Email.Lag == 0 && s.Analytics.LagKnown && s.Analytics.Lag == 0
		},
	}
}

// handedOver waits for a rebalance of that cause whose partitions all have a new reader that has begun.
func handedOver(cause lab.Cause) Condition {
	return Condition{
		Text: fmt.Sprintf("the partitions of a consumer lost by a %s to be read again", cause),
		Holds: func(s *lab.Snapshot) bool {
			r, found := rebalance(s, cause)
			return found && !r.Open && len(r.Moved) > 0 &&
				!slices.ContainsFunc(r.Moved, func(m lab.Move) bool { return m.To == 0 || !m.Measured })
		},
	}
}

// rebalance returns the newest rebalance of that cause.
func rebalance(s *lab.Snapshot, cause lab.Cause) (lab.Rebalance, bool) {
	for _, r := range slices.Backward(s.Rebalances) {
		if r.Cause == cause {
			return r, true
		}
	}
	return lab.Rebalance{}, false
}

// seen describes what a picture shows, for the report of a step that waited in vain.
func seen(s *lab.Snapshot) string {
	if s.State != lab.Running {
		return "a lab that does not run" + unfinishedStart(s)
	}
	var b strings.Builder
	if s.Lag.Known {
		fmt.Fprintf(&b, "lag %s", count(s.Lag.Total))
	} else {
		b.WriteString("lag not measured")
	}
	for _, p := range s.Partitions {
		fmt.Fprintf(&b, "; P%d read by %s, owned by %s", p.ID, instance(p.Reader), owner(p.Owner))
	}
	for _, i := range slices.Concat(s.Orders, []lab.Instance{s.Email, s.Analytics}) {
		if i.Err != nil {
			fmt.Fprintf(&b, "; %s fails: %q", i.Name, i.Err)
		}
		if i.Health == lab.Joining || i.Health == lab.Leaving {
			fmt.Fprintf(&b, "; %s is %s", i.Name, i.Health)
		}
		if i.LagKnown && i.Lag > 0 {
			fmt.Fprintf(&b, "; %s has a lag of %s", i.Name, count(i.Lag))
		}
		if i.StillMember {
			fmt.Fprintf(&b, "; a dead %s is still a member", i.Name)
		}
	}
	for _, t := range s.Topics {
		if t.Hidden > 0 {
			fmt.Fprintf(&b, "; %s offsets of %s wait behind an open transaction", count(t.Hidden), t.Name)
		}
	}
	for _, r := range s.Rebalances {
		if r.Open {
			fmt.Fprintf(&b, "; not over: the rebalance of %s, %s %s", r.At.Format(time.TimeOnly), r.Cause, r.Member)
		}
	}
	if s.Reading.Err != nil {
		fmt.Fprintf(&b, "; the last reading failed: %q", s.Reading.Err)
	}
	return b.String()
}

func unfinishedStart(s *lab.Snapshot) string {
	for _, step := range s.Steps {
		if !step.Done {
			return ": still at " + step.Name.String()
		}
	}
	return ""
}

func instance(number int) string {
	if number == 0 {
		return "nobody"
	}
	return fmt.Sprintf("order-%d", number)
}

// owner quotes the broker's word: any client can join the group under any name.
func owner(clientID string) string {
	if clientID == "" {
		return "nobody"
	}
	return strconv.Quote(clientID)
}
