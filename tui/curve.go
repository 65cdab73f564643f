package tui

import (
	"slices"
	"strings"
	"time"

	"blackfriday/services/lab"
)

// curveSpan is how much time the lag curve shows: as long as there are points, up to ten minutes, in steps that grow with
// it, so that the curve begins at the left and yet does not change its scale all the time.
func curveSpan(s *lab.Snapshot) time.Duration {
	const least, most = 5 * time.Second, 10 * time.Minute
	if len(s.Curve) == 0 {
		return time.Minute
	}
	age := s.At.Sub(s.Curve[0].At)
	step := time.Minute
	switch {
	case age <= time.Minute:
		step = time.Second
	case age <= 2*time.Minute:
		step = 10 * time.Second
	}
	return min(max((age+step-1).Truncate(step), least), most)
}

// curveTitle is the heading of the lag curve.
func curveTitle(st *styles, s *lab.Snapshot, w int) string {
	head := " " + st.title.Render(st.t("LAG")) + st.muted.Render(" "+st.span(curveSpan(s))) + " "
	return st.ruled(head, "", w-1) + " "
}

// span says how much time a curve shows.
func (st *styles) span(d time.Duration) string {
	switch {
	case d == time.Minute:
		return st.t("over the last minute")
	case d%time.Minute == 0:
		return st.t("over the last %d minutes", int64(d/time.Minute))
	}
	return st.t("over the last %d s", int64(d/time.Second))
}

// lagCurve draws the total lag over time as an area, the newest moment at the right. Time that was not measured stays
// empty.
func lagCurve(st *styles, s *lab.Snapshot, w, h int) []string {
	const axis = 8
	wide := w - axis - 2
	if wide < 1 || h < 1 {
		return st.box(nil, w, h)
	}
	heights := sampleCurve(s, wide)
	peak := curvePeak(s, wide)
	out := make([]string, h)
	for row := range out {
		label := ""
		switch row {
		case 0:
			label = st.compactUp(peak)
		case h - 1:
			label = "0"
		}
		out[row] = st.muted.Render(st.right(label, axis-1)) + " " + st.curve.Render(areaRow(st.g, heights, peak, h, row))
	}
	return st.box(out, w, h)
}

// curvePeak is the lag at the top of the curve.
func curvePeak(s *lab.Snapshot, n int) int64 {
	peak := int64(10)
	for _, p := range s.Curve {
		peak = max(peak, p.Lag)
	}
	return max(peak, slices.Max(sampleCurve(s, max(n, 1))))
}

// sampleCurve gives the largest lag of each of n equal slices of the curve's span, the newest at the end. What is left
// between the newest point and now is the present lag.
func sampleCurve(s *lab.Snapshot, n int) []int64 {
	span := curveSpan(s)
	out := sample(s.Curve, n, func(at time.Time) int {
		age := s.At.Sub(at)
		if age < 0 || age > span {
			return -1
		}
		return max(n-1-int(int64(age)*int64(n)/int64(span)), 0)
	})
	const recent = 2 * time.Second
	if k := len(s.Curve); k == 0 || s.At.Sub(s.Curve[k-1].At) > recent || !s.Lag.Known || stale(s) {
		return out
	}
	for i := n - 1; i >= 0 && out[i] < 0; i-- {
		out[i] = s.Lag.Total
	}
	return out
}

// sample gives the largest lag of each of n slices, where slice says in which one a time falls, and -1 where nothing was
// measured. A slice between two measured ones takes the value of the one before it.
func sample(points []lab.CurvePoint, n int, slice func(at time.Time) int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = -1
	}
	last := -1
	for _, p := range points {
		at := slice(p.At)
		if at < 0 || at >= n {
			continue
		}
		for i := last + 1; last >= 0 && i < at; i++ {
			out[i] = out[last]
		}
		out[at] = max(out[at], p.Lag)
		last = at
	}
	return out
}

// level is how many of the steps from the bottom a value reaches. A lag above 0 is never invisible.
func level(v, peak int64, steps int) int {
	if v <= 0 {
		return int(v) // -1 stays unmeasured
	}
	return max(1, int(float64(v)/float64(peak)*float64(steps)+0.5))
}

// areaRow draws one line of an area of h lines: one value per cell, in eighths of a cell. Blocks are bolder than
// braille dots on a weak projector, and more fonts have them. Zero is drawn as a floor, so that it differs from "not
// measured".
func areaRow(g glyphs, values []int64, peak int64, h, row int) string {
	below := (h - 1 - row) * 8
	var b strings.Builder
	for _, v := range values {
		top := level(v, peak, h*8)
		switch {
		case top == 0 && below == 0:
			b.WriteString(g.floor)
		case top <= below:
			b.WriteByte(' ')
		default:
			b.WriteString(g.steps[min(top-below, 8)-1])
		}
	}
	return b.String()
}
