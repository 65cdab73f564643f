//go:build synctests

package kafka

import (
	"testing"
	"testing/synctest"
	"time"
)

// Members of a classic group keep a KIP-848 member out. It says why, and no longer than that is so.
func TestModernMemberIsKeptOutOfAClassicGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Range, 3)
		classic := w.join("kcat", 0)
		w.until("a reader", 20*time.Second, func() bool { return len(classic.Partitions()) == 3 })
		w.cluster.cfg.Protocol = ConsumerProtocol
		modern := w.join("order-1", 0)
		w.until("it is refused", 20*time.Second, func() bool {
			return w.heard("order-1 failing be a member of order-service-group as order-1: its members speak the classic group protocol and this one KIP-848")
		})
		classic.stop()
		w.until("it is let in", 20*time.Second, func() bool { return len(modern.Partitions()) == 3 && w.heard("order-1 failing <nil>") })
	})
}
