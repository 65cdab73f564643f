package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/scenarios/lesson"
	"blackfriday/scenarios/typed"
	"blackfriday/services/lab"
)

// How wide the guide is beside the dashboard, from which width of the terminal on it is there, and the height from which
// the strip under the dashboard has a second line for what to do.
const (
	guideFrom   = 120
	guideLeast  = 46
	guideMost   = 52
	longStrip   = 30
	guideFrame  = 2 // the heading and the line of keys
	stripLeast  = 2
	guideIndent = 2
)

// lessonView is what the guide draws.
type lessonView struct {
	number  int // of the checkpoint that is shown
	here    int // of the present one
	text    lesson.Text
	body    func(lesson.StepState) string // what to do, with the names and addresses of this lab
	steps   []lesson.StepState
	present int // the step that is next; negative where another checkpoint is shown
	polls   []lesson.Poll
	waiting string // a question that can be asked now
	coming  bool   // the lab is being exchanged
	reveal  bool   // the answer to the newest question was just measured
}

// lessonView is the guide as it stands.
func (m *model) lessonView() lessonView {
	g := &m.guide
	v := lessonView{number: g.shown, here: g.here(), text: g.texts[g.shown], present: nowhere, coming: g.coming != nowhere}
	v.body = func(s lesson.StepState) string {
		const longest = 300
		escape := func(text string) string { return visible(text, longest, m.st.ascii) }
		return typed.Prose(v.text.Steps[s.Step.Name].Body, m.live, typed.Names{Program: m.options.Program, Metrics: m.guide.metrics}, escape)
	}
	v.steps = g.course.Steps(g.shown)
	if v.steps == nil {
		c, _ := lesson.Find(g.shown) // leafing stays within the course
		for _, step := range c.Steps {
			v.steps = append(v.steps, lesson.StepState{Step: step})
		}
	}
	if !g.quiet {
		v.polls = g.course.Polls(g.shown)
	}
	if g.shown == g.here() {
		v.present, v.reveal = g.course.Present(), g.reveal != ""
		if poll, ok := m.askable(); ok {
			v.waiting = poll.Question.Name
		}
	}
	return v
}

// guideBeside says that the guide stands beside what else is shown.
func (m *model) guideBeside() bool { return m.guide.open && m.width >= guideFrom && m.width > 0 }

// guideSize is how large the guide is where it is shown whole.
func (m *model) guideSize() (w, h int) {
	if m.guideBeside() {
		return min(max(m.width/3, guideLeast), guideMost) - 3, m.room()
	}
	return min(m.width-2, 96), m.room() - 1
}

// room is how many lines there are between the header and the status line, but for the caption of the autopilot.
func (m *model) room() int { return m.height - chrome - m.captionHeight() }

// stripHeight is how many lines the present step takes under the dashboard.
func (m *model) stripHeight() int {
	if m.height >= longStrip {
		return stripLeast + 1
	}
	return stripLeast
}

// withGuide puts the guide beside a body, or the present step under it, in exactly h lines.
func (m *model) withGuide(body []string, h int) []string {
	w, _ := m.bodySize()
	switch {
	case m.shown().State == lab.Starting:
		return m.st.box(body, m.width, h)
	case m.page == guidePage:
		return m.st.box(m.guideBody(w, h), w, h) // its last line names its keys
	case !m.guide.open:
		return m.withAside(body, w, h)
	case !m.guideBeside():
		strip := guideStrip(m.st, m.lessonView(), w, m.stripHeight())
		return append(m.withAside(body, w, h-len(strip)), strip...)
	}
	gw, _ := m.guideSize()
	column := m.guideColumn(gw, h)
	body = m.withAside(body, w, h)
	side := m.st.rule.Render(m.st.g.side)
	for i := range body {
		body[i] += side + " " + column[i] + " "
	}
	return body
}

// guideBody is the page of the guide: how the lag stands, and the lesson under it.
func (m *model) guideBody(w, h int) []string {
	gw, gh := m.guideSize()
	gw, gh = min(gw, max(w-2, 0)), min(gh, h-1)
	out := []string{partitionTitle(m.st, m.shown(), w)}
	for _, line := range m.guideColumn(gw, gh) {
		out = append(out, " "+line)
	}
	return out
}

// guideColumn is the guide in exactly h lines of w cells.
func (m *model) guideColumn(w, h int) []string {
	st, v := m.st, m.lessonView()
	all, present := guideLines(st, v, w)
	room := max(h-guideFrame, 0)
	top := guideTop(m.guide.top, present, len(all), room)
	head := st.title.Render(st.t("GUIDE")) + " " + st.strong.Render(st.t("checkpoint %d of %d", v.number, lesson.Last)) + " "
	out := append([]string{st.ruled(head, "", w)}, st.box(all[min(top, len(all)):min(top+room, len(all))], w, room)...)
	return st.box(append(out, st.guideFooter(v, len(all)-top-room, w)), w, h)
}

// guideTop is the first line that is shown: where somebody scrolled to, or as far down as the present step needs.
func guideTop(top, present, lines, room int) int {
	if top == atStep {
		top = 0
		if present > room*2/3 {
			top = present - room/3
		}
	}
	return max(min(top, lines-room), 0)
}

// guideFooter names the keys of the guide, and says how much is out of sight.
func (st *styles) guideFooter(v lessonView, below, w int) string {
	k := DefaultKeys()
	more := ""
	if below > 0 {
		more = st.muted.Render(st.t("pgdn: +%d", below))
	}
	begin := st.t("begin")
	if v.number == v.here {
		begin = st.t("begin again")
	}
	entries := [][2]string{{k.CheckpointBefore.Help().Key + " " + k.CheckpointAfter.Help().Key, st.t("leaf")}, {st.keys(k.Choose.Help().Key), begin}}
	if v.waiting != "" {
		entries = append(entries, [2]string{k.Hands.Help().Key, st.t("ask")})
	}
	entries = append(entries, [2]string{k.GuideMenu.Help().Key, st.t("more")})
	text := ""
	for wordless := range entries { // the words of the first keys go where there is no room for all
		text = ""
		for i, e := range entries {
			text += st.key.Render(e[0]) + " "
			if i >= wordless {
				text += st.muted.Render(e[1]) + "  "
			}
		}
		if width(text)+width(more) <= w {
			break
		}
	}
	return st.ends(text, more, w)
}

// predicted is the heading of a question that was asked. One that was just answered is what the guide scrolls to.
func (st *styles) predicted(v lessonView, present *int, line int) string {
	if !v.reveal {
		return st.title.Render(st.t("Predicted"))
	}
	*present = line
	return st.badge.Render(" " + st.t("Predicted, and measured") + " ")
}

// guideLines are everything that the guide says, in lines of at most w cells; present is the line of the present step.
func guideLines(st *styles, v lessonView, w int) (lines []string, present int) {
	add := func(more ...string) { lines = append(lines, more...) }
	add(st.wrapped(v.text.Title, w, st.title)...)
	add(st.md.lines(v.text.Goal, w)...)
	switch {
	case v.coming:
		add("", st.warn.Render(st.g.waiting+" "+st.t("The lab is being made ready.")))
	case v.number != v.here:
		add("")
		add(st.wrapped(st.t("You are in checkpoint %d. Enter begins this one.", v.here), w, st.warn)...)
	}
	add("")
	for i, s := range v.steps {
		if i == v.present {
			present = len(lines)
		}
		add(st.stepLines(v, i, s, w)...)
	}
	if v.present == len(v.steps) {
		add("")
		add(st.wrapped(st.ending(v), w, st.good)...)
	}
	if poll, ok := pollOf(v); ok {
		add("", st.predicted(v, &present, len(lines)))
		add(st.wrapped(unmarked(v.text.Questions[poll.Question.Name].Ask), w, st.muted)...)
		add(st.pollLines(v.text, poll, w)...)
	}
	add("", st.title.Render(st.t("Look at")))
	add(st.md.lines(v.text.Look, w)...)
	add("", st.title.Render(st.t("Why")))
	add(st.md.lines(v.text.Concept, w)...)
	return lines, present
}

// ending is said when every step is behind.
func (st *styles) ending(v lessonView) string {
	skipped := 0
	for _, s := range v.steps {
		if !s.Done {
			skipped++
		}
	}
	switch {
	case skipped > 0:
		return st.count(int64(skipped), "Through. %s step was skipped; it still counts when it is done.", "Through. %s steps were skipped; they still count when they are done.")
	case v.number == lesson.Last:
		return st.t("The course is done, and every step of this checkpoint was measured.")
	}
	return st.t("Done, and measured. > and Enter go on to checkpoint %d.", v.number+1)
}

// stepLines are a step: its sign and title, what was measured beside what the course expects, and how to do the present one.
func (st *styles) stepLines(v lessonView, i int, s lesson.StepState, w int) []string {
	title := fmt.Sprintf("%d.%d %s", v.number, i+1, v.text.Steps[s.Step.Name].Title)
	style, sign := pen(""), st.g.dot
	switch {
	case s.Done:
		style, sign = st.good, st.g.ok
	case i == v.present:
		style, sign = st.key, st.g.cursor
	case s.Skipped:
		style, sign = st.warn, st.g.dash
		title += " (" + st.t("skipped") + ")"
	}
	ink := st.muted
	if s.Done || i == v.present {
		ink = st.strong
	}
	var out []string
	for n, line := range st.wrapped(title, w-guideIndent, ink) {
		if n == 0 {
			out = append(out, style.Render(sign)+" "+line)
		} else {
			out = append(out, blank(guideIndent)+line)
		}
	}
	if figures := st.figures(s, i == v.present && v.waiting != ""); figures != "" && (s.Done || i == v.present) {
		for _, line := range st.wrapped(figures, w-guideIndent, style) {
			out = append(out, blank(guideIndent)+line)
		}
	}
	if i == v.present {
		for _, line := range st.md.lines(v.body(s), w-guideIndent) {
			out = append(out, blank(guideIndent)+line)
		}
	}
	return out
}

// wrapped are the lines of a text of the program's own, each in the same style.
func (st *styles) wrapped(text string, w int, style pen) []string {
	lines := strings.Split(ansi.Wrap(st.plain(text), max(w, 1), ""), "\n")
	for i, line := range lines {
		lines[i] = style.Render(line)
	}
	return lines
}
