package tui

import (
	"slices"

	"blackfriday/services/lab"
)

// outsideLetters are the signs of members outside this lab: capitals, so that none is taken for one of our consumers, and
// neither of the two that stand for e-mail and analytics.
const outsideLetters = "BCDFGHIJKLMNOPQRSTUVWXYZ"

// letter is the sign of a member outside this lab, one cell wide; 0 is one of which nothing else is known.
func (st *styles) letter(outside int) string {
	if outside <= 0 {
		return st.g.foreign
	}
	return string(outsideLetters[(outside-1)%len(outsideLetters)])
}

// outsideSign is the cell of a member outside this lab: no consumer of ours has its colour.
func (st *styles) outsideSign(outside int) string {
	return st.other.Render(" " + st.letter(outside) + " ")
}

// idOf is what an instance is selected by: outside this lab names may occur twice.
func idOf(i lab.Instance) string {
	if i.Outside > 0 {
		return i.MemberID
	}
	return i.Name
}

// outsideDetail is who a member outside this lab is and where it runs, how far behind it is, and its whole name where that
// has no room in its column.
func (st *styles) outsideDetail(i lab.Instance, c consumerColumns) string {
	if i.Health == lab.Left {
		return st.muted.Render("left or died: not told which")
	}
	lag := "lag " + st.g.dash
	if i.LagKnown {
		lag = "lag " + compact(i.Lag)
	}
	if len(i.Name) > c.name {
		lag += " " + visible(i.Name, max(c.detail-len(lag)-8, 1), st.ascii)
	}
	return lag + st.muted.Render(" on "+visible(i.Host, c.detail, st.ascii))
}

// outsiderOf is the member outside this lab that is selected.
func outsiderOf(s *lab.Snapshot, selected string) (lab.Instance, bool) {
	i := slices.IndexFunc(s.Outsiders, func(o lab.Instance) bool { return o.MemberID == selected })
	if selected == "" || i < 0 {
		return lab.Instance{}, false
	}
	return s.Outsiders[i], true
}

// present counts the members outside this lab that have not gone.
func present(s *lab.Snapshot) int {
	n := 0
	for _, o := range s.Outsiders {
		if o.Health != lab.Left {
			n++
		}
	}
	return n
}
