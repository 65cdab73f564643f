package tui

import (
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
