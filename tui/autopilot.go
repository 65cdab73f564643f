package tui

import (
	"context"
	"math"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/demo"
	"blackfriday/services/lab"
)

// pilotedMsg is the end of a command that the autopilot gave.
type pilotedMsg struct {
	err      error
	snapshot *lab.Snapshot
}

// captionLines is what the autopilot's caption takes under the body. What is measured stands in the status line.
const captionLines = 2

// flies says that the autopilot has the wheel.
func (m *model) flies() bool {
	return m.pilot != nil && !m.pilot.Caption().Paused && !m.pilot.Caption().Ended
}

// fly shows the newest picture to the autopilot, and does what it wants.
func (m *model) fly() tea.Cmd {
	if m.pilot == nil {
		return nil
	}
	m.takeBack()
	c, ok := m.pilot.Next(m.live)
	if m.flies() {
		m.page = dashboardPage
		if m.pilot.Caption().Books {
			m.page = ledgerPage
		}
	}
	if !ok {
		return nil
	}
	if k := m.keys.of(c); k != "" {
		m.showKey(k)
	}
	m.noteDeed(c)
	return m.jobs.cmd(func(ctx context.Context) tea.Msg {
		err := m.lab.Do(ctx, c)
		return pilotedMsg{err, m.lab.Snapshot()}
	})
}

// How long the keys of a demo that loops are left alone before it begins again by itself, and how long before that it says so.
const (
	loneliness = 3 * time.Minute
	warning    = 30 * time.Second
)

// takesBack is how long it is until a demo that loops begins again, because whoever paused it has gone; ok is false where it does
// not.
func (m *model) takesBack() (in time.Duration, ok bool) {
	if m.pilot == nil || m.options.Demo == nil || !m.options.Demo.Loop || !m.pilot.Caption().Paused {
		return 0, false
	}
	return max(loneliness-m.now.Sub(m.touched), 0), true
}

// takeBack has the demo begin again for whoever comes next.
func (m *model) takeBack() {
	if in, ok := m.takesBack(); !ok || in > 0 {
		return
	}
	m.closeGuide()
	m.replay, m.dialog, m.form, m.finder, m.help, m.typing, m.selected = nil, nil, nil, nil, false, nil, ""
	m.pilot.Restart()
}

// piloted tells the autopilot how its command ended.
func (m *model) piloted(msg pilotedMsg) {
	m.take(msg.snapshot)
	if m.pilot != nil {
		m.pilot.Answered(msg.snapshot, msg.err)
	}
}

// of is the key that does what a command does; empty where none does it alone.
func (k KeyMap) of(c lab.Command) string {
	var b key.Binding
	switch c := c.(type) {
	case lab.Flood:
		b = k.FloodChoose
		if c.Count == 1_000 {
			b = k.Flood
		}
	case lab.Poison:
		b = k.PillChoose
		if len(c.Pills) == 0 {
			b = k.Pills
		}
	case lab.Kill:
		b = k.Kill
	case lab.Restart:
		b = k.Restart
	case lab.SetPoison:
		b = k.Policy
	case lab.SetGuarantee:
		b = k.Guarantee
	default:
		return ""
	}
	return b.Help().Key
}

// steer takes the key that stops the autopilot and has it go on, or leaves it, and gives the lab to whoever presses another one.
func (m *model) steer(msg tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	k := m.keys
	switch {
	case m.pilot == nil:
	case m.pilot.Caption().Ended:
		m.pilot = nil
	case m.flies() && !m.covered() && key.Matches(msg, k.Quit):
		return tea.Quit, true // nobody has done anything yet that could be lost
	case key.Matches(msg, k.Freeze) && !m.covered() && m.replay == nil:
		if m.flies() {
			m.pilot.Pause()
			return nil, true
		}
		m.pilot.Resume()
		m.closeGuide()
		m.selected = ""
		return nil, true
	case m.flies() && (key.Matches(msg, k.Theme) || key.Matches(msg, k.Language)): // they change how it looks, and not what goes on
	default:
		m.pilot.Pause()
	}
	return nil, false
}

// covered says that something in front of the page takes the keys.
func (m *model) covered() bool {
	return m.tooSmall() || m.dialog != nil || m.form != nil || m.finder != nil || m.help || m.typing != nil || m.guide.ballot != nil
}

// steering is what the footer says of the key that has the autopilot pause or go on.
func (m *model) steering(front []key.Binding) []key.Binding {
	if m.pilot == nil || m.replay != nil || m.pilot.Caption().Ended {
		return front
	}
	b := short(m.keys.Freeze, "space", "demo goes on")
	if m.flies() {
		b = short(m.keys.Freeze, "space", "pause the demo")
	}
	return append([]key.Binding{b}, without([]key.Binding{b}, front)...)
}

// captionHeight is how many lines the caption takes from the body.
func (m *model) captionHeight() int {
	if m.pilot == nil {
		return 0
	}
	return captionLines
}

// caption is what the autopilot says; where it will begin again by itself, that.
func (m *model) caption() demo.Caption {
	c := m.pilot.Caption()
	if in, ok := m.takesBack(); ok && in <= warning {
		c.Paused = false
		c.Say = phrase.New("Nobody presses a key: the demo begins again in %d s. Any key stops that.", int(math.Ceil(in.Seconds())))
	}
	return c
}

// captionRows are the caption: what this is and how far it has come, and one sentence.
func captionRows(st *styles, c demo.Caption, w int) []string {
	title, say, style := st.t("%d of %d: %s", c.Act, c.Acts, c.Title), st.say(c.Say), st.strong
	if c.Paused {
		say, style = st.t("Paused: you have the wheel. Space goes on with the demo, from this act."), st.warn
	}
	head := " " + st.title.Render(st.t("DEMO")) + " " + st.key.Render(st.g.cursor) + " " + st.strong.Render(st.plain(title)) + " "
	right := " " + st.muted.Render(st.t("%s of about %s", clock(c.Played), clock(c.Length))) + " "
	return []string{
		st.ruled(head, cut(right, max(w-width(head)-1, 0), st.ascii), w),
		cut("   "+style.Render(st.plain(say)), w, st.ascii),
	}
}

// captionStatus is what was measured for the sentence of the caption.
func (m *model) captionStatus() (string, pen) {
	c := m.pilot.Caption()
	switch {
	case c.Measured.Empty():
		return "", m.st.muted
	case c.Trouble:
		return m.st.g.bad + " " + visible(m.st.say(c.Measured), 300, m.st.ascii), m.st.warn
	}
	return "  " + m.st.say(c.Measured), m.st.strong
}
