package lab

import (
	"context"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/ledger"
)

// Trial is what the books counted while a guarantee was in force, over all the times that it was.
type Trial struct {
	Guarantee  string
	Payments   int64 // that became an order
	Kills      int64 // order consumers that were killed; not those that died of a poison pill
	Lost       int64
	Duplicates int64
}

// trials keeps apart what the books count under each guarantee.
type trials struct {
	closed  map[kafka.Guarantee]Trial // of the times that are over
	now     kafka.Guarantee
	kills   int64           // since now came into force
	topicID string          // of the books that base and newest are from
	base    ledger.Entry    // the books as now came into force
	newest  *ledger.Picture // nil before the first
}

func newTrials(g kafka.Guarantee) *trials {
	return &trials{closed: map[kafka.Guarantee]Trial{}, now: g}
}

// look takes in the newest books. New books begin with nothing.
func (t *trials) look(p *ledger.Picture) {
	if !p.Known {
		return
	}
	if p.TopicID != t.topicID {
		t.closed[t.now], t.kills = t.running(), 0
		t.topicID, t.base = p.TopicID, ledger.Entry{}
	}
	t.newest = p
}

// change closes the time of one guarantee and begins that of another.
func (t *trials) change(to kafka.Guarantee) {
	t.closed[t.now], t.kills = t.running(), 0
	t.now = to
	if t.newest != nil {
		t.base = t.newest.Total
	}
}

// running is the trial of the guarantee that is in force.
func (t *trials) running() Trial {
	trial := t.closed[t.now]
	trial.Guarantee = string(t.now)
	trial.Kills += t.kills
	if t.newest == nil || t.newest.TopicID != t.topicID {
		return trial
	}
	since := func(now, then ledger.Sum) int64 { return max(0, now.Count-then.Count) }
	trial.Payments += since(t.newest.Total.Done, t.base.Done)
	trial.Lost += since(t.newest.Total.Lost, t.base.Lost)
	trial.Duplicates += since(t.newest.Total.Duplicates, t.base.Duplicates)
	return trial
}

// list gives the trials in the order of the guarantees; those that never were in force are left out.
func (t *trials) list() []Trial {
	var list []Trial
	for _, g := range kafka.Guarantees() {
		trial, known := t.closed[g]
		if g == t.now {
			trial, known = t.running(), true
		}
		if known {
			list = append(list, trial)
		}
	}
	return list
}

// booksPatience is how long a change of the guarantee waits for the books to be up to date. Behind an open transaction they
// may not be.
const booksPatience = 2 * time.Second

// awaitBooks calls back on the lab's goroutine when the books are up to date with this moment, so that what was done under
// one guarantee is not counted under the next.
func (s *state) awaitBooks(then func(s *state)) {
	asked, books := time.Now(), s.books
	s.tasks.start(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, booksPatience)
		defer cancel()
		ticker := time.NewTicker(tick / 2)
		defer ticker.Stop()
		for books != nil && !books.Picture().At.After(asked) && ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-ticker.C:
			}
		}
		s.lab.post(then)
	})
}
