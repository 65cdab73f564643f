package lab

import (
	"time"

	"blackfriday/kafka"
)

// held is where an open transaction holds back the readers of one partition, and since when.
type held struct {
	stable int64
	since  time.Time
}

// uncover notes where open transactions hold readers back.
func (s *state) uncover(r kafka.Reading) {
	for name, t := range r.Topics {
		for id, p := range t.Partitions {
			tp := kafka.TopicPartition{Topic: name, Partition: int32(id)}
			switch before, known := s.hidden[tp]; {
			case p.Err != nil:
				// Nothing is known of it now.
			case p.Stable >= p.End:
				delete(s.hidden, tp)
			case !known || before.stable != p.Stable:
				s.hidden[tp] = held{p.Stable, r.At}
			}
		}
	}
}

// lasting is how long an open transaction may hold readers back before it is worth a word: those of the lab end sooner.
func (s *state) lasting() time.Duration { return s.commitInterval() + time.Second }

// buildHidden says which topic waits for an open transaction, for how long, and whose it is.
func (s *state) buildHidden(t *Topic, now time.Time) {
	for tp, h := range s.hidden {
		if tp.Topic != t.Name || now.Sub(h.since) < s.lasting() || int(tp.Partition) >= len(s.reading.Topics[t.Name].Partitions) {
			continue
		}
		t.Hidden += max(0, s.reading.Topics[t.Name].Partitions[tp.Partition].End-h.stable)
		t.HiddenFor = max(t.HiddenFor, now.Sub(h.since))
	}
	if t.Hidden > 0 {
		t.Writer = s.holder(now.Add(-t.HiddenFor))
	}
}

// holder is the instance whose death left a transaction open since about then; empty when it is nobody's of this lab, or
// could be that of several.
func (s *state) holder(since time.Time) string {
	name := ""
	for _, i := range s.instances {
		// The first reading that shows readers held back may be a moment younger than the death.
		if i.life == nil || i.life.crashedAt.Before(since.Add(-time.Second)) {
			continue
		}
		if name != "" {
			return ""
		}
		name = i.name
	}
	return name
}

// markers are the offsets of a topic that hold no record: what transactions leave in it. They are subtracted where
// records are counted by offsets.
func (s *state) markers(topic string) int64 {
	if s.books == nil {
		return 0
	}
	return s.books.Picture().Markers[topic]
}
