package tui

import (
	"slices"
	"time"

	"blackfriday/services/lab"
)

// How long what moves is on its way, and how long words tell of it, the way included.
const (
	slideTakes = 800 * time.Millisecond
	pillTakes  = time.Second
	toldFor    = 3 * time.Second
)

// motion is what moves on a picture of the lab. It follows from what was measured until then and from nothing else, so that the
// same moment always looks the same, live or in a replay, and nothing moves while nothing happens.
type motion struct {
	still   bool // nothing is to move: words and signs alone tell
	per     int64
	slides  []slide
	catches []catch
}

// slide is a partition that has left the hands it was in.
type slide struct {
	partition int32
	from, to  int           // as handsOf tells; to is nobody until somebody reads it again
	age       time.Duration // of its being in the hands of to
}

// catch is a pill that went to the dead letter queue.
type catch struct {
	instance, code string
	age            time.Duration
}

// motionOf is what moves on the newest picture of a past.
func motionOf(past history, s *lab.Snapshot, still bool) motion {
	mo := motion{still: still, per: perDot(fastest(s)), catches: catchesOf(s)}
	for i := range s.Partitions {
		if h, ok := slideOf(past, s, i); ok {
			mo.slides = append(mo.slides, h)
		}
	}
	return mo
}

// fastest is the highest rate that is drawn as a flow, 0 where nothing flows. What comes in counts only where nothing else flows: it
// may be a flood, beside which the work on it would seem to stand still.
func fastest(s *lab.Snapshot) (rate float64) {
	in := 0.0
	for _, t := range s.Topics {
		switch {
		case !topicFlows(s, t):
		case t.Name == "payment-successful":
			in = t.Rate
		default:
			rate = max(rate, t.Rate)
		}
	}
	for _, i := range instances(s) {
		if instanceFlows(i) {
			rate = max(rate, i.Rate)
		}
	}
	if rate == 0 {
		return in
	}
	return rate
}

// leastRate is one that is not written as 0.
const leastRate = 0.05

// topicFlows says that messages were written to a topic over the last seconds. What nobody knows does not move.
func topicFlows(s *lab.Snapshot, t lab.Topic) bool {
	return t.Known && !stale(s) && t.Rate >= leastRate
}

// instanceFlows says that an instance finished messages over the last seconds. Analytics reads every topic: what it reads is
// none of the stages of the way.
func instanceFlows(i lab.Instance) bool {
	return i.Rate >= leastRate && i.Kind != lab.AnalyticsKind && i.Health != lab.Crashed && i.Health != lab.Left
}

// mostDots is how many dots pass in a second at most; the round rates of the lab's delays are not near it.
const mostDots = 3.3

// perDot is how many messages a dot stands for, so that at a rate no more than a few dots a second pass: 1, 2 or 5 and
// zeros, 0 where nothing flows. One number holds for the whole screen, so that what is faster looks faster.
func perDot(rate float64) int64 {
	if rate < leastRate {
		return 0
	}
	for tens := int64(1); ; tens *= 10 {
		for _, per := range []int64{tens, 2 * tens, 5 * tens} {
			if rate <= mostDots*float64(per) || tens >= 1e15 {
				return per
			}
		}
	}
}

// dots says which of n cells show a dot after so many messages: one in every few cells, a cell further to the right for every
// few messages counted. The count moves them, and not a clock: what was not counted does not move. A flow that is too fast to be
// drawn fills all of them.
func (mo motion) dots(count int64, rate float64, n int) []bool {
	apart := int64(4)
	if rate > mostDots*float64(mo.per) {
		apart = 1
	}
	out := make([]bool, max(n, 0))
	if mo.per == 0 || count < 0 {
		return out
	}
	for at := int(count % mo.per * apart / mo.per); at < n; at += int(apart) {
		out[at] = true
	}
	return out
}

// slideOf is what became of partition i of a picture lately; ok is false where it stayed in the same hands. In nobody's hands
// it is for as long as it takes.
func slideOf(past history, s *lab.Snapshot, i int) (h slide, ok bool) {
	h = slide{partition: s.Partitions[i].ID, to: handsOf(&s.Partitions[i])}
	if h.to == unwatched || h.to == unknown {
		return h, false
	}
	at := len(past) - 1
	for ; at >= 0 && i < len(past[at].Partitions) && handsOf(&past[at].Partitions[i]) == h.to; at-- {
		h.age = s.At.Sub(past[at].At)
		if h.to != nobody && h.age >= toldFor {
			return h, false
		}
	}
	for ; at >= 0 && i < len(past[at].Partitions); at-- {
		switch h.from = handsOf(&past[at].Partitions[i]); h.from {
		case nobody:
		case unwatched, unknown:
			return h, false
		default:
			return h, h.from != h.to
		}
	}
	return h, false
}

// catchesOf are the pills that were caught a moment ago, the newest first.
func catchesOf(s *lab.Snapshot) (list []catch) {
	for _, r := range s.DLQ.Recent {
		if age := s.At.Sub(r.At); age < toldFor {
			list = append(list, catch{r.Instance, r.Code, max(age, 0)})
		}
	}
	slices.Reverse(list)
	return list
}

// row is where a partition is on its way from one row of a list to another: in the first row at its beginning, in the last one
// from its end on.
func (h slide) row(from, to int) int {
	way := float64(to-from) * min(float64(h.age)/float64(slideTakes), 1)
	if way < 0 {
		return from + int(way-0.5)
	}
	return from + int(way+0.5)
}

// sliding says that a partition is between two readers and moves.
func (mo motion) sliding(h slide) bool { return !mo.still && h.to != nobody && h.age < slideTakes }
