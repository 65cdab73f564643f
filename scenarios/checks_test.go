package scenarios

import (
	"errors"
	"testing"
	"time"

	"blackfriday/services/audit"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

// judged is a play of the standard lab in which all went well.
func judged() Result {
	flooded := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	final := &lab.Snapshot{Cluster: lab.Cluster{Embedded: true}, Flood: lab.FloodProgress{ID: 1, Wanted: 1000, Acked: 1000, StartedAt: flooded, Took: 4 * time.Millisecond}}
	for i := range 3 {
		number := i + 1
		final.Partitions = append(final.Partitions, lab.Partition{ID: int32(i), Known: true, OwnerInstance: number, Reader: number})
		final.Orders = append(final.Orders, lab.Instance{Name: instance(number), Number: number, Health: lab.Active})
	}
	return Result{
		Setup: standard(),
		Count: &audit.Count{Payments: 1000, Orders: 1000, Emails: 1000},
		Final: final,
		Flood: 4 * time.Millisecond,
		Drain: 34 * time.Second,
	}
}

// slowWrites has every order consumer wait that long for the write of each payment.
func slowWrites(r *Result, each time.Duration) {
	for i := range r.Final.Orders {
		o := &r.Final.Orders[i]
		o.Processed, o.Writing = 333, 333*each
	}
}

func crashed(unread time.Duration) lab.Rebalance {
	return lab.Rebalance{Cause: lab.CauseCrash, Member: "order-2", Moved: []lab.Move{
		{Partition: 0, From: 2, To: 1, Unread: unread, Measured: true},
		{Partition: 1, From: 2, To: 3, Unread: time.Second, Measured: true},
	}}
}

func TestChecksJudge(t *testing.T) {
	tests := []struct {
		name   string
		check  check
		change func(*Result)
		passes bool
	}{
		{"nothing lost", everyPayment, func(*Result) {}, true},
		{"one lost", everyPayment, func(r *Result) { r.Count.Lost = 1 }, false},
		{"one refused", everyPayment, func(r *Result) { r.Final.Flood.Failed = 1 }, false},
		{"one unknown", everyPayment, func(r *Result) { r.Earlier = []lab.FloodProgress{{ID: 1, Unknown: 1}} }, false},
		{"fewer acknowledged than asked for", everyPayment, func(r *Result) { r.Final.Flood.Acked = 999 }, false},
		{"one unfinished", everyPayment, func(r *Result) { r.Count.Waiting = 1 }, false},
		{"an e-mail missing", everyPayment, func(r *Result) { r.Count.Unmailed = 1 }, false},
		{"a stranger's order", everyPayment, func(r *Result) { r.Count.Foreign = 1 }, false},
		{"a forged order", everyPayment, func(r *Result) { r.Count.Forged = 1 }, false},
		{"no duplicate", noDuplicate, func(*Result) {}, true},
		{"one duplicate", noDuplicate, func(r *Result) { r.Count.Duplicates = 1 }, false},
		{"one e-mail twice", noDuplicate, func(r *Result) { r.Count.MailDuplicates = 1 }, false},

		{"duplicates of a crash", fewDuplicates, func(r *Result) {
			r.Final.Rebalances = []lab.Rebalance{crashed(0)}
			r.Count.Duplicates = 12
		}, true},
		{"more than two partitions explain", fewDuplicates, func(r *Result) {
			r.Final.Rebalances = []lab.Rebalance{crashed(0)}
			r.Count.Duplicates = 13
		}, false},

		{"70 ms for a thousand", quickFlood, func(r *Result) { r.Flood = 70 * time.Millisecond }, true},
		{"71 ms for a thousand", quickFlood, func(r *Result) { r.Flood = 71 * time.Millisecond }, false},
		{"a real cluster that warms up", quickFlood, func(r *Result) { r.Final.Cluster.Embedded, r.Flood = false, 5070*time.Millisecond }, true},
		{"a real cluster that is too slow", quickFlood, func(r *Result) { r.Final.Cluster.Embedded, r.Flood = false, 5071*time.Millisecond }, false},
		{"no flood", quickFlood, func(r *Result) { r.Flood = -1 }, false},

		{"34.5 s by three", drainInTime, func(r *Result) { r.Drain = 34500 * time.Millisecond }, true},
		{"34.6 s by three", drainInTime, func(r *Result) { r.Drain = 34600 * time.Millisecond }, false},
		{"101.5 s by one", drainInTime, func(r *Result) { r.Setup.Orders, r.Drain = 1, 101500*time.Millisecond }, true},
		{"101.6 s by one", drainInTime, func(r *Result) { r.Setup.Orders, r.Drain = 1, 101600*time.Millisecond }, false},
		{"five are not faster than three", drainInTime, func(r *Result) { r.Setup.Orders, r.Drain = 5, 34500*time.Millisecond }, true},
		{"embedded brokers that write slowly", drainInTime, func(r *Result) {
			slowWrites(r, 30*time.Millisecond)
			r.Drain = 34600 * time.Millisecond
		}, false},
		{"a real cluster that writes slowly", drainInTime, func(r *Result) {
			slowWrites(r, 30*time.Millisecond)
			r.Final.Cluster.Embedded, r.Drain = false, 44500*time.Millisecond
		}, true},
		{"a real cluster that is slower than its writes", drainInTime, func(r *Result) {
			slowWrites(r, 30*time.Millisecond)
			r.Final.Cluster.Embedded, r.Drain = false, 44700*time.Millisecond
		}, false},
		{"a real cluster that writes at once", drainInTime, func(r *Result) {
			r.Final.Cluster.Embedded, r.Drain = false, 34600*time.Millisecond
		}, false},
		{"never drained", drainInTime, func(r *Result) { r.Drain = -1 }, false},

		{"turns", fairTurns, func(r *Result) {
			r.Lag = []Sample{{At: r.Final.Flood.StartedAt.Add(time.Second), Partitions: []int64{300, 310, 305}}}
		}, true},
		{"one partition after the other", fairTurns, func(r *Result) {
			r.Lag = []Sample{{At: r.Final.Flood.StartedAt.Add(time.Second), Partitions: []int64{300, 311, 305}}}
		}, false},
		{"uneven while it floods", fairTurns, func(r *Result) {
			r.Lag = []Sample{{At: r.Final.Flood.StartedAt, Partitions: []int64{334, 0, 0}}}
		}, true},

		{"nobody on the bench", benchHolds, func(*Result) {}, true},
		{"two on the bench", benchHolds, func(r *Result) {
			r.Setup.Orders = 5
			r.Final.Orders = append(r.Final.Orders, lab.Instance{Health: lab.Standby}, lab.Instance{Health: lab.Standby})
		}, true},
		{"the third bench player crashed", benchHolds, func(r *Result) {
			r.Setup.Orders = 5
			r.Final.Orders = append(r.Final.Orders, lab.Instance{Health: lab.Standby}, lab.Instance{Health: lab.Crashed})
		}, false},
		{"one reads two partitions", benchHolds, func(r *Result) {
			r.Final.Partitions[2].Reader, r.Final.Partitions[2].OwnerInstance = 1, 1
		}, false},

		{"read again in 7 s", crashHandover, func(r *Result) { r.Final.Rebalances = []lab.Rebalance{crashed(7 * time.Second)} }, true},
		{"read again in 7.1 s", crashHandover, func(r *Result) {
			r.Final.Rebalances = []lab.Rebalance{crashed(7100 * time.Millisecond)}
		}, false},
		{"never measured", crashHandover, func(r *Result) {
			r.Final.Rebalances = []lab.Rebalance{crashed(0)}
			r.Final.Rebalances[0].Moved[1].Measured = false
		}, false},
		{"no crash", crashHandover, func(*Result) {}, false},
		{"a crash is not a leave", leaveHandover, func(r *Result) { r.Final.Rebalances = []lab.Rebalance{crashed(0)} }, false},

		{"all owned", nobodyOrphaned, func(*Result) {}, true},
		{"an orphan", nobodyOrphaned, func(r *Result) { r.Final.Partitions[1].Orphan = true }, false},
		{"the broker names somebody else", nobodyOrphaned, func(r *Result) { r.Final.Partitions[1].OwnerInstance = 3 }, false},
		{"a partition unknown", nobodyOrphaned, func(r *Result) { r.Final.Partitions[1].Known = false }, false},
		{"a partition missing", nobodyOrphaned, func(r *Result) { r.Final.Partitions = r.Final.Partitions[:2] }, false},

		{"all alive", consumersAlive, func(*Result) {}, true},
		{"one crashed", consumersAlive, func(r *Result) { r.Final.Orders[1].Health = lab.Crashed }, false},
		{"one was started again", consumersAlive, func(r *Result) { r.Final.Orders[1].Restarts = 1 }, false},
		{"one is failing", consumersAlive, func(r *Result) { r.Final.Orders[1].Err = errors.New("write dlq-payment: too large") }, false},

		{"every pill", pillsHaveReasons, swallowed, true},
		{"a pill under another code", pillsHaveReasons, func(r *Result) {
			swallowed(r)
			r.Count.Codes[string(event.CodeTooDeep)]--
			r.Count.Codes[string(event.CodeInvalidJSON)]++
		}, false},
		{"a pill twice in the topic", pillsHaveReasons, func(r *Result) {
			swallowed(r)
			r.Count.DLQ++
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := judged()
			test.change(&r)
			if c := test.check(r); c.Passed != test.passes {
				t.Errorf("passed %v, want %v: %s: expected %q, measured %q", c.Passed, test.passes, c.Name, c.Expected, c.Measured)
			}
		})
	}
}

func swallowed(r *Result) { swallow(r.Count) }

// swallow counts every pill in the dead letter queue.
func swallow(c *audit.Count) {
	c.Codes = map[string]int64{}
	for _, p := range event.Pills() {
		c.DLQ++
		c.Codes[string(p.Code)]++
	}
}

func TestAResultWithoutChecksDidNotPass(t *testing.T) {
	if (Result{}).Passed() {
		t.Error("a result that checked nothing passed")
	}
}

func TestNumbersReadWell(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 1000000: "1,000,000", -1: "-1", -1000: "-1,000", -100: "-100"} {
		if got := count(n).String(); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		-1: "never", 4300 * time.Microsecond: "4.3 ms", 640 * time.Millisecond: "640 ms", 34500 * time.Millisecond: "34.50 s", 101500 * time.Millisecond: "101.50 s",
	} {
		if got := elapsed(d).String(); got != want {
			t.Errorf("elapsed(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestTheIdealIsTheBusiestReader(t *testing.T) {
	for _, test := range []struct {
		partitions, orders, payments, share int
	}{
		{3, 3, 1000, 334}, {1, 1, 1000, 1000}, {3, 1, 1000, 1000}, {3, 5, 1000, 334}, {3, 2, 999, 666}, {4, 3, 8, 4}, {3, 3, 1, 1},
	} {
		s := Setup{Partitions: test.partitions, Orders: test.orders, Payments: test.payments}
		if got := s.share(); got != test.share {
			t.Errorf("%d payments on %d partitions by %d: share %d, want %d", test.payments, test.partitions, test.orders, got, test.share)
		}
	}
}
