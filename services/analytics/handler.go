// Package analytics is the analytics service: it counts payments, orders and e-mails, what was earned, and who paid.
package analytics

import (
	"context"
	"math"
	"sync"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/relay"
)

// Totals are the figures of the service. A record that is delivered a second time is counted once.
type Totals struct {
	Payments, Orders, Emails int64
	Revenue                  float64 // euros, of valid payments
	UniqueUsers              int64   // of valid payments; at least this many when UsersComplete is false
	UsersComplete            bool
	Rejected                 int64 // records of all three topics that did not pass the validator
	Redelivered              int64 // records seen again and not counted again
	UnpricedItems            int64 // items of valid payments whose quantity is no number from 0 up
}

// Handler is the work of the service, over all its lives: give the same Handler to the member that is started again,
// and what it has counted stays counted. It embeds how far the service has come, and is safe for use by several
// goroutines at once.
type Handler struct {
	relay.Progress

	mu     sync.Mutex
	totals Totals
	users  users
	counts map[place]*counts
}

// place is a partition.
type place struct {
	topic     string
	partition int32
}

// NewHandler returns the work of the service with nothing counted.
func NewHandler() *Handler {
	return &Handler{counts: make(map[place]*counts)}
}

// Reset forgets everything that was counted: the topics were created anew, and their offsets begin at 0 again.
func (h *Handler) Reset() {
	h.Progress.Reset()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.totals, h.users = Totals{}, users{}
	clear(h.counts)
}

// Totals returns the figures as they stand now.
func (h *Handler) Totals() Totals {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.snapshot()
}

// Counted says when a record was counted, to 10 ms: the zero time when it was not yet. known is false when that cannot be
// said: the service has read nothing of the partition, or the record was counted too long ago to be remembered.
func (h *Handler) Counted(topic string, partition int32, offset int64) (at time.Time, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.counts[place{topic, partition}]; c != nil {
		return c.at(offset)
	}
	return time.Time{}, false
}

// snapshot returns the figures; the caller holds the lock.
func (h *Handler) snapshot() Totals {
	t := h.totals
	t.UniqueUsers, t.UsersComplete = int64(len(h.users.seen)), !h.users.full
	return t
}

// Handle implements kafka.Handler. It writes nothing and never fails.
func (h *Handler) Handle(_ context.Context, _ kafka.Writer, batch []*kafka.Record) (finished int, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	entries := make([]entry, len(batch))
	relay.Each(len(batch), func(i int) bool {
		entries[i] = judge(batch[i])
		return true
	})
	h.Begin(batch[len(batch)-1], entries[len(batch)-1].user)
	h.mu.Lock()
	now := time.Now()
	for i, r := range batch {
		h.count(r, entries[i], now)
	}
	h.mu.Unlock()
	h.Finish(len(batch))
	return len(batch), nil
}

// entry is what one record adds to the figures.
type entry struct {
	valid    bool
	user     event.UserID
	revenue  float64
	unpriced int
}

// judge reads a record by the rules of its topic.
func judge(r *kafka.Record) entry {
	switch r.Topic {
	case kafka.PaymentSuccessful:
		p, err := event.ParsePayment(r.Value)
		return entry{valid: err == nil, user: p.UserID, revenue: p.Revenue, unpriced: p.Unpriced}
	case kafka.OrderCreated:
		o, err := event.ParseOrder(r.Value)
		return entry{valid: err == nil, user: o.UserID}
	default:
		e, err := event.ParseEmail(r.Value)
		return entry{valid: err == nil, user: e.UserID}
	}
}

// count adds one record to the figures, unless it was counted before. A partition is read in order, so whatever is not
// above the highest offset counted has been seen. The caller holds the lock.
func (h *Handler) count(r *kafka.Record, e entry, now time.Time) {
	at := place{r.Topic, r.Partition}
	c := h.counts[at]
	if c == nil {
		c = &counts{first: r.Offset}
		h.counts[at] = c
	} else if r.Offset <= c.last {
		h.totals.Redelivered++
		return
	}
	c.add(r.Offset, now)
	switch {
	case !e.valid:
		h.totals.Rejected++
	case r.Topic == kafka.PaymentSuccessful:
		h.pay(e)
	case r.Topic == kafka.OrderCreated:
		h.totals.Orders++
	case r.Topic == kafka.EmailSent:
		h.totals.Emails++
	}
}

// pay adds a valid payment to the figures. The caller holds the lock.
func (h *Handler) pay(e entry) {
	h.totals.Payments++
	h.totals.UnpricedItems += int64(e.unpriced)
	h.users.add(e.user)
	// Prices near the end of float64 are valid; their sum must not turn the figure into infinity, which JSON lacks.
	if sum := h.totals.Revenue + e.revenue; !math.IsInf(sum, 0) {
		h.totals.Revenue = sum
	}
}
