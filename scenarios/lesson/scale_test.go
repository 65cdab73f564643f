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

// A second consumer that comes when everything is done shows nothing: neither of them works.
func TestTheBenchIsSeenWhileThereIsWork(t *testing.T) {
	checkpoint, err := Find(3)
	if err != nil {
		t.Fatal(err)
	}
	now := &lab.Snapshot{
		Lag:        lab.Lag{Known: true},
		Partitions: []lab.Partition{{Known: true, Reader: 1, OwnerInstance: 1}},
		Orders:     []lab.Instance{{Name: "order-1", Health: lab.Active}, {Name: "order-2", Health: lab.Standby}},
	}
	second := checkpoint.Steps[3]
	if found := second.Check(Evidence{Now: now}); second.Name != "second" || found.Done {
		t.Errorf("%s at lag 0: %+v", second.Name, found)
	}
	now.Lag.Total = 1
	if found := second.Check(Evidence{Now: now}); !found.Done {
		t.Errorf("%s with work left: %+v", second.Name, found)
	}
}
