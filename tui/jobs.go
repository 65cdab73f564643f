package tui

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"blackfriday/services/lab"
)

// frameEvery is the time between two frames while nobody presses a key.
const frameEvery = 100 * time.Millisecond

// frameMsg brings a fresh Snapshot and the time of day: Update itself looks at neither.
type frameMsg struct {
	at       time.Time
	snapshot *lab.Snapshot
}

// doneMsg is the end of a command.
type doneMsg struct {
	command  lab.Command
	err      error
	snapshot *lab.Snapshot
}

// crashMsg is a panic in a job. It ends the dashboard in good order.
type crashMsg struct{ err error }

// jobs owns the goroutines in which Bubble Tea runs commands: it ends them with the dashboard and waits for them, which
// Bubble Tea does not.
type jobs struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup
}

func startJobs(ctx context.Context) *jobs {
	ctx, cancel := context.WithCancel(ctx)
	return &jobs{ctx: ctx, cancel: cancel}
}

// stop ends all jobs and waits for them.
func (j *jobs) stop() {
	j.cancel()
	j.mu.Lock()
	j.stopped = true
	j.mu.Unlock()
	j.running.Wait()
}

func (j *jobs) begin() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.stopped {
		j.running.Add(1)
	}
	return !j.stopped
}

// cmd turns work into a command that ends with the dashboard and whose panic does not leave the terminal in raw mode.
func (j *jobs) cmd(work func(ctx context.Context) tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		if !j.begin() {
			return nil
		}
		defer j.running.Done()
		defer func() {
			if p := recover(); p != nil {
				msg = crashMsg{fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
			}
		}()
		return work(j.ctx)
	}
}

// tick waits for the next frame.
func (j *jobs) tick(l Lab) tea.Cmd {
	return j.cmd(func(ctx context.Context) tea.Msg {
		timer := time.NewTimer(frameEvery)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return nil
		case now := <-timer.C:
			return frameMsg{now, l.Snapshot()}
		}
	})
}

// do asks the lab for something.
func (j *jobs) do(l Lab, c lab.Command) tea.Cmd {
	return j.cmd(func(ctx context.Context) tea.Msg {
		err := l.Do(ctx, c)
		return doneMsg{c, err, l.Snapshot()}
	})
}
