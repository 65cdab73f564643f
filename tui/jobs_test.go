package tui

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

func TestStopAwaitsJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, release := startJobs(t.Context()), make(chan struct{})
		work := j.cmd(func(ctx context.Context) tea.Msg {
			<-ctx.Done()
			<-release
			return nil
		})
		go work()
		synctest.Wait()
		stopped := false
		go func() {
			j.stop()
			stopped = true
		}()
		synctest.Wait()
		if stopped {
			t.Fatal("stop returned while a job was under way")
		}
		close(release)
		synctest.Wait()
		if !stopped {
			t.Fatal("stop did not return after the last job")
		}
		if msg := j.cmd(func(context.Context) tea.Msg { return tea.Quit() })(); msg != nil {
			t.Fatal("a job began after stop")
		}
	})
}

func TestTickBringsAFrameTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, began := &fakeLab{snapshot: running(3, 3)}, time.Now()
		msg, ok := startJobs(t.Context()).tick(l)().(frameMsg)
		if !ok || msg.snapshot != l.snapshot || msg.at.Sub(began) != 100*time.Millisecond {
			t.Fatalf("the tick brought %v after %v", msg, time.Since(began))
		}
	})
}
