package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/handout"
	"blackfriday/services/event"
)

// diary is what the hand-out will tell.
type diary struct {
	handout.Diary
	written bool // nothing was done since the last hand-out
	leaving bool // when it is written the dashboard ends
	paths   []string
}

// handedOutMsg says how writing a hand-out ended.
type handedOutMsg struct {
	path string
	err  error
}

// handOut writes the hand-out. What it tells is put down now, and written meanwhile.
func (m *model) handOut() tea.Cmd {
	pages := handout.Report{At: m.now, Diary: &m.diary.Diary, Course: m.guide.course}.Render(m.lang)
	dir := m.options.HandOut
	m.promise(phrase.New("writing the hand-out ..."))
	return m.jobs.cmd(func(context.Context) tea.Msg {
		path, err := pages.Save(dir)
		return handedOutMsg{path, err}
	})
}

// endHandOut says where the hand-out is.
func (m *model) endHandOut(msg handedOutMsg) tea.Cmd {
	leaving := m.diary.leaving
	m.diary.leaving = false
	if msg.err != nil {
		m.complain(msg.err)
		return nil
	}
	m.diary.written = true
	m.handedOut()
	m.diary.paths = append(m.diary.paths, msg.path)
	m.tell(phrase.New("The hand-out is %s, with its picture beside it.", msg.path), false)
	if leaving {
		return tea.Quit
	}
	return nil
}

// bid says where the hand-outs are, once the screen that said so is gone.
func (m *model) bid() {
	if m.options.Farewell == nil {
		return
	}
	for _, path := range m.diary.paths {
		// There is nowhere to report that stdout is gone.
		_, _ = fmt.Fprintln(m.options.Farewell, event.Visible(path))
	}
}

// offersHandOut says that there is something to write down.
func (m *model) offersHandOut() bool { return m.diary.Eventful() && !m.diary.written && !m.tooSmall() }

// handOutDialog asks, on the way out, whether to write the hand-out.
func (m *model) handOutDialog() *dialog {
	d := &dialog{title: m.t("Quit: write the hand-out first?"), parting: true}
	d.agreed = func(m *model) tea.Cmd {
		m.diary.leaving = true
		return m.handOut()
	}
	if why := loss(m.live); !why.Empty() {
		d.notes = []string{m.st.say(why)}
	}
	return d
}
