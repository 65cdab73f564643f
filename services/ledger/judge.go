package ledger

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// circumstances are what decides about the open payments of one partition.
type circumstances struct {
	start     int64 // log start offset
	committed int64 // as the group's commit was read last
	// proven is a commit of which it is known that every order and dead letter written before it has been read.
	proven int64
	read   bool  // a living member reads the partition
	inHand spans // what living members work on, or worked on when the proven commit was read
	ours   spans // what members of this process had committed, or set out to commit, by the time of the proven commit
	blind  spans // where orders and dead letters may have been deleted unread
}

func (c circumstances) equal(o circumstances) bool {
	return c.start == o.start && c.committed == o.committed && c.proven == o.proven && c.read == o.read &&
		slices.Equal(c.inHand, o.inHand) && slices.Equal(c.ours, o.ours) && slices.Equal(c.blind, o.blind)
}

// judge balances the partition: every open payment goes to one side.
func (s *sheet) judge(c circumstances) Entry {
	if s.judgedAt == s.changes && s.judgedOn.equal(c) {
		return s.verdict
	}
	e := s.settled
	e.Waiting = s.opened
	limit := max(c.start, c.committed, c.proven, c.inHand.end())
	for o := range roaring64.Values(s.open) {
		offset := int64(o)
		if offset >= limit {
			break
		}
		one := Sum{1, s.worth.at(offset)}
		e.Waiting.sub(one)
		c.side(&e, offset).add(one)
	}
	s.verdict, s.judgedOn, s.judgedAt = e, c, s.changes
	return e
}

// side is where an open payment goes.
func (c circumstances) side(e *Entry, offset int64) *Sum {
	switch {
	case c.inHand.has(offset):
		return &e.InFlight
	case offset < c.proven && c.ours.has(offset) && !c.blind.has(offset):
		return &e.Lost
	case offset < c.proven && (offset >= c.start || c.ours.has(offset)):
		return &e.Foreign
	case offset < c.proven:
		return &e.Expired
	case offset < c.committed:
		return &e.InFlight
	case offset < c.start && !c.read:
		return &e.Expired
	default:
		// Its reader may have fetched what was deleted since; where it has not, the next commit will pass it.
		return &e.Waiting
	}
}

// plus is the sum of two entries.
func (e Entry) plus(o Entry) Entry {
	for _, pair := range [...][2]*Sum{
		{&e.Payments, &o.Payments},
		{&e.Done, &o.Done},
		{&e.DLQ, &o.DLQ},
		{&e.InFlight, &o.InFlight},
		{&e.Waiting, &o.Waiting},
		{&e.Lost, &o.Lost},
		{&e.Foreign, &o.Foreign},
		{&e.Expired, &o.Expired},
		{&e.Duplicates, &o.Duplicates},
		{&e.Redriven, &o.Redriven},
	} {
		pair[0].add(*pair[1])
	}
	return e
}
