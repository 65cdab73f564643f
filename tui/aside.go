package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// The body from which on a page has the dashboard in small beside it, and how wide that is.
const (
	asideFrom  = pageLeast + asideLeast
	asideHigh  = 36
	asideLeast = 42
	asideMost  = 66
	pageLeast  = 118 // what it leaves: the rebalances have all their columns

	halvesLeast = 170 // what it leaves to a page in two halves
	tallFrom    = 54
)

// bodySize is what the guide and the dashboard in small leave of the body.
func (m *model) bodySize() (w, h int) {
	w, h = m.bodyAndAside()
	return w - m.asideWidth(w), h
}

// bodyAndAside is what the guide leaves of the body.
func (m *model) bodyAndAside() (w, h int) {
	w, h = m.width, m.room()-m.toastTakes()
	switch {
	case m.page == stagePage: // there the guide is a line
	case m.guideBeside():
		inner, _ := m.guideSize()
		return w - inner - 3, h
	case m.guide.open && m.page != guidePage:
		return w, h - m.stripHeight()
	}
	return w, h
}

func (m *model) bodyWidth() int {
	w, _ := m.bodySize()
	return w
}

func (m *model) bodyHeight() int {
	_, h := m.bodySize()
	return h
}

// asideWidth is how many cells the dashboard in small takes beside the present page, of a body of w; 0: it is not there. The page
// of the lanes is for their length, and those that stand in two halves are wide first.
func (m *model) asideWidth(w int) int {
	least := pageLeast
	switch m.page {
	case dashboardPage, lanesPage, guidePage, stagePage:
		return 0
	case ledgerPage, lettersPage, messagesPage:
		least = halvesLeast
	}
	if m.shown().State == lab.Starting || !classOf(w, m.height).aside || w-least < asideLeast {
		return 0
	}
	return min(w-least, asideMost)
}

// withAside puts the dashboard in small beside the body of a page: one goes on seeing what waits and who reads.
func (m *model) withAside(body []string, w, h int) []string {
	whole, _ := m.bodyAndAside()
	wide := whole - w
	body = m.st.box(body, w, h)
	if wide == 0 {
		return m.withBelow(body, w)
	}
	side := m.st.rule.Render(m.st.g.side)
	for i, line := range m.st.stacked(asidePanels(m.view(), m.page), wide-2, h) {
		body[i] += side + line + " "
	}
	return body
}

// withBelow puts what waits, and who read what, at the end of a page that leaves its last lines empty. They stand still there for as
// long as the page leaves them their room.
func (m *model) withBelow(body []string, w int) []string {
	const most = 6 // partitions: more of them have a page
	n := len(m.shown().Partitions)
	switch m.page {
	case eventsPage, consumersPage, topicsPage, rebalancesPage, brokersPage, ledgerPage:
	default:
		return body
	}
	if n == 0 || n > most || m.shown().State == lab.Starting {
		return body
	}
	free := m.toastTakes() - (mostToast - 1) // an answer does not take their place
	for _, line := range slices.Backward(body) {
		if strings.TrimSpace(ansi.Strip(line)) != "" {
			break
		}
		free++
	}
	panels := asidePanels(m.view(), m.page)[:2]
	lines := panels[0].most + panels[1].most + 1
	if free < lines {
		panels, lines = panels[:1], panels[0].most
	}
	if free < lines {
		return body
	}
	return append(body[:len(body)-lines], m.st.stacked(panels, w, lines)...)
}

// asidePanels are what of the dashboard a page does not show itself.
func asidePanels(v view, p page) []panel {
	st, s, n := v.st, v.s, len(v.s.Partitions)
	v.top = 0
	var out []panel
	if p != partitionsPage {
		out = append(out, panel{min(n, 3) + 1, min(n, 12) + 1, false, func(w, h int) []string {
			return append([]string{glanceTitle(st, s, w)}, glances(v, w, h-1)...)
		}})
	}
	out = append(out, panel{min(n, 3) + 2, min(n, 12) + 2, false, func(w, h int) []string {
		return append([]string{laneTitle(v, w, false), laneMarkLine(v, w)}, lanes(v, w, h-2)...)
	}}, panel{5, 12, false, func(w, h int) []string {
		return append([]string{curveTitle(st, s, w)}, lagCurve(st, s, w, h-1)...)
	}})
	if p != topicsPage && p != lettersPage {
		out = append(out, panel{4, 4, false, func(w, h int) []string {
			return append([]string{resultTitle(st, w, false)}, results(st, s, w, h-1, false)...)
		}})
	}
	if p != eventsPage {
		out = append(out, panel{3, max(len(s.Events), 1) + 1, false, func(w, h int) []string {
			return append([]string{eventTitle(st, w)}, eventRows(st, s, w, h-1)...)
		}})
	}
	return out
}

// glanceTitle is the heading of the partitions in small: what waits in all of them.
func glanceTitle(st *styles, s *lab.Snapshot, w int) string {
	right := st.strong.Render(st.g.dash)
	switch {
	case s.Lag.Known && stale(s):
		right = st.muted.Render(st.number(s.Lag.Total) + "  " + st.old())
	case s.Lag.Known:
		right = st.strong.Render(st.number(s.Lag.Total)+"  "+st.perSecond(s.Lag.Rate)) + "  " + st.drain(totalDrain(s), s.Lag.Total, false)
	}
	return st.ruled(" "+st.title.Render(st.t("PARTITIONS"))+" ", " "+st.strong.Render(st.t("lag"))+" "+right+" ", w)
}

// glances are the partitions in small: who reads each, and how much waits.
func glances(v view, w, lines int) []string {
	st, s := v.st, v.s
	const id, reader, drain = 5, 4, 9
	lag := max(5, width(st.number(s.Lag.Total)))
	room := max(w-id-reader-lag-drain-4, 1)
	from, to, more := window(len(s.Partitions), lines, 0)
	var out []string
	for _, p := range s.Partitions[from:to] {
		number, goes := st.strong.Render(st.number(p.Lag)), st.drain(partitionDrain(p), p.Lag, false)
		switch {
		case !p.Known && p.AsOf.IsZero():
			number, goes = st.g.dash, st.g.dash
		case !p.Known || stale(s):
			number, goes = st.muted.Render(st.number(p.Lag)), st.muted.Render(st.old())
		}
		line := " " + st.strong.Render(st.left(fmt.Sprintf("P%d", p.ID), id-1)) + cells(st.reader(p)+blank(reader), 0, reader) +
			st.partitionBar(s, p, room, v.scale)
		out = append(out, st.left(line, id+reader+room)+" "+st.right(number, lag)+"  "+st.left(goes, drain))
	}
	if more > 0 {
		out = append(out, st.muted.Render(blank(id)+st.t("+%d more of %d", more, len(s.Partitions))))
	}
	return st.box(out, w, lines)
}

// outcomePanels are the stack of w cells at the right of a wide dashboard: where payments went, what came of them, and what the
// changes of the group cost.
func outcomePanels(v view, w int) []panel {
	st, s := v.st, v.s
	topics, rebalances := len(s.Topics)+1, max(len(s.Rebalances), 1)+1
	out := []panel{
		{topics, topics, true, func(w, _ int) []string {
			return append([]string{v.marked(topicsPage, topicTitle(st, w), w)}, topicRows(st, s, w)...)
		}},
		{4, 8 + max(len(s.DLQ.Counts), 1), true, func(w, h int) []string {
			return append([]string{resultTitle(st, w, false)}, results(st, s, w, h-1, false)...)
		}},
		{min(rebalances, 5), rebalances, false, func(w, h int) []string {
			return append([]string{v.marked(rebalancesPage, rebalanceTitle(st, w), w)}, rebalanceBriefs(st, s, w, h-1)...)
		}},
	}
	if w >= protocolCells {
		n := len(protocols()) + 2
		out = append(out, panel{n, n, true, func(w, _ int) []string { return protocolPanel(st, s, w) }})
	}
	n := len(trialBooks(st, s, w)) - 1
	return append(out, panel{n, n, true, func(w, _ int) []string { return trialBooks(st, s, w) }})
}

// protocolCells is how wide the comparison of the protocols is at least.
const protocolCells = 74

// protocolPanel is the comparison of the protocols under its heading.
func protocolPanel(st *styles, s *lab.Snapshot, w int) []string {
	out := []string{st.ruled(" "+st.title.Render(st.t("PROTOCOLS"))+" "+st.muted.Render(st.t("unread times so far"))+" ", "", w-1)}
	for _, line := range protocolCard(st, s, w-2) {
		out = append(out, " "+line)
	}
	return out
}
