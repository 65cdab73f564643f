package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// panels are those of the dashboard that can be looked at large, each by its page, from the top to the bottom.
func (l layout) panels() []page {
	out := []page{partitionsPage, lanesPage, consumersPage}
	if l.middle > 0 {
		out = append(out, curvePage)
	}
	if l.events > 0 {
		out = append(out, eventsPage)
	}
	switch {
	case l.wide:
		out = append(out, topicsPage, rebalancesPage)
	case l.middle > 0:
		out = append(out, topicsPage)
	}
	return out
}

// focusNext marks the next panel of the dashboard; behind the last one none is marked.
func (m *model) focusNext() {
	panels := m.layout().panels()
	at := slices.Index(panels, m.focus) + 1
	m.focus, m.selected = dashboardPage, ""
	if at < len(panels) {
		m.focus = panels[at]
	}
}

// zoom looks at the panel in focus alone, and goes back from any page to the dashboard. Without a focus it is the first panel.
func (m *model) zoom() {
	switch panels := m.layout().panels(); {
	case m.page != dashboardPage:
		m.page = dashboardPage
	case slices.Contains(panels, m.focus):
		m.page = m.focus
	default:
		m.page = panels[0]
	}
}

// marked is the heading of a panel of the dashboard: with a sign and on a ground of its own where that has the focus.
func (v view) marked(of page, title string, w int) string {
	if v.focus != of {
		return title
	}
	return under(v.st.key.Render(v.st.g.cursor)+cells(title, 1, w), v.st.selected)
}

// curveBody is the page of the lag curve: with axes, and as a race where a flood runs against an earlier one.
func curveBody(v view, w, h int) []string {
	st, s := v.st, v.s
	if racing(s) {
		return append([]string{raceTitle(st, s, w)}, raceCurve(st, s, w, h-1)...)
	}
	const axis, frame = 8, 3 // cells for the numbers, as lagCurve has them; the heading, the line below, the times
	rows := lagCurve(st, s, w, max(h-frame, 1))
	peak := curvePeak(s, w-axis-2)
	for part := int64(1); part < 4 && len(rows) >= 12; part++ {
		row := len(rows) - 1 - int(part)*(len(rows)-1)/4
		rows[row] = st.muted.Render(st.right(st.compact(peak*part/4), axis-1)) + cells(rows[row], axis-1, w)
	}
	out := append([]string{curveTitle(st, s, w)}, rows...)
	out = append(out, blank(axis)+st.rule.Render(strings.Repeat(st.g.rule, max(w-axis-2, 0))))
	return append(out, blank(axis)+st.muted.Render(st.ages(curveSpan(s), max(w-axis-2, 0))))
}

// ages writes under a curve of w cells how long ago its quarters are.
func (st *styles) ages(span time.Duration, w int) string {
	line := ""
	for quarter := 4; quarter >= 0; quarter-- {
		word := fmt.Sprintf("-%s", clock(span*time.Duration(quarter)/4))
		if quarter == 0 {
			word = strings.TrimSpace(st.t("now "))
		}
		at := min((4-quarter)*w/4, w-width(word))
		line += blank(at-width(line)) + word
	}
	return line
}
