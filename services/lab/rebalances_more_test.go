package lab

import (
	"testing"
	"time"

	"blackfriday/kafka"
)

// TestAPartitionThatHasAReaderKeepsNoEntryOpen, whoever gave it and whoever had it before: also when the dead one had only
// been about to get it, and when it returns to who had it.
func TestAPartitionThatHasAReaderKeepsNoEntryOpen(t *testing.T) {
	for name, taker := range map[string]int{"another": 1, "the same": 2} {
		t.Run(name, func(t *testing.T) {
			rs, lives := three()
			// The group had just given partition 2 to the first, who died before it heard of it.
			rs.begin(Change{At: noon, Cause: CauseCrash}, "", lives[0], []int32{0, 2})
			rs.took(noon.Add(6*time.Second), lives[1], 0, -1)
			rs.took(noon.Add(6*time.Second), lives[taker], 2, -1)
			rs.look(noon.Add(7*time.Second), kafka.GroupReading{}, true)
			for _, e := range rs.snapshot() {
				if e.Open {
					t.Errorf("still open: %+v", e)
				}
			}
		})
	}
}

func TestTurnstileSaysNothingOfATimeThatItDidNotSee(t *testing.T) {
	ts := newTurnstile()
	one, two := lifeOf(1), lifeOf(2)
	ts.entered(one, noon, 0)
	ts.began(one, noon, paid(0, noon))
	ts.forget(0) // an outsider has it
	ts.entered(two, noon.Add(time.Minute), 0)
	if p, moved := ts.began(two, noon.Add(time.Minute), paid(0, noon)); moved {
		t.Errorf("it claims that the partition was unread for %v", p.unread)
	}
}
