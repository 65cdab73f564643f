package tui

import (
	"fmt"
	"slices"
	"strings"

	"blackfriday/services/lab"
)

// mark is a rebalance over the lanes: its number stands at its time.
type mark struct {
	column int
	number string
	words  []string // what else there is to say, from long to short
	style  pen
}

// placed is the text of a mark and where it begins.
type placed struct {
	column int
	text   string
	style  pen
}

// marksOf are the rebalances that a lane shows, oldest first.
func marksOf(st *styles, s *lab.Snapshot, l lane) []mark {
	var out []mark
	for _, r := range s.Rebalances {
		if r.At.Before(l.start) || r.At.After(l.end) {
			continue
		}
		cause := st.causes(r)
		words := []string{cause}
		if longest, _, n := r.Unread(); n > 0 {
			words = append([]string{cause + " " + st.took(longest)}, words...)
		}
		everybody := []lab.Cause{lab.CauseStart, lab.CauseProtocol, lab.CauseGuarantee}
		if who := st.who(r, 12); r.Member != "" && !slices.Contains(everybody, r.Cause) {
			long := strings.Replace(words[0], cause, cause+" "+who, 1)
			words = append([]string{long}, words...)
		}
		out = append(out, mark{min(l.edge(r.At), l.n-1), fmt.Sprintf("#%d", r.ID), words, st.causeStyle(r)})
	}
	return out
}

// causes are the reasons of a rebalance, each named once: "join+crash".
func (st *styles) causes(r lab.Rebalance) string {
	all := []lab.Cause{r.Cause}
	for _, c := range r.Also {
		if !slices.Contains(all, c.Cause) {
			all = append(all, c.Cause)
		}
	}
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = visible(st.causeWord(c), 10, st.ascii)
	}
	return strings.Join(words, "+")
}

// causeWord is what a cause is called.
func (st *styles) causeWord(c lab.Cause) string {
	switch c {
	case lab.CauseStart:
		return st.t("start")
	case lab.CauseJoin:
		return st.t("join")
	case lab.CauseLeave:
		return st.t("leave")
	case lab.CauseCrash:
		return st.t("crash")
	case lab.CauseProtocol:
		return st.t("protocol")
	case lab.CauseGuarantee:
		return st.t("guarantee")
	case lab.CausePartitions:
		return st.t("partitions")
	case lab.CauseRecreate:
		return st.t("recreate")
	case lab.CauseGone:
		return st.t("gone")
	case lab.CauseOutage:
		return st.t("outage")
	}
	return st.t("other")
}

// causeStyle is how loudly a cause is named.
func (st *styles) causeStyle(r lab.Rebalance) pen {
	also := func(c lab.Cause) bool {
		return r.Cause == c || slices.ContainsFunc(r.Also, func(a lab.Change) bool { return a.Cause == c })
	}
	switch {
	case also(lab.CauseCrash):
		return st.bad
	case also(lab.CauseLeave):
		return st.warn
	}
	return st.strong
}

// place finds room for marks between the columns from and to. Every number comes first: of two that stand too close, the
// older one is left out. Then each gets as many words as fit, the newest first.
func place(marks []mark, from, to int) []placed {
	kept := numbered(marks, from, to)
	out := make([]placed, len(kept))
	for i, m := range slices.Backward(kept) {
		begin := from
		if i > 0 {
			begin = kept[i-1].column + width(kept[i-1].number) + 1
		}
		out[i] = m.within(begin, to, i+1 == len(kept))
		to = out[i].column - 1
	}
	return out
}

// numbered gives every mark whose number has room the column where it stands.
func numbered(marks []mark, from, to int) []mark {
	var out []mark
	for _, m := range slices.Backward(marks) {
		at := min(m.column, to-width(m.number))
		if at < from || m.column-at > width(m.number) { // it would stand too far from its time
			continue
		}
		m.column = at
		out = append(out, m)
		to = at - 1
	}
	slices.Reverse(out)
	return out
}

// within is the longest text of a mark that fits between two columns. Only the last mark's words may stand before it.
func (m mark) within(from, to int, last bool) placed {
	at := m.column
	for _, words := range m.words {
		switch wide := width(words); {
		case at+width(m.number)+1+wide <= to:
			return placed{at, m.number + " " + words, m.style}
		case last && at-1-wide >= from:
			return placed{at - 1 - wide, words + " " + m.number, m.style}
		}
	}
	return placed{at, m.number, m.style}
}

// markLine draws the marks over lanes whose first column is column 0, from the column from on.
func markLine(marks []placed, from int) string {
	var b strings.Builder
	at := from
	for _, m := range marks {
		b.WriteString(blank(m.column-at) + m.style.Render(m.text))
		at = m.column + width(m.text)
	}
	return b.String()
}

// laneMarks draws the rebalances over the lanes of a panel of w cells, from one of their columns on.
func laneMarks(v view, w, from int) string {
	l := laneAt(v.s.At, w-laneLabel(len(v.s.Partitions))-1)
	return markLine(place(marksOf(v.st, v.s, l), from, l.n), from)
}

// laneMarkLine is a line of its own for the rebalances over the lanes.
func laneMarkLine(v view, w int) string {
	return blank(laneLabel(len(v.s.Partitions))) + laneMarks(v, w, 0)
}
