package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// eventTitle is the heading of the feed.
func eventTitle(st *styles, w int) string {
	return st.ruled(" "+st.title.Render(st.t("EVENTS"))+" "+st.muted.Render(st.t("newest first"))+" ", "", w-1) + " "
}

// eventRows draws the feed with the newest event at the top: there it stands still for the eye, and the heads of the
// front row do not hide it. Long texts are cut.
func eventRows(st *styles, s *lab.Snapshot, w, lines int) []string {
	var out []string
	for i := len(s.Events) - 1; i >= 0 && len(out) < lines; i-- {
		out = append(out, st.eventLines(s.Events[i], w, false)...)
	}
	if len(s.Events) == 0 {
		out = append(out, st.muted.Render(" "+st.t("Nothing happened yet.")))
	}
	return st.box(out, w, lines)
}

// eventPage draws the feed without the newest skip events, and their texts in full. It also says how many events it
// shows.
func eventPage(st *styles, s *lab.Snapshot, w, h, skip int) (lines []string, shown int) {
	n := len(s.Events)
	skip = min(max(skip, 0), max(n-1, 0))
	for i := n - 1 - skip; i >= 0; i-- {
		next, room := st.eventLines(s.Events[i], w, true), h-len(lines)
		if i > 0 || skip > 0 {
			room-- // for how many more there are
		}
		if len(next) > room && shown > 0 {
			break
		}
		lines, shown = append(lines, next...), shown+1
	}
	switch {
	case n == 0:
		lines = []string{st.muted.Render(" " + st.t("Nothing happened yet."))}
	case shown < n:
		lines = append(st.box(lines, w, h-1), st.more(skip, n-skip-shown, "event"))
	}
	return st.box(lines, w, h), shown
}

func (st *styles) eventLines(e lab.Event, w int, whole bool) []string {
	about := blank(3) // the texts are whole sentences and name their source themselves
	if e.Instance > 0 {
		about = st.cell(e.Instance)
	}
	head := " " + st.muted.Render(e.At.Format("15:04:05")) + " " + st.severity(e.Severity) + " " + about + " "
	room := max(w-width(head)-1, 1)
	if !whole {
		return []string{head + st.severe(e.Severity, st.told(e.Text, room))}
	}
	const most = 4 // lines per event: a hostile text does not fill the page
	var out []string
	for line := range strings.SplitSeq(ansi.Wrap(st.told(e.Text, room*most), room, ""), "\n") {
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
