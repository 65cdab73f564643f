// Package lab owns the whole lab: the cluster, the four services, and the picture of it that screens read. One goroutine
// holds the state; commands and notes come to it, and a fresh Snapshot leaves it ten times a second.
package lab

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/deadletters"
	"blackfriday/services/messages"
)

// tick is how often a fresh Snapshot is stored.
const tick = 100 * time.Millisecond

// stopTimeout bounds the whole stop of a lab.
const stopTimeout = 5 * time.Second

// ErrNotRunning is returned by Do before the lab runs and after it stopped.
var ErrNotRunning = phrase.Errorf("the lab is not running")

// Lab is the whole Black Friday lab in one process.
type Lab struct {
	cfg      Config
	snapshot atomic.Pointer[Snapshot]
	requests chan request
	notes    chan func(*state)
	ended    chan struct{}

	turnstile *turnstile
	messages  atomic.Pointer[messages.Desk]
	letters   atomic.Pointer[deadletters.Box]
}

// request is a command on its way to the lab's goroutine.
type request struct {
	command Command
	reply   chan error
}

// New prepares a lab; Run starts it.
func New(cfg Config) *Lab {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	l := &Lab{
		cfg:       cfg,
		requests:  make(chan request),
		notes:     make(chan func(*state), 1024),
		ended:     make(chan struct{}),
		turnstile: newTurnstile(),
	}
	now := time.Now()
	l.snapshot.Store(&Snapshot{At: now, Started: now, State: Starting})
	return l
}

// Snapshot is the newest picture of the lab; never nil. It is shared: nobody may change it.
func (l *Lab) Snapshot() *Snapshot { return l.snapshot.Load() }

// Messages is the desk that reads and writes messages on request; nil until the lab runs.
func (l *Lab) Messages() *messages.Desk { return l.messages.Load() }

// DeadLetters is the desk that lists dead letters and sends them again; nil until the lab runs.
func (l *Lab) DeadLetters() *deadletters.Box { return l.letters.Load() }

// Do has the lab carry out a command and waits until it has. The error says what could not be done and why; it wraps
// ErrNotRunning when there is no lab to do it.
func (l *Lab) Do(ctx context.Context, c Command) error {
	r := request{command: c, reply: make(chan error, 1)}
	select {
	case l.requests <- r:
	case <-l.ended:
		return ErrNotRunning
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-r.reply:
		return err
	case <-l.ended:
		return ErrNotRunning
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// post hands a note to the lab's goroutine. After the lab ended it is dropped.
func (l *Lab) post(note func(*state)) {
	select {
	case l.notes <- note:
	case <-l.ended:
	}
}

// Run starts the lab, keeps it running until ctx ends, and stops it: whatever it started has ended when it returns. The
// error of a failed start names the thing and the flag that changes it. Run is called once.
func (l *Lab) Run(ctx context.Context) error {
	defer close(l.ended)
	if err := l.cfg.check(); err != nil {
		return err
	}
	s := newState(l)
	err := s.start(ctx)
	switch {
	case err == nil:
		s.loop(ctx)
	case ctx.Err() != nil:
		// Whoever ended it while it started knows why it did not.
		err = nil
	}
	return errors.Join(err, s.stop())
}
