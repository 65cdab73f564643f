package lab

import (
	"slices"
	"time"
)

// rebalances lists the changes of order-service-group's membership and what each cost. It attributes: the lab knows what
// it did (a join, a leave, a crash), the callbacks say which partitions changed hands, and the turnstile for how long
// nobody worked on them.
type rebalances struct {
	list    []*rebalance
	holders map[int32]*life // who has the partition now, or had it last
}

// rebalance is an entry that is still being written.
type rebalance struct {
	Rebalance
	life  *life          // the one who joined, left or crashed
	waits map[int32]bool // partitions that have no new reader yet
}

func newRebalances() *rebalances { return &rebalances{holders: map[int32]*life{}} }

// begin opens an entry. owned are the partitions that the change takes from somebody.
func (rs *rebalances) begin(at time.Time, cause Cause, l *life, owned []int32) *rebalance {
	r := &rebalance{
		Rebalance: Rebalance{ID: len(rs.list) + 1, At: at, Cause: cause, Member: l.instance.name, Open: true},
		life:      l, waits: map[int32]bool{},
	}
	for _, p := range owned {
		r.waits[p] = true
	}
	rs.list = append(rs.list, r)
	return r
}

// took notes that l reads partition p from now on. It returns the entry that caused it, or nil when p did not change
// hands.
func (rs *rebalances) took(at time.Time, l *life, p int32) *rebalance {
	from := rs.holders[p]
	rs.holders[p] = l
	if from == l {
		return nil
	}
	if from == nil {
		// Nobody had it before: it was free, not moved. A join that was waiting for work has it now.
		return nil
	}
	r := rs.causeOf(at, from, l, p)
	delete(r.waits, p)
	r.Moved = append(r.Moved, Move{Partition: p, From: from.instance.number, To: l.instance.number})
	if len(r.waits) == 0 && (r.Cause == CauseLeave || r.Cause == CauseCrash) {
		r.Open = false
	}
	return r
}

// causeOf finds the entry that made p go from one life to another: the end of the old reader, else the newest join
// that is still open, else the newest open entry.
func (rs *rebalances) causeOf(at time.Time, from, to *life, p int32) *rebalance {
	newest := slices.Backward(rs.list)
	for _, r := range newest {
		if r.Open && r.life == from && r.waits[p] {
			return r
		}
	}
	for _, r := range newest {
		if r.Open && (r.life == to || r.Cause == CauseJoin || r.Cause == CauseStart) {
			return r
		}
	}
	for _, r := range newest {
		if r.Open {
			return r
		}
	}
	if n := len(rs.list); n > 0 && rs.list[n-1].Cause == CauseOther && at.Sub(rs.list[n-1].At) < time.Second {
		return rs.list[n-1]
	}
	r := rs.begin(at, CauseOther, to, nil)
	r.Member, r.Open = "", false
	return r
}

// passed writes the measured unread time into the newest move of the partition between these two.
func (rs *rebalances) passed(p passage) *rebalance {
	for _, r := range slices.Backward(rs.list) {
		for i := range r.Moved {
			m := &r.Moved[i]
			if m.Partition == p.partition && m.To == p.to.instance.number && !m.Measured {
				m.Unread, m.Measured = p.unread, true
				return r
			}
		}
	}
	return nil
}

// settle closes what waits for nothing any more: called when the brokers say that the group is stable and every living
// member has been given its part.
func (rs *rebalances) settle() {
	for _, r := range rs.list {
		if r.Cause != CauseLeave && r.Cause != CauseCrash {
			r.Open = false
		}
	}
}

// snapshot copies the entries.
func (rs *rebalances) snapshot() []Rebalance {
	list := make([]Rebalance, len(rs.list))
	for i, r := range rs.list {
		list[i] = r.Rebalance
		list[i].Moved = slices.Clone(r.Moved)
	}
	return list
}
