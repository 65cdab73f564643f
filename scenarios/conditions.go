package scenarios

import (
	"fmt"
	"slices"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// settled waits until the lab runs and its group has come to rest: every consumer knows what it has, and on every
// partition the broker's word and our own process agree.
func settled() Condition {
	return Condition{
		Text: phrase.New("a running lab whose partitions all have an owner that reads them"),
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
	return Condition{Text: phrase.New("the brokers' answer to every payment"), Holds: flooded}
}

// floodsAcknowledged waits for the n-th flood: the picture of the one before it may still be there.
func floodsAcknowledged(n int) Condition {
	return Condition{
		Text:  phrase.New("the brokers' answer to every payment of flood %d", n),
		Holds: func(s *lab.Snapshot) bool { return s.Flood.ID >= n && flooded(s) },
	}
}

func flooded(s *lab.Snapshot) bool { return s.Flood.ID > 0 && !s.Flood.Running }

func done(payments int) Condition {
	return Condition{
		Text:  phrase.New("%s committed payments", count(payments)),
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
	return Condition{Text: phrase.New("a lag of zero after the flood"), Holds: isDrained}
}

// isDrained wants a reading that is younger than the last acknowledgement: an older one may show the zero from before
// the flood.
func isDrained(s *lab.Snapshot) bool {
	return flooded(s) && s.Reading.At.After(s.Flood.StartedAt.Add(s.Flood.Took)) && s.Lag.Known && s.Lag.Total == 0
}

func caughtUp() Condition {
	return Condition{
		Text: phrase.New("no lag in the e-mail and analytics groups"),
		Holds: func(s *lab.Snapshot) bool {
			return isDrained(s) && s.Email.LagKnown && s.Email.Lag == 0 && s.Analytics.LagKnown && s.Analytics.Lag == 0
		},
	}
}

// handedOver waits for a rebalance of that cause whose partitions all have a new reader that has begun.
func handedOver(cause lab.Cause) Condition {
	return Condition{
		Text: phrase.New("the partitions of a consumer lost by a %s to be read again", CauseText(cause)),
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
func seen(s *lab.Snapshot) phrase.Phrase {
	if s.State != lab.Running {
		return unfinishedStart(s)
	}
	parts := []phrase.Phrase{phrase.New("lag not measured")}
	if s.Lag.Known {
		parts[0] = phrase.New("lag %s", count(s.Lag.Total))
	}
	for _, p := range s.Partitions {
		parts = append(parts, phrase.New("P%d read by %s, owned by %s", p.ID, reader(p.Reader), owner(p.Owner)))
	}
	for _, i := range slices.Concat(s.Orders, []lab.Instance{s.Email, s.Analytics}) {
		parts = append(parts, troubles(i)...)
	}
	for _, t := range s.Topics {
		if t.Hidden > 0 {
			parts = append(parts, phrase.New("%s offsets of %s wait behind an open transaction", count(t.Hidden), t.Name))
		}
	}
	for _, r := range s.Rebalances {
		if r.Open {
			parts = append(parts, phrase.New("not over: the rebalance of %s, %s %s", r.At.Format(time.TimeOnly), CauseText(r.Cause), r.Member))
		}
	}
	if s.Reading.Err != nil {
		parts = append(parts, phrase.New("the last reading failed: %q", s.Reading.Err))
	}
	return together("; ", parts)
}

// troubles are why an instance may have kept a step waiting.
func troubles(i lab.Instance) (parts []phrase.Phrase) {
	if i.Err != nil {
		parts = append(parts, phrase.New("%s fails: %q", i.Name, i.Err))
	}
	if i.Health == lab.Joining || i.Health == lab.Leaving {
		parts = append(parts, phrase.New("%s is %s", i.Name, i.Health.Phrase()))
	}
	if i.LagKnown && i.Lag > 0 {
		parts = append(parts, phrase.New("%s has a lag of %s", i.Name, count(i.Lag)))
	}
	if i.StillMember {
		parts = append(parts, phrase.New("a dead %s is still a member", i.Name))
	}
	return parts
}

func unfinishedStart(s *lab.Snapshot) phrase.Phrase {
	for _, step := range s.Steps {
		if !step.Done {
			return phrase.New("a lab that does not run: still at %s", step.Name)
		}
	}
	return phrase.New("a lab that does not run")
}

func instance(number int) string { return fmt.Sprintf("order-%d", number) }

// reader names who reads a partition; 0 is nobody.
func reader(number int) phrase.Phrase {
	if number == 0 {
		return phrase.New("nobody")
	}
	return phrase.New("%s", instance(number))
}

// owner quotes the broker's word: any client can join the group under any name.
func owner(clientID string) phrase.Phrase {
	if clientID == "" {
		return phrase.New("nobody")
	}
	return phrase.New("%q", clientID)
}
