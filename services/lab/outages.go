package lab

import (
	"maps"
	"slices"
	"time"
)

// Outage is a time in which no broker answered this lab, or not the coordinator of order-service-group. In the first case nobody
// knows what went on meanwhile: members may have lost their partitions, and others may have been given them.
type Outage struct {
	From time.Time // when a broker last answered, or the coordinator
	To   time.Time // when one answered again; zero while none does
	// Coordinator: the other brokers answered, and who reads is known.
	Coordinator bool
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

// begin notes an outage; what was silent before the brokers were is a part of it.
func (o *outages) begin(x Outage) {
	if n := len(o.list); n > 0 && x.Coordinator && x.From.Equal(o.list[n-1].From) {
		return
	}
	o.end(x.From, true)
	o.forget()
	o.list = append(o.list, x)
	o.list = slices.Clone(o.list[max(0, len(o.list)-outagesKept):])
	o.watch = o.turnstile.watch()
}

// end notes that brokers answer again, or the coordinator.
func (o *outages) end(to time.Time, coordinator bool) {
	n := len(o.list)
	if n == 0 || !o.list[n-1].To.IsZero() || o.list[n-1].Coordinator != coordinator {
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
		// A consumer that works is between two payments, too.
		if from := p.until.Add(-p.length); p.certain && last.touches(from, p.until) && (!last.Coordinator || p.length >= awayAtLeast) {
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
	rs.outages.begin(Outage{From: since})
	rs.strand(since, protocol)
}

// unseated notes that the group's coordinator has not answered since a time; until then where it answers again.
func (rs *rebalances) unseated(since, until time.Time, protocol string) {
	rs.outages.begin(Outage{From: since, To: until, Coordinator: true})
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
