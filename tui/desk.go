package tui

import (
	"context"
	"io"

	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/deadletters"
	"blackfriday/services/messages"
)

// Messages reads and writes topics on request. A messages.Desk is one.
type Messages interface {
	// Browse reads a page of a topic.
	Browse(ctx context.Context, q messages.Query) (messages.Page, error)
	// Tail tells what is written to a topic from now on, until ctx ends or reading fails.
	Tail(ctx context.Context, topic, filter string, tell func(messages.Burst)) error
	// Produce writes one message and says where it stands.
	Produce(ctx context.Context, d messages.Draft) (messages.Place, error)
	// Follow looks for everything that names a payment. It tells how far it is, from the goroutine that called it.
	Follow(ctx context.Context, p messages.Payment, progress func(messages.Trace)) (messages.Trace, error)
}

// DeadLetters reads the dead letter queue, sends letters again, and exports them. A deadletters.Box is one.
type DeadLetters interface {
	// List reads letters, newest first.
	List(ctx context.Context, q deadletters.Query) (deadletters.Page, error)
	// Redrive sends letters again: one outcome per letter, in their order.
	Redrive(ctx context.Context, o deadletters.Order) []deadletters.Outcome
	// RedriveAll sends every letter again that a query is about, as Order says but for its Letters. It tells each outcome.
	RedriveAll(ctx context.Context, q deadletters.Query, how deadletters.Order, each func(deadletters.Outcome)) error
	// Export writes letters as JSON Lines and returns how many.
	Export(ctx context.Context, q deadletters.Query, w io.Writer) (int64, error)
}

// messagesDesk is where messages are read, nil while there is none.
func (m *model) messagesDesk() Messages {
	if m.options.Messages == nil {
		return nil
	}
	return m.options.Messages()
}

// lettersDesk is where dead letters are read, nil while there is none.
func (m *model) lettersDesk() DeadLetters {
	if m.options.DeadLetters == nil {
		return nil
	}
	return m.options.DeadLetters()
}

// errNoDesk says why nothing can be read.
var errNoDesk = phrase.Errorf("no topic can be read while the lab is not running: wait until it is")

// errStoppedReading stands where a page would be that was given up.
var errStoppedReading = phrase.Errorf("stopped reading")

// errand is work for a page that takes its time. What it brings counts only as long as the page still waits for it.
type errand struct {
	doing phrase.Phrase // in a few words: "reading order-created"
	stop  context.CancelFunc
}

// end stops an errand, if there is one.
func (e *errand) end() {
	if e != nil {
		e.stop()
	}
}

// errand begins work that can be stopped before the dashboard ends.
func (j *jobs) errand(doing phrase.Phrase, work func(ctx context.Context, e *errand) tea.Msg) (*errand, tea.Cmd) {
	ctx, cancel := context.WithCancel(j.ctx)
	e := &errand{doing: doing, stop: cancel}
	return e, j.cmd(func(context.Context) tea.Msg {
		defer cancel()
		return work(ctx, e)
	})
}

// tell shows an answer in the status line.
func (m *model) tell(said phrase.Phrase, bad bool) {
	m.message = message{said: said, bad: bad, at: m.now}
	m.log = append(m.log[max(len(m.log)-mostAnswers+1, 0):], m.message)
}

// promise says in the status line what is under way. What becomes of it is told.
func (m *model) promise(said phrase.Phrase) { m.message = message{said: said, at: m.now} }

// complain shows an error in the status line.
func (m *model) complain(err error) { m.tell(phrase.New("%v", err), true) }

// said is what the status line says of the last command; empty for nothing.
func (m *model) said() string { return m.st.spoken(m.message.said) }
