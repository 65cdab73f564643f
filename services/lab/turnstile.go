package lab

import (
	"sync"
	"time"

	"blackfriday/kafka"
)

// passage is a partition whose work went on under another reader.
type passage struct {
	partition int32
	from, to  *life
	unread    time.Duration
}

// turnstile sees every batch of payments begun, and notes when the one who begins it is not the one before. It is what
// "unread" is measured with: the callbacks say when a partition was assigned, the turnstile when work went on.
type turnstile struct {
	mu    sync.Mutex
	gates map[int32]gate
}

// gate is who began the newest batch of a partition, and when.
type gate struct {
	by *life
	at time.Time
}

func newTurnstile() *turnstile { return &turnstile{gates: map[int32]gate{}} }

// begun notes that by begins a batch with this record. changed is true when somebody else began the one before.
//
// The unread time runs from the last record begun by the old reader, or from the arrival of this one when it came later:
// a partition with nothing to read is not unread.
func (t *turnstile) begun(by *life, at time.Time, first *kafka.Record) (p passage, changed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.gates[first.Partition]
	t.gates[first.Partition] = gate{by, at}
	if g.by == nil || g.by == by {
		return passage{}, false
	}
	since := g.at
	if first.Timestamp.After(since) {
		since = first.Timestamp
	}
	return passage{partition: first.Partition, from: g.by, to: by, unread: max(0, at.Sub(since))}, true
}
