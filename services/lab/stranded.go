package lab

import (
	"cmp"
	"slices"
	"time"

	"blackfriday/kafka/phrase"
)

// strand opens the entry of an outage, unless there is one that is not over. since is when a broker, or the group's
// coordinator, last answered.
func (rs *rebalances) strand(since time.Time, protocol string) {
	rs.shaken = true
	stranded := false
	for _, r := range rs.list {
		if r.Open {
			r.Disturbed, r.Outage = true, true
			stranded = stranded || r.Cause == CauseOutage
		}
	}
	if !stranded {
		rs.begin(Change{At: since, Cause: CauseOutage}, protocol, nil, nil)
	}
}

// lost notes that the reader of a partition lost it: nobody handed it over.
func (rs *rebalances) lost(at time.Time, p int32) { rs.losses[p] = at }

// lostSince says whether a reader has lost its partition since a time.
func (rs *rebalances) lostSince(at time.Time) bool {
	for p := range rs.losses {
		if rs.losses[p].After(at) {
			return true
		}
	}
	return false
}

// resumed writes into the entries of outages for how long nobody worked on the partitions, once every one of them has gone on
// or nothing more is to be expected. It returns what has not been told yet, as if it had been kept.
func (rs *rebalances) resumed(now time.Time) (told []Kept) {
	for _, r := range rs.list {
		if r.Open || r.Cause != CauseOutage || r.watch == nil {
			continue
		}
		pauses := rs.turnstile.longest(r.watch)
		waits := func(p int32) bool { return pauses[p].last.Before(r.Settled) }
		if now.Sub(r.Settled) <= unreadWithin && (slices.ContainsFunc(r.Kept, func(k Kept) bool { return waits(k.Partition) }) ||
			slices.ContainsFunc(r.Moved, func(m Move) bool { return waits(m.Partition) })) {
			continue
		}
		rs.turnstile.unwatch(r.watch)
		r.watch = nil
		for id, p := range pauses {
			// Where somebody else may have come further with it, it stays unknown.
			if !p.certain || !p.until.Add(-p.length).Before(r.Settled) {
				continue
			}
			fresh, reader := r.stood(id, p.length)
			if fresh && (p.length >= awayAtLeast || p.length >= worthTelling && rs.losses[id].After(r.At)) {
				told = append(told, Kept{Partition: id, Reader: reader, Pause: p.length, Measured: true})
			}
		}
	}
	return told
}

// stood writes down for how long nobody worked on a partition; fresh says that the entry did not have that, reader who has it.
func (r *rebalance) stood(p int32, pause time.Duration) (fresh bool, reader int) {
	for i := range r.Kept {
		if k := &r.Kept[i]; k.Partition == p {
			k.Pause, k.Measured = pause, true
			return true, k.Reader
		}
	}
	for i := range r.Moved {
		// It can have come back to its reader before it moved on.
		if m := &r.Moved[i]; m.Partition == p && m.FromOutside == "" && m.ToOutside == "" && m.Unread < pause {
			m.Unread, m.Measured = pause, true
			return true, m.To
		}
	}
	return false, 0
}

// tellStranded tells what an outage cost the partitions of which that has not been told as they moved.
func (s *state) tellStranded(now time.Time) {
	kept := s.rebalances.resumed(now)
	if len(kept) == 0 {
		return
	}
	slices.SortStableFunc(kept, func(a, b Kept) int {
		return cmp.Or(cmp.Compare(b.Pause, a.Pause), cmp.Compare(a.Partition, b.Partition))
	})
	told := phrase.List{Between: "; "}
	for _, k := range kept {
		told.Parts = append(told.Parts, phrase.New("P%d was unread for %s, order-%d has it", k.Partition, phrase.Seconds(k.Pause), k.Reader))
	}
	if extra := len(told.Parts) - 4; extra > 0 {
		told.Parts = append(told.Parts[:4], phrase.Count(int64(extra), "%s more for less", "%s more for less"))
	}
	s.feed.add(Warn, "kafka", 0, "After the outage: %s.", told)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
