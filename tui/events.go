package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// eventTitle is the heading of the feed.
func eventTitle(st *styles, w int) string {
	return st.ruled(" "+st.title.Render("EVENTS")+" "+st.muted.Render("newest first")+" ", "", w-1) + " "
}

// eventRows draws the feed with the newest event at the top: there it stands still for the eye, and the heads of the
// front row do not hide it. skip leaves out the newest ones; whole wraps long texts instead of cutting them.
func eventRows(st *styles, s *lab.Snapshot, w, lines, skip int, whole bool) []string {
	var out []string
	for i := len(s.Events) - 1 - max(skip, 0); i >= 0 && len(out) < lines; i-- {
		out = append(out, st.eventLines(s.Events[i], w, whole)...)
	}
	if len(s.Events) == 0 {
		out = append(out, st.muted.Render(" Nothing happened yet."))
	}
	return st.box(out, w, lines)
}

func (st *styles) eventLines(e lab.Event, w int, whole bool) []string {
	about := blank(3) // the texts are whole sentences and name their source themselves
	if e.Instance > 0 {
		about = st.cell(e.Instance)
	}
	head := " " + st.muted.Render(e.At.Format("15:04:05")) + " " + st.severity(e.Severity) + " " + about + " "
	room := max(w-width(head)-1, 1)
	if !whole {
		return []string{head + st.severe(e.Severity, visible(e.Text, room, st.ascii))}
	}
	const most = 4 // lines per event: a hostile text does not fill the page
	var out []string
	for line := range strings.SplitSeq(ansi.Wrap(visible(e.Text, room*most, st.ascii), room, ""), "\n") {
		if len(out) < most {
			out = append(out, head+st.severe(e.Severity, line))
		}
		head = blank(width(head))
	}
	return out
}

func (st *styles) severity(v lab.Severity) string {
	sign, ok := st.g.severity[v]
	if !ok {
		sign = st.g.dot
	}
	return st.severe(v, sign)
}

func (st *styles) severe(v lab.Severity, text string) string {
	switch v {
	case lab.Good:
		return st.good.Render(text)
	case lab.Warn:
		return st.warn.Render(text)
	case lab.Bad:
		return st.bad.Render(text)
	}
	return text
}

// rebalanceRows draws the rebalances with the newest at the top: what caused each, which partitions moved, and how long
// nobody read them.
func rebalanceRows(st *styles, s *lab.Snapshot, w, lines int) []string {
	var out []string
	for i := len(s.Rebalances) - 1; i >= 0 && len(out) < lines; i-- {
		out = append(out, st.rebalance(s.Rebalances[i], w)...)
	}
	if len(out) == 0 {
		out = append(out, st.muted.Render(" None so far."))
	}
	return st.box(out, w, lines)
}

// rebalance is one rebalance: its moves go on in further lines where one is too short.
func (st *styles) rebalance(r lab.Rebalance, w int) []string {
	line := " " + st.muted.Render(r.At.Format("15:04:05")) + st.left(fmt.Sprintf(" #%d", r.ID), 6) +
		st.left(visible(string(r.Cause), 6, st.ascii), 7) + st.left(visible(r.Member, 18, st.ascii), 18)
	indent := width(line)
	pieces := make([]string, 0, len(r.Moved)+1)
	for _, m := range r.Moved {
		pieces = append(pieces, st.move(m))
	}
	if r.Open {
		pieces = append(pieces, st.warn.Render("  under way"))
	}
	var out []string
	for _, piece := range pieces {
		if width(line)+width(piece) > w && width(line) > indent {
			out = append(out, line)
			line = blank(indent)
		}
		line += piece
	}
	return append(out, line)
}

func (st *styles) move(m lab.Move) string {
	text := fmt.Sprintf("  P%d %s %s %s", m.Partition, st.number(m.From), st.g.arrow, st.number(m.To))
	if m.Measured {
		text += st.muted.Render(" unread " + took(m.Unread))
	}
	return text
}

func (st *styles) number(instance int) string {
	if instance == 0 {
		return st.g.dash
	}
	return fmt.Sprint(instance)
}
