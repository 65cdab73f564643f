package tui

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/deadletters"
	"blackfriday/services/lab"
	"blackfriday/services/messages"
)

// trail is the page that follows one payment.
type trail struct {
	payment  messages.Payment
	trace    messages.Trace
	progress *atomic.Pointer[messages.Trace] // of the search under way; the frames pull it
	work     *errand
	err      error
	readAt   time.Time
	from     page // where to return to
	cursor   int
	open     bool
	top      int
}

// traceMsg brings the way of a payment.
type traceMsg struct {
	work  *errand
	trace messages.Trace
	err   error
}

// follow looks for the way of a payment and shows it.
func (m *model) follow(p messages.Payment) tea.Cmd {
	t, desk := &m.trail, m.messagesDesk()
	t.work.end()
	if m.page != trailPage {
		t.from = m.page
	}
	if t.payment != p {
		t.trace = messages.Trace{}
	}
	m.page, t.payment, t.err, t.cursor, t.open, t.top, t.work = trailPage, p, nil, 0, false, 0, nil
	if desk == nil {
		t.err = errNoDesk
		return nil
	}
	progress := &atomic.Pointer[messages.Trace]{}
	work, cmd := m.jobs.errand(phrase.New("searching"), func(ctx context.Context, e *errand) tea.Msg {
		trace, err := desk.Follow(ctx, p, func(so messages.Trace) { progress.Store(&so) })
		return traceMsg{e, trace, err}
	})
	t.work, t.progress = work, progress
	return cmd
}

// pull shows how far the search is.
func (t *trail) pull() {
	if t.work == nil {
		return
	}
	if so := t.progress.Load(); so != nil {
		t.trace = *so
	}
}

// took takes the end of the search.
func (t *trail) took(msg traceMsg, now time.Time) {
	if msg.work != t.work {
		return
	}
	t.work, t.readAt = nil, now
	switch {
	case errors.Is(msg.err, context.Canceled):
		t.err = phrase.Errorf("stopped before everything was searched: what is missing here may exist")
	case msg.err != nil:
		t.err = msg.err
	}
	if msg.err == nil || len(msg.trace.Hops) > len(t.trace.Hops) {
		t.trace = msg.trace
	}
	t.cursor = min(t.cursor, max(len(t.trace.Hops)-1, 0))
}

// pressTrail takes the keys of the page that follows one payment.
func (m *model) pressTrail(msg tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	t, k, n := &m.trail, m.keys, len(m.trail.trace.Hops)
	switch {
	case key.Matches(msg, k.Back) && t.open:
		t.open, t.top = false, 0
	case key.Matches(msg, k.Back) && t.work != nil:
		t.work.end()
	case key.Matches(msg, k.Back):
		m.page = t.from
	case key.Matches(msg, k.Choose):
		t.open, t.top = t.cursor < n, 0
	case key.Matches(msg, k.Again):
		return m.follow(t.payment), true
	case !m.scrolls(msg):
		return nil, false
	case t.open:
		step := m.bodyHeight() - 2
		t.top = m.scrolled(msg, t.top, step, len(m.openHop())-step)
	default:
		t.cursor = m.scrolled(msg, t.cursor, 5, n-1)
	}
	return cmd, true
}

// followChosen follows the payment of what is chosen on the present page, or asks which one.
func (m *model) followChosen() tea.Cmd {
	p, err := m.chosenPayment()
	if err != nil {
		m.complain(err)
		return nil
	}
	if p == nil {
		m.form = m.followForm()
		return nil
	}
	return m.follow(*p)
}

// chosenPayment is the payment of the message, letter or consumer that is chosen, nil when nothing is.
func (m *model) chosenPayment() (*messages.Payment, error) {
	switch m.page {
	case messagesPage:
		if msg, ok := m.browser.row(m.browser.cursor); ok {
			return paymentOf(msg)
		}
	case lettersPage:
		if l, ok := m.letters.letter(); ok {
			return paymentOfLetter(l)
		}
	case trailPage:
		if hops := m.trail.trace.Hops; m.trail.cursor < len(hops) {
			return &hops[m.trail.cursor].Of, nil
		}
	}
	for _, i := range instances(m.shown()) {
		if idOf(i) == m.selected && i.Kind == lab.OrderKind && i.Last.Seen && m.selects() {
			return &messages.Payment{Partition: i.Last.Partition, Offset: i.Last.Offset}, nil
		}
	}
	return nil, nil
}

// paymentTopic is where payments stand.
const paymentTopic = "payment-successful"

// errNoPayment says that a message does not tell which payment it belongs to.
func errNoPayment(p messages.Place) error {
	return phrase.Errorf("follow P%d@%d: its headers name no payment; choose another, or type the place of a payment", p.Partition, p.Offset)
}

// paymentOf is the payment that a message is, or that its headers name.
func paymentOf(msg messages.Message) (*messages.Payment, error) {
	if msg.Topic == paymentTopic {
		return &messages.Payment{Partition: msg.Partition, Offset: msg.Offset}, nil
	}
	partition, errPartition := strconv.ParseInt(header(msg, "payment-partition"), 10, 32)
	offset, errOffset := strconv.ParseInt(header(msg, "payment-offset"), 10, 64)
	if errors.Join(errPartition, errOffset) != nil || partition < 0 || offset < 0 {
		return nil, errNoPayment(msg.Place)
	}
	return &messages.Payment{Partition: int32(partition), Offset: offset}, nil
}

// paymentOfLetter is the payment that a dead letter is about.
func paymentOfLetter(l deadletters.Letter) (*messages.Payment, error) {
	if l.Source.Topic == paymentTopic {
		return &messages.Payment{Partition: l.Source.Partition, Offset: l.Source.Offset}, nil
	}
	return paymentOf(l.Message)
}

// header is the last value of a header, as its writer may have set one twice. A long one is none of ours.
func header(msg messages.Message, name string) string {
	const most = 64
	for i := len(msg.Headers) - 1; i >= 0; i-- {
		if h := msg.Headers[i]; h.Key == name && len(h.Value) <= most {
			return string(h.Value)
		}
	}
	return ""
}

// followForm asks which payment to follow.
func (m *model) followForm() *form {
	notes := []string{m.t("its partition and offset in payment-successful, such as P1@215")}
	return newForm(m.t("Follow which payment?"), notes, func(m *model, f *form) (tea.Cmd, error) {
		p, err := parsePayment(f.text(0))
		if err != nil {
			return nil, err
		}
		return m.follow(p), nil
	}, newField(m.t("payment"), "", false))
}

// parsePayment reads the place of a payment as the screen writes it: P1@215.
func parsePayment(text string) (messages.Payment, error) {
	partition, offset, found := strings.Cut(strings.TrimLeft(strings.TrimSpace(text), "pP"), "@")
	p, errPartition := strconv.ParseUint(partition, 10, 31)
	o, errOffset := strconv.ParseUint(digitsOf(offset), 10, 63)
	if !found || errPartition != nil || errOffset != nil {
		return messages.Payment{}, phrase.Errorf("%q is no payment: type partition and offset, such as P1@215", text)
	}
	return messages.Payment{Partition: int32(p), Offset: int64(o)}, nil
}
