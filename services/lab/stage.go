package lab

import (
	"context"
	"sync/atomic"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/deadletters"
	"blackfriday/services/messages"
)

// Stage has one lab after the other, so that a lesson can begin again from a known state: whoever holds a Stage always
// speaks to the present lab. An embedded cluster begins empty each time, unless it has a data directory; elsewhere the
// lab's own topics are made again.
type Stage struct {
	cfg     Config
	renew   func(*kafka.Config)
	present atomic.Pointer[Lab]
	next    chan begin
	ended   chan struct{}
}

// begin is the wish for another lab.
type begin struct {
	cfg   Config
	ready chan error
}

// NewStage prepares a stage whose first lab is that of cfg; Run starts it. Before each further lab renew may change what
// belongs to one cluster alone; nil changes nothing.
func NewStage(cfg Config, renew func(*kafka.Config)) *Stage {
	s := &Stage{cfg: cfg, renew: renew, next: make(chan begin), ended: make(chan struct{})}
	s.present.Store(New(cfg))
	return s
}

// Snapshot is the newest picture of the present lab; never nil.
func (s *Stage) Snapshot() *Snapshot { return s.present.Load().Snapshot() }

// Messages is Lab.Messages of the present lab.
func (s *Stage) Messages() *messages.Desk { return s.present.Load().Messages() }

// DeadLetters is Lab.DeadLetters of the present lab.
func (s *Stage) DeadLetters() *deadletters.Box { return s.present.Load().DeadLetters() }

// Do is Lab.Do of the present lab. Begin is the one Command that the stage carries out itself.
func (s *Stage) Do(ctx context.Context, c Command) error {
	if b, ok := c.(Begin); ok {
		return s.begin(ctx, b)
	}
	return s.present.Load().Do(ctx, c)
}

// Run runs the labs, one after the other, until ctx ends or one of them fails. What the last one returned is the error.
func (s *Stage) Run(ctx context.Context) error {
	defer close(s.ended)
	for {
		next, err := s.play(ctx)
		if next == nil {
			return err
		}
		if err != nil {
			err = phrase.Errorf("end the lab before the next: %w", err)
			next.ready <- err
			return err
		}
		if s.renew != nil {
			s.renew(&next.cfg.Kafka)
		}
		l := New(next.cfg)
		s.present.Store(l)
		go func() { next.ready <- l.awake(ctx) }()
	}
}

// play runs the present lab until another one is wanted, which it returns, or until ctx ends.
func (s *Stage) play(ctx context.Context) (*begin, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.present.Load().Run(ctx) }()
	select {
	case err := <-ended:
		return nil, err
	case next := <-s.next:
		stop()
		return &next, <-ended
	}
}

// begin asks for another lab and waits until it runs.
func (s *Stage) begin(ctx context.Context, b Begin) error {
	if s.cfg.Observe {
		return phrase.Errorf("this lab only observes: start one without --observe to go through the checkpoints")
	}
	cfg := s.cfg
	cfg.Partitions, cfg.Orders, cfg.Delay, cfg.Opening, cfg.Seed = b.Partitions, b.Orders, b.Delay, b.Opening, b.Seed
	if err := cfg.check(); err != nil {
		return err
	}
	if err := s.clear(ctx, b); err != nil {
		return err
	}
	wish := begin{cfg: cfg, ready: make(chan error, 1)}
	select {
	case s.next <- wish:
	case <-s.ended:
		return ErrNotRunning
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-wish.ready:
		return err
	case <-s.ended:
		return ErrNotRunning
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// clear empties what outlives the lab. It is done by the present one, which knows whether it may: nothing is ended where
// that is refused.
func (s *Stage) clear(ctx context.Context, b Begin) error {
	if len(s.cfg.Kafka.Brokers) == 0 && s.cfg.Kafka.DataDir == "" {
		return nil // the brokers end with the lab
	}
	return s.present.Load().Do(ctx, RecreateTopics{Partitions: b.Partitions})
}

// awake waits until the lab runs.
func (l *Lab) awake(ctx context.Context) error {
	again := time.NewTicker(tick)
	defer again.Stop()
	for l.Snapshot().State == Starting {
		select {
		case <-again.C:
		case <-l.ended:
			return ErrNotRunning
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
