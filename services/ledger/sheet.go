package ledger

import (
	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// sheet keeps the books of one partition of payment-successful.
type sheet struct {
	next   int64 // the first offset that has not been read
	unread spans // offsets that were deleted before they could be read

	seen   *roaring64.Bitmap // payments
	open   *roaring64.Bitmap // those of them with neither an order nor a dead letter
	done   *roaring64.Bitmap // offsets that an order names
	dead   *roaring64.Bitmap // that a dead letter names
	mailed *roaring64.Bitmap // that an e-mail names
	copied *roaring64.Bitmap // payments of which a dead letter was sent again
	worth  amounts

	// What is known without a judge: Payments, Done, DLQ, Duplicates and Redriven.
	settled  Entry
	opened   Sum   // of the open payments
	unmailed int64 // payments with an order and without an e-mail
	changes  int   // counts up whenever the above changes

	// blind are offsets of payments whose orders and dead letters may have been deleted before they could be read.
	blind spans
	// The verdict given last, and on what.
	verdict  Entry
	judgedOn circumstances
	judgedAt int // changes then; -1: never
}

func newSheet() *sheet {
	return &sheet{
		seen: roaring64.New(), open: roaring64.New(), done: roaring64.New(), dead: roaring64.New(),
		mailed: roaring64.New(), copied: roaring64.New(), worth: newAmounts(), judgedAt: -1,
	}
}

// pay enters a payment.
func (s *sheet) pay(offset, cents int64) {
	if !s.seen.CheckedAdd(uint64(offset)) {
		return
	}
	s.changes++
	s.open.Add(uint64(offset))
	sum := Sum{1, s.worth.put(offset, cents)}
	s.settled.Payments.add(sum)
	s.opened.add(sum)
}

// knows says whether a payment stands at an offset, or may have stood there.
func (s *sheet) knows(offset int64) bool {
	return s.seen.Contains(uint64(offset)) || s.unread.has(offset)
}

// effect enters an order or a dead letter of a payment that the sheet knows, and says whether it has had one before.
func (s *sheet) effect(offset int64, k kind) (again bool) {
	o := uint64(offset)
	done, dead := s.done.Contains(o), s.dead.Contains(o)
	again = done || dead
	one := Sum{1, s.worth.at(offset)}
	s.changes++
	if again {
		s.settled.Duplicates.add(one)
	}
	if k == anOrder {
		s.done.Add(o)
	} else {
		s.dead.Add(o)
	}
	if !s.seen.Contains(o) {
		return again
	}
	switch {
	case !again:
		s.open.Remove(o)
		s.opened.sub(one)
		s.side(k).add(one)
	case dead && !done && k == anOrder:
		s.settled.DLQ.sub(one)
		s.settled.Done.add(one)
	}
	if k == anOrder && !done && !s.mailed.Contains(o) {
		s.unmailed++
	}
	return again
}

// side is where a payment goes that a follower of this kind was the first to name.
func (s *sheet) side(k kind) *Sum {
	if k == anOrder {
		return &s.settled.Done
	}
	return &s.settled.DLQ
}

// mail enters an e-mail of a payment that the sheet knows, and says whether it has had one before.
func (s *sheet) mail(offset int64) (again bool) {
	o := uint64(offset)
	if !s.mailed.CheckedAdd(o) {
		return true
	}
	if s.seen.Contains(o) && s.done.Contains(o) {
		s.unmailed--
	}
	return false
}

// resend enters that a copy of the payment's dead letter was sent. It counts once per payment.
func (s *sheet) resend(offset int64) {
	if s.seen.Contains(uint64(offset)) && s.copied.CheckedAdd(uint64(offset)) {
		s.changes++
		s.settled.Redriven.add(Sum{1, s.worth.at(offset)})
	}
}

// forget enters that offsets were deleted before they could be read. Of very many such gaps the books keep the first
// ones, and then one that reaches over the others.
func (s *sheet) forget(first, next int64) {
	const maxGaps = 1000
	if n := len(s.unread); n == maxGaps {
		s.unread[n-1].next = max(s.unread[n-1].next, next)
		return
	}
	s.unread = joined(append(s.unread, span{first, next})...)
}

// bytes is about what the sheet takes in memory.
func (s *sheet) bytes() int64 {
	const fixed = 1024
	n := fixed + s.worth.bytes()
	for _, marks := range []*roaring64.Bitmap{s.seen, s.open, s.done, s.dead, s.mailed, s.copied} {
		n += int64(marks.GetSizeInBytes())
	}
	return n
}

func (s *Sum) add(o Sum) {
	s.Count += o.Count
	s.Cents += o.Cents
}

func (s *Sum) sub(o Sum) {
	s.Count -= o.Count
	s.Cents -= o.Cents
}
