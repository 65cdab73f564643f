package lab

import (
	"maps"
	"slices"
	"time"
)

// Outage is a time in which no broker answered this lab. What went on meanwhile nobody knows: members may have lost their
// partitions, and others may have been given them.
type Outage struct {
	From time.Time // when a broker last answered
	To   time.Time // when one answered again; zero while none does
	// Unread is what is certain afterwards: when a member went on exactly where this lab had stopped, nobody had come any
	// further with the partition meanwhile. Of partitions that are not listed it stays unknown.
	Unread []Gap
}

// Gap is a time in which nobody got on with a partition, though a payment was there.
type Gap struct {
	Partition int32
	From, To  time.Time
}

// touches says whether a time has a part in the outage.
func (o Outage) touches(from, to time.Time) bool {
	return to.After(o.From) && (o.To.IsZero() || from.Before(o.To))
}

// outagesKept is how many outages are kept: every Snapshot has them.
const outagesKept = 20

// outages follow what became of the partitions while nobody could tell.
type outages struct {
	turnstile *turnstile
	list      []Outage // newest last; its elements are replaced, never changed: Snapshots share them
	watch     *watch   // of the newest one; nil once nothing more can be learned about it
}

// begin notes that no broker answers any more. from is when one last did.
func (o *outages) begin(from time.Time) {
	o.forget()
	o.list = append(o.list, Outage{From: from})
	o.list = slices.Clone(o.list[max(0, len(o.list)-outagesKept):])
	o.watch = o.turnstile.watch()
}

// end notes that brokers answer again.
func (o *outages) end(to time.Time) {
	n := len(o.list)
	if n == 0 || !o.list[n-1].To.IsZero() {
		return
	}
	o.list = slices.Clone(o.list)
	o.list[n-1].To = to
}

// look takes in what has been read again, once brokers answer, until all of it is known or nothing more is to be expected.
func (o *outages) look(now time.Time, partitions int) {
	n := len(o.list)
	if o.watch == nil || o.list[n-1].To.IsZero() {
		return
	}
	last := o.list[n-1]
	var gaps []Gap
	pauses := o.turnstile.longest(o.watch)
	for _, id := range slices.Sorted(maps.Keys(pauses)) {
		p := pauses[id]
		if from := p.until.Add(-p.length); p.certain && last.touches(from, p.until) {
			gaps = append(gaps, Gap{id, from, p.until})
		}
	}
	if !slices.Equal(gaps, last.Unread) {
		last.Unread = gaps
		o.list = slices.Clone(o.list)
		o.list[n-1] = last
	}
	if len(gaps) >= partitions || now.Sub(last.To) > unreadWithin {
		o.forget()
	}
}

// forget ends the watch.
func (o *outages) forget() {
	if o.watch != nil {
		o.turnstile.unwatch(o.watch)
		o.watch = nil
	}
}

// meet says whether a time has a part in an outage.
func (o *outages) meet(from, to time.Time) bool {
	return slices.ContainsFunc(o.list, func(x Outage) bool { return x.touches(from, to) })
}

// cutOff notes that no broker has answered since a time.
func (rs *rebalances) cutOff(since time.Time, protocol string) {
	rs.outages.begin(since)
	rs.strand(since, protocol)
}

// unknowable says that an outage lies in what was measured, and that somebody else may have got on with the partition in it.
func (rs *rebalances) unknowable(r *rebalance, p passage) bool {
	return !p.certain && (r.Cause == CauseOutage || rs.outages.meet(p.at.Add(-p.unread), p.at))
}

// unnamed is the cause of what nobody is known to have done.
func (rs *rebalances) unnamed() Cause {
	if rs.shaken {
		return CauseOutage
	}
	return CauseOther
}
