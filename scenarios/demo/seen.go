package demo

import (
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// both wants two things to be seen in the same picture.
func both(a, b func(Seen) bool) func(Seen) bool {
	return func(s Seen) bool { return a(s) && b(s) }
}

// owners wants so many consumers, at rest, that read every partition by their own word and by the brokers'.
func owners(n int) func(Seen) bool {
	return func(s Seen) bool {
		var readers []int
		for _, p := range s.Now.Partitions {
			if !p.Known || p.Reader == 0 || p.Reader != p.OwnerInstance {
				return false
			}
			if !slices.Contains(readers, p.Reader) {
				readers = append(readers, p.Reader)
			}
		}
		return len(readers) == n && !slices.ContainsFunc(s.Now.Orders, func(o lab.Instance) bool { return o.Health == lab.Joining })
	}
}

func lagAbove(n int64) func(Seen) bool {
	return func(s Seen) bool { return s.Now.Lag.Known && s.Now.Lag.Total > n }
}

// falls wants at least so many payments done per second, and a time to zero.
func falls(perSecond float64) func(Seen) bool {
	return func(s Seen) bool {
		l := s.Now.Lag
		return !s.Now.Flood.Running && l.Known && l.Total > 0 && l.Rate >= perSecond && l.Drain.Trend == lab.Shrinking && l.Drain.ToZero >= 0
	}
}

// idle wants no lag, by a reading that is younger than the step and the newest flood.
func idle(s Seen) bool {
	f := s.Now.Flood
	return !f.Running && s.Now.Reading.At.After(s.Began.At) && s.Now.Reading.At.After(f.StartedAt.Add(f.Took)) &&
		s.Now.Lag.Known && s.Now.Lag.Total == 0
}

func isOrphan(p lab.Partition) bool { return p.Orphan && !p.Unknown }

func anyOrphan(s Seen) bool { return slices.ContainsFunc(s.Now.Partitions, isOrphan) }

// handedOver wants the partitions of the newest crash to be read again.
func handedOver(s Seen) bool {
	r, found := crash(s.Now)
	return found && !r.Open && len(r.Moved) > 0 && !anyOrphan(s) && !slices.ContainsFunc(r.Moved, func(m lab.Move) bool { return m.To == 0 || !m.Measured })
}

// crash is the newest rebalance that a crash caused.
func crash(s *lab.Snapshot) (lab.Rebalance, bool) {
	for _, r := range slices.Backward(s.Rebalances) {
		if r.Cause == lab.CauseCrash {
			return r, true
		}
	}
	return lab.Rebalance{}, false
}

// worst is the consumer that crashed most often on the same payment.
func worst(s *lab.Snapshot) (w lab.Instance) {
	for _, o := range s.Orders {
		if o.Crashes > w.Crashes {
			w = o
		}
	}
	return w
}

func crashedTwice(s Seen) bool { return worst(s.Now).Crashes >= 2 }

// behind is how many payments wait behind the pill, and how many were done in other partitions since the step began.
func behind(s Seen) (held, beside int64) {
	pill := int32(-1)
	if w := worst(s.Now); w.Blocked != nil {
		pill = w.Blocked.Partition
	}
	for i, p := range s.Now.Partitions {
		switch {
		case !p.Known:
		case p.ID == pill:
			held = max(p.Lag-1, 0) // the pill does not wait behind itself
		case i < len(s.Began.Partitions):
			beside += max(p.Committed-s.Began.Partitions[i].Committed, 0)
		}
	}
	return held, beside
}

func heldUp(s Seen) bool {
	const enough = 20
	held, beside := behind(s)
	return held > 0 && beside >= enough
}

func caught(n int64) func(Seen) bool {
	return func(s Seen) bool { return s.Now.DLQ.Known && s.Now.DLQ.Total >= n }
}

// caughtSince wants so many dead letters more than there were.
func caughtSince(n int64) func(Seen) bool {
	return func(s Seen) bool { return caught(s.Began.DLQ.Total + n)(s) }
}

// entry is what the books say, once nothing is on its way any more.
func entry(s *lab.Snapshot) (ledger.Entry, bool) {
	if s.Ledger == nil || !s.Ledger.Known {
		return ledger.Entry{}, false
	}
	e := s.Ledger.Total
	return e, s.Ledger.Behind == 0 && e.InFlight.Count == 0 && e.Waiting.Count == 0 && e.Payments.Count > 0
}

func closed(s Seen) bool {
	_, ok := entry(s.Now)
	return ok && idle(s)
}

// underOnce is what the books count under exactly-once.
func underOnce(s *lab.Snapshot) (t lab.Trial, ok bool) {
	i := slices.IndexFunc(s.Trials, func(t lab.Trial) bool { return t.Guarantee == string(kafka.ExactlyOnce) })
	if i < 0 {
		return lab.Trial{}, false
	}
	return s.Trials[i], true
}

func exactly(s Seen) bool {
	t, ok := underOnce(s.Now)
	return ok && t.Kills > 0 && t.Payments > 0 && closed(s)
}

// What follows puts into words what a picture shows.

func lagNow(s Seen) phrase.Phrase {
	if !s.Now.Lag.Known {
		return phrase.Phrase{}
	}
	return phrase.Count(s.Now.Lag.Total, "%s payment waits", "%s payments wait")
}

// pace is the lag, the rate and the time to zero.
func pace(s Seen) phrase.Phrase {
	l := s.Now.Lag
	if s.Now.Flood.Running || !l.Known || l.Total == 0 || l.Drain.ToZero < 0 || l.Drain.Trend != lab.Shrinking {
		return lagNow(s)
	}
	return phrase.New("%s, %s done per second: zero in %s", lagNow(s), phrase.Decimal{Value: l.Rate, Digits: 1}, seconds(l.Drain.ToZero))
}

// seconds are whole ones.
func seconds(d time.Duration) phrase.Phrase {
	return phrase.New("%s s", phrase.Number(int64(d.Round(time.Second)/time.Second)))
}

func orphaned(s Seen) phrase.Phrase {
	i := slices.IndexFunc(s.Now.Partitions, isOrphan)
	if i < 0 {
		return phrase.Phrase{}
	}
	p := s.Now.Partitions[i]
	return phrase.New("Nobody has read P%d for %s, and %s", p.ID, phrase.Seconds(s.Now.At.Sub(p.OrphanSince)),
		phrase.Count(p.Lag, "%s payment waits there", "%s payments wait there"))
}

func takenOver(s Seen) phrase.Phrase {
	if !handedOver(s) {
		return orphaned(s)
	}
	r, _ := crash(s.Now)
	m := slices.MaxFunc(r.Moved, func(a, b lab.Move) int { return int(a.Unread - b.Unread) })
	return phrase.New("P%d was unread for %s; order-%d reads it now", m.Partition, phrase.Seconds(m.Unread), m.To)
}

func crashes(s Seen) phrase.Phrase {
	w := worst(s.Now)
	if w.Crashes == 0 {
		return phrase.Phrase{}
	}
	return phrase.Count(int64(w.Crashes), "%[2]s crashed %[1]s time on the same payment", "%[2]s crashed %[1]s times on the same payment", w.Name)
}

func stuck(s Seen) phrase.Phrase {
	held, beside := behind(s)
	if held == 0 {
		return crashes(s)
	}
	return phrase.Count(held, "%s payment waits behind it, %s were done in the other partitions", "%s payments wait behind it, %s were done in the other partitions", phrase.Number(beside))
}

func letters(s Seen) phrase.Phrase {
	if !s.Now.DLQ.Known || !s.Now.Lag.Known {
		return phrase.Phrase{}
	}
	return phrase.New("%s, lag %s", phrase.Count(s.Now.DLQ.Total, "%s dead letter", "%s dead letters"), phrase.Number(s.Now.Lag.Total))
}

func trial(s Seen) phrase.Phrase {
	if t, ok := underOnce(s.Now); ok && exactly(s) {
		return phrase.New("%s under exactly-once: lost %s, done twice %s", phrase.Count(t.Payments, "%s payment", "%s payments"), phrase.Number(t.Lost), phrase.Number(t.Duplicates))
	}
	if anyOrphan(s) {
		return orphaned(s)
	}
	return lagNow(s)
}

func books(s Seen) phrase.Phrase {
	e, ok := entry(s.Now)
	if !ok {
		return phrase.Phrase{}
	}
	return phrase.New("%s = %s done + %s in the DLQ; lost %s, done twice %s", phrase.Count(e.Payments.Count, "%s payment", "%s payments"),
		phrase.Number(e.Done.Count), phrase.Number(e.DLQ.Count), phrase.Number(e.Lost.Count), phrase.Number(e.Duplicates.Count))
}
