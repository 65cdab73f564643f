//go:build synctests

package standalone

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// heart is a pulse in virtual time, of brokers that can be taken away.
func heart(t *testing.T) (p *pulse, away *atomic.Bool, says func() string) {
	t.Helper()
	away, text := &atomic.Bool{}, &paper{}
	j := NewJournal(text, false)
	p = &pulse{name: "order-1", brokers: "a:1, b:2", journal: j, wake: make(chan struct{}, 1), reach: func(context.Context) error {
		if away.Load() {
			return errors.New("no route")
		}
		return nil
	}}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.run(ctx) }()
	t.Cleanup(func() { stop(); <-done; j.Close() })
	return p, away, func() string {
		synctest.Wait()
		var lines []string
		for line := range strings.Lines(text.String()) {
			lines = append(lines, strings.TrimSpace(line[len("15:04:05 "):]))
		}
		return strings.Join(lines, "\n")
	}
}

// TestAnOutageIsToldOnce, whether the service had anything to do or failed four times a second.
func TestAnOutageIsToldOnce(t *testing.T) {
	for _, busy := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			p, away, says := heart(t)
			<-time.After(90 * time.Second)
			away.Store(true)
			for n := range 4 * 25 {
				if busy {
					p.failing(fmt.Errorf("attempt %d: %w", n, errors.New("connection refused")))
				}
				<-time.After(time.Second / 4)
			}
			away.Store(false)
			if busy {
				p.failing(errors.New("connection refused"))
				<-time.After(time.Second)
				p.failing(errors.New("connection refused"))
				<-time.After(time.Second / 2)
				p.failing(nil)
			}
			<-time.After(5 * time.Second)
			heard := strings.Split(says(), "\n")
			want := []string{
				"! No broker answers at a:1, b:2. order-1 goes on by itself once one does.",
				"! Still no broker answers, for 10s now.", "! Still no broker answers, for 20s now.", "The brokers answer again, after 25s.",
			}
			if len(heard) != len(want) {
				t.Fatalf("busy %v:\n%s", busy, says())
			}
			for i := range want {
				if heard[i] != want[i] && i < 3 || !strings.HasPrefix(heard[i], want[i][:len("The brokers answer again, after 2")]) {
					t.Errorf("busy %v: %q, want %q", busy, heard[i], want[i])
				}
			}
		})
	}
}

// TestATroubleThatLastsIsToldNowAndThen, and at once when it becomes another one.
func TestATroubleThatLastsIsToldNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, says := heart(t)
		for n := range 60 {
			p.failing(fmt.Errorf("attempt %d: %w", n, errors.New("the disk is full")))
			<-time.After(time.Second / 4)
		}
		p.failing(errors.New("the topic is gone"))
		synctest.Wait()
		p.failing(nil)
		want := "! order-1 cannot go on and tries again: attempt 0: the disk is full\n" +
			"! order-1 cannot go on and tries again: attempt 40: the disk is full\n" +
			"! order-1 cannot go on and tries again: the topic is gone\norder-1 works again."
		if got := says(); got != want {
			t.Error(got)
		}
	})
}
