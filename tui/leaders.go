package tui

import (
	"fmt"

	"blackfriday/services/lab"
)

// leaderless says that nobody leads a partition who answers: it can neither be read nor written.
func leaderless(s *lab.Snapshot, p lab.Partition) bool {
	return !s.Reading.At.IsZero() && (p.Silent || p.Leader < 0 && !p.Known)
}

// leader is who leads a partition, by the brokers' word.
func (st *styles) leader(s *lab.Snapshot, p lab.Partition) string {
	switch {
	case s.Reading.At.IsZero():
		return st.g.dash
	case p.Leader < 0:
		return st.bad.Render("none")
	case p.Silent:
		return st.bad.Render(fmt.Sprintf("%d %s", p.Leader, st.g.bad))
	}
	return st.muted.Render(fmt.Sprint(p.Leader))
}

// leaderInBar writes over a partition's bar of w cells that nobody leads it.
func (st *styles) leaderInBar(p lab.Partition, w int) string {
	word := " NO LEADER "
	if p.Silent {
		word = fmt.Sprintf(" broker %d is silent ", p.Leader)
	}
	return st.left(st.alarm.Render(cut(word, w, st.ascii)), w)
}

// leaderNotice is the sentence under the partitions about those that nobody leads; empty when there is none.
func (st *styles) leaderNotice(s *lab.Snapshot, w int) string {
	var names []string
	for _, p := range s.Partitions {
		if leaderless(s, p) {
			names = append(names, fmt.Sprintf("P%d", p.ID))
		}
	}
	if len(names) == 0 {
		return ""
	}
	head := st.bad.Render(" " + st.g.bad + " " + fitted(names, ", ", 20) + ": no leader that answers.")
	return cut(head+" Nobody can read or write there until Kafka has chosen another one.", w, st.ascii)
}
