package lab

import (
	"slices"
	"time"
)

// outside notes who outside this lab came and went, as one reading shows it. If partitions have moved already and nobody
// knew why, this is why.
func (rs *rebalances) outside(at time.Time, protocol string, came, went []*outsider) {
	var changes []Change
	var awaited []int32
	for _, o := range came {
		changes = append(changes, Change{At: at, Cause: CauseJoin, Member: o.instance.name})
	}
	for _, o := range went {
		changes = append(changes, Change{At: at, Cause: CauseGone, Member: o.instance.name})
		for _, p := range o.partitions() {
			if rs.holders[p] == o.life {
				awaited = append(awaited, p)
			}
		}
	}
	i := slices.IndexFunc(rs.list, func(r *rebalance) bool { return r.Open && r.Cause == CauseOther })
	if i < 0 {
		rs.begin(changes[0], protocol, nil, nil)
		i = len(rs.list) - 1
	}
	r := rs.list[i]
	r.Cause, r.Member, r.Protocol, r.Outside, r.Disturbed, r.BrokerAt =
		changes[0].Cause, changes[0].Member, protocol, true, true, at
	r.Also = append(r.Also, changes[1:]...)
	for _, p := range awaited {
		r.waits[p] = true
		delete(r.held, p)
	}
}

// outsideName is the client id of a life outside this lab; empty for others.
func (l *life) outsideName() string {
	if !l.elsewhere {
		return ""
	}
	return l.instance.name
}
