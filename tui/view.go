package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"blackfriday/services/lab"
)

// How long the answer to a command stays, the longer time for an error, and how long the last keys do.
const (
	messageStays = 3 * time.Second
	errorStays   = 10 * time.Second
	keysStay     = 15 * time.Second
)

// View draws the screen.
func (m *model) View() tea.View {
	v := tea.NewView(m.screen())
	v.AltScreen = true
	v.WindowTitle = "Black Friday Lab"
	if !m.mouseOff {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

// screen is the whole screen as styled text: exactly as many lines as the terminal has, each exactly as wide.
func (m *model) screen() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	lines := m.st.box(m.lines(), m.width, m.height)
	for i, line := range lines {
		lines[i] = under(line, m.st.paint)
	}
	return strings.Join(lines, "\n")
}

func (m *model) lines() []string {
	s := m.shown()
	switch {
	case m.tooSmall():
		return m.smallLines()
	case m.help:
		return helpPage(m.st, m.keys.allowed(m.live, m.browser.query.Topic), m.width, m.height, m.helpTop)
	case s.State == lab.Starting:
		return m.framed(startBody(m.st, s, m.width, m.room()))
	case m.page == stagePage:
		return m.inFront(m.stageLines())
	}
	return m.framed(m.body(s))
}

// framed puts a body between the header and the footer, and what is in front over it.
func (m *model) framed(body []string) []string {
	s, w := m.shown(), m.width
	lines := append(headerLines(m.st, s, w, m.standstill()), flowLine(m.st, s, w, m.view().motion, m.page))
	status := m.statusRows()
	lines = append(lines, m.withToast(body, status)...)
	if m.pilot != nil {
		lines = append(lines, captionRows(m.st, m.caption(), w)...)
	}
	lines = append(lines, status[len(status)-1])
	front, spare := m.footer()
	return m.inFront(append(lines, footerLine(m.st, front, spare, w)))
}

// inFront lays over a page what is asked.
func (m *model) inFront(lines []string) []string {
	w := m.width
	if card := m.pollCard(); card != nil {
		lines = m.st.overlayIn(m.st.box(lines, w, m.height), card, m.bodyWidth(), w)
	}
	if m.typing != nil {
		lines = m.st.overlay(m.st.box(lines, w, m.height), m.typedLines(w, m.height), w)
	}
	if m.finder != nil {
		lines = m.st.overlay(m.st.box(lines, w, m.height), finderLines(m.st, m.finder, m.live, w, m.height), w)
	}
	if m.form != nil {
		lines = m.st.overlay(m.st.box(lines, w, m.height), formLines(m.st, m.form, w, m.height), w)
	}
	if m.dialog != nil {
		return m.st.overlay(m.st.box(lines, w, m.height), dialogLines(m.st, m.dialog, m.live, w, m.height), w)
	}
	return lines
}

// standstill says which moment the screen shows while that is not the live lab.
func (m *model) standstill() string {
	if m.replay == nil {
		return ""
	}
	s := m.replay.shown()
	ago := clock(m.live.At.Sub(s.At))
	if m.replay.atEnd() {
		return m.t("FROZEN %s", ago)
	}
	return m.t("REPLAY %s, %s ago", s.At.Format("15:04:05"), ago)
}

// view is what the panels draw.
func (m *model) view() view {
	v := view{st: m.st, s: m.shown(), past: m.past, scale: m.scale, top: m.top[m.page], selected: m.selected, focus: m.focus}
	if r := m.replay; r != nil {
		v.past, v.scale = r.past[:r.at+1], r.scale
	}
	v.motion = motionOf(v.past, v.s, m.still)
	return v
}

// body is what stands between the header and the footer.
func (m *model) body(s *lab.Snapshot) []string {
	w, h := m.bodySize()
	v := m.view()
	switch m.page {
	case eventsPage:
		lines, _ := eventPage(m.st, logged(s, m.log), w, h-1, v.top)
		return append([]string{eventTitle(m.st, w)}, lines...)
	case consumersPage:
		return append([]string{consumerTitle(m.st, s, w, v.motion)}, m.st.scrollable(consumersBody(v, w), w, h-1, v.top)...)
	case topicsPage:
		return m.st.scrollable(topicsBody(m.st, s, min(w, 110)), w, h, v.top)
	case partitionsPage:
		head := []string{partitionTitle(m.st, s, w), partitionLabels(m.st, s, w, false)}
		rows := partitionRows(m.st, s, w, min(h-len(head)-notices, len(s.Partitions)), v.top, v.scale, false)
		return slices.Concat(head, rows, partitionNotices(m.st, s, w, v.scale))
	case rebalancesPage:
		return rebalancesBody(v, w, h, m.chosen)
	case lanesPage:
		return lanesBody(v, w, h, h+m.toastTakes())
	case brokersPage:
		return append([]string{brokerTitle(m.st, s, w)}, m.st.scrollable(brokerBody(m.st, s, w), w, h-1, v.top)...)
	case guidePage:
		return m.guideBody(w, h)
	case curvePage:
		return curveBody(v, w, h)
	case ledgerPage:
		return append([]string{ledgerTitle(m.st, s, w)}, m.st.scrollable(ledgerBody(m.st, s, w), w, h-1, v.top)...)
	}
	if m.reads() {
		return m.deskBody(w, h)
	}
	l := m.layout()
	if !l.wide {
		l.events -= len(m.statusRows()) - 1
	}
	return dashboardBody(v, l)
}

func (m *model) layout() layout {
	s := m.shown()
	w, h := m.bodySize()
	return arrange(w, h+chrome, len(s.Partitions), consumerLines(s))
}

// status is what the line over the footer says: the answer to the last command, or what the selection means.
func (m *model) status() (string, pen) {
	age := m.now.Sub(m.message.at)
	switch {
	case m.refused():
		return m.st.g.bad + " " + m.said(), m.st.bad
	case m.pilot != nil && !m.pilot.Caption().Paused:
		return m.captionStatus()
	case m.said() != "" && !m.message.bad && age < messageStays && (m.narrates() == "" || m.told.at.Before(m.message.at)):
		return m.st.g.ok + " " + m.said(), m.st.good
	case m.replay != nil && m.replay.atEnd():
		return m.t("The screen stands still, the lab goes on. Space shows it live."), m.st.warn
	case m.replay != nil:
		return m.t("Replay: keys act on the live lab, space shows it."), m.st.warn
	case m.narrates() != "":
		return m.narrates(), m.st.strong
	case m.selected != "":
		if o, ok := outsiderOf(m.shown(), m.selected); ok {
			return m.t("%s is selected. It runs on %s and not in this lab: only who runs it can stop it.", o.Name, o.Host), m.st.muted
		}
		return m.t("%s is selected: k, s and r act on it, esc lets go.", m.selected), m.st.muted
	case m.fresh():
		return m.t("f floods the lab, g opens the course, ? names every key."), m.st.muted
	}
	return "", m.st.muted
}

// fresh says that nothing was done yet: whoever sits down now knows no key.
func (m *model) fresh() bool {
	s := m.live
	return s.State == lab.Running && !s.Observing && s.Flood.ID == 0 && !m.guide.open && m.page == dashboardPage && len(m.pressed) == 0
}

// refused says that the status line tells what was not done.
func (m *model) refused() bool {
	return m.said() != "" && m.message.bad && m.now.Sub(m.message.at) < errorStays
}

func (m *model) keysShown() []string {
	if m.now.Sub(m.pressedAt) > keysStay {
		return nil
	}
	return m.pressed
}
