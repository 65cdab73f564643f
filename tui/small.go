package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// smallLines tell what a terminal lacks, and what a class needs all the same: how much waits, and what is lost. Quitting works
// here too, and so its question.
func (m *model) smallLines() []string {
	if m.dialog != nil {
		return m.folded([]string{m.t("Payments are under way."), m.t("Quit? y, or esc.")})
	}
	lines := m.folded([]string{
		m.t("%dx%d is too small.", m.width, m.height),
		m.t("The lab needs %dx%d.", minWidth, minHeight),
		m.t("It keeps running. q quits."),
	})
	s := m.shown()
	if !s.Lag.Known {
		return lines
	}
	lag := m.st.strong.Render(m.t("lag")+" "+m.st.number(s.Lag.Total)) + " " + m.st.drain(totalDrain(s), s.Lag.Total, false)
	if stale(s) {
		lag = m.st.muted.Render(m.t("lag") + " " + m.st.number(s.Lag.Total) + " " + m.st.old())
	}
	if len(lines)+2 <= m.height {
		lines = append(lines, "")
	}
	return append(append(lines, lag), m.st.dead.Render("DLQ "+m.dlqTotal()))
}

func (m *model) dlqTotal() string {
	if d := m.shown().DLQ; d.Known {
		return m.st.number(d.Total)
	}
	return m.st.g.dash
}

// folded are sentences in lines of their own, or all in one flow where a terminal has no room for that.
func (m *model) folded(sentences []string) []string {
	wide := 0
	for _, s := range sentences {
		wide = max(wide, width(s))
	}
	if wide <= m.width && len(sentences) <= m.height {
		return sentences
	}
	return strings.Split(ansi.Wrap(strings.Join(sentences, " "), max(m.width, 1), ""), "\n")
}
