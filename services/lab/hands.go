package lab

import (
	"maps"
	"slices"
	"sync"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/ledger"
)

// onTheWay is how long what a dead order consumer had in hand still counts as in flight: what it sent before it died may
// reach the brokers after.
const onTheWay = time.Second

// hands is what the order consumers have in hand and what they committed, for the auditor. It is safe for use by several
// goroutines at once.
type hands struct {
	mu     sync.Mutex
	lives  map[*life]bool
	ghosts []ghost
	claims map[int32][]kafka.Span // by partition, in order, none touching the next
}

// ghost is what a consumer had in hand when it was killed.
type ghost struct {
	until time.Time
	spans []kafka.Span
}

func newHands() *hands {
	return &hands{lives: map[*life]bool{}, claims: map[int32][]kafka.Span{}}
}

// join adds a life that begins; only order consumers count.
func (h *hands) join(l *life) {
	if l.instance.kind != OrderKind {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lives[l] = true
}

// leave removes a life that ended.
func (h *hands) leave(l *life) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.lives, l)
}

// drop removes a life that is about to be killed, and remembers for a moment what it had in hand.
func (h *hands) drop(l *life) {
	if l.instance.kind != OrderKind {
		return
	}
	inHand := l.member.InHand()
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.lives, l)
	h.ghosts = append(h.ghosts, ghost{time.Now().Add(onTheWay), inHand})
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

// forget drops every claim: the payments are gone with their topic.
func (h *hands) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.claims)
	h.ghosts = nil
}

// living are the lives that work.
func (h *hands) living() []*life {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.lives))
}

// work answers the auditor. Members claim what they commit while they hold their own locks, so they are not asked under
// that of hands; a member that is killed meanwhile is among the ghosts by then.
func (h *hands) work() ledger.Work {
	var w ledger.Work
	for _, l := range h.living() {
		w.InHand = append(w.InHand, l.member.InHand()...)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	h.ghosts = slices.DeleteFunc(h.ghosts, func(g ghost) bool { return now.After(g.until) })
	for _, g := range h.ghosts {
		w.InHand = append(w.InHand, g.spans...)
	}
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
