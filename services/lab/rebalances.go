package lab

import (
	"cmp"
	"slices"
	"time"

	"blackfriday/kafka"
)

// rebalances lists the changes of order-service-group's membership and what each cost. It attributes: the lab knows what
// it did (a join, a leave, a crash), the callbacks say which partitions changed hands, the turnstile for how long nobody
// worked on them, and the brokers when the group knew.
type rebalances struct {
	turnstile  *turnstile
	list       []*rebalance
	dropped    int             // how many of the oldest entries are no longer kept
	holders    map[int32]*life // who has the partition now, or had it last
	generation int32           // the newest that anybody has seen
}

// rebalancesKept is how many entries are kept: every Snapshot copies them.
const rebalancesKept = 200

// rebalance is an entry that is still being written.
type rebalance struct {
	Rebalance
	life     *life          // the one who joined, left or crashed; nil when it was nobody
	memberID string         // its name in the group, when it leaves or crashes
	waits    map[int32]bool // partitions that have no new reader yet
	movedTo  []*life        // the new reader of each move
	assigned time.Time      // callbacks: when the last of them was given away
	watch    *watch
}

func newRebalances(t *turnstile) *rebalances {
	return &rebalances{turnstile: t, holders: map[int32]*life{}, generation: -1}
}

// begin opens an entry. l is who caused it, if it was a member; awaited are the partitions that need a new reader.
func (rs *rebalances) begin(c Change, protocol string, l *life, awaited []int32) *rebalance {
	r := &rebalance{
		Rebalance: Rebalance{
			ID: rs.dropped + len(rs.list) + 1, At: c.At, Cause: c.Cause, Member: c.Member, Protocol: protocol, Open: true,
			FromGeneration: rs.generation, ToGeneration: -1,
		},
		life: l, waits: map[int32]bool{}, watch: rs.turnstile.watch(),
	}
	for _, p := range awaited {
		r.waits[p] = true
	}
	rs.list = append(rs.list, r)
	return r
}

// took notes that l reads partition p from now on, in this generation of the group.
func (rs *rebalances) took(at time.Time, l *life, p, generation int32) {
	rs.saw(generation)
	from := rs.holders[p]
	rs.holders[p] = l
	if from == l {
		return
	}
	if from == nil {
		// Nobody had it before: it was free, not moved.
		for _, r := range rs.list {
			if r.waits[p] {
				r.given(at, p, generation)
			}
		}
		return
	}
	r := rs.causeOf(at, from, l, p)
	r.given(at, p, generation)
	if r.Cause == CauseStart {
		// The group is forming: nobody had worked on what changes hands.
		return
	}
	r.Moved = append(r.Moved, Move{Partition: p, From: from.instance.number, To: l.instance.number})
	r.movedTo = append(r.movedTo, l)
}

func (r *rebalance) given(at time.Time, p, generation int32) {
	delete(r.waits, p)
	r.assigned = at
	r.ToGeneration = max(r.ToGeneration, generation)
}

// saw notes a generation that a member or the brokers told of.
func (rs *rebalances) saw(generation int32) { rs.generation = max(rs.generation, generation) }

// causeOf finds the entry that made p go from one life to another: the end of the old reader, else the newest one that
// is still open and gives partitions to the new reader or to everybody.
func (rs *rebalances) causeOf(at time.Time, from, to *life, p int32) *rebalance {
	newest := slices.Backward(rs.list)
	for _, r := range newest {
		if r.Open && r.life == from && r.waits[p] {
			return r
		}
	}
	for _, r := range newest {
		if r.Open && (r.life == to || r.life == nil || r.Cause == CauseJoin) {
			return r
		}
	}
	for _, r := range newest {
		if r.Open {
			return r
		}
	}
	return rs.begin(Change{At: at, Cause: CauseOther}, "", nil, nil)
}

// passed writes what was measured into the newest move of the partition to this reader.
func (rs *rebalances) passed(p passage) bool {
	for _, r := range slices.Backward(rs.list) {
		for i := range r.Moved {
			m := &r.Moved[i]
			if m.Partition == p.partition && r.movedTo[i] == p.to && !m.Measured {
				m.Unread, m.Redelivered, m.Measured = p.unread, p.redelivered, true
				return true
			}
		}
	}
	return false
}

// look takes in the brokers' word. at is when it was asked for; settled says that the group is stable and that each
// living member has what the group wants it to have. An entry closes once the brokers show it and nothing of it is on
// its way any more.
func (rs *rebalances) look(at time.Time, g kafka.GroupReading, settled bool) {
	rs.saw(g.Epoch)
	for _, r := range rs.list {
		if !r.Open || !at.After(r.At) {
			continue
		}
		if r.BrokerAt.IsZero() && r.shownBy(g) {
			r.BrokerAt = at
		}
		if settled && len(r.waits) == 0 && (!r.BrokerAt.IsZero() || r.cameAndWent()) {
			rs.close(r)
		}
	}
	rs.merge()
}

// cameAndWent says that somebody joined and ended again before any reading of the brokers showed it, so that none will.
func (r *rebalance) cameAndWent() bool { return r.Cause == CauseJoin && r.life.isOver() }

// shownBy says whether the brokers' list of members shows the change.
func (r *rebalance) shownBy(g kafka.GroupReading) bool {
	listed := func(id string) bool {
		return slices.ContainsFunc(g.Members, func(m kafka.MemberReading) bool { return m.MemberID == id })
	}
	switch r.Cause {
	case CauseLeave, CauseCrash:
		return !listed(r.memberID)
	case CauseJoin:
		return listed(r.life.memberID)
	default:
		return true
	}
}

// close ends an entry and writes down what did not move.
func (rs *rebalances) close(r *rebalance) {
	r.Open = false
	r.Settled = r.assigned
	if r.Settled.IsZero() {
		r.Settled = r.At
	}
	if r.ToGeneration < 0 {
		r.ToGeneration = rs.generation
	}
	pauses := rs.turnstile.unwatch(r.watch)
	for p, holder := range rs.holders {
		if r.moved(p) || holder.started.After(r.At) {
			continue
		}
		pause, measured := pauses[p]
		r.Kept = append(r.Kept, Kept{Partition: p, Reader: holder.instance.number, Pause: pause, Measured: measured})
	}
	slices.SortFunc(r.Kept, func(a, b Kept) int { return cmp.Compare(a.Partition, b.Partition) })
}

func (r *rebalance) moved(p int32) bool {
	return slices.ContainsFunc(r.Moved, func(m Move) bool { return m.Partition == p })
}

// merge makes one entry of neighbours that the group settled in one and the same generation, and forgets the oldest.
func (rs *rebalances) merge() {
	for i := len(rs.list) - 1; i > 0; i-- {
		a, b := rs.list[i-1], rs.list[i]
		if a.Open || b.Open || a.Cause == CauseStart || b.FromGeneration != a.FromGeneration || b.ToGeneration != a.ToGeneration ||
			a.ToGeneration <= a.FromGeneration {
			continue
		}
		a.Also = append(append(a.Also, Change{At: b.At, Cause: b.Cause, Member: b.Member}), b.Also...)
		a.Moved, a.movedTo = append(a.Moved, b.Moved...), append(a.movedTo, b.movedTo...)
		a.Kept = slices.DeleteFunc(slices.Clone(a.Kept), func(k Kept) bool { return b.moved(k.Partition) })
		a.Settled = later(a.Settled, b.Settled)
		a.BrokerAt = later(a.BrokerAt, b.BrokerAt)
		rs.list = slices.Delete(rs.list, i, i+1)
	}
	if n := len(rs.list) - rebalancesKept; n > 0 {
		rs.list = slices.Delete(rs.list, 0, n)
		rs.dropped += n
	}
	for i, r := range rs.list {
		r.ID = rs.dropped + i + 1
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// snapshot copies the entries. What will not change any more is shared by all Snapshots.
func (rs *rebalances) snapshot() []Rebalance {
	list := make([]Rebalance, len(rs.list))
	for i, r := range rs.list {
		list[i] = r.Rebalance
		if !r.final() {
			list[i].Also, list[i].Moved, list[i].Kept = slices.Clone(r.Also), slices.Clone(r.Moved), slices.Clone(r.Kept)
		}
	}
	return list
}

// final says that nothing in the entry's lists changes any more; its ID may.
func (r *rebalance) final() bool {
	unmeasured := func(m Move) bool { return !m.Measured }
	return !r.Open && !slices.ContainsFunc(r.Moved, unmeasured)
}
