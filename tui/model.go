package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/demo"
	"blackfriday/services/lab"
)

// page is what the body of the screen shows.
type page int

const (
	dashboardPage page = iota
	eventsPage
	consumersPage
	topicsPage
	partitionsPage
	rebalancesPage
	lanesPage
	ledgerPage
	lettersPage
	messagesPage
	trailPage
	brokersPage
	guidePage
	curvePage
	stagePage
	pages
)

// model is the whole state of the dashboard.
type model struct {
	lab     Lab
	jobs    *jobs
	options Options
	keys    KeyMap

	st      *styles
	lang    *phrase.Language // of the screen; nil is English
	theme   string
	auto    bool                 // the theme follows the terminal's background
	colours colorprofile.Profile // how many the terminal shows

	width, height int
	now           time.Time     // of the newest frame
	live          *lab.Snapshot // the newest
	past          history       // the last two minutes, up to about the newest
	replay        *replay       // where the screen stands still; nil while it is live
	scale         int64         // the lag of a full bar

	page     page
	top      [pages]int // how far each page is scrolled
	help     bool
	helpTop  int
	dialog   *dialog
	form     *form
	finder   *finder
	mouseOff bool
	still    bool   // nothing moves
	selected string // name of the selected instance, empty for none
	chosen   int    // number of the rebalance that is shown in full, 0 for the newest

	focus page // of the panel of the dashboard that is in focus; dashboardPage for none

	guide guide
	pilot *demo.Autopilot // plays the story; nil: nobody does
	spot  spotlight
	told  narration
	diary diary

	typing *typing // what somebody would type, in front of everything; nil: it is not asked for
	last   deed    // what the last key did

	letters letterBox
	browser browser
	trail   trail
	paper   paper

	message   message
	log       []message // the newest at the end, to be read again
	pressed   []string  // the last keys, the newest at the end
	pressedAt time.Time
	touched   time.Time // when somebody pressed a key or clicked
	unrolled  bool      // it was told that the recording has ended before its time
	interrupt bool      // the last key was ctrl+c
	crash     error
}

// message is the answer to a command.
type message struct {
	said phrase.Phrase // in whatever language the screen speaks; empty: there is none
	bad  bool
	at   time.Time
}

func newModel(l Lab, o Options, j *jobs) *model {
	m := &model{lab: l, jobs: j, options: o, keys: DefaultKeys(), live: l.Snapshot(), lang: o.Language, colours: colorprofile.TrueColor, still: o.ReducedMotion}
	m.now = m.live.At
	m.theme, m.auto = onGround(o.Theme, true)
	if o.Demo != nil {
		m.pilot = demo.New(o.Demo.Loop)
	}
	m.guide = newGuide(o, m.live)
	m.publish(m.guide.course.Checkpoint())
	m.restyle(m.theme)
	m.take(m.live)
	return m
}

// Init starts the ticking of the frames and asks the terminal for its background.
func (m *model) Init() tea.Cmd {
	if m.auto && !m.options.NoColor {
		return tea.Batch(m.jobs.tick(m.lab), tea.RequestBackgroundColor)
	}
	return m.jobs.tick(m.lab)
}

// Update takes one message.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case frameMsg:
		m.take(msg.snapshot)
		m.now = msg.at
		m.hearRecorder()
		return m, tea.Batch(m.jobs.tick(m.lab), m.pull(), m.fly())
	case tea.KeyPressMsg:
		cmd := m.press(msg)
		m.leave()
		return m, cmd
	case tea.MouseClickMsg:
		cmd := m.click(msg)
		m.leave()
		return m, cmd
	case tea.MouseWheelMsg:
		cmd := m.wheel(msg)
		m.leave()
		return m, cmd
	case tea.PasteMsg:
		m.paste(msg.Content)
	case tea.WindowSizeMsg:
		m.resize(msg)
	case tea.BackgroundColorMsg:
		m.background(msg)
	case tea.ColorProfileMsg:
		m.colours = msg.Profile
		m.restyle(m.theme)
	case doneMsg:
		m.take(msg.snapshot)
		m.say(msg)
		m.began(msg)
	case pilotedMsg:
		m.piloted(msg)
	case crashMsg:
		m.crash = msg.err
		return m, tea.Quit
	default:
		return m, m.deliver(msg)
	}
	return m, nil
}

// take makes a Snapshot the newest.
func (m *model) take(s *lab.Snapshot) {
	if !s.Started.Equal(m.live.Started) {
		m.renew()
	}
	m.narrate(s)
	m.live = s
	m.scale = nextScale(m.scale, s)
	if s.State != lab.Starting {
		m.past = m.past.with(s)
	}
	known := slices.ContainsFunc(instances(s), func(i lab.Instance) bool { return idOf(i) == m.selected })
	if !known {
		m.selected = ""
	}
	m.watch(s)
	m.lightStep()
	m.diary.Watch(s, m.guide.course)
}

// renew forgets everything about a lab that another one has followed: what it was called, and where its records stood,
// means nothing in the next.
func (m *model) renew() {
	m.browser.hush()
	m.browser.work.end()
	m.letters.work.end()
	m.trail.work.end()
	m.past, m.replay, m.scale, m.told = nil, nil, 0, narration{}
	m.selected, m.chosen, m.top = "", 0, [pages]int{}
	m.letters, m.browser, m.trail, m.paper = letterBox{}, browser{}, trail{}, paper{}
}

// nextScale is the lag that a full bar stands for: the largest since the lag was last zero, so that bars shrink while
// they are worked on.
func nextScale(scale int64, s *lab.Snapshot) int64 {
	const least = 10
	if s.Lag.Known && s.Lag.Total == 0 {
		scale = least
	}
	for _, p := range s.Partitions {
		if p.Known {
			scale = max(scale, p.Lag)
		}
	}
	return max(scale, least)
}

// shown is the Snapshot on the screen.
func (m *model) shown() *lab.Snapshot {
	if m.replay != nil {
		return m.replay.shown()
	}
	return m.live
}

func (m *model) resize(msg tea.WindowSizeMsg) {
	m.width, m.height = max(msg.Width, 0), max(msg.Height, 0)
	if m.tooSmall() && m.dialog != nil && !m.dialog.quit {
		m.dialog = nil
	}
	if m.page == guidePage && m.guideBeside() {
		m.page = dashboardPage
	}
}

func (m *model) tooSmall() bool { return m.width < minWidth || m.height < minHeight }

func (m *model) background(msg tea.BackgroundColorMsg) {
	if !m.auto || msg.Color == nil {
		return
	}
	theme, _ := onGround(m.options.Theme, msg.IsDark())
	m.restyle(theme)
}

func (m *model) restyle(theme string) {
	m.theme = theme
	colours := m.colours
	if m.options.NoColor {
		colours = min(colours, colorprofile.ASCII)
	}
	m.st = stylesOn(theme, m.options.ASCII, colours)
	m.st.lang = m.lang
}

// say shows how a command ended.
func (m *model) say(done doneMsg) {
	m.tell(outcome(done.command), false)
	if done.err != nil {
		m.complain(done.err)
	}
}
