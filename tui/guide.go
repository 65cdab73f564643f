package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
)

// guide is the lesson on the screen. The course measures; this is how it is looked at.
type guide struct {
	course *lesson.Course
	texts  []lesson.Text // of every checkpoint, in the language of the screen
	open   bool
	quiet  bool // no questions are asked
	shown  int  // the checkpoint that is read, which is another than the present one while somebody leafs
	top    int  // how far it is scrolled; atStep: as far as the present step needs
	coming int  // the checkpoint that the lab is on the way to; nowhere when it is on none
	offer  bool // the program was asked to begin with a checkpoint, and has not looked whether the lab is as it wants it

	ballot   *ballot         // the question in front of everything
	passed   map[string]bool // the questions that were left without votes
	revealed map[string]bool // the questions whose measured answers were shown
	metrics  string          // where the lab's numbers are published, as far as a checkpoint wanted them
	reveal   string          // the question whose measured answer is shown; empty for none
	revealAt time.Time       // since when
}

const (
	nowhere = -1
	atStep  = -1
)

// newGuide begins with a checkpoint, nil for the first, which any lab can begin with.
func newGuide(o Options, s *lab.Snapshot) guide {
	g := guide{open: o.Checkpoint != nil, offer: o.Checkpoint != nil, quiet: o.NoQuestions, top: atStep, coming: nowhere}
	if o.Checkpoint != nil {
		g.shown = o.Checkpoint.Number
	}
	g.course, _ = lesson.NewCourse(g.shown, s.Started) // there is a checkpoint of that number: it came from the course
	g.read(o.Language)
	g.forget()
	return g
}

// read takes the texts of a language. They are part of the program, and a test reads all of them.
func (g *guide) read(l *phrase.Language) {
	g.texts = g.texts[:0]
	for _, c := range lesson.All() {
		text, err := c.Read(l)
		if err != nil {
			text = lesson.Text{Title: err.Error()}
		}
		g.texts = append(g.texts, text)
	}
}

// forget drops what was asked: the checkpoint begins again.
func (g *guide) forget() {
	g.ballot, g.reveal, g.top = nil, "", atStep
	g.passed, g.revealed = map[string]bool{}, map[string]bool{}
}

// here is the number of the present checkpoint.
func (g *guide) here() int { return g.course.Checkpoint().Number }

// text is what the present checkpoint says.
func (g *guide) text() lesson.Text { return g.texts[g.here()] }

// enter begins a checkpoint on a lab that is as it is to be.
func (m *model) enter(number int, s *lab.Snapshot) {
	g := &m.guide
	since := s.At
	if number == g.coming {
		since = s.Started
	}
	if err := g.course.Enter(number, since); err != nil {
		m.complain(err)
		return
	}
	g.shown, g.coming, g.offer = number, nowhere, false
	g.forget()
	m.publish(g.course.Checkpoint())
}

// publish has the lab's numbers published where a checkpoint has somebody fetch them. Without them one can skip that step.
func (m *model) publish(c lesson.Checkpoint) {
	if !c.Start.Metrics || m.options.Publish == nil {
		return
	}
	url, err := m.options.Publish()
	if err != nil {
		m.complain(err)
		return
	}
	m.guide.metrics = url
}

// stage asks the lab to be as a checkpoint begins.
func (m *model) stage(number int) tea.Cmd {
	c, err := lesson.Find(number)
	if err != nil {
		m.complain(err)
		return nil
	}
	m.publish(c)
	if m.live.Observing {
		m.enter(number, m.live)
		return nil
	}
	cmd := m.do(c.Begin())
	if cmd != nil {
		m.guide.coming, m.guide.open = number, true
	}
	return cmd
}

// began looks how the wish for another lab ended.
func (m *model) began(done doneMsg) {
	if _, ok := done.command.(lab.Begin); !ok || m.guide.coming == nowhere {
		return
	}
	if done.err != nil {
		m.guide.coming = nowhere
		return
	}
	m.enter(m.guide.coming, done.snapshot)
	m.tell(phrase.New("Checkpoint %d has begun.", m.guide.here()), false)
}

// watch shows a picture of the lab to the course. While the lab is exchanged it sees nothing: neither lab is the one of the
// checkpoint.
func (m *model) watch(s *lab.Snapshot) {
	g := &m.guide
	if g.coming != nowhere || s.State != lab.Running {
		return
	}
	if m.options.Scraped != nil {
		g.course.Scraped(m.options.Scraped())
	}
	before := g.course.Present()
	g.course.Watch(s)
	if g.course.Present() != before && g.shown == g.here() {
		g.top = atStep
	}
	m.offerBeginning(s)
	m.ponder()
}

// offerBeginning asks whether to begin afresh where the lab of --checkpoint found something in the topics. That is so on
// somebody's cluster alone.
func (m *model) offerBeginning(s *lab.Snapshot) {
	if !m.guide.offer || s.Reading.At.IsZero() {
		return
	}
	m.guide.offer = false
	if !s.Cluster.Embedded && holdsData(s) {
		m.dialog = m.beginDialog(m.guide.here())
	}
}

// holdsData says that a new beginning would delete something, as far as anybody knows.
func holdsData(s *lab.Snapshot) bool {
	for _, t := range s.Topics {
		if t.Total > 0 || !t.Known && !t.Missing {
			return true
		}
	}
	return false
}

// handedOut tells the course that the hand-out was written.
func (m *model) handedOut() { m.guide.course.HandedOut() }

// skip goes on without the present step, and back to the one before.
func (m *model) skip() tea.Cmd {
	m.guide.course.Skip(m.live)
	m.guide.shown, m.guide.top = m.guide.here(), atStep
	m.ponder()
	return nil
}

func (m *model) stepBack() tea.Cmd {
	m.guide.course.Back(m.live)
	m.guide.shown, m.guide.top = m.guide.here(), atStep
	return nil
}
