package lab

import (
	"math"
	"testing"
	"time"
)

// fill adds one sample every 100 ms, the newest at the end.
func fill(values ...int64) *series {
	s := &series{}
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for i, v := range values {
		s.add(at.Add(time.Duration(i)*100*time.Millisecond), v)
	}
	return s
}

// ramp is a counter that stands for a while and then grows by step every 100 ms.
func ramp(stand, grow int, step int64) []int64 {
	values := make([]int64, stand, stand+grow)
	for i := range grow {
		values = append(values, int64(i+1)*step)
	}
	return values
}

func TestRateOfASteadyFlow(t *testing.T) {
	if got := fill(ramp(0, 100, 1)...).perSecond(); math.Abs(got-10) > 0.01 {
		t.Errorf("one every 100 ms is %.2f/s, want 10", got)
	}
}

func TestRateLeavesOutTheSilenceBefore(t *testing.T) {
	if got := fill(ramp(40, 20, 1)...).perSecond(); math.Abs(got-10) > 0.5 {
		t.Errorf("2 s after a flow of 10/s began the rate is %.2f/s", got)
	}
}

func TestOneRecordIsNotARate(t *testing.T) {
	if got := fill(ramp(40, 1, 1)...).perSecond(); got > 1.01 {
		t.Errorf("a single record is %.2f/s, want at most 1", got)
	}
}

func TestRateFallsToZero(t *testing.T) {
	values := ramp(0, 50, 1)
	for range 50 {
		values = append(values, 50)
	}
	if got := fill(values...).perSecond(); got != 0 {
		t.Errorf("5 s after the last record the rate is %.2f/s", got)
	}
}

func TestSeriesForgets(t *testing.T) {
	if n := len(fill(ramp(0, 1000, 1)...).samples); n > 45 {
		t.Errorf("keeps %d samples of 100 ms for a window of %v", n, rateWindow)
	}
}

// finishedOf is what must have been finished for a lag to fall as it did.
func finishedOf(lags []int64) *series {
	done := make([]int64, len(lags))
	for i := 1; i < len(lags); i++ {
		done[i] = done[i-1] + max(0, lags[i-1]-lags[i])
	}
	return fill(done...)
}

func TestDrain(t *testing.T) {
	down := func(from, step int64) []int64 {
		var values []int64
		for i := range int64(30) {
			values = append(values, from-i*step)
		}
		return values
	}
	standing := make([]int64, 30)
	for i := range standing {
		standing[i] = 7
	}
	flooded := append(make([]int64, 10), down(1000, 1)[:25]...)
	for name, c := range map[string]struct {
		values []int64
		want   Trend
		toZero time.Duration
	}{
		"falls by 10/s":                   {down(300, 1), Shrinking, 27 * time.Second},
		"stands":                          {standing, Stuck, -1},
		"stood only for a moment":         {standing[:5], Steady, -1},
		"grows":                           {ramp(0, 30, 5), Growing, -1},
		"empty":                           {make([]int64, 30), Steady, 0},
		"falls 2.5 s after it was poured": {flooded, Shrinking, 97 * time.Second},
	} {
		got := drain(fill(c.values...), finishedOf(c.values), c.values[len(c.values)-1])
		if got.Trend != c.want || (got.ToZero-c.toZero).Abs() > time.Second {
			t.Errorf("%s: trend %v, zero in %v; want %v, %v", name, got.Trend, got.ToZero, c.want, c.toZero)
		}
	}
}

func TestDrainOfAll(t *testing.T) {
	falls := func(d time.Duration) Partition { return Partition{Lag: 9, Drain: Drain{Shrinking, d}} }
	stuck := Partition{Lag: 9, Drain: Drain{Stuck, -1}}
	slope := Drain{Shrinking, 5 * time.Second}
	for name, c := range map[string]struct {
		ps   []Partition
		want Drain
	}{
		"as long as the last of them":   {[]Partition{falls(time.Second), falls(9 * time.Second), {}}, Drain{Shrinking, 9 * time.Second}},
		"never while one does not fall": {[]Partition{falls(time.Second), stuck}, Drain{Shrinking, -1}},
		"stuck when none falls":         {[]Partition{stuck, stuck}, Drain{Stuck, -1}},
	} {
		if got := drainOfAll(c.ps, slope); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestOrphanNeverFalls(t *testing.T) {
	if got := orphaned(Drain{Shrinking, time.Second}); got != (Drain{Stuck, -1}) {
		t.Errorf("an orphan's lag is %+v", got)
	}
}
