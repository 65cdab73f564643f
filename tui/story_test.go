package tui

import (
	"slices"
	"time"

	"blackfriday/services/lab"
)

// handover is a partition that gets into other hands; reader 0 is nobody.
type handover struct {
	ago       time.Duration
	partition int
	reader    int
}

// story is the history that ends with s: the readers were 1, 2, 3 and so on, but for the handovers. The labs before s
// were like s otherwise, with the rebalances that had begun, and without what is dead now.
func story(s *lab.Snapshot, handovers ...handover) history {
	var past history
	for ago := remembered; ago > 0; ago -= keepEvery / 5 {
		before := *s
		before.At = s.At.Add(-ago)
		before.Partitions = slices.Clone(s.Partitions)
		for i := range before.Partitions {
			p := &before.Partitions[i]
			p.Reader = i + 1
			for _, h := range handovers {
				if h.partition == i && h.ago >= ago {
					p.Reader = h.reader
				}
			}
			p.Orphan = p.Reader == 0
		}
		before.Rebalances = nil
		for _, r := range s.Rebalances {
			if !r.At.After(before.At) {
				before.Rebalances = append(before.Rebalances, r)
			}
		}
		past = past.with(&before)
	}
	return past.with(s)
}

// crashStory is what happened before crashed: order-3 left and came back.
func crashStory(s *lab.Snapshot) history {
	return story(s, handover{40 * time.Second, 2, 0}, handover{39488 * time.Millisecond, 2, 1},
		handover{22 * time.Second, 2, 0}, handover{21769 * time.Millisecond, 2, 3}, handover{1900 * time.Millisecond, 1, 0})
}
