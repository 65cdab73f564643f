package tui

import (
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// depart ends the dashboard, and asks first whether to write the hand-out where there is something in it.
func (m *model) depart() tea.Cmd {
	if !m.offersHandOut() {
		return m.quit()
	}
	m.dialog, m.help, m.typing = m.handOutDialog(), false, nil
	return nil
}

// quit ends the dashboard, and asks first when something would be lost.
func (m *model) quit() tea.Cmd {
	if loss(m.live).Empty() {
		return tea.Quit
	}
	m.dialog, m.help = &dialog{title: m.t("Quit?"), quit: true}, false
	m.typing = nil
	return nil
}

// loss says in one sentence what would be lost by quitting now: a flood under way, or payments that wait in the memory of
// the embedded cluster. It is empty when nothing would be.
func loss(s *lab.Snapshot) phrase.Phrase {
	switch f := s.Flood; {
	case f.Running:
		return phrase.New("A flood runs: %s of %s payments are acknowledged.", phrase.Number(f.Acked), phrase.Number(f.Wanted))
	case s.Lag.Known && s.Lag.Total > 0 && s.Cluster.Embedded:
		return phrase.Count(s.Lag.Total, "%s payment waits in this lab's memory and would be lost.",
			"%s payments wait in this lab's memory and would be lost.")
	}
	return phrase.Phrase{}
}
