//go:build synctests

package kafka

import (
	"context"
	"net"
	"reflect"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/twmb/franz-go/pkg/kfake"
)

// TestWhatCanBeDoneIsAskedOfWhoIsThere: one of three brokers is dead, and which one is asked first is chance.
func TestWhatCanBeDoneIsAskedOfWhoIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &kfake.VirtualNetwork{}
		host, err := Open(t.Context(), Config{Port: 9094, Prefix: testPrefix, Listen: network.Listen, Dial: network.DialContext})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(host.Close)
		dial := func(ctx context.Context, kind, address string) (net.Conn, error) {
			conn, err := network.DialContext(ctx, kind, address)
			if err != nil {
				err = &net.OpError{Op: "dial", Net: kind, Err: syscall.ECONNREFUSED} // as TCP says it
			}
			return conn, err
		}
		guest, err := Open(t.Context(), Config{Brokers: host.Brokers(), Prefix: testPrefix, Dial: dial})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(guest.Close)
		for dead := range host.Controller() {
			if err := host.StopBroker(t.Context(), dead); err != nil {
				t.Fatal(err)
			}
			for range 10 {
				if can, err := guest.Capabilities(t.Context()); err != nil || !reflect.DeepEqual(can, Capabilities{}) {
					t.Errorf("without broker %d: %+v, %v", dead, can, err)
				}
				if _, _, err := guest.GroupTimeouts(t.Context(), OrderGroup); err != nil {
					t.Errorf("without broker %d: %v", dead, err)
				}
			}
			if err := host.StartBroker(t.Context(), dead); err != nil {
				t.Fatal(err)
			}
		}
	})
}
