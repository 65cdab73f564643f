package scenarios

import (
	"context"
	"errors"
	"sync"
	"time"

	"blackfriday/services/audit"
	"blackfriday/services/event"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// fakeLab is a lab in which everything goes as the arithmetic says, in whatever time the test lives in. Its knobs make
// it misbehave.
type fakeLab struct {
	setup   Setup
	slow    time.Duration // extra work per payment
	gap     time.Duration // how long the partition of a lost consumer stays unread
	stuck   bool          // nothing is ever finished
	refuses error         // what Do answers
	invents int64         // payments that only the books know

	mu      sync.Mutex
	started time.Time
	flooded time.Time
	lost    time.Time // when the busiest consumer went
	cause   lab.Cause
	pills   bool
}

var errRefused = errors.New("the lab is stopping")

func newFakeLab(s Setup) *fakeLab { return &fakeLab{setup: s, started: time.Now()} }

func (f *fakeLab) Do(_ context.Context, c lab.Command) error {
	if f.refuses != nil {
		return f.refuses
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch c.(type) {
	case lab.Flood:
		f.flooded = time.Now()
	case lab.Kill:
		f.lost, f.cause = time.Now(), lab.CauseCrash
	case lab.Stop:
		f.lost, f.cause = time.Now(), lab.CauseLeave
	case lab.Poison:
		f.pills = true
	}
	return nil
}

func (f *fakeLab) Snapshot() *lab.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	s := &lab.Snapshot{At: now, Started: f.started, State: lab.Running, Reading: lab.Reading{At: now}}
	s.Cluster.Embedded = true
	s.Email.LagKnown, s.Analytics.LagKnown = true, true
	f.addFlood(s)
	for id := range f.setup.Partitions {
		p := f.partition(int32(id), now)
		s.Partitions = append(s.Partitions, p)
		s.Lag.Total += p.Lag
	}
	s.Lag.Known = true
	for number := 1; number <= f.setup.Orders; number++ {
		s.Orders = append(s.Orders, f.consumer(number))
	}
	f.addRebalance(s)
	f.addPills(s)
	s.Ledger = f.books()
	return s
}

func (f *fakeLab) addFlood(s *lab.Snapshot) {
	if f.flooded.IsZero() {
		return
	}
	n := int64(f.setup.Payments)
	s.Flood = lab.FloodProgress{ID: 1, Wanted: n, Acked: n, StartedAt: f.flooded, Took: 4 * time.Millisecond}
	if s.At.Before(f.flooded.Add(s.Flood.Took)) {
		s.Flood.Running, s.Flood.Acked = true, 0
	}
}

// partition gives partition id to consumer id+1 and, after a loss, the first one to consumer 2.
func (f *fakeLab) partition(id int32, now time.Time) lab.Partition {
	number := int(id)%min(f.setup.Orders, f.setup.Partitions) + 1
	orphan := false
	worked := now.Sub(f.flooded)
	if id == 0 && !f.lost.IsZero() {
		orphan = now.Before(f.lost.Add(f.gap))
		worked -= min(f.gap, now.Sub(f.lost))
		number = 2
	}
	p := lab.Partition{ID: id, Known: true, OwnerInstance: number, Reader: number, Orphan: orphan, Owner: instance(number)}
	if orphan {
		p.Reader = 0
	}
	if !f.flooded.IsZero() {
		p.End = int64(f.setup.Payments / f.setup.Partitions)
		if int(id) < f.setup.Payments%f.setup.Partitions {
			p.End++
		}
		p.Committed = f.finished(worked, p.End)
	}
	p.Lag = p.End - p.Committed
	return p
}

func (f *fakeLab) finished(worked time.Duration, end int64) int64 {
	each := f.setup.Delay + f.slow
	switch {
	case f.stuck:
		return 0
	case each == 0:
		return end
	}
	perReader := int64(f.setup.Partitions / min(f.setup.Orders, f.setup.Partitions))
	return min(end, int64(worked/each)/perReader)
}

func (f *fakeLab) consumer(number int) lab.Instance {
	i := lab.Instance{Name: instance(number), Number: number, Health: lab.Active}
	switch {
	case number > f.setup.Partitions:
		i.Health = lab.Standby
	case number == 1 && f.cause == lab.CauseCrash:
		i.Health = lab.Crashed
	case number == 1 && f.cause == lab.CauseLeave:
		i.Health = lab.Left
	}
	return i
}

func (f *fakeLab) addRebalance(s *lab.Snapshot) {
	if f.lost.IsZero() {
		return
	}
	move := lab.Move{Partition: 0, From: 1}
	open := s.At.Before(f.lost.Add(f.gap))
	if !open {
		move.To, move.Unread, move.Measured = 2, f.gap, true
	}
	s.Rebalances = []lab.Rebalance{
		{ID: 1, At: s.Started, Cause: lab.CauseStart},
		{ID: 2, At: f.lost, Cause: f.cause, Member: "order-1", Open: open, Moved: []lab.Move{move}},
	}
}

// audit counts what a lab that loses nothing would hold.
func (f *fakeLab) audit(context.Context) (audit.Count, error) {
	n := int64(f.setup.Payments)
	c := audit.Count{Payments: n, Orders: n, Emails: n, Done: n, Mailed: n}
	if f.pills {
		swallow(&c)
		c.Payments, c.Dead = c.Payments+c.DLQ, c.DLQ
	}
	return c, nil
}

// books say what the audit will count, from the first moment on.
func (f *fakeLab) books() *ledger.Picture {
	p := &ledger.Picture{Known: true, Emails: int64(f.setup.Payments)}
	p.Total.Done.Count = p.Emails + f.invents
	if f.pills {
		p.Total.DLQ.Count = int64(len(event.Pills()))
	}
	p.Total.Payments.Count = p.Total.Done.Count + p.Total.DLQ.Count
	return p
}

func (f *fakeLab) addPills(s *lab.Snapshot) {
	if !f.pills {
		return
	}
	s.DLQ = lab.DLQ{Known: true, Total: int64(len(event.Pills()))}
}
