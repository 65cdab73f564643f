package tui

import (
	"slices"
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
)

// bindGuide sets the keys of the lesson.
func (k *KeyMap) bindGuide() {
	k.Guide = bind("g", "guide: the course, step by step", "g")
	k.GuideMenu = bind("G", "guide: jump, skip, go back, questions", "G")
	k.CheckpointBefore = bind("<", "guide: the checkpoint before", "<")
	k.CheckpointAfter = bind(">", "guide: the next checkpoint", ">")
	k.Typed = bind("i", "what would I type?", "i")
	k.HandOut = bind("H", "hand-out: write the report", "H")
	k.Hands = bind("A", "guide: ask the question, count hands", "A")
	k.bindStage()
}

// pressGuide takes the keys of the lesson.
func (m *model) pressGuide(msg tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	g, k := &m.guide, m.keys
	if m.live.State == lab.Starting {
		return nil, false
	}
	switch {
	case key.Matches(msg, k.Guide):
		m.toggleGuide()
	case key.Matches(msg, k.GuideMenu):
		m.dialog = m.guideMenu()
	case !g.open:
		return nil, false
	case key.Matches(msg, k.CheckpointBefore):
		m.leaf(-1)
	case key.Matches(msg, k.CheckpointAfter):
		m.leaf(1)
	case key.Matches(msg, k.Hands):
		m.askAgain()
	case !m.readsGuide():
		return nil, false
	case key.Matches(msg, k.Choose):
		return m.beginShown(), true
	default:
		return nil, m.scrollGuide(msg)
	}
	return nil, true
}

// readsGuide says that the guide has the keys that scroll and choose: nothing else on the screen wants them.
func (m *model) readsGuide() bool {
	return m.page == guidePage || m.guideBeside() && m.page == dashboardPage
}

// toggleGuide opens the guide. Where there is no room beside the dashboard it is a page, and the key goes back and forth
// between that page and the dashboard with the present step under it.
func (m *model) toggleGuide() {
	g := &m.guide
	switch {
	case !g.open:
		g.open, g.shown, g.top = true, g.here(), atStep
		if !m.guideBeside() {
			m.page = guidePage
		}
	case m.guideBeside():
		m.closeGuide()
	case m.page == guidePage:
		m.page = dashboardPage
	default:
		m.page = guidePage
	}
	m.ponder()
}

func (m *model) closeGuide() {
	m.guide.open, m.guide.reveal = false, ""
	if m.page == guidePage {
		m.page = dashboardPage
	}
}

// leaf shows another checkpoint; the present one stays what it is.
func (m *model) leaf(by int) {
	g := &m.guide
	g.shown, g.top = min(max(g.shown+by, 0), lesson.Last), 0
	if g.shown == g.here() {
		g.top = atStep
	}
	if !m.guideBeside() {
		m.page = guidePage
	}
}

// scrollGuide takes the keys that scroll; on the dashboard the arrows select a consumer.
func (m *model) scrollGuide(msg tea.KeyPressMsg) bool {
	k := m.keys
	arrows := m.page == guidePage && (key.Matches(msg, k.Next) || key.Matches(msg, k.Previous))
	if !arrows && !key.Matches(msg, k.PageDown) && !key.Matches(msg, k.PageUp) && !key.Matches(msg, k.Home) {
		return false
	}
	w, h := m.guideSize()
	all, present := guideLines(m.st, m.lessonView(), w)
	room := max(h-guideFrame, 1)
	m.guide.top = m.scrolled(msg, guideTop(m.guide.top, present, len(all), room), room, len(all)-room)
	return true
}

// beginShown begins the checkpoint that is read, and asks first where that deletes something, steps that are done too.
func (m *model) beginShown() tea.Cmd {
	again := m.guide.shown == m.guide.here() // what was done in it would be lost
	if !m.live.Observing && (again || holdsData(m.live)) {
		m.dialog = m.beginDialog(m.guide.shown)
		return nil
	}
	return m.stage(m.guide.shown)
}

// beginDialog asks before everything is deleted.
func (m *model) beginDialog(number int) *dialog {
	const w = 64
	st := m.st
	return &dialog{
		title: m.t("Begin checkpoint %d?", number),
		notes: slices.Concat(st.wrapped(m.guide.texts[number].Title, w, st.strong), st.wrapped(m.beginsWith(number), w, st.muted), []string{""},
			st.wrapped(m.t("Everything in the topics of this lab is deleted; it takes about two seconds."), w, "")),
		agreed: func(m *model) tea.Cmd { return m.stage(number) },
	}
}

// beginsWith says what the lab of a checkpoint is like.
func (m *model) beginsWith(number int) string {
	c, err := lesson.Find(number)
	if err != nil {
		return ""
	}
	what := m.st.count(int64(c.Start.Partitions), "%s partition", "%s partitions") + ", " +
		m.st.count(int64(c.Start.Orders), "%s consumer", "%s consumers") + ", " + phrase.Number(c.Start.Delay.Milliseconds()).In(m.lang) + " ms"
	switch {
	case c.Start.Bare:
		return m.t("no topic yet, nothing started")
	case c.Start.Idle:
		return m.t("%s, none started yet", what)
	case c.Start.Poison == lab.PoisonCrash:
		return m.t("%s, naive: a pill crashes them", what)
	}
	return what
}

// guideMenu is what a teacher may want besides going on.
func (m *model) guideMenu() *dialog {
	g := &m.guide
	m.guide.open = true
	plain := func(label, detail string, do func(m *model)) choice {
		return choice{label: label, detail: detail, act: func(m *model) tea.Cmd { do(m); return nil }}
	}
	d := &dialog{title: m.t("The guide"), again: m.keys.GuideMenu.Keys()}
	for n, text := range g.texts { // each has its own number, and what else there is the others
		c := choice{label: m.t("checkpoint %d", n), detail: text.Title, digit: strconv.Itoa(n), now: n == g.here(), next: m.beginDialog(n)}
		d.items = append(d.items, c)
	}
	if steps := g.course.Steps(g.here()); g.course.Present() < len(steps) {
		name := g.text().Steps[steps[g.course.Present()].Step.Name].Title
		d.items = append(d.items, choice{label: m.t("skip"), detail: m.t("this step: %s", name), digit: "7", act: (*model).skip})
	}
	if g.course.Present() > 0 {
		d.items = append(d.items, choice{label: m.t("one step back"), detail: m.t("to do it again"), digit: "8", act: (*model).stepBack})
	}
	questions := plain(m.t("no questions"), m.t("ask nothing from now on"), func(m *model) { m.guide.quiet, m.guide.reveal = true, "" })
	if g.quiet {
		questions = plain(m.t("questions"), m.t("ask before each experiment again"), func(m *model) { m.guide.quiet = false })
	}
	questions.digit = "9"
	d.items = append(d.items, questions, plain(m.t("close"), m.t("the guide; what was measured stays"), (*model).closeGuide))
	if g.shown != g.here() {
		d.items = append(d.items, plain(m.t("go on here"), m.t("checkpoint %d, with the lab as it is", g.shown), func(m *model) { m.enter(m.guide.shown, m.live) }))
	}
	return d
}
