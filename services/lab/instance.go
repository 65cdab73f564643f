package lab

import (
	"context"
	"sync/atomic"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/order"
	"blackfriday/services/relay"
)

// worker is what an instance does, over all its lives, and how far it has come.
type worker interface {
	kafka.Handler
	Finished() int64
	Last() (relay.Last, bool)
	Reset()
}

// instance is one group member of the lab over all its lives.
type instance struct {
	name   string
	kind   Kind
	number int

	health    Health
	since     time.Time
	lives     int
	life      *life     // the present one, or the last
	restartAt time.Time // when its supervisor starts it again; zero: not at all
	bereaved  []*life   // crashed lives that the brokers may still believe in

	work worker
	rate series
}

// alive says whether the instance has a life that works.
func (i *instance) alive() bool {
	return i.health == Joining || i.health == Active || i.health == Standby
}

// writing is how long an order consumer has waited for its writes; 0 for the others.
func (i *instance) writing() time.Duration {
	if h, ok := i.work.(*order.Handler); ok {
		return h.Writing()
	}
	return 0
}

// blocked are the payments that an order consumer cannot get past.
func (i *instance) blocked() []order.Blocked {
	if h, ok := i.work.(*order.Handler); ok {
		return h.Blocked()
	}
	return nil
}

// forget drops what an order consumer could not get past in a partition that is somebody else's now.
func (i *instance) forget(partition int32) {
	if h, ok := i.work.(*order.Handler); ok {
		h.Forget(partition)
	}
}

func (i *instance) become(h Health) {
	if i.health != h {
		i.health, i.since = h, time.Now()
	}
}

// life is one run of an instance: from the start of its client to its end. It is the Watcher of its member, and passes
// on to the lab's goroutine what it hears.
type life struct {
	lab      *Lab
	instance *instance
	member   *kafka.Member
	leave    context.CancelFunc
	ended    chan struct{}

	failing atomic.Pointer[error]
	fuse    atomic.Int64 // how many payments it lives to see committed; 0: no end is in sight

	// The rest belongs to the lab's goroutine.
	crashedAt time.Time
	clock     clock  // of its group as it crashed
	memberID  string // as the group knows it, or knew it when it ended; empty before it joined
	owned     map[kafka.TopicPartition]bool
	started   time.Time
	elsewhere bool // it is an outsider's: nothing of it is in this process
}

// isOver says whether everything that the life had started has ended.
func (l *life) isOver() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// Assigned implements kafka.Watcher.
func (l *life) Assigned(a kafka.Assignment) {
	if l.instance.kind == OrderKind {
		for _, tp := range a.Partitions {
			l.lab.turnstile.entered(l, a.At, tp.Partition)
		}
	}
	l.lab.post(func(s *state) { s.assigned(l, a) })
}

// Released implements kafka.Watcher.
func (l *life) Released(at time.Time, tps []kafka.TopicPartition, lost bool) {
	l.lab.post(func(s *state) { s.released(l, at, tps, lost) })
}

// Begun implements kafka.Watcher.
func (l *life) Begun(at time.Time, batch []*kafka.Record) {
	if l.instance.kind != OrderKind {
		return
	}
	if p, moved := l.lab.turnstile.began(l, at, batch); moved {
		l.lab.post(func(s *state) { s.passed(p) })
	}
}

// Failing implements kafka.Watcher.
func (l *life) Failing(err error) {
	if err == nil {
		l.failing.Store(nil)
		l.lab.post(func(s *state) {
			s.feed.add(Good, l.instance.name, l.instance.number, "%s works again.", l.instance.name)
		})
		return
	}
	if old := l.failing.Swap(&err); old == nil {
		l.lab.post(func(s *state) {
			s.feed.add(Bad, l.instance.name, l.instance.number, "%s cannot go on and tries again: %v", l.instance.name, err)
		})
	}
}

// has says whether the life reads this partition of payment-successful.
func (l *life) has(p int32) bool {
	return l.owned[kafka.TopicPartition{Topic: kafka.PaymentSuccessful, Partition: p}]
}
