package guard_test

import (
	"encoding/binary"
	"net"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/guard"
)

// TestAClaimCostsNothing: kfake alone allocates 100 MiB for each of these connections.
func TestAClaimCostsNothing(t *testing.T) {
	network := &kfake.VirtualNetwork{}
	address := startCluster(t, guard.Options{Base: network.Listen})
	claim := binary.BigEndian.AppendUint32(nil, 100<<20)
	claim = append(claim, 0, 0, 0, 9, 0, 0, 0, 1)
	before := heap()
	for range 100 {
		conn, err := network.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		// A pipe's Write returns once the other side has read everything.
		if _, err := conn.Write(claim); err != nil {
			t.Fatal(err)
		}
	}
	if grown := heap() - before; grown > 32<<20 {
		t.Errorf("100 claims of 100 MiB took %d MiB of memory", grown>>20)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestSlowRequestsAreGivenUp(t *testing.T) {
	whole := framed(kmsg.NewPtrApiVersionsRequest())
	for name, tc := range map[string]struct {
		answered bool // a whole request goes before
		sent     []byte
	}{
		"nothing":                      {false, nil},
		"a first request without body": {false, []byte{0, 0, 0, 100, 0, 3, 0, 0}},
		"half a size":                  {true, whole[:2]},
		"half a header":                {true, whole[:6]},
		"half a body":                  {true, whole[:len(whole)-1]},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := &kfake.VirtualNetwork{}
				var refused []error
				address := startCluster(t, guard.Options{
					Base:    network.Listen,
					Refused: func(_ net.Addr, why error) { refused = append(refused, why) },
				})
				conn, err := network.DialContext(t.Context(), "tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if tc.answered {
					ask(t, conn, whole)
				}
				begun := time.Now()
				if _, err := conn.Write(tc.sent); err != nil {
					t.Fatal(err)
				}
				if err := conn.SetReadDeadline(begun.Add(time.Hour)); err != nil {
					t.Fatal(err)
				}
				if _, err := conn.Read(make([]byte, 1)); err == nil {
					t.Fatal("an answer to half a request")
				}
				if took := time.Since(begun); took != guard.DefaultFrameTimeout {
					t.Errorf("dropped after %v, want %v", took, guard.DefaultFrameTimeout)
				}
				synctest.Wait()
				if len(refused) != 1 {
					t.Errorf("told of %d refusals, want 1: %v", len(refused), refused)
				}
			})
		})
	}
}

// ask sends a whole request and waits for its answer.
func ask(t *testing.T, conn net.Conn, request []byte) {
	t.Helper()
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 1<<16)); n == 0 {
		t.Fatalf("no answer: %v", err)
	}
}

// TestIdleConnectionsLive: a client may be silent for hours between two requests.
func TestIdleConnectionsLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &kfake.VirtualNetwork{}
		address := startCluster(t, guard.Options{Base: network.Listen})
		conn, err := network.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		request := framed(kmsg.NewPtrApiVersionsRequest())
		for range 3 {
			ask(t, conn, request)
			<-time.After(time.Hour)
		}
	})
}
