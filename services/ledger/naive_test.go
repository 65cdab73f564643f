package ledger

import (
	"slices"

	"blackfriday/kafka"
)

// count is how many slips of a kind name a payment truly.
func (w *world) count(of place, k kind) (n int64) {
	for _, slips := range w.slips {
		for _, s := range slips {
			if s.kind == k && s.of == of && s.topicID != "another" {
				n++
			}
		}
	}
	return n
}

// naive balances a partition by the rules as they are written down.
func (w *world) naive(p int32, c circumstances) Entry {
	var e Entry
	for i, value := range w.payments[p] {
		at := place{p, int64(i)}
		orders, letters := w.count(at, anOrder), w.count(at, aLetter)
		if w.gone[at] {
			e.Duplicates.Count += max(0, orders+letters-1)
			continue
		}
		if value == "" {
			continue
		}
		one := Sum{1, map[string]int64{good: goodCents}[value]}
		e.Payments.add(one)
		for range orders + letters - 1 {
			e.Duplicates.add(one)
		}
		switch {
		case orders > 0:
			e.Done.add(one)
		case letters > 0:
			e.DLQ.add(one)
		default:
			naiveSide(&e, c, at.offset).add(one)
		}
		if w.resent(at) {
			e.Redriven.add(one)
		}
	}
	return e
}

func naiveSide(e *Entry, c circumstances, offset int64) *Sum {
	in := func(s spans) bool {
		return slices.ContainsFunc(s, func(r span) bool { return r.first <= offset && offset < r.next })
	}
	if in(c.inHand) {
		return &e.InFlight
	}
	if offset < c.proven {
		if in(c.ours) && !in(c.blind) {
			return &e.Lost
		}
		if offset < c.start && !in(c.ours) {
			return &e.Expired
		}
		return &e.Foreign
	}
	if offset < c.committed {
		return &e.InFlight
	}
	if offset < c.start {
		return &e.Expired
	}
	return &e.Waiting
}

// resent says whether a payment that was read is a copy of a letter of this payment.
func (w *world) resent(of place) bool {
	for payment, letter := range w.copyOf {
		if w.gone[payment] || w.payments[payment.partition][payment.offset] == "" {
			continue
		}
		if slices.ContainsFunc(w.slips[kafka.DLQPayment], func(s slip) bool {
			return s.at == letter && s.of == of && s.topicID != "another"
		}) {
			return true
		}
	}
	return false
}
