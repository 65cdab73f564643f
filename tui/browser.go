package tui

import (
	"context"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/messages"
)

// pageOfMessages is how many messages the browser asks for at a time.
const pageOfMessages = 200

// landing is where the cursor stands in a page that was asked for.
type landing int

const (
	onFirst landing = iota
	onLast
	onSame // on the message that was chosen before
)

// browser is the page of the messages: one page of one topic, or its live tail.
type browser struct {
	query  messages.Query // of the page, without a cursor
	page   messages.Page
	cursor int // row of the chosen message
	open   bool
	top    int // how far the open message is scrolled
	readAt time.Time
	err    error
	work   *errand // reading; nil: at rest
	live   *tail   // nil: off
}

// pageMsg brings a page of a topic.
type pageMsg struct {
	work *errand
	page messages.Page
	land landing
	err  error
}

// forward says that the page is read as it was asked for: from some place on. Else the newest message comes first.
func (b *browser) forward() bool { return b.query.Origin != messages.FromEnd && b.live == nil }

// row is the message in a row of the list.
func (b *browser) row(i int) (messages.Message, bool) {
	n := len(b.page.Messages)
	if i < 0 || i >= n {
		return messages.Message{}, false
	}
	if !b.forward() {
		i = n - 1 - i
	}
	return b.page.Messages[i], true
}

// rowOf is the row of the message at a place, 0 when it is not in the list.
func (b *browser) rowOf(p messages.Place) int {
	i := slices.IndexFunc(b.page.Messages, func(m messages.Message) bool { return m.Place == p })
	switch {
	case i < 0:
		return 0
	case b.forward():
		return i
	}
	return len(b.page.Messages) - 1 - i
}

// read asks for a page of the topic: the one that the query begins with, or the next one from a cursor.
func (m *model) read(q messages.Query, land landing) tea.Cmd {
	b, desk := &m.browser, m.messagesDesk()
	b.hush()
	b.work.end()
	b.query = q
	b.query.Before, b.query.After = nil, nil
	if desk == nil {
		b.err, b.work = errNoDesk, nil
		return nil
	}
	q.Limit = pageOfMessages
	work, cmd := m.jobs.errand(phrase.New("reading %s", q.Topic), func(ctx context.Context, e *errand) tea.Msg {
		page, err := desk.Browse(ctx, q)
		return pageMsg{e, page, land, err}
	})
	b.work, b.err = work, nil
	return cmd
}

// took takes a page that was asked for.
func (b *browser) took(msg pageMsg, now time.Time) {
	if msg.work != b.work {
		return
	}
	b.work, b.readAt = nil, now
	if msg.err != nil {
		b.err = msg.err
		return
	}
	chosen, ok := b.row(b.cursor)
	b.page, b.cursor, b.open = msg.page, 0, false
	switch {
	case msg.land == onLast:
		b.cursor = max(len(b.page.Messages)-1, 0)
	case msg.land == onSame && ok:
		b.cursor = b.rowOf(chosen.Place)
	}
}

// pressMessages takes the keys of the page of the messages.
func (m *model) pressMessages(msg tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	b, k := &m.browser, m.keys
	switch {
	case key.Matches(msg, k.Back) && b.open:
		b.open, b.top = false, 0
	case key.Matches(msg, k.Back) && b.live != nil:
		b.hush()
	case key.Matches(msg, k.Back) && b.work != nil:
		b.work.end()
		b.work, b.err = nil, errStoppedReading
	case key.Matches(msg, k.Choose):
		_, b.open = b.row(b.cursor)
		b.top = 0
	case key.Matches(msg, k.Earlier):
		cmd = m.topicBy(-1)
	case key.Matches(msg, k.Later):
		cmd = m.topicBy(1)
	case key.Matches(msg, k.Live) && b.live != nil:
		b.hush()
	case key.Matches(msg, k.Live):
		cmd = m.listen()
	case key.Matches(msg, k.Again):
		cmd = m.read(b.query, onSame)
	case key.Matches(msg, k.Filter), key.Matches(msg, k.Where), key.Matches(msg, k.InPartition), key.Matches(msg, k.Produce):
		m.askAboutMessages(msg)
	default:
		return m.walk(msg)
	}
	return cmd, true
}

// topicBy turns to the topic before or after the present one. A live tail goes on there.
func (m *model) topicBy(by int) tea.Cmd {
	names := m.topics()
	i := slices.Index(names, m.browser.query.Topic) + by
	q := m.browser.query
	q.Topic = names[(i+len(names))%len(names)]
	q.Partition, q.Origin = messages.AllPartitions, messages.FromEnd
	m.browser.page, m.browser.open = messages.Page{}, false
	if m.browser.live == nil {
		return m.read(q, onFirst)
	}
	m.browser.hush()
	m.browser.query, m.browser.cursor = q, 0
	return m.listen()
}

// topics are the names of the topics that can be read.
func (m *model) topics() []string {
	var out []string
	for _, t := range m.live.Topics {
		out = append(out, t.Name)
	}
	if len(out) == 0 {
		return []string{"payment-successful"}
	}
	return out
}

// walk moves the cursor, or scrolls the open message. At the end of the list it goes on to the next page.
func (m *model) walk(msg tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	b, n := &m.browser, len(m.browser.page.Messages)
	if !m.scrolls(msg) {
		return nil, false
	}
	if b.open {
		step := m.bodyHeight() - 2
		b.top = m.scrolled(msg, b.top, step, len(m.openMessage())-step)
		return nil, true
	}
	if cmd, turned := m.turnLeaf(msg); turned {
		return cmd, true
	}
	b.cursor = m.scrolled(msg, b.cursor, m.listRows()-1, n-1)
	return nil, true
}

// turnLeaf goes on to the page before or after when the cursor stands at an end of the list and the key leads beyond it.
func (m *model) turnLeaf(msg tea.KeyPressMsg) (cmd tea.Cmd, turned bool) {
	b, k, q := &m.browser, m.keys, m.browser.query
	down, up := key.Matches(msg, k.Next, k.PageDown), key.Matches(msg, k.Previous, k.PageUp)
	down, up = down && b.cursor >= len(b.page.Messages)-1, up && b.cursor == 0
	switch newer := b.forward() == down; {
	case !down && !up, b.live != nil, b.work != nil:
		return nil, false
	case newer && b.page.Newer:
		q.After = b.page.Cursor
	case !newer && b.page.Older:
		q.Before = b.page.Cursor
	default:
		return nil, false
	}
	if up {
		return m.read(q, onLast), true
	}
	return m.read(q, onFirst), true
}

// scrolls says whether a key moves through a list.
func (m *model) scrolls(msg tea.KeyPressMsg) bool {
	k := m.keys
	return key.Matches(msg, k.Next, k.Previous, k.PageDown, k.PageUp, k.Home)
}
