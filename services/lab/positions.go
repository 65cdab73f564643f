package lab

import (
	"cmp"
	"errors"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// stand is where a partition stood when that was last known.
type stand struct {
	start, committed, end, lag int64
	at                         time.Time
}

// positions are the partitions of payment-successful as the newest reading gives them, or as they were last known with the
// reason why the newest one does not.
func (s *state) positions() []Partition {
	readings := s.reading.Topics[kafka.PaymentSuccessful].Partitions
	group := s.reading.Groups[kafka.OrderGroup]
	// What there is counts, not what was asked for: a topic that was there before has the partitions that it has.
	wanted := s.cfg.Partitions
	if s.cfg.Opening.Bare {
		wanted = 0 // nobody is asked for any
	}
	ps := make([]Partition, cmp.Or(len(readings), wanted))
	for id := range ps {
		p := &ps[id]
		p.ID, p.Leader = int32(id), -1
		if id >= len(readings) {
			continue
		}
		r := readings[id]
		p.Leader, p.Silent = r.Leader, errors.Is(r.Err, kafka.ErrNoAnswer)
		if p.Why = unreadable(r, group); !p.Why.Empty() {
			if old, ever := s.stood[p.ID]; ever {
				p.AsOf, p.Start, p.Committed, p.End, p.Lag = old.at, old.start, old.committed, old.end, old.lag
			}
			continue
		}
		p.Known = true
		p.Start, p.End = r.Start, r.End
		p.Committed = p.Start
		if c, ok := group.Committed[kafka.PaymentSuccessful][p.ID]; ok {
			p.Committed = max(c, p.Start)
		}
		p.Lag = max(0, p.End-p.Committed)
	}
	return ps
}

// unreadable says why it is not known where a partition stands; empty when it is.
func unreadable(r kafka.PartitionReading, group kafka.GroupReading) phrase.Phrase {
	switch {
	case r.Leader < 0:
		return phrase.New("no broker leads it")
	case errors.Is(r.Err, kafka.ErrNoAnswer):
		return phrase.New("broker %d, which leads it, does not answer", r.Leader)
	case r.Err != nil:
		return phrase.New("broker %d, which leads it, says: %v", r.Leader, r.Err)
	case group.Err != nil:
		return phrase.New("what %s has committed cannot be read: %v", kafka.OrderGroup, group.Err)
	}
	return phrase.Phrase{}
}

// remember keeps where partitions stand, for the time in which that cannot be read.
func (s *state) remember(ps []Partition, at time.Time) {
	for _, p := range ps {
		if p.Known {
			s.stood[p.ID] = stand{p.Start, p.Committed, p.End, p.Lag, at}
		}
	}
}

// lagOf is the lag of one partition of payment-successful, as far as it was ever known; else 0.
func (s *state) lagOf(partition int32) int64 {
	if ps := s.positions(); int(partition) < len(ps) {
		return ps[partition].Lag
	}
	return 0
}
