package tui

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// extent is how many rows of the present page are in sight, and how far it can scroll.
func (m *model) extent() (step, limit int) {
	s, n := m.shown(), len(m.shown().Partitions)
	w, h := m.bodySize()
	switch m.page {
	case eventsPage:
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
		return listExtent(n, fullLanes(s, h))
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
	return st.muted.Render(fmt.Sprintf("      %s %s %s, %s and %s scroll", outOfSight(above, below, noun), st.g.dot,
		k.PageDown.Help().Key, k.PageUp.Help().Key, k.Home.Help().Key))
}

// outOfSight counts what a list hides: "+18 more lines below, 13 above".
func outOfSight(above, below int, noun string) string {
	switch {
	case below == 0:
		return "the end, " + count(int64(above), noun) + " above"
	case above == 0:
		return fmt.Sprintf("+%s more %s below", comma(int64(below)), plural(below, noun))
	}
	return fmt.Sprintf("+%s more %s below, %s above", comma(int64(below)), plural(below, noun), comma(int64(above)))
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

func (m *model) helpLimit() int { return len(helpLines(m.st, m.keys, m.width)) - (m.height - 2) }
