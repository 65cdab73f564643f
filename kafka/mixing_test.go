//go:build synctests

package kafka

import (
	"testing"
	"testing/synctest"
	"time"
)

// In a second group beside the first it would read everything once more, and nobody would see it.
func TestClassicMemberIsKeptOutOfAModernGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ConsumerProtocol, 3)
		modern := w.join("order-1", 0)
		w.until("a reader", 20*time.Second, func() bool { return len(modern.Partitions()) == 3 })
		w.cluster.cfg.Protocol = Range
		classic := w.join("kcat", 0)
		w.until("it is refused", 20*time.Second, func() bool { return w.heard("kcat failing") && w.heard("INCONSISTENT_GROUP_PROTOCOL") })
		if got := classic.Partitions(); len(got) > 0 {
			t.Errorf("it reads %v", got)
		}
	})
}

func TestClassicMembersHaveAGroupOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Range, 2)
		one, two := w.join("order-1", 0), w.join("kcat", 0)
		w.until("both read", 20*time.Second, func() bool { return len(one.Partitions()) == 1 && len(two.Partitions()) == 1 })
	})
}
