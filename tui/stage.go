package tui

import (
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// spotlight is what the stage shows, and the step of the guide that it was last set for.
type spotlight struct {
	figure     figure
	here, step int // the checkpoint and its present step; step is nowhere while the guide is closed
}

// bindStage sets the keys of the stage and of what is looked at large.
func (k *KeyMap) bindStage() {
	k.Stage = bind("S", "stage: one number, large; 1-6 choose", "S")
	k.Zoom = bind("z", "maximise the panel, and back", "z")
	k.Focus = bind("Z", "choose the panel for z", "Z")
}

// pressStage takes the keys of the stage, and those that look at a panel large.
func (m *model) pressStage(msg tea.KeyPressMsg) bool {
	k := m.keys
	switch {
	case m.live.State == lab.Starting:
		return false
	case key.Matches(msg, k.Stage) && m.page == stagePage:
		m.page = dashboardPage
	case key.Matches(msg, k.Stage):
		m.page, m.spot.step = stagePage, nowhere
		m.lightStep()
	case key.Matches(msg, k.Zoom):
		m.zoom()
	case key.Matches(msg, k.Focus) && m.page == dashboardPage:
		m.focusNext()
	case m.page == stagePage:
		return m.light(msg)
	default:
		return false
	}
	return true
}

// light takes the keys that choose what the stage shows. The choice holds until the guide's next step.
func (m *model) light(msg tea.KeyPressMsg) bool {
	n, err := strconv.Atoi(msg.String())
	switch by := int(m.spot.figure); {
	case err == nil && n >= 1 && n <= int(lastFigure):
		m.spot.figure = figure(n - 1)
	case msg.String() == "left":
		m.spot.figure = figure((by + int(lastFigure) - 1) % int(lastFigure))
	case msg.String() == "right":
		m.spot.figure = figure((by + 1) % int(lastFigure))
	default:
		return false
	}
	return true
}

// lightStep shows what the present step of the guide is about, once it has become the present one.
func (m *model) lightStep() {
	here, step := m.guide.here(), nowhere
	if m.guide.open {
		step = m.guide.course.Present()
	}
	if here == m.spot.here && step == m.spot.step {
		return
	}
	m.spot.here, m.spot.step = here, step
	if steps := m.guide.course.Steps(here); step >= 0 && step < len(steps) {
		if f, ok := figureOf(steps[step].Step.Name); ok {
			m.spot.figure = f
		}
	}
}

// How many lines of the stage stand above the number and under the lanes: the header, the step of the guide, the number's name;
// two lines of what happened, and the keys.
const (
	stageHead = 3
	stageFoot = 3
)

// stageLayout says how large each part of the stage is.
type stageLayout struct {
	scale int // of the block font
	lanes int // lines for lanes, each of which is thick lines high
	thick int
	ruler bool
	free  int // lines that stay empty
}

// arrangeStage shares a terminal of w by h cells: first the lanes, then the number as large as it gets, then thicker lanes.
func arrangeStage(text string, w, h, partitions int, ascii bool) stageLayout {
	const others, margin = 2, 4 // what is said of the number, and the heading of the lanes; cells beside the number
	room := max(h-stageHead-stageFoot-others, 0)
	l := stageLayout{lanes: min(partitions, max(room/3, 1)), thick: 1}
	l.scale = max(digitScale(text, w-margin, room-l.lanes-2, ascii), 1)
	l.free = max(room-l.lanes-digitRows(l.scale), 0)
	if l.free > 3 {
		l.ruler = true
		l.free--
	}
	if l.lanes == partitions && partitions > 0 {
		more := min((l.free-3)/partitions, 2)
		l.thick += max(more, 0)
		l.free -= max(more, 0) * partitions
	}
	return l
}

// stageLines are the whole screen of the stage.
func (m *model) stageLines() []string {
	st, v, w, h := m.st, m.view(), m.width, m.height
	shown := st.figure(v.s, m.spot.figure)
	l := arrangeStage(shown.sizedAs(), w, h, len(v.s.Partitions), st.ascii)
	out := append([]string{headerLines(st, v.s, w, m.standstill())[0]}, m.stageStep())
	out = append(out, make([]string, l.free/3)...)
	count := st.muted.Render(strconv.Itoa(int(m.spot.figure)+1) + "/" + strconv.Itoa(int(lastFigure)) + " ")
	name := st.title.Render(shown.name) + "  " + st.muted.Render(shown.unit)
	out = append(out, st.ends(st.centred(name, w-width(count)), count, w))
	for _, row := range st.digits(shown.number, l.scale) {
		out = append(out, st.centred(shown.style.Render(row), w))
	}
	out = append(out, st.centred(cut(shown.said, w-2, st.ascii), w))
	out = append(out, make([]string, l.free-l.free/3)...)
	out = append(out, laneTitle(v, w, true))
	out = append(out, thickened(lanes(v, w, l.lanes), l.thick, laneLabel(len(v.s.Partitions)), w)...)
	if l.ruler {
		out = append(out, laneRuler(v, w))
	}
	return append(st.box(out, w, max(h-stageFoot, 0)), m.stageFoot()...)
}

// thickened draws each lane as many lines high; its name stands in the first of them.
func thickened(lanes []string, thick, label, w int) []string {
	var out []string
	for _, line := range lanes {
		out = append(out, line)
		for range thick - 1 {
			out = append(out, blank(label)+cells(line, label, w))
		}
	}
	return out
}

// stageStep is the present step of the guide in a line; empty while the guide is closed.
func (m *model) stageStep() string {
	if !m.guide.open {
		return ""
	}
	return guideStrip(m.st, m.lessonView(), m.width, stripLeast)[0]
}

// stageFoot is what happened last, and the keys that were pressed. Where something is in front it is that one's keys.
func (m *model) stageFoot() []string {
	st, w := m.st, m.width
	text, style := m.status()
	rows := strings.Split(ansi.Wrap(visible(text, 2*(w-3), st.ascii), w-3, ""), "\n")
	if len(rows) > 2 {
		rows = []string{rows[0], strings.Join(rows[1:], " ")}
	}
	for i, row := range rows {
		rows[i] = " " + style.Render(cut(row, w-2, st.ascii))
	}
	last := st.right(m.keyCaps()+" ", w)
	if m.asks() {
		front, spare := m.footer()
		last = footerLine(st, front, spare, w)
	}
	return append(st.box(rows, w, stageFoot-1), last)
}

// keyCaps are the keys pressed last, each on a cap.
func (m *model) keyCaps() string {
	var caps []string
	for _, name := range m.keysShown() {
		if name = m.st.keys(name); m.st.ascii {
			caps = append(caps, m.st.strong.Render("["+name+"]"))
			continue
		}
		caps = append(caps, m.st.other.Render(" "+name+" "))
	}
	return strings.Join(caps, " ")
}

// asks says that something is in front that has keys of its own.
func (m *model) asks() bool {
	return m.dialog != nil || m.form != nil || m.finder != nil || m.typing != nil || m.guide.ballot != nil
}

// centred puts a line into the middle of w cells.
func (st *styles) centred(line string, w int) string {
	return st.left(blank((w-width(line))/2)+line, w)
}

// figureOf is what a step of the course is about; ok is false for one that has no number of its own.
func figureOf(step string) (f figure, ok bool) {
	for f := range lastFigure {
		if slices.Contains(stepsOf(f), step) {
			return f, true
		}
	}
	return 0, false
}

// stepsOf are the steps of the course that are about a number.
func stepsOf(f figure) []string {
	return [lastFigure][]string{
		lagFigure:      {"flood", "lag", "grow", "pay", "order", "blocked", "alive"},
		rateFigure:     {"payment", "rate", "second", "alone", "three", "five", "broker", "back"},
		zeroFigure:     {"drained", "emptied"},
		deadFigure:     {"policy", "all"},
		orphanedFigure: {"kill", "again", "pill"},
		lostFigure:     {"once", "proof"},
	}[f]
}
