package relay

import (
	"sync/atomic"

	"blackfriday/kafka"
	"blackfriday/services/event"
)

// Last is the newest record that an instance began to work on.
type Last struct {
	Topic     string
	Partition int32
	Offset    int64
	User      string // at most 64 characters, every one visible; empty when the record has no valid user_id
}

// Progress is how far an instance has come, over all its lives. The zero value is ready; it is safe for use by several
// goroutines at once.
//
// It counts work, not effects: a record that is delivered again counts again, and so does one whose effect was
// acknowledged inside a transaction that was then aborted. What counts each payment once is the ledger.
type Progress struct {
	finished atomic.Int64
	last     atomic.Pointer[Last]
}

// Begin notes that work on a record begins.
func (p *Progress) Begin(r *kafka.Record, user event.UserID) {
	p.last.Store(&Last{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, User: user.Shown()})
}

// Finish notes that n more records are finished.
func (p *Progress) Finish(n int) { p.finished.Add(int64(n)) }

// Finished returns how many records are finished.
func (p *Progress) Finished() int64 { return p.finished.Load() }

// Last returns the newest record begun; ok is false before the first.
func (p *Progress) Last() (last Last, ok bool) {
	if l := p.last.Load(); l != nil {
		return *l, true
	}
	return Last{}, false
}

// Reset forgets all progress: the records it counted are gone with their topic.
func (p *Progress) Reset() {
	p.finished.Store(0)
	p.last.Store(nil)
}
