package lesson

import (
	"testing"
	"time"

	"blackfriday/services/lab"
)

// TestAFloodWhoseWorkWasChangedCountsForNothing: with a delay of 0 the last of 100 seconds is soon over.
func TestAFloodWhoseWorkWasChangedCountsForNothing(t *testing.T) {
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	everything := func(lab.Run) bool { return true }
	for _, retimed := range []bool{false, true} {
		run := lab.Run{Payments: rush, StartedAt: noon.Add(time.Second), Took: 33 * time.Second, Drained: true, Retimed: retimed}
		e := Evidence{Since: noon, Now: &lab.Snapshot{Runs: []lab.Run{run}}}
		if found := drained(everything)(e); found.Done == retimed || found.Measured.Empty() {
			t.Errorf("retimed %v: the step %+v", retimed, found)
		}
		if _, _, known := drainAnswer(everything, []time.Duration{33 * time.Second, 100 * time.Second})(e); known == retimed {
			t.Errorf("retimed %v: the answer is known: %v", retimed, known)
		}
	}
}
