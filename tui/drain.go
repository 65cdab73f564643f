package tui

import (
	"fmt"
	"slices"
	"time"

	"blackfriday/services/lab"
)

// halted says that nothing of a partition is being finished: nobody reads it, or its reader does not get past a payment.
func halted(p lab.Partition) bool { return p.Orphan || p.Blocked != nil }

// partitionDrain is where the lag of a partition is going. The slope looks back a few seconds: for a moment after a crash
// it promises that a lag falls which nobody works on any more.
func partitionDrain(p lab.Partition) lab.Drain {
	if halted(p) && p.Lag > 0 && p.Drain.Trend == lab.Shrinking {
		return lab.Drain{Trend: lab.Stuck, ToZero: -1}
	}
	return p.Drain
}

// totalDrain is where the lag of all partitions is going. It is never promised to be zero while a part of it does not
// fall, and it does not fall while none of it does.
func totalDrain(s *lab.Snapshot) lab.Drain {
	d, falls := s.Lag.Drain, false
	for _, p := range s.Partitions {
		switch {
		case p.Lag == 0:
		case partitionDrain(p).Trend == lab.Shrinking:
			falls = true
		default:
			d.ToZero = -1
		}
	}
	if d.Trend == lab.Shrinking && d.ToZero < 0 && !falls && slices.ContainsFunc(s.Partitions, halted) {
		d.Trend = lab.Stuck
	}
	return d
}

// drain says where a lag is going: a sign, and the time to zero or a word.
func (st *styles) drain(d lab.Drain, lag int64, words bool) string {
	switch {
	case d.Trend == lab.Growing:
		return st.warn.Render(st.g.up + " " + st.t("growing"))
	case d.Trend == lab.Stuck:
		return st.bad.Render(st.g.stuck + " " + st.t("stuck"))
	case d.Trend == lab.Shrinking && (words || d.ToZero < 0):
		text := st.g.down + " " + st.t("falling")
		if d.ToZero >= 0 {
			text += " " + countdown(d.ToZero)
		}
		return st.good.Render(text)
	case d.Trend == lab.Shrinking:
		return st.good.Render(st.g.down + " " + countdown(d.ToZero))
	case lag == 0:
		return st.muted.Render(st.g.ok + " " + st.t("empty"))
	}
	return st.muted.Render(st.g.steady + " " + st.t("steady"))
}

// countdown writes a time to zero in seven cells at most; a long one in hours, rounded up.
func countdown(d time.Duration) string {
	const long, most = 10 * time.Hour, 99 * time.Hour
	switch d = roundUp(d); {
	case d > most:
		return ">99h"
	case d < long:
		return clock(d)
	}
	return fmt.Sprintf("%d h", (d+time.Hour-1)/time.Hour)
}

// old stands where a trend would, while the numbers are out of date.
func (st *styles) old() string { return st.g.attention + " " + st.t("old") }

// stale says that the brokers' numbers are not to be trusted.
func stale(s *lab.Snapshot) bool {
	return s.Reading.Err != nil || !s.Reading.At.IsZero() && s.At.Sub(s.Reading.At) > staleAfter
}

// staleWord says in a word or two why the brokers' numbers are not to be trusted; it is empty when they are fresh.
func (st *styles) staleWord(s *lab.Snapshot) string {
	switch age := s.At.Sub(s.Reading.At); {
	case !stale(s):
		return ""
	case s.Reading.At.IsZero():
		return st.t("NO READING")
	case age > staleAfter:
		return st.t("STALE %s", st.howOld(age))
	}
	return st.t("STALE")
}

// staleAfter is how old the brokers' word may be before the dashboard says so.
const staleAfter = 500 * time.Millisecond
