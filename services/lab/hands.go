package lab

import (
	"maps"
	"slices"
	"sync"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/ledger"
)

// onTheWay is how long what an order consumer had in hand as it died still counts as in flight: what it sent before may
// reach the brokers after.
const onTheWay = time.Second

// hands is what the order consumers have in hand and what they committed, for the auditor. It is safe for use by several
// goroutines at once.
type hands struct {
	mu     sync.Mutex
	lives  map[*life]time.Time    // until when each counts; zero: it has not ended
	claims map[int32][]kafka.Span // by partition, in order, none touching the next
	lent   []kafka.TopicPartition // those that outsiders have
}

func newHands() *hands {
	return &hands{lives: map[*life]time.Time{}, claims: map[int32][]kafka.Span{}}
}

// join adds a life that begins; only order consumers count.
func (h *hands) join(l *life) {
	if l.instance.kind != OrderKind {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lives[l] = time.Time{}
}

// leave notes that a life has ended.
func (h *hands) leave(l *life) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, counts := h.lives[l]; counts {
		h.lives[l] = time.Now().Add(onTheWay)
	}
}

// marker is what members of a service tell of the payments that they are about to commit; nil for those that do not.
func (h *hands) marker(k Kind) func(kafka.Span) {
	if k != OrderKind {
		return nil
	}
	return h.claim
}

// claim notes that payments are about to be committed by a consumer of this lab.
func (h *hands) claim(span kafka.Span) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.claims[span.Partition] = merge(h.claims[span.Partition], span)
}

// elsewhere notes which partitions outsiders have.
func (h *hands) elsewhere(tps []kafka.TopicPartition) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lent = tps
}

// forget drops every claim: the payments are gone with their topic.
func (h *hands) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.claims)
}

// counting are the lives that count.
func (h *hands) counting() []*life {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(h.lives, func(_ *life, until time.Time) bool { return !until.IsZero() && now.After(until) })
	return slices.Collect(maps.Keys(h.lives))
}

// work answers the auditor. Members claim what they commit while they hold their own locks, so they are not asked under
// that of hands.
func (h *hands) work() ledger.Work {
	var w ledger.Work
	for _, l := range h.counting() {
		w.InHand = append(w.InHand, l.member.InHand()...)
		w.Read = append(w.Read, l.member.Partitions()...)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	w.Read = append(w.Read, h.lent...)
	for _, spans := range h.claims {
		w.Committed = append(w.Committed, spans...)
	}
	return w
}

// merge adds a span to spans that are in order and do not touch.
func merge(spans []kafka.Span, s kafka.Span) []kafka.Span {
	// The first that ends at or behind where s begins.
	i, _ := slices.BinarySearchFunc(spans, s.First, func(x kafka.Span, first int64) int {
		if x.Next < first {
			return -1
		}
		return 1
	})
	j := i
	for j < len(spans) && spans[j].First <= s.Next {
		s.First, s.Next = min(s.First, spans[j].First), max(s.Next, spans[j].Next)
		j++
	}
	return slices.Replace(spans, i, j, s)
}
