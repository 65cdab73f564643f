package lab

import (
	"sync"
	"time"

	"blackfriday/kafka"
)

// passage is a partition whose work went on after it changed hands.
type passage struct {
	partition int32
	to        *life
	unread    time.Duration
}

// turnstile sees every partition of payments assigned and every batch of it begun. It is what "unread" is measured with:
// the callbacks say when a partition changed hands, the turnstile when work on it went on.
type turnstile struct {
	mu    sync.Mutex
	gates map[int32]gate
}

// gate is one partition.
type gate struct {
	holder *life     // who was given it last
	begun  time.Time // when its newest batch was begun; before the first, when it was first given to somebody
	moved  bool      // it changed hands since
}

func newTurnstile() *turnstile { return &turnstile{gates: map[int32]gate{}} }

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
	g.holder = l
	t.gates[partition] = g
}

// began notes that a batch that begins with this record is begun. moved is true for the first one after the partition
// changed hands.
//
// The unread time runs from the last record begun before, or from the arrival of this one when it came later: a
// partition with nothing to read is not unread.
func (t *turnstile) began(l *life, at time.Time, first *kafka.Record) (p passage, moved bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.gates[first.Partition]
	t.gates[first.Partition] = gate{holder: l, begun: at}
	if !g.moved {
		return passage{}, false
	}
	since := g.begun
	if first.Timestamp.After(since) {
		since = first.Timestamp
	}
	return passage{partition: first.Partition, to: l, unread: max(0, at.Sub(since))}, true
}
