package tui

import (
	"fmt"
	"slices"
	"time"

	"blackfriday/services/lab"
)

// handover is a partition that gets into other hands; reader 0 is nobody.
type handover struct {
	ago       time.Duration
	partition int
	reader    int
}

// story is the history that ends with s: the readers were 1, 2, 3 and so on, but for the handovers. The labs before s
// were like s otherwise, with the rebalances that had begun and whoever had not crashed yet.
func story(s *lab.Snapshot, handovers ...handover) history {
	var past history
	for ago := remembered; ago > 0; ago -= frameEvery {
		before := *s
		before.At = s.At.Add(-ago)
		before.Reading.At = before.At
		before.Partitions = slices.Clone(s.Partitions)
		for i := range before.Partitions {
			p := &before.Partitions[i]
			p.Reader = i%3 + 1
			for _, h := range handovers {
				if h.partition == i && h.ago >= ago {
					p.Reader = h.reader
				}
			}
			p.Orphan, p.Unknown = p.Reader == 0, false
			if p.Reader == 0 {
				p.OwnerInstance = i + 1 // Kafka does not know yet
			} else {
				p.OwnerInstance = p.Reader
			}
			p.Owner = fmt.Sprintf("order-%d", p.OwnerInstance)
		}
		before.Rebalances = slices.DeleteFunc(slices.Clone(s.Rebalances), func(r lab.Rebalance) bool { return r.At.After(before.At) })
		for i := range before.Rebalances {
			if r := &before.Rebalances[i]; r.Settled.After(before.At) {
				r.Open, r.Settled, r.BrokerAt, r.Moved, r.Kept = true, time.Time{}, time.Time{}, nil, nil
			}
		}
		before.Events = slices.DeleteFunc(slices.Clone(s.Events), func(e lab.Event) bool { return e.At.After(before.At) })
		before.Orders = slices.Clone(s.Orders)
		for i := range before.Orders {
			if o := &before.Orders[i]; o.Health == lab.Crashed && len(before.Rebalances) < len(s.Rebalances) {
				o.Health, o.StillMember = lab.Active, false
			}
		}
		past = past.with(&before)
	}
	return past.with(s)
}

// crashStory is what happened before crashed: order-3 left and came back.
func crashStory(s *lab.Snapshot) history {
	return story(s, handover{40 * time.Second, 2, 0}, handover{39488 * time.Millisecond, 2, 1},
		handover{22 * time.Second, 2, 0}, handover{21769 * time.Millisecond, 2, 3}, handover{1900 * time.Millisecond, 1, 0})
}

// recovered is the lab some seconds after crashed: order-3 took P1 over.
func recovered() *lab.Snapshot {
	s := crashed()
	s.At = noon().Add(10 * time.Second)
	s.Reading.At = s.At
	p, o := &s.Partitions[1], &s.Orders[1]
	p.Reader, p.Owner, p.OwnerInstance, p.Orphan, p.Rate = 3, "order-3", 3, false, 10
	p.Drain = lab.Drain{Trend: lab.Shrinking, ToZero: 37 * time.Second}
	o.StillMember, o.GoneIn = false, 0
	r := &s.Rebalances[3]
	r.Open, r.Settled, r.BrokerAt, r.ToGeneration = false, r.At.Add(6100*time.Millisecond), r.At.Add(5900*time.Millisecond), 6
	r.Moved = []lab.Move{{Partition: 1, From: 2, To: 3, Unread: 6120 * time.Millisecond, Measured: true, Redelivered: 1}}
	r.Kept = []lab.Kept{{Partition: 0, Reader: 1, Pause: 103 * time.Millisecond, Measured: true}, {Partition: 2, Reader: 3}}
	return s
}

// recoveredStory is what happened before recovered.
func recoveredStory(s *lab.Snapshot) history {
	return story(s, handover{50 * time.Second, 2, 0}, handover{49488 * time.Millisecond, 2, 1},
		handover{32 * time.Second, 2, 0}, handover{31769 * time.Millisecond, 2, 3},
		handover{11900 * time.Millisecond, 1, 0}, handover{5780 * time.Millisecond, 1, 3})
}

// compared is a lab that has rebalanced under three protocols.
func compared() *lab.Snapshot {
	s := recovered()
	for i, r := range []struct {
		protocol string
		cause    lab.Cause
		unread   int
	}{
		{"cooperative-sticky", lab.CauseLeave, 530}, {"cooperative-sticky", lab.CauseLeave, 470}, {"cooperative-sticky", lab.CauseCrash, 6400},
		{"range", lab.CauseJoin, 900}, {"range", lab.CauseLeave, 1100}, {"range", lab.CauseLeave, 980}, {"range", lab.CauseLeave, 1400},
	} {
		s.Rebalances = append(s.Rebalances, lab.Rebalance{
			ID: 5 + i, At: noon().Add(time.Duration(i) * time.Second), Cause: r.cause, Member: "order-2", Protocol: r.protocol,
			FromGeneration: int32(6 + i), ToGeneration: int32(7 + i), Settled: noon().Add(time.Duration(i+1) * time.Second),
			Moved: []lab.Move{{Partition: 0, From: 1, To: 2, Unread: time.Duration(r.unread) * time.Millisecond, Measured: true}},
			Kept:  []lab.Kept{{Partition: 1, Reader: 2, Pause: time.Duration(r.unread/2) * time.Millisecond, Measured: true}},
		})
	}
	newest := &s.Rebalances[len(s.Rebalances)-1]
	newest.Also = []lab.Change{{At: newest.At, Cause: lab.CauseJoin, Member: "order-4"}}
	s.Settings.Protocol = "range"
	return s
}

// raced is a lab in its second flood: the first one had one consumer and one partition.
func raced() *lab.Snapshot {
	s := flooded()
	run := func(flood, consumers, rate int, ago, took time.Duration) lab.Run {
		r := lab.Run{
			Flood: flood, StartedAt: noon().Add(-ago), Payments: 1_000, Partitions: consumers, Consumers: consumers,
			Delay: 100 * time.Millisecond, Key: lab.KeyNone, Took: took,
		}
		for at := time.Duration(0); at <= took; at += time.Second {
			lag := max(1_000-int64(rate)*int64(at/time.Second), 0)
			r.Curve = append(r.Curve, lab.CurvePoint{At: r.StartedAt.Add(at), Lag: lag})
			r.Drained = lag == 0
		}
		return r
	}
	s.Runs = []lab.Run{run(1, 1, 10, 3*time.Minute, 100*time.Second), run(2, 3, 30, 20*time.Second, 20*time.Second)}
	return s
}

// hot is a lab in which one user buys everything.
func hot() *lab.Snapshot {
	s := flooded()
	for i, lag := range []int64{0, 800, 12} {
		s.Partitions[i].Lag = lag
	}
	s.Lag.Total, s.Settings.Key = 812, lab.KeyVIP
	return s
}
