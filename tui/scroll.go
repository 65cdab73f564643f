package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
)

// extent is how many rows of the present page are in sight, and how far it can scroll.
func (m *model) extent() (step, limit int) {
	s, n := m.shown(), len(m.shown().Partitions)
	w, h := m.bodySize()
	switch m.page {
	case eventsPage:
		s = logged(s, m.log)
		_, step = eventPage(m.st, s, w, h-1, m.top[m.page])
		if _, whole := eventPage(m.st, s, w, h-1, 0); whole == len(s.Events) {
			return step, 0
		}
		return step, len(s.Events) - 1
	case consumersPage:
		return h - 2, len(consumersBody(m.view(), w)) - (h - 2)
	case topicsPage:
		return h - 1, len(topicsBody(m.st, s, w)) - (h - 1)
	case partitionsPage:
		return listExtent(n, h-2-notices)
	case rebalancesPage:
		return rebalanceExtent(m.view(), w, h, m.chosen)
	case lanesPage:
		return listExtent(n, fullLanes(s, h+m.toastTakes()))
	case brokersPage:
		return h - 2, len(brokerBody(m.st, s, w)) - (h - 2)
	case ledgerPage:
		return h - 2, len(ledgerBody(m.st, s, w)) - (h - 2)
	}
	l := m.layout()
	return listExtent(n, min(l.partitions, l.lanes))
}

// listExtent is the same for a list of n rows on some lines.
func listExtent(n, lines int) (step, limit int) {
	if n <= lines {
		return lines, 0
	}
	return lines - 1, n - lines + 1
}

// scrolled is where a key scrolls a list that is at top, of which step rows are in sight, and that cannot go beyond limit.
func (m *model) scrolled(msg tea.KeyPressMsg, top, step, limit int) int {
	limit, step = max(limit, 0), max(step, 1)
	top = min(top, limit)
	switch {
	case key.Matches(msg, m.keys.Next):
		top++
	case key.Matches(msg, m.keys.Previous):
		top--
	case key.Matches(msg, m.keys.PageDown):
		top += step
	case key.Matches(msg, m.keys.PageUp):
		top -= step
	case key.Matches(msg, m.keys.Home):
		top = 0
	}
	return min(max(top, 0), limit)
}

// browse takes the keys of the page of the rebalances: arrows choose one; what it did scrolls by pages and, where there
// is no more of it, the list does.
func (m *model) browse(msg tea.KeyPressMsg) {
	k, top := m.keys, &m.top[rebalancesPage]
	step, limit := m.extent()
	list, _ := rebalanceSplit(m.view(), m.bodyWidth(), m.bodyHeight(), m.chosen)
	by := 0
	switch {
	case key.Matches(msg, k.Next):
		by = -1
	case key.Matches(msg, k.Previous):
		by = 1
	case key.Matches(msg, k.PageDown) && *top >= limit:
		by = -max(list-1, 1)
	case key.Matches(msg, k.PageUp) && *top == 0:
		by = max(list-1, 1)
	case key.Matches(msg, k.Home):
		m.chosen, *top = 0, 0
	default:
		*top = m.scrolled(msg, *top, step, limit)
	}
	if by != 0 {
		*top = 0
		m.chooseBy(by)
	}
}

// scrollable shows lines from line top on. Where they do not all fit, the last line says how many are out of sight.
func (st *styles) scrollable(lines []string, w, h, top int) []string {
	from, to, more := window(len(lines), h, top)
	out := slices.Clone(lines[from:to])
	if more > 0 {
		out = append(out, st.more(from, len(lines)-to, "line"))
	}
	return st.box(out, w, h)
}

// more says how many of something are out of sight, where, and which keys show them.
func (st *styles) more(above, below int, noun string) string {
	k := DefaultKeys()
	return st.muted.Render("      " + st.outOfSight(above, below, noun) + " " + st.g.dot + " " + st.t("%s, %s and %s scroll",
		st.keys(k.PageDown.Help().Key), st.keys(k.PageUp.Help().Key), st.keys(k.Home.Help().Key)))
}

// outOfSight counts what a list hides: "+18 more lines below, 13 above".
func (st *styles) outOfSight(above, below int, noun string) string {
	switch {
	case below == 0:
		return st.t("the end, %s above", counted(int64(above), noun))
	case above == 0:
		return st.t("+%s below", countedMore(int64(below), noun))
	}
	return st.t("+%s below, %s above", countedMore(int64(below), noun), phrase.Number(above))
}

// counted are so many of what a list has.
func counted(n int64, noun string) phrase.Phrase {
	switch noun {
	case "event":
		return phrase.Count(n, "%s event", "%s events")
	case "letter":
		return phrase.Count(n, "%s letter", "%s letters")
	case "message":
		return phrase.Count(n, "%s message", "%s messages")
	}
	return phrase.Count(n, "%s line", "%s lines")
}

// countedMore are so many more of it.
func countedMore(n int64, noun string) phrase.Phrase {
	switch noun {
	case "event":
		return phrase.Count(n, "%s more event", "%s more events")
	case "letter":
		return phrase.Count(n, "%s more letter", "%s more letters")
	case "message":
		return phrase.Count(n, "%s more message", "%s more messages")
	}
	return phrase.Count(n, "%s more line", "%s more lines")
}

func (m *model) helpLimit() int { return len(helpLines(m.st, m.keys, m.width)) - (m.height - 2) }
