package tui

import (
	"context"
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/messages"
)

// How much of a topic a live tail holds.
const (
	mostLive      = 500      // messages
	mostLiveBytes = 32 << 20 // and their size
)

// tail is where the newest messages wait for the next frame: the screen pulls them, so that a flood cannot queue up.
type tail struct {
	work    *errand
	came    int   // how many of the messages in the list it brought: the newest ones
	skipped int64 // messages that were never shown

	mu      sync.Mutex
	fresh   []messages.Message
	dropped int64
}

// add takes what was just read.
func (t *tail) add(burst messages.Burst) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var gone int
	t.fresh, gone = trimmed(append(t.fresh, burst.Messages...))
	t.dropped += int64(gone) + burst.Skipped
}

// take gives what came since the last time, and how many more there were than it holds.
func (t *tail) take() (fresh []messages.Message, dropped int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fresh, dropped = t.fresh, t.dropped
	t.fresh, t.dropped = nil, 0
	return fresh, dropped
}

// trimmed keeps the end of a list within the bounds of a live tail.
func trimmed(list []messages.Message) (kept []messages.Message, gone int) {
	size, from := 0, len(list)
	for from > 0 && len(list)-from < mostLive {
		size += len(list[from-1].Value) + len(list[from-1].Key)
		if size > mostLiveBytes && from < len(list) {
			break
		}
		from--
	}
	return slices.Clone(list[from:]), from
}

// tailMsg says that a live tail ended.
type tailMsg struct {
	work *errand
	err  error
}

// listen begins a live tail.
func (m *model) listen() tea.Cmd {
	b, desk := &m.browser, m.messagesDesk()
	if desk == nil {
		b.err = errNoDesk
		return nil
	}
	b.work.end()
	if b.forward() { // what stands between that page and now is not known
		b.page, b.cursor = messages.Page{}, 0
	}
	chosen, _ := b.row(b.cursor)
	t, topic, filter := &tail{}, b.query.Topic, b.query.Filter
	work, cmd := m.jobs.errand(phrase.New("live"), func(ctx context.Context, e *errand) tea.Msg {
		return tailMsg{e, desk.Tail(ctx, topic, filter, t.add)}
	})
	t.work = work
	b.work, b.err, b.live, b.open = nil, nil, t, false
	b.cursor = b.rowOf(chosen.Place)
	return cmd
}

// livened says whether the message in a row came live; the others were read before.
func (b *browser) livened(i int) bool { return b.live != nil && i < b.live.came }

// hush ends the live tail; what it brought stays.
func (b *browser) hush() {
	if b.live != nil {
		chosen, _ := b.row(b.cursor)
		b.live.work.end()
		b.live, b.query.Origin = nil, messages.FromEnd
		b.cursor = b.rowOf(chosen.Place)
	}
}

// pull shows what the live tail brought. Who looks at the newest message goes on looking at the newest.
func (b *browser) pull() {
	if b.live == nil {
		return
	}
	fresh, dropped := b.live.take()
	b.live.skipped += dropped
	if len(fresh) == 0 {
		return
	}
	if p := b.query.Partition; p != messages.AllPartitions {
		fresh = slices.DeleteFunc(fresh, func(m messages.Message) bool { return m.Partition != p })
	}
	chosen, _ := b.row(b.cursor)
	b.page.Messages, _ = trimmed(append(b.page.Messages, fresh...))
	b.live.came = min(b.live.came+len(fresh), len(b.page.Messages))
	if b.cursor > 0 || b.open {
		b.cursor = b.rowOf(chosen.Place)
	}
}
