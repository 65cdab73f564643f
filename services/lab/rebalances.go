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
	outages    *outages
	shaken     bool // no broker answered, and the group has not come to rest with all of this lab since
	list       []*rebalance
	last       int                 // ID of the newest entry
	holders    map[int32]*life     // who has the partition now, or had it last
	losses     map[int32]time.Time // when its reader last lost it
	generation int32               // the newest that anybody has seen
}

// rebalancesKept is how many entries are kept: every Snapshot copies them.
const rebalancesKept = 200

// rebalance is an entry that is still being written.
type rebalance struct {
	Rebalance
	life     *life           // the one who joined, left or crashed; nil when it was nobody
	memberID string          // its name in the group, when it leaves or crashes
	waits    map[int32]bool  // partitions that have no new reader yet
	movedTo  []*life         // the new reader of each move; nil once it began where nothing had waited
	held     map[int32]*life // who read which partition as it began
	assigned time.Time       // callbacks: when the last of them was given away
	watch    *watch
}

func newRebalances(t *turnstile) *rebalances {
	return &rebalances{turnstile: t, outages: &outages{turnstile: t}, holders: map[int32]*life{}, losses: map[int32]time.Time{}, generation: -1}
}

// begin opens an entry. l is who caused it, if it was a member; awaited are the partitions that need a new reader.
func (rs *rebalances) begin(c Change, protocol string, l *life, awaited []int32) *rebalance {
	rs.last++
	r := &rebalance{
		Rebalance: Rebalance{
			ID: rs.last, At: c.At, Cause: c.Cause, Member: c.Member, Protocol: protocol, Open: true,
			FromGeneration: rs.generation, ToGeneration: -1, Disturbed: rs.shaken, Outage: rs.shaken,
		},
		life: l, waits: map[int32]bool{}, held: map[int32]*life{}, watch: rs.turnstile.watch(),
	}
	for _, other := range rs.list {
		if other.Open {
			other.Disturbed, r.Disturbed = true, true
		}
	}
	for _, p := range awaited {
		r.waits[p] = true
	}
	for p, holder := range rs.holders {
		if (holder.has(p) || rs.losses[p].After(c.At)) && !r.waits[p] {
			r.held[p] = holder
		}
	}
	rs.list = append(rs.list, r)
	return r
}

// renewed notes that the group begins anew, with its first generation.
func (rs *rebalances) renewed() { rs.generation = -1 }

// took notes that l reads partition p from now on, in this generation of the group.
func (rs *rebalances) took(at time.Time, l *life, p, generation int32) {
	rs.saw(generation)
	from := rs.holders[p]
	rs.holders[p] = l
	// Where nobody had it before it was free, and where the same life had it, it has not moved.
	if from != nil && from != l {
		r := rs.causeOf(at, from, l, p)
		r.given(at, p, generation)
		// While the group forms nobody had worked on what changes hands.
		if r.Cause != CauseStart {
			r.move(p, from, l)
		}
	}
	// Whatever gave it a reader: nothing waits for one any more.
	for _, r := range rs.list {
		if r.waits[p] || r.Open && r.Cause == CauseOutage {
			r.given(at, p, generation)
		}
	}
}

// move notes that p goes from one life to another. A partition that goes through several hands in one rebalance is one
// move, from the first to the last of them.
func (r *rebalance) move(p int32, from, to *life) {
	i := slices.IndexFunc(r.Moved, func(m Move) bool { return m.Partition == p })
	if i < 0 {
		i = len(r.Moved)
		r.Moved = append(r.Moved, Move{Partition: p, From: from.instance.number, FromOutside: from.outsideName()})
		r.movedTo = append(r.movedTo, nil)
	}
	m := &r.Moved[i]
	m.To, m.ToOutside, m.Measured, r.movedTo[i] = to.instance.number, to.outsideName(), false, to
	if m.FromOutside != "" || m.ToOutside != "" {
		r.movedTo[i] = nil // nobody will see how long it took
	}
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
	return rs.begin(Change{At: at, Cause: rs.unnamed()}, "", nil, nil)
}

// passed writes what was measured into the moves of the partition that wait for it; where nothing had waited they stay
// without a figure, and wait no longer. Where it went on to others before
// anybody worked on it, the first of those moves takes the whole time and the later ones the time since they began.
func (rs *rebalances) passed(p passage) (found bool) {
	for _, r := range rs.list {
		for i := range r.Moved {
			m := &r.Moved[i]
			if m.Partition != p.partition || !r.awaits(i) || p.at.Before(r.At) {
				continue
			}
			if !p.waited || rs.unknowable(r, p) {
				r.movedTo[i] = nil
				continue
			}
			unread := p.unread
			if found {
				unread = min(unread, p.at.Sub(r.At))
			}
			m.Unread, m.Measured, found = m.Unread+unread, true, true
			if rs.outages.meet(p.at.Add(-p.unread), p.at) {
				r.Disturbed, r.Outage = true, true
			}
			if r.movedTo[i] == p.to {
				m.Redelivered += p.redelivered
			}
		}
	}
	return found
}

// awaits says that work on the i-th move has not gone on yet.
func (r *rebalance) awaits(i int) bool { return !r.Moved[i].Measured && r.movedTo[i] != nil }

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
			r.ToGeneration = max(r.ToGeneration, g.Epoch)
		}
		if settled && len(r.waits) == 0 && (!r.BrokerAt.IsZero() || r.cameAndWent()) {
			rs.close(r)
		}
	}
	rs.merge()
}

// cameAndWent says that somebody joined and ended again before any reading of the brokers showed it, so that none will.
func (r *rebalance) cameAndWent() bool {
	return r.Cause == CauseJoin && r.life != nil && r.life.isOver()
}

// shownBy says whether the brokers' list of members shows the change.
func (r *rebalance) shownBy(g kafka.GroupReading) bool {
	listed := func(id string) bool {
		return slices.ContainsFunc(g.Members, func(m kafka.MemberReading) bool { return m.MemberID == id })
	}
	switch {
	case r.Outside:
		return true // a reading is how it was found out
	case r.Cause == CauseLeave, r.Cause == CauseCrash:
		return !listed(r.memberID)
	case r.Cause == CauseJoin:
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
	var pauses map[int32]pause
	if r.Cause == CauseOutage {
		r.Settled = later(r.Settled, r.BrokerAt) // its pauses are not over: see resumed
	} else {
		pauses = rs.turnstile.unwatch(r.watch)
	}
	for p, holder := range r.held {
		// Whoever had it must have it still, and live: otherwise it was taken away by something else meanwhile.
		if r.Cause == CauseStart || r.moved(p) || rs.holders[p] != holder || !holder.has(p) || holder.elsewhere {
			continue
		}
		pause, measured := pauses[p]
		r.Kept = append(r.Kept, Kept{Partition: p, Reader: holder.instance.number, Pause: pause.length, Measured: measured})
	}
	slices.SortFunc(r.Kept, func(a, b Kept) int { return cmp.Compare(a.Partition, b.Partition) })
}

func (r *rebalance) moved(p int32) bool {
	return slices.ContainsFunc(r.Moved, func(m Move) bool { return m.Partition == p })
}

// merge makes one entry of neighbours that the group settled in one and the same generation, and forgets the oldest.
func (rs *rebalances) merge() {
	for i := len(rs.list) - 1; i > 0; i-- {
		if a, b := rs.list[i-1], rs.list[i]; together(a, b) {
			a.absorb(b)
			rs.list = slices.Delete(rs.list, i, i+1)
		}
	}
	rs.list = slices.Delete(rs.list, 0, max(0, len(rs.list)-rebalancesKept))
}

// together says that a group of the classic protocol settled b with a: b happened before the brokers knew of a, and no
// generation lies between them. A KIP-848 group has an epoch for every change.
func together(a, b *rebalance) bool {
	return !a.Open && !b.Open && a.Cause != CauseStart && a.Cause != CauseOutage && b.Cause != CauseOutage && a.Protocol != kafka.ConsumerProtocol.String() &&
		a.Protocol == b.Protocol && b.At.Before(a.BrokerAt) &&
		a.FromGeneration == b.FromGeneration && a.ToGeneration == b.ToGeneration && a.FromGeneration < a.ToGeneration
}

// absorb adds the change and the moves of b.
func (r *rebalance) absorb(b *rebalance) {
	r.Also = append(append(r.Also, Change{At: b.At, Cause: b.Cause, Member: b.Member}), b.Also...)
	r.Moved, r.movedTo = append(r.Moved, b.Moved...), append(r.movedTo, b.movedTo...)
	r.Kept = slices.DeleteFunc(slices.Clone(r.Kept), func(k Kept) bool { return b.moved(k.Partition) })
	r.Settled = later(r.Settled, b.Settled)
	r.BrokerAt = later(r.BrokerAt, b.BrokerAt)
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

// final says that nothing in the entry's lists changes any more.
func (r *rebalance) final() bool {
	for i := range r.Moved {
		if r.awaits(i) {
			return false
		}
	}
	return !r.Open && (r.Cause != CauseOutage || r.watch == nil)
}
