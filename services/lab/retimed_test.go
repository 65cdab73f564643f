//go:build synctests

package lab

import (
	"testing"
	"testing/synctest"
	"time"
)

// A flood is marked whose work was changed before it was drained, and no other.
func TestAFloodIsMarkedWhoseWorkWasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		do(t, l, SetDelay{Delay: 10 * time.Millisecond})
		do(t, l, Flood{Count: 30})
		do(t, l, SetDelay{Delay: 10 * time.Millisecond}) // which it was
		until(t, l, "the first is drained", time.Minute, func(s *Snapshot) bool { return len(s.Runs) == 1 && s.Runs[0].Drained })
		do(t, l, SetDelay{Delay: 100 * time.Millisecond})
		do(t, l, Flood{Count: 30})
		do(t, l, SetDelay{Delay: 0})
		s := until(t, l, "the second is drained", time.Minute, func(s *Snapshot) bool { return len(s.Runs) == 2 && s.Runs[1].Drained })
		if s.Runs[0].Retimed || !s.Runs[1].Retimed {
			t.Errorf("%+v", s.Runs)
		}
	})
}
