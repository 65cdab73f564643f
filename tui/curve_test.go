package tui

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"blackfriday/services/lab"
)

// measured is a lab whose lag was measured once a second, the newest value now.
func measured(lags ...int64) *lab.Snapshot {
	s := running(3, 3)
	for i, lag := range lags {
		s.Curve = append(s.Curve, lab.CurvePoint{At: noon().Add(time.Duration(i-len(lags)+1) * time.Second), Lag: lag})
	}
	return s
}

// number reads what compact and compactUp write.
func number(t *rapid.T, text string) float64 {
	unit := 1.0
	for suffix, u := range map[string]float64{"k": 1e3, "M": 1e6, "G": 1e9} {
		if strings.HasSuffix(text, suffix) {
			text, unit = strings.TrimSuffix(text, suffix), u
		}
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	if err != nil {
		t.Fatalf("%q is not a number", text)
	}
	return n * unit
}

func TestThePeakIsNeverBelowWhatWasMeasured(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	rapid.Check(t, func(t *rapid.T) {
		lags := rapid.SliceOfN(rapid.Int64Range(0, 2_000_000), 1, 700).Draw(t, "lags")
		s := measured(lags...)
		top := int64(10)
		for _, lag := range lags {
			top = max(top, lag)
		}
		label := strings.Fields(ansi.Strip(lagCurve(st, s, rapid.IntRange(20, 120).Draw(t, "width"), 8)[0]))[0]
		if got := number(t, label); got < float64(top) || got > float64(top)*1.02 {
			t.Fatalf("the peak is %d and its label %q", top, label)
		}
	})
	s := raced()
	s.Runs[1].Curve[0].Lag = 150_999
	if got := ansi.Strip(raceCurve(st, s, 60, 8)[1]); !strings.Contains(got, "151k") {
		t.Errorf("the peak of a race is 150,999 and its line %q", got)
	}
}

func TestTheCurveBeginsAtTheLeft(t *testing.T) {
	for _, test := range []struct {
		seconds int
		title   string
	}{
		{8, "over the last 8 s"}, {20, "over the last 20 s"}, {59, "over the last 59 s"}, {60, "over the last minute"},
		{61, "over the last 70 s"}, {120, "over the last 2 minutes"}, {299, "over the last 5 minutes"}, {600, "over the last 10 minutes"},
		{2, "over the last 5 s"}, {3000, "over the last 10 minutes"},
	} {
		lags := make([]int64, test.seconds+1)
		for i := range lags {
			lags[i] = 500
		}
		s := measured(lags...)
		st := newStyles(ThemeDark, false, true)
		if got := ansi.Strip(curveTitle(st, s, 60)); !strings.Contains(got, test.title+" ") {
			t.Errorf("after %d s it says %q, want %q", test.seconds, got, test.title)
		}
		const wide = 50
		empty := 0
		for _, v := range sampleCurve(s, wide) {
			if v < 0 {
				empty++
			}
		}
		if test.seconds >= 5 && empty > wide/3 || test.seconds >= 5 && test.seconds <= 60 && empty > 1 {
			t.Errorf("after %d s %d of %d columns are empty", test.seconds, empty, wide)
		}
	}
	if got := ansi.Strip(curveTitle(newStyles(ThemeDark, false, true), running(3, 3), 60)); !strings.Contains(got, "over the last minute") {
		t.Errorf("without a measurement it says %q", got)
	}
}

func TestTheCurveReachesNow(t *testing.T) {
	s := measured(make([]int64, 18)...)
	s.At = s.At.Add(700 * time.Millisecond)
	s.Reading.At = s.At
	s.Lag.Total = 42
	if got := sampleCurve(s, 100); got[99] != 42 || got[97] != 42 || got[90] != 0 {
		t.Errorf("between the newest point and now: %v", got[85:])
	}
	s.Reading.At = s.At.Add(-3 * time.Second)
	if got := sampleCurve(s, 100); got[99] != -1 {
		t.Errorf("an old number is drawn as present: %v", got[85:])
	}
	if got := sampleCurve(running(3, 3), 50); got[49] != -1 {
		t.Errorf("without any point: %v", got)
	}
}
