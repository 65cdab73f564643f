package standalone

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

const (
	// pulseEvery is how often a service looks whether the brokers answer: one that has nothing to do would not know.
	pulseEvery = time.Second
	// remindEvery is how often a trouble that lasts is told again.
	remindEvery = 10 * time.Second
	// aftermath is how long after an outage attempts that began in it still fail.
	aftermath = 2 * time.Second
)

// pulse tells when the brokers stop answering and when they answer again, and what else keeps the service from its work: once,
// and again while it lasts. What fails because no broker answers is not told by itself.
type pulse struct {
	reach   func(ctx context.Context) error // whether a broker answers
	brokers string
	name    string
	journal *Journal
	wake    chan struct{} // something failed

	mu    sync.Mutex
	newer error // what failed last; nil: nothing does
	fresh bool  // nobody has looked at it

	// The rest belongs to run.
	down, reminded time.Time // since when no broker answers, and when that was told last; down is zero while one does
	back           time.Time // when one answered again
	told           string    // what is failing, by its cause, as it was told; empty: nothing
	toldAt         time.Time
}

func newPulse(p *process) *pulse {
	return &pulse{reach: p.cluster.Reach, brokers: strings.Join(p.cluster.Named(), ", "), name: cmp.Or(p.name, "The "+p.cfg.Service+" service"), journal: p.journal, wake: make(chan struct{}, 1)}
}

// failing notes what keeps the service from its work; nil when nothing does. It never blocks.
func (p *pulse) failing(err error) {
	p.mu.Lock()
	p.newer, p.fresh = err, true
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default: // it is awake
	}
}

// run tells of troubles until ctx ends.
func (p *pulse) run(ctx context.Context) {
	tick := time.NewTicker(pulseEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-p.wake:
		}
		asked := time.Now()
		err := p.reach(ctx)
		if ctx.Err() != nil {
			return
		}
		p.beat(asked, err)
	}
}

// beat takes in whether a broker answered, which was asked at some time.
func (p *pulse) beat(asked time.Time, err error) {
	p.mu.Lock()
	trouble, fresh := p.newer, p.fresh
	p.fresh = false
	p.mu.Unlock()
	now := time.Now()
	switch {
	case err != nil && p.down.IsZero():
		p.down, p.reminded = asked, now
		p.journal.Warn("No broker answers at %s. %s goes on by itself once one does.", p.brokers, p.name)
	case err != nil && now.Sub(p.reminded) >= remindEvery:
		p.reminded = now
		p.journal.Warn("Still no broker answers, for %s now.", now.Sub(p.down).Round(time.Second))
	case err != nil:
	case !p.down.IsZero():
		p.journal.Say("The brokers answer again, after %s.", now.Sub(p.down).Round(time.Second/10))
		p.down, p.back = time.Time{}, now // what failed meanwhile is told if it fails again
	case fresh && (trouble == nil || now.Sub(p.back) > aftermath):
		p.tell(trouble, now)
	}
}

// tell tells of a trouble, unless it was told a moment ago, or of its end.
func (p *pulse) tell(trouble error, now time.Time) {
	if trouble == nil {
		if p.told != "" {
			p.journal.Say("%s works again.", p.name)
		}
		p.told = ""
		return
	}
	if cause := causeOf(trouble); cause != p.told || now.Sub(p.toldAt) >= remindEvery {
		p.told, p.toldAt = cause, now
		p.journal.Warn("%s cannot go on and tries again: %v", p.name, trouble)
	}
}

// causeOf is what an error comes from: what differs from one attempt to the next stands around it.
func causeOf(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
