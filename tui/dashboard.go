package tui

import (
	"sort"
	"time"

	"blackfriday/services/lab"
)

// view is what the panels draw.
type view struct {
	st       *styles
	s        *lab.Snapshot
	past     history // up to s
	scale    int64   // the lag of a full bar
	top      int     // how far the list is scrolled
	selected string  // name of the selected instance, empty for none
	motion   motion  // what moves on s
	focus    page    // of the panel whose heading is marked; dashboardPage for none
}

// since is the index of the first Snapshot of the past that was taken at t or later.
func (v view) since(t time.Time) int {
	return sort.Search(len(v.past), func(i int) bool { return !v.past[i].At.Before(t) })
}

// dashboardBody follows a payment from the top to the bottom: what the books say of all of them, where it waits, who read it when, who works on it, what
// came out, and what just happened.
func dashboardBody(v view, l layout) []string {
	st, s, w := v.st, v.s, l.width
	out := []string{balanceLine(st, s, w), v.marked(partitionsPage, partitionTitle(st, s, w), w)}
	if l.labels {
		out = append(out, partitionLabels(st, s, w, l.double))
	}
	out = append(out, partitionRows(st, s, w, l.partitions, v.top, v.scale, l.double)...)
	out = l.gap(append(out, partitionNotices(st, s, w, v.scale)...))

	out = append(out, v.marked(lanesPage, laneTitle(v, w, !l.marks), w))
	if l.marks {
		out = append(out, laneMarkLine(v, w))
	}
	out = l.gap(append(out, lanePanel(v, w, l)...))
	if !l.wide {
		return append(out, lower(v, l, w)...)
	}
	left := lower(v, l, l.left)
	return append(out, beside(st.box(left, l.left, len(left)), st.stacked(outcomePanels(v, w-l.left), w-l.left, len(left)))...)
}

// lanePanel are the lanes under their heading.
func lanePanel(v view, w int, l layout) []string {
	if !l.tall {
		return lanes(v, w, l.lanes)
	}
	return append(tallLanes(v, w, l.lanes, 2), laneRuler(v, w))
}

// lower is who works on what waits, how that went over time, and what just happened.
func lower(v view, l layout, w int) []string {
	out := append([]string{v.marked(consumersPage, consumerTitle(v.st, v.s, w, v.motion), w)}, consumerRows(v.st, v.s, w, l.consumers, v.selected, v.motion)...)
	out = l.gap(out)
	if l.middle > 0 {
		out = l.gap(append(out, middlePanel(v, l)...))
	}
	if l.events <= 0 { // an answer stands in their place
		return out
	}
	return append(append(out, v.marked(eventsPage, eventTitle(v.st, w), w)), eventRows(v.st, v.s, w, l.events)...)
}

func (l layout) gap(lines []string) []string {
	if l.gaps {
		return append(lines, "")
	}
	return lines
}

// middlePanel is the lag over time, and what came out of the pipeline beside it where that has no stack of its own.
func middlePanel(v view, l layout) []string {
	st, s, w, h := v.st, v.s, l.width-l.left, l.middle
	withTopics := h >= 6
	var curve []string
	if racing(s) {
		curve = append([]string{raceTitle(st, s, l.left)}, raceCurve(st, s, l.left, h)...)
	} else {
		curve = append([]string{curveTitle(st, s, l.left)}, lagCurve(st, s, l.left, h)...)
	}
	curve[0] = v.marked(curvePage, curve[0], l.left)
	if l.wide {
		return st.box(curve, l.left, h+1)
	}
	right := append([]string{resultTitle(st, w, withTopics)}, results(st, s, w, h, withTopics)...)
	right[0] = v.marked(topicsPage, right[0], w)
	return beside(st.box(curve, l.left, h+1), st.box(right, w, h+1))
}
