package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/services/lab"
	"blackfriday/services/messages"
)

// bindDesk sets the keys of the pages that read topics.
func (k *KeyMap) bindDesk() {
	k.Letters = bind("9 F11", "dead letters: repair, send again", "9", "f11")
	k.Messages = bind("0 F12", "messages of every topic", "0", "f12")
	k.Follow = bind("v", "follow the chosen payment", "v")
	k.FollowTyped = bind("V", "follow a payment by its place", "V")
	k.Filter = bind("/", "only what contains a text", "/")
	k.Again = bind("u", "read it again", "u")
	k.Redrive = bind("R", "dead letters: send again", "R")
	k.Edit = bind("E", "dead letter: repair by hand, send", "E")
	k.Mark = bind("m", "dead letter: mark", "m")
	k.Export = bind("w", "dead letters: write to a file", "w")
	k.Where = bind("O", "messages: from where on", "O")
	k.InPartition = bind("a", "messages: of one partition", "a")
	k.Live = bind("l", "messages: live, as they come", "l")
	k.Produce = bind("N", "messages: write one", "N")
	k.Send = bind("ctrl+s", "text box: send what is typed", "ctrl+s")
}

// pressOnDesk takes the keys of the pages that read topics, and those that lead there.
func (m *model) pressOnDesk(msg tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	if m.live.State == lab.Starting {
		return nil, false
	}
	k := m.keys
	switch {
	case key.Matches(msg, k.Letters):
		return m.turnToLetters(), true
	case key.Matches(msg, k.Messages):
		return m.turnToMessages(), true
	case key.Matches(msg, k.Follow):
		return m.followChosen(), true
	case key.Matches(msg, k.FollowTyped):
		m.form = m.followForm()
		return nil, true
	case key.Matches(msg, k.Confirm):
		return m.copyChosen(), true
	}
	switch m.page {
	case lettersPage:
		return m.pressLetters(msg)
	case messagesPage:
		return m.pressMessages(msg)
	case trailPage:
		return m.pressTrail(msg)
	}
	return nil, false
}

// reads says that the present page reads topics.
func (m *model) reads() bool {
	return m.page == lettersPage || m.page == messagesPage || m.page == trailPage
}

// turnToLetters shows the dead letters, fresh.
func (m *model) turnToLetters() tea.Cmd {
	m.page = lettersPage
	return m.readLetters(m.letters.query, true)
}

// turnToMessages shows the messages; the page that was read last stays until another one is asked for.
func (m *model) turnToMessages() tea.Cmd {
	m.page = messagesPage
	q := m.browser.query
	if q.Topic != "" && m.browser.err == nil && !m.browser.readAt.IsZero() {
		return nil
	}
	if q.Topic == "" {
		q.Topic, q.Partition = m.topics()[0], messages.AllPartitions
	}
	return m.read(q, onSame)
}

// leave ends what a page does only while it is in sight.
func (m *model) leave() {
	if m.page != messagesPage {
		m.browser.hush()
	}
	if m.page != trailPage {
		m.trail.work.end()
	}
}

// pull shows what the work of the pages has brought since the last frame, unless the screen stands still.
func (m *model) pull() tea.Cmd {
	if m.replay != nil {
		return nil
	}
	m.browser.pull()
	m.trail.pull()
	return m.refresh()
}

// deliver takes what the work of the pages brings.
func (m *model) deliver(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pageMsg:
		m.browser.took(msg, m.now)
	case tailMsg:
		if t := m.browser.live; t != nil && t.work == msg.work {
			m.browser.hush()
			if msg.err != nil {
				m.browser.err = msg.err
			}
		}
	case producedMsg:
		return m.produced(msg)
	case lettersMsg:
		m.letters.took(msg, m.now)
	case redrivenMsg:
		return m.redriven(msg)
	case exportedMsg:
		m.exported(msg)
	case handedOutMsg:
		return m.endHandOut(msg)
	case traceMsg:
		m.trail.took(msg, m.now)
	}
	return nil
}

// deskBody is what stands between the header and the footer on a page that reads topics.
func (m *model) deskBody(w, h int) []string {
	switch m.page {
	case lettersPage:
		return m.lettersBody(w, h)
	case messagesPage:
		return m.browserBody(w, h)
	}
	return m.trailBody(w, h)
}

// paste puts a pasted text where text is typed.
func (m *model) paste(text string) {
	switch {
	case m.dialog != nil:
		m.dialog.enter(text)
	case m.form != nil && !m.tooSmall():
		m.form.paste(text)
	case m.finder != nil && !m.tooSmall():
		m.finder.paste(text, m.lang)
	}
}

// footer gives the keys that work now, the spare ones apart. A page that reads topics has its own in front.
func (m *model) footer() (front, spare []key.Binding) {
	front, spare = m.answers().now(m.live, m.replay != nil, m.dialog)
	own := m.deskKeys()
	if m.dialog != nil && m.dialog.parting {
		return []key.Binding{short(m.keys.Confirm, m.st.yes().Help().Key+" n", "write it, or not"), short(m.keys.Back, "esc", "stay")}, nil
	}
	if m.dialog != nil {
		return front, spare
	}
	if m.typing != nil {
		return m.typedKeys(), nil
	}
	if m.finder != nil {
		return m.keys.finderKeys(), nil
	}
	if m.guide.ballot != nil {
		return m.ballotKeys(), nil
	}
	if m.live.Observing {
		var writing []key.Binding
		for _, b := range m.keys.writing() {
			writing = append(writing, *b)
		}
		front, spare, own = without(writing, front), without(writing, spare), without(writing, own)
	}
	topic := m.browser.query.Topic
	front, spare, own = m.keys.mute(front, m.live, topic), m.keys.mute(spare, m.live, topic), m.keys.mute(own, m.live, topic)
	switch {
	case m.form != nil:
		return m.keys.formKeys(m.form), nil
	case own == nil || m.live.State == lab.Starting:
		return m.steering(front), spare
	}
	last := max(len(front)-2, 0) // help and quit
	return m.steering(slices.Concat(own, front[last:])), without(own, slices.Concat(front[:last:last], spare))
}

// without leaves out the keys that mean something else on the page, or are named there already.
func without(own, others []key.Binding) []key.Binding {
	return slices.DeleteFunc(others, func(b key.Binding) bool {
		return slices.ContainsFunc(own, func(o key.Binding) bool { return slices.Equal(o.Keys(), b.Keys()) })
	})
}

// deskKeys are the keys that the present page has besides those of every page; nil for a page that reads no topic.
func (m *model) deskKeys() []key.Binding {
	k := m.keys
	back, again := short(k.Back, "esc", "back"), short(k.Again, "u", "again")
	follow, copies, filter := short(k.Follow, "v", "follow"), short(k.Confirm, "y", "copy"), short(k.Filter, "/", "filter")
	_, found := m.letters.letter()
	switch {
	case m.page == lettersPage && !found && m.letters.sent == nil:
		return []key.Binding{short(k.Pills, "p", "pills"), short(k.Earlier, "left right", "reason"), filter, again}
	case m.page == lettersPage && m.letters.sent != nil:
		return []key.Binding{back, short(k.Next, "up down", "scroll")}
	case m.page == lettersPage && m.letters.open, m.page == messagesPage && m.browser.open:
		return []key.Binding{back, short(k.Next, "up down", "scroll"), copies, follow}
	case m.page == lettersPage:
		return []key.Binding{short(k.Choose, "enter", "open"), short(k.Redrive, "R", "send again"), short(k.Edit, "E", "repair"),
			short(k.Mark, "m", "mark"), short(k.Earlier, "left right", "reason"), filter, follow, short(k.Export, "w", "export"), again, copies}
	case m.page == messagesPage:
		return []key.Binding{short(k.Choose, "enter", "open"), short(k.Earlier, "left right", "topic"), short(k.Where, "O", "from"),
			short(k.Live, "l", "live"), filter, short(k.InPartition, "a", "partition"), short(k.Produce, "N", "write"), follow, again, copies}
	case m.page == trailPage:
		return []key.Binding{short(k.Choose, "enter", "open"), again, short(k.FollowTyped, "V", "another"), copies, back}
	}
	return nil
}
