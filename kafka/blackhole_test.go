package kafka

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// hole dials one connection through a blackhole; server is its other end.
func hole(t *testing.T) (h *blackhole, conn, server net.Conn) {
	t.Helper()
	client, server := net.Pipe()
	h = newBlackhole(func(context.Context, string, string) (net.Conn, error) { return client, nil })
	conn, err := h.DialContext(t.Context(), "tcp", "localhost:9094")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Release(); server.Close() })
	return h, conn, server
}

func TestCutConnectionStaysOpenAndSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, conn, server := hole(t)
		h.Cut()
		if n, err := conn.Write([]byte("heartbeat")); n != 9 || err != nil {
			t.Errorf("a write into the hole: %d, %v; want it swallowed", n, err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if err := server.SetReadDeadline(time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		// An end of file would tell the broker that the client is gone.
		if _, err := server.Read(make([]byte, 16)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the broker reads %v, want silence", err)
		}
		h.Release()
		if _, err := server.Write([]byte("x")); err == nil {
			t.Error("the connection is still open after Release")
		}
	})
}

func TestCutReadReturnsNothingUntilClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, conn, server := hole(t)
		result := make(chan error, 1)
		go func() {
			n, err := conn.Read(make([]byte, 16))
			if n > 0 {
				err = errors.New("the dead client heard the broker")
			}
			result <- err
		}()
		synctest.Wait()
		h.Cut()
		go server.Write([]byte("response")) //nolint:errcheck // may stay unread
		synctest.Wait()
		select {
		case err := <-result:
			t.Fatalf("the read returned %v, want silence", err)
		default:
		}
		conn.Close()
		if err := <-result; !errors.Is(err, net.ErrClosed) {
			t.Errorf("the read ended with %v, want net.ErrClosed", err)
		}
	})
}

func TestCutReadEndsAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, conn, _ := hole(t)
		h.Cut()
		result := make(chan error, 1)
		go func() {
			_, err := conn.Read(make([]byte, 1))
			result <- err
		}()
		synctest.Wait()
		if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := <-result; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the read ended with %v, want its deadline", err)
		}
	})
}

func TestUncutConnectionClosesForReal(t *testing.T) {
	_, conn, server := hole(t)
	conn.Close()
	if _, err := server.Read(make([]byte, 1)); err == nil {
		t.Error("the broker was not told")
	}
}
