// Package analytics is the analytics service: it counts payments, orders and e-mails, what was earned, and who paid.
package analytics

import (
	"context"
	"math"
	"sync"

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

	mu      sync.Mutex
	totals  Totals
	users   users
	highest map[place]int64 // offset counted last
}

// place is a partition.
type place struct {
	topic     string
	partition int32
}

// NewHandler returns the work of the service with nothing counted.
func NewHandler() *Handler {
	return &Handler{highest: make(map[place]int64)}
}

// Reset forgets everything that was counted: the topics were created anew, and their offsets begin at 0 again.
func (h *Handler) Reset() {
	h.Progress.Reset()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.totals, h.users = Totals{}, users{}
	clear(h.highest)
}

// Totals returns the figures as they stand now.
func (h *Handler) Totals() Totals {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.snapshot()
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
	for i, r := range batch {
		entries[i] = judge(r)
	}
	h.Begin(batch[len(batch)-1], entries[len(batch)-1].user)
	h.mu.Lock()
	for i, r := range batch {
		h.count(r, entries[i])
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
func (h *Handler) count(r *kafka.Record, e entry) {
	at := place{r.Topic, r.Partition}
	if highest, seen := h.highest[at]; seen && r.Offset <= highest {
		h.totals.Redelivered++
		return
	}
	h.highest[at] = r.Offset
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
