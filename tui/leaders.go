package tui

import (
	"fmt"
	"slices"
	"strings"

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
		return st.bad.Render(strings.TrimSpace(st.t("none ")))
	case p.Silent:
		return st.bad.Render(fmt.Sprintf("%d %s", p.Leader, st.g.bad))
	}
	return st.muted.Render(fmt.Sprint(p.Leader))
}

// leaderInBar writes over a partition's bar of w cells that nobody leads it.
func (st *styles) leaderInBar(p lab.Partition, w int) string {
	word := " " + st.t("NO LEADER") + " "
	if p.Silent {
		word = " " + st.t("broker %d is silent", p.Leader) + " "
	}
	return st.left(st.alarm.Render(cut(word, w, st.ascii)), w)
}

// unreadNotice is the sentence under the partitions about those that the newest reading could not cover: why, how old their
// numbers are, and what that means. It is empty when there is none.
func (st *styles) unreadNotice(s *lab.Snapshot, w int) string {
	at := slices.IndexFunc(s.Partitions, func(p lab.Partition) bool { return !p.Known && !p.Why.Empty() })
	if at < 0 {
		return ""
	}
	first, names := s.Partitions[at], []string{}
	for _, p := range s.Partitions {
		if !p.Known && p.Why.String() == first.Why.String() {
			names = append(names, fmt.Sprintf("P%d", p.ID))
		}
	}
	head := st.bad.Render(" "+st.g.bad+" "+fitted(names, ", ", 20)+": ") + st.told(first.Why, max(w-30, 20)) + "."
	if !first.AsOf.IsZero() {
		head += " " + st.t("Numbers of %s ago.", st.took(s.At.Sub(first.AsOf)))
	}
	if leaderless(s, first) {
		head += " " + st.t("No reads or writes until another one leads.")
	}
	return cut(head, w, st.ascii)
}
