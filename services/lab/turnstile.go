package lab

import (
	"maps"
	"slices"
	"sync"
	"time"

	"blackfriday/kafka"
)

// passage is a partition whose work went on after it changed hands.
type passage struct {
	partition   int32
	to          *life
	at          time.Time // when work went on
	waited      bool      // something had waited for it; else there was nothing to be unread
	unread      time.Duration
	redelivered int64
	// certain: it is where the work before had stopped, so that nobody else had come any further with the partition meanwhile.
	certain bool
}

// turnstile sees every partition of payments assigned and every batch of it begun. It is what "unread" is measured with:
// the callbacks say when a partition changed hands, the turnstile when work on it went on.
type turnstile struct {
	mu       sync.Mutex
	gates    map[int32]gate
	watches  []*watch
	overlaps int64 // batches begun by somebody who had lost the partition to another
}

// gate is one partition.
type gate struct {
	holder *life     // who was given it last
	given  time.Time // when it was
	begun  time.Time // when its newest batch was begun; before the first, when it was first given to somebody
	next   int64     // the offset after that batch
	moved  bool      // it changed hands since
}

// watch notes the longest pause of every partition while something goes on.
type watch struct{ longest map[int32]pause }

// pause is a time in which nobody began a batch that was there.
type pause struct {
	length  time.Duration
	until   time.Time
	certain bool      // see passage
	last    time.Time // when the newest batch of its partition was begun
}

func newTurnstile() *turnstile { return &turnstile{gates: map[int32]gate{}} }

// watch begins to note pauses.
func (t *turnstile) watch() *watch {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := &watch{longest: map[int32]pause{}}
	t.watches = append(t.watches, w)
	return w
}

// unwatch ends a watch and returns the longest pause of every partition in which a batch was begun.
func (t *turnstile) unwatch(w *watch) map[int32]pause {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.watches = slices.DeleteFunc(t.watches, func(o *watch) bool { return o == w })
	return maps.Clone(w.longest)
}

// longest is what a watch has noted so far.
func (t *turnstile) longest(w *watch) map[int32]pause {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(w.longest)
}

// twice says how many batches were begun by a reader whose partition had been given to another.
func (t *turnstile) twice() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.overlaps
}

// forget makes a partition unknown again: somebody has it whose work cannot be seen.
func (t *turnstile) forget(partition int32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.gates, partition)
}

// forgetAll makes every partition unknown again: their topic was created anew.
func (t *turnstile) forgetAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.gates)
}

// entered notes that the partition was given to a life.
func (t *turnstile) entered(l *life, at time.Time, partition int32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, known := t.gates[partition]
	switch {
	case !known:
		g.begun = at
	case g.holder != l:
		g.moved = true
	}
	g.holder, g.given = l, at
	t.gates[partition] = g
}

// began notes that a batch is begun. moved is true for the first one after its partition changed hands.
//
// The unread time runs from the last batch begun before, or from the arrival of this one when it came later: a partition
// with nothing to read is not unread.
func (t *turnstile) began(l *life, at time.Time, batch []*kafka.Record) (p passage, moved bool) {
	first, last := batch[0], batch[len(batch)-1]
	t.mu.Lock()
	defer t.mu.Unlock()
	g, known := t.gates[first.Partition]
	if known && g.holder != l {
		t.overlaps++
		return passage{}, false
	}
	t.gates[first.Partition] = gate{holder: l, given: g.given, begun: at, next: max(g.next, last.Offset+1)}
	if !known {
		return passage{}, false
	}
	since := g.begun
	// The timestamp is the producer's: one in the future is its clock, not an arrival.
	if arrived := first.Timestamp; arrived.After(since) && !arrived.After(at) {
		since = arrived
	}
	paused := pause{length: max(0, at.Sub(since)), until: at, certain: first.Offset <= g.next}
	for _, w := range t.watches {
		longest, ever := w.longest[first.Partition]
		if !ever || paused.length > longest.length {
			longest = paused
		}
		longest.last = at
		w.longest[first.Partition] = longest
	}
	// What arrived after its partition had a reader again never waited for one.
	waited := !first.Timestamp.After(g.given) || first.Timestamp.After(at)
	return passage{first.Partition, l, at, waited, paused.length, max(0, g.next-first.Offset), paused.certain}, g.moved
}
