package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// press takes one key. What is in front takes it first: a question, then the help, then the page.
func (m *model) press(msg tea.KeyPressMsg) tea.Cmd {
	m.remember(msg)
	m.touched = m.now
	if cmd, taken := m.steer(msg); taken {
		return cmd
	}
	return m.obey(msg)
}

// end quits, and without a question where it was asked before.
func (m *model) end(again bool) tea.Cmd {
	if again {
		return tea.Quit
	}
	return m.quit()
}

// obey does what a key is for.
func (m *model) obey(msg tea.KeyPressMsg) tea.Cmd {
	again := m.interrupt
	m.interrupt = key.Matches(msg, m.keys.End)
	switch {
	case m.interrupt:
		return m.end(again)
	case key.Matches(msg, m.keys.Quit) && m.form == nil && m.finder == nil && (m.dialog == nil || m.dialog.lists()):
		return m.depart()
	case m.dialog != nil:
		return m.answer(m.dialog.press(msg, m.answers()))
	case m.tooSmall():
		return nil
	case m.form != nil:
		return m.fill(msg)
	case m.finder != nil:
		return m.pressFinder(msg)
	case m.help:
		m.pressInHelp(msg)
		return nil
	case m.typing != nil:
		return m.pressTyped(msg)
	case m.guide.ballot != nil:
		m.vote(msg)
		return nil
	case m.guide.reveal != "" && !key.Matches(msg, m.keys.Guide):
		m.guide.reveal = ""
		if key.Matches(msg, m.keys.Back) || key.Matches(msg, m.keys.Choose) {
			return nil
		}
	}
	if m.pressStage(msg) {
		return nil
	}
	if cmd, taken := m.pressPaper(msg); taken {
		return cmd
	}
	if cmd, taken := m.pressGuide(msg); taken {
		return cmd
	}
	if m.refuses(msg) {
		return nil
	}
	if cmd, taken := m.pressOnDesk(msg); taken {
		return cmd
	}
	if c, ok := m.keys.command(msg, m.selected, m.live.Settings.Delay); ok {
		return m.do(c)
	}
	m.navigate(msg)
	return nil
}

// refuses says that a key would do what cannot be done here, and says why.
func (m *model) refuses(msg tea.KeyPressMsg) bool {
	if m.live.Observing && m.keys.writes(msg) {
		m.tell(observing(), true)
		return true
	}
	if why := m.keys.refusal(msg, m.live, m.browser.query.Topic); !why.Empty() {
		m.refuse(why)
		return true
	}
	return false
}

func (m *model) answer(a answer) tea.Cmd {
	if a.quit {
		return tea.Quit
	}
	if a.closed {
		m.dialog = nil
	}
	if a.next != nil {
		m.dialog = a.next
	}
	switch {
	case a.command != nil:
		return m.do(a.command)
	case a.act != nil:
		return a.act(m)
	}
	return nil
}

// do hands a command to the lab. A lab that is not running would refuse it.
func (m *model) do(c lab.Command) tea.Cmd {
	m.noteDeed(c)
	if why := barred(m.live, c); !why.Empty() {
		m.tell(why, true)
		return nil
	}
	m.promise(phrase.New("%s ...", intent(c)))
	return m.jobs.do(m.lab, c)
}

// noteDeed keeps what was asked of the lab, for whoever wants to know what it would be typed as.
func (m *model) noteDeed(c lab.Command) {
	if q, ok := deedOf(c); ok {
		m.did(q)
		m.diary.written = false
	}
}

// barred says why a command is not handed to the lab as it is; empty where it is.
func barred(s *lab.Snapshot, c lab.Command) phrase.Phrase {
	if s.State != lab.Running {
		return phrase.New("The lab is not running: nothing was sent.")
	}
	if o, ok := outsiderOf(s, nameIn(c)); ok {
		return phrase.New("%s runs on %s and not in this lab: only who runs it can do that.", o.Name, o.Host)
	}
	if why := s.WhyNot(c); !why.Empty() {
		return off(why)
	}
	return phrase.Phrase{}
}

// nameIn is the instance that a command is about; empty when it is about none, or leaves the choice to the lab.
func nameIn(c lab.Command) string {
	switch c := c.(type) {
	case lab.Kill:
		return c.Name
	case lab.Stop:
		return c.Name
	case lab.Restart:
		return c.Name
	}
	return ""
}

func (m *model) pressInHelp(msg tea.KeyPressMsg) {
	switch {
	case key.Matches(msg, m.keys.Help), key.Matches(msg, m.keys.Back):
		m.help = false
	case key.Matches(msg, m.keys.Theme):
		m.cycleTheme()
	case key.Matches(msg, m.keys.Language):
		m.cycleLanguage()
	default:
		m.helpTop = m.scrolled(msg, m.helpTop, m.height-2, m.helpLimit())
	}
}

// navigate takes the keys that change the view and ask nothing of the lab.
func (m *model) navigate(msg tea.KeyPressMsg) {
	switch {
	case key.Matches(msg, m.keys.Help):
		m.help, m.helpTop = true, 0
	case key.Matches(msg, m.keys.Theme):
		m.cycleTheme()
	case key.Matches(msg, m.keys.Language):
		m.cycleLanguage()
	case m.live.State == lab.Starting:
	case key.Matches(msg, m.keys.Finder):
		m.openFinder()
	case key.Matches(msg, m.keys.Mouse):
		m.toggleMouse()
	case m.ask(msg), m.travel(msg), m.turn(msg):
	case key.Matches(msg, m.keys.Back):
		m.back()
	case m.page == rebalancesPage:
		m.browse(msg)
	case m.selects() && key.Matches(msg, m.keys.Next):
		m.selectBy(1)
	case m.selects() && key.Matches(msg, m.keys.Previous):
		m.selectBy(-1)
	default:
		step, limit := m.extent()
		m.top[m.page] = m.scrolled(msg, m.top[m.page], step, limit)
	}
}

// ask opens a question when the key is one's.
func (m *model) ask(msg tea.KeyPressMsg) bool {
	switch {
	case key.Matches(msg, m.keys.FloodChoose):
		m.dialog = floodDialog(m.st)
	case key.Matches(msg, m.keys.PillChoose) && len(m.options.Pills) > 0:
		m.dialog = pillDialog(m.st, m.options.Pills)
	case key.Matches(msg, m.keys.Protocol):
		m.dialog = protocolDialog(m.st, m.live, m.keys.Protocol.Keys())
	case key.Matches(msg, m.keys.Grow):
		m.dialog = partitionsDialog(m.st, m.live)
	case key.Matches(msg, m.keys.MessageKey):
		m.dialog = keyDialog(m.st, m.live, m.keys.MessageKey.Keys())
	case key.Matches(msg, m.keys.Guarantee):
		m.dialog = guaranteeDialog(m.st, m.live, m.keys.Guarantee.Keys())
	case key.Matches(msg, m.keys.Broker):
		m.page = brokersPage
		m.dialog = brokerDialog(m.st, m.live, m.keys.Broker.Keys())
	case key.Matches(msg, m.keys.Policy):
		m.dialog = poisonDialog(m.st, m.live, m.keys.Policy.Keys())
	}
	return m.dialog != nil
}

// turn shows another page when the key names one.
func (m *model) turn(msg tea.KeyPressMsg) bool {
	k := m.keys
	for p, b := range []key.Binding{k.Dashboard, k.Events, k.Consumers, k.Topics, k.Partitions, k.Rebalances, k.Lanes, k.Ledger} {
		if key.Matches(msg, b) {
			m.page = page(p)
			return true
		}
	}
	return false
}

// selects says whether the arrows choose a consumer on this page.
func (m *model) selects() bool { return m.page == dashboardPage || m.page == consumersPage }

// back undoes the newest of what a user may want to leave: a page, a selection, the freeze.
func (m *model) back() {
	switch {
	case m.page != dashboardPage:
		m.page = dashboardPage
	case m.focus != dashboardPage:
		m.focus = dashboardPage
	case m.selected != "":
		m.selected = ""
	case m.replay != nil:
		m.replay = nil
	case m.guide.open && !m.guideBeside() && !m.refused(): // beside the dashboard it is in nobody's way
		m.closeGuide()
	default:
		m.message = message{}
	}
}

func (m *model) cycleTheme() {
	m.putOn(nextTheme(m.theme))
}

// putOn has the screen in a theme, whatever the terminal's background is.
func (m *model) putOn(theme string) {
	m.auto = false
	m.restyle(theme)
	m.message = message{said: themeSaid(m.theme), at: m.now}
}

// selectBy moves the selection. It is kept by name, so that it survives when rows come and go.
func (m *model) selectBy(by int) {
	all := instances(m.shown())
	if len(all) == 0 {
		return
	}
	at := slices.IndexFunc(all, func(i lab.Instance) bool { return idOf(i) == m.selected })
	if at < 0 && by < 0 {
		at = 0
	}
	at = (at + by + len(all)) % len(all)
	m.selected, m.focus = idOf(all[at]), dashboardPage // there is one cursor on the screen
	if m.page == consumersPage {
		step, _ := m.extent()
		m.top[m.page] = min(max(m.top[m.page], at-step+1), at)
	}
}

// remember keeps the last keys for the class to see.
func (m *model) remember(msg tea.KeyPressMsg) { m.showKey(msg.String()) }

func (m *model) showKey(name string) {
	const kept = 6
	m.pressed = append(m.pressed, visible(name, 12, m.options.ASCII))
	m.pressed = m.pressed[max(len(m.pressed)-kept, 0):]
	m.pressedAt = m.now
}
