package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// mostToast is how many lines an answer takes at most: the status line, and others over the end of the events.
const mostToast = 3

// statusRows are one line, and more for an answer that needs them: its cure is its last words.
func (m *model) statusRows() []string {
	long := m.refused() || m.narrates() != "" || m.flies()
	text, style := m.status()
	last := m.width - width(keysPressed(m.st, m.keysShown())) - 2
	if !long || width(text) <= last {
		return []string{statusLine(m.st, text, style, m.keysShown(), m.width)}
	}
	cover := m.toastWidth()
	rows := strings.Split(ansi.Wrap(visible(text, (cover-2)*mostToast, m.st.ascii), cover-3, ""), "\n")
	rows = append(rows[:min(len(rows), mostToast)-1], strings.Join(rows[min(len(rows), mostToast)-1:], " "))
	for i, row := range rows[:len(rows)-1] {
		rows[i] = " " + style.Render(row)
	}
	end, keys := rows[len(rows)-1], m.keysShown()
	if width(end) > last {
		keys = nil
	}
	rows[len(rows)-1] = statusLine(m.st, end, style, keys, m.width)
	return rows
}

// toastWidth is how wide an answer of several lines is: where the results have a stack of their own, as the events are.
func (m *model) toastWidth() int {
	if m.page == dashboardPage && m.live.State != lab.Starting {
		if l := m.layout(); l.wide {
			return l.left
		}
	}
	return m.width
}

// withToast puts the lines of an answer, but for the last one, over the end of the events, or under what the page then has
// less room for: never over a number, a bar or a lane.
func (m *model) withToast(body, status []string) []string {
	over := len(status) - 1
	cover := m.toastWidth()
	if cover == m.width {
		return append(m.withGuide(body, m.room()-over), status[:over]...)
	}
	out := m.withGuide(body, m.room())
	for i, row := range status[:over] {
		at := len(out) - over + i
		out[at] = m.st.left(row, cover) + cells(out[at], cover, m.width)
	}
	return out
}

// toastTakes is how many lines an answer takes from the body of a page. On the dashboard the events give them.
func (m *model) toastTakes() int {
	if m.page == dashboardPage || m.live.State == lab.Starting {
		return 0
	}
	return len(m.statusRows()) - 1
}

// mostAnswers is how many answers can be read again on the page of the events.
const mostAnswers = 100

// logged is a Snapshot whose events have the dashboard's own answers among them.
func logged(s *lab.Snapshot, answers []message) *lab.Snapshot {
	if len(answers) == 0 {
		return s
	}
	all := *s
	all.Events = slices.Clone(s.Events)
	for _, a := range answers {
		if a.at.After(s.At) {
			continue
		}
		e := lab.Event{At: a.at, Severity: lab.Good, Text: a.said}
		if a.bad {
			e.Severity = lab.Bad
		}
		at := slices.IndexFunc(all.Events, func(other lab.Event) bool { return other.At.After(a.at) })
		if at < 0 {
			at = len(all.Events)
		}
		all.Events = slices.Insert(all.Events, at, e)
	}
	return &all
}
