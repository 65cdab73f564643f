package kafka

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// TopicPartition names a partition.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// A lane holds at most about this much before its partition is paused, and is refilled below a quarter of it.
const (
	laneRecords = 8192
	laneBytes   = 4 << 20
)

// lane is the queue of one partition that a member owns.
type lane struct {
	tp    TopicPartition
	queue []*Record
	bytes int
	busy  chan struct{} // closed when the batch in hand is finished; nil while none is in hand
	// overtaken: what stands before the batch in hand was given back, so the batch must go back, too.
	overtaken bool
	gone      bool // the partition belongs to somebody else: nothing of it may be marked any more
	paused    bool
	notBefore time.Time // when what is queued may be handed out
	// interrupt ends the context of the batch in hand; nil while none is in hand.
	interrupt context.CancelFunc
}

// size is what records take in memory, in bytes: anybody may put a megabyte into a key or a header, too.
func size(records ...*Record) int {
	n := 0
	for _, r := range records {
		n += len(r.Key) + len(r.Value)
		for _, h := range r.Headers {
			n += len(h.Key) + len(h.Value)
		}
	}
	return n
}

func (l *lane) full() bool { return len(l.queue) >= laneRecords || l.bytes >= laneBytes }
func (l *lane) low() bool  { return len(l.queue) < laneRecords/4 && l.bytes < laneBytes/4 }

// batch is what a worker has in hand. Its context ends when the partition is taken away.
type batch struct {
	ctx     context.Context //nolint:containedctx // it lives exactly as long as the batch
	lane    *lane
	records []*Record
}

// lanes gives the partitions of a member their turns: one record, or one batch, of each in turn. kgo's poll drains the
// buffer of one partition before it comes to the next, which can leave a partition unread for as long as that takes.
type lanes struct {
	mu     sync.Mutex
	byTP   map[TopicPartition]*lane
	order  []*lane // turn order
	next   int     // whose turn it is
	held   []Span  // what is handed out: one batch at most
	closed bool
	wake   chan struct{} // holds a token while there may be work

	// pause and resume stop and restart the fetching of a partition. They are called under mu, so that the last one
	// called is the last one wanted.
	pause, resume func(TopicPartition)
}

func newLanes(pause, resume func(TopicPartition)) *lanes {
	return &lanes{byTP: map[TopicPartition]*lane{}, wake: make(chan struct{}, 1), pause: pause, resume: resume}
}

func (ls *lanes) poke() {
	select {
	case ls.wake <- struct{}{}:
	default:
	}
}

// add opens a lane for a partition just assigned.
func (ls *lanes) add(tp TopicPartition) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.byTP[tp] != nil {
		return
	}
	l := &lane{tp: tp}
	ls.byTP[tp] = l
	ls.order = append(ls.order, l)
}

// remove drops a lane and what it queued. The channel it returns is closed when the batch in hand is finished; it is
// nil when none is. Until abandon, that batch may still be marked.
func (ls *lanes) remove(tp TopicPartition) (l *lane, busy <-chan struct{}) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l = ls.byTP[tp]
	if l == nil {
		return nil, nil
	}
	delete(ls.byTP, tp)
	i := slices.Index(ls.order, l)
	ls.order = slices.Delete(ls.order, i, i+1)
	if i < ls.next {
		ls.next--
	}
	l.queue, l.bytes = nil, 0
	if l.paused {
		// It may come back, and then it must be fetched.
		ls.resume(tp)
	}
	return l, l.busy
}

// abandon interrupts what is still in hand of a removed lane and forbids marking it: the partition belongs to somebody
// else now.
func (ls *lanes) abandon(l *lane) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l.gone = true
	if l.interrupt != nil {
		l.interrupt()
	}
}

// put queues records of one partition, and pauses it when its lane is full. Records of a partition that is not owned are
// dropped: whoever owns it reads them.
func (ls *lanes) put(tp TopicPartition, records []*Record) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.byTP[tp]
	if l == nil || len(records) == 0 {
		return
	}
	l.queue = append(l.queue, records...)
	l.bytes += size(records...)
	ls.poke()
	if l.full() && !l.paused {
		l.paused = true
		ls.pause(tp)
	}
}

// take hands out up to limit records of the partition whose turn it is. When nothing may be handed out, ok is false, and
// rest is how long until something may be; 0 when that is not known.
func (ls *lanes) take(ctx context.Context, limit int) (b batch, rest time.Duration, ok bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.closed {
		return batch{}, 0, false
	}
	for range ls.order {
		l := ls.order[ls.next%len(ls.order)]
		ls.next = (ls.next + 1) % len(ls.order)
		if len(l.queue) == 0 {
			continue
		}
		if d := time.Until(l.notBefore); d > 0 {
			if rest == 0 || d < rest {
				rest = d
			}
			continue
		}
		b := l.hand(ctx, limit)
		ls.held = []Span{spanOf(b.records)}
		return b, 0, true
	}
	return batch{}, rest, false
}

// hand gives out up to limit records of the lane.
func (l *lane) hand(ctx context.Context, limit int) batch {
	n := min(limit, len(l.queue))
	b := batch{lane: l, records: l.queue[:n:n]}
	b.ctx, l.interrupt = context.WithCancel(ctx)
	l.queue = l.queue[n:]
	l.busy = make(chan struct{})
	l.bytes -= size(b.records...)
	return b
}

// finish takes a batch back of which the first n records are done. mark is called with them while the lane cannot be
// taken away, unless it has been. The rest goes back to the head of its lane, and is not handed out again before delay
// has passed.
func (ls *lanes) finish(b batch, n int, delay time.Duration, mark func(done []*Record)) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := b.lane
	if l.overtaken {
		n, l.overtaken = 0, false
	}
	if n > 0 && !l.gone {
		mark(b.records[:n])
	}
	ls.putBack(l, b.records[n:])
	if l.notBefore = (time.Time{}); delay > 0 {
		l.notBefore = time.Now().Add(delay)
	}
	l.interrupt()
	close(l.busy)
	l.busy, l.interrupt = nil, nil
	ls.held = nil
	if l.paused && l.low() && ls.byTP[l.tp] == l {
		l.paused = false
		ls.resume(l.tp)
	}
}

// putBack puts records back into their lane, in the order of their offsets, unless it has been taken away.
func (ls *lanes) putBack(l *lane, records []*Record) {
	if len(records) == 0 || ls.byTP[l.tp] != l {
		return
	}
	i, _ := slices.BinarySearchFunc(l.queue, records[0].Offset, func(r *Record, offset int64) int { return cmp.Compare(r.Offset, offset) })
	// A queue of its own: what was handed out may share the old one's memory.
	l.queue = slices.Concat(l.queue[:i], records, l.queue[i:])
	l.bytes += size(records...)
	if l.full() && !l.paused {
		l.paused = true
		ls.pause(l.tp)
	}
}

// giveBack puts batches that were finished back, as if they had never been handed out. A batch of the same lane that is in
// hand is overtaken.
func (ls *lanes) giveBack(batches []batch) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for _, b := range batches {
		b.lane.overtaken = b.lane.busy != nil
		ls.putBack(b.lane, b.records)
	}
	ls.poke()
}

// stands says whether what is in hand of a lane may still be finished.
func (ls *lanes) stands(l *lane) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return ls.byTP[l.tp] == l && !l.gone && !l.overtaken
}

// owned are the partitions that have a lane.
func (ls *lanes) owned() []TopicPartition {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return slices.Collect(maps.Keys(ls.byTP))
}

// inHand is what is handed out.
func (ls *lanes) inHand() []Span {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return slices.Clone(ls.held)
}

// close ends the handing out of batches; the one in hand may be finished.
func (ls *lanes) close() {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.closed = true
	ls.poke()
}

func (ls *lanes) isClosed() bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return ls.closed
}
