package lab

import (
	"math"
	"time"
)

const (
	// rateWindow is what a rate is measured over.
	rateWindow = 4 * time.Second
	// trendSpan is what the direction of a lag is derived from.
	trendSpan = time.Second
	// rateSpan is the shortest time a rate may be derived from.
	rateSpan = time.Second
)

// sample is a counter at a moment.
type sample struct {
	at    time.Time
	value int64
}

// series is the recent past of one counter.
type series struct{ samples []sample }

// add notes the counter's value now, and forgets what is older than the window.
func (s *series) add(at time.Time, value int64) {
	s.samples = append(s.samples, sample{at, value})
	old := 0
	for old < len(s.samples)-2 && at.Sub(s.samples[old+1].at) >= rateWindow {
		old++
	}
	s.samples = s.samples[old:]
}

// perSecond is the mean change over the window. A standstill at the beginning of the window is left out, so that a flow
// that has just begun is not averaged with the silence before it; at least rateSpan is kept, so that a single record is
// not a rate.
func (s *series) perSecond() float64 {
	first := 0
	for first < len(s.samples)-2 && s.samples[first+1].value == s.samples[first].value && s.since(first+1) >= rateSpan {
		first++
	}
	return s.slope(first)
}

// trend is the mean change per second over the last trendSpan: a lag that was just poured in and shrinks, shrinks.
func (s *series) trend() float64 {
	first := 0
	for first < len(s.samples)-2 && s.since(first+1) >= trendSpan {
		first++
	}
	return s.slope(first)
}

// since is the time from sample i to the newest.
func (s *series) since(i int) time.Duration {
	return s.samples[len(s.samples)-1].at.Sub(s.samples[i].at)
}

// slope is the mean change per second since sample first; 0 while there are not two samples.
func (s *series) slope(first int) float64 {
	if len(s.samples) < 2 {
		return 0
	}
	change := s.samples[len(s.samples)-1].value - s.samples[first].value
	return float64(change) / max(s.since(first), time.Millisecond).Seconds()
}

// span is how much of the past the series covers.
func (s *series) span() time.Duration {
	if len(s.samples) == 0 {
		return 0
	}
	return s.since(0)
}

// restless is the slope, in records per second, below which a lag counts as not moving.
const restless = 0.3

// drain says where a lag is going. lag and done are the recent past of the lag and of what was finished; now is the lag
// at this moment. While nothing new arrives the lag falls by what is finished, so that time to zero and rate agree.
func drain(lag, done *series, now int64) Drain {
	slope := lag.trend()
	if arrivals := slope + done.trend(); math.Abs(arrivals) < restless {
		slope = -done.perSecond()
	}
	switch {
	case now == 0:
		return Drain{Trend: Steady, ToZero: 0}
	case slope <= -restless:
		return Drain{Trend: Shrinking, ToZero: time.Duration(float64(now) / -slope * float64(time.Second))}
	case slope >= restless:
		return Drain{Trend: Growing, ToZero: -1}
	case lag.span() >= rateWindow/2:
		return Drain{Trend: Stuck, ToZero: -1}
	default:
		return Drain{Trend: Steady, ToZero: -1}
	}
}
