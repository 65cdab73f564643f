package tui

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/typed"
	"blackfriday/services/deadletters"
	"blackfriday/services/messages"
)

// How letters are sent again: so many at a time, with so many results kept. The counts are of all.
const (
	sentAtOnce   = 100
	outcomesKept = 2_000
)

// redrive is letters being sent again. Its counts and outcomes are pulled by the frames.
type redrive struct {
	work *errand
	done bool // the work has ended
	err  error

	mu       sync.Mutex
	total    int // letters to be sent; 0 while they are being looked for
	sent     int
	refused  int
	outcomes []deadletters.Outcome // the first ones
}

// redrivenMsg says that sending has ended.
type redrivenMsg struct {
	redrive *redrive
	form    *form // where the value was typed; nil: nowhere
	err     error
}

// add takes the outcomes of some letters.
func (r *redrive) add(outcomes []deadletters.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range outcomes {
		if o.Err != nil {
			r.refused++
		} else {
			r.sent++
		}
		if len(r.outcomes) < outcomesKept {
			r.outcomes = append(r.outcomes, o)
		}
	}
}

// expect says how many letters there are to send.
func (r *redrive) expect(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total = n
}

// progress is how far the work is.
func (r *redrive) progress() (sent, refused, total int, outcomes []deadletters.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent, r.refused, r.total, slices.Clip(r.outcomes)
}

// redriveDialog asks which letters to send again, and how.
func (m *model) redriveDialog() *dialog {
	b := &m.letters
	l, ok := b.letter()
	if !ok {
		return nil
	}
	var items []choice
	offer := func(label string, o deadletters.Order) {
		for _, o.Repair = range []deadletters.Repair{deadletters.Fix, deadletters.AsIs} {
			order := o
			detail := m.st.say(repairWords(o.Repair))
			if o.Again {
				detail = m.t("%s, once more", detail)
			}
			items = append(items, choice{label: label, detail: detail, act: func(m *model) tea.Cmd {
				return m.redrive(order, nil)
			}})
		}
	}
	one := deadletters.Order{Letters: []messages.Place{l.Place}, Again: l.SentAs.Topic != ""}
	offer(m.t("letter P%d@%d", l.Partition, l.Offset), one)
	if n := len(b.marked); n > 0 {
		all := inOrder(slices.Collect(maps.Keys(b.marked)))
		offer(m.t("the %s marked", phrase.Number(n)), deadletters.Order{Letters: all})
	}
	for _, r := range []deadletters.Repair{deadletters.Fix, deadletters.AsIs} {
		items = append(items, choice{label: m.st.say(b.whole()), detail: m.st.say(repairWords(r)), next: m.confirmAll(r)})
	}
	return &dialog{title: m.t("Send which dead letters again?"), items: items}
}

// confirmAll asks before many letters are sent again.
func (m *model) confirmAll(r deadletters.Repair) *dialog {
	b, q := &m.letters, m.letters.query
	at := b.readAt.Format("15:04:05")
	number := phrase.Count(b.page.Total, "%s letter as of %s", "%s letters as of %s", at)
	if n, ok := b.page.Counts[q.Code]; ok && q.Code != "" {
		number = phrase.Count(n, "%s letter with this reason as of %s", "%s letters with this reason as of %s", at)
	}
	which := m.t("%s.", number)
	if q.Filter != "" {
		which = m.t("Of %s, those that match the filter.", number)
	}
	return &dialog{
		title:  m.t("Send all of them again, %s?", repairWords(r)),
		notes:  []string{which, m.t("Every copy is a new payment. What was sent already is left alone.")},
		agreed: func(m *model) tea.Cmd { return m.redriveAll(q, r) },
	}
}

// repairWords says what happens to an original before it is sent.
func repairWords(r deadletters.Repair) phrase.Phrase {
	switch r {
	case deadletters.AsIs:
		return phrase.New("as it is")
	case deadletters.Fix:
		return phrase.New("repaired: wrong fields are set")
	case deadletters.Replace:
		return phrase.New("as edited")
	}
	return phrase.Phrase{}
}

// redrive sends letters again. A form is where the value was typed: it comes back when a letter is refused.
func (m *model) redrive(o deadletters.Order, f *form) tea.Cmd {
	return m.begin(f, func(ctx context.Context, desk DeadLetters, r *redrive) error {
		return inPortions(ctx, desk, o, r)
	})
}

// redriveAll sends every letter again that a query finds now. Letters that come meanwhile are not sent.
func (m *model) redriveAll(q deadletters.Query, repair deadletters.Repair) tea.Cmd {
	return m.begin(nil, func(ctx context.Context, desk DeadLetters, r *redrive) error {
		return desk.RedriveAll(ctx, q, deadletters.Order{Repair: repair}, func(o deadletters.Outcome) { r.add([]deadletters.Outcome{o}) })
	})
}

// begin does work that sends letters, and shows its outcomes.
func (m *model) begin(f *form, work func(ctx context.Context, desk DeadLetters, r *redrive) error) tea.Cmd {
	desk, r := m.lettersDesk(), &redrive{}
	if desk == nil {
		m.complain(errNoDesk)
		return nil
	}
	e, cmd := m.jobs.errand(phrase.New("sending again"), func(ctx context.Context, _ *errand) tea.Msg {
		return redrivenMsg{r, f, work(ctx, desk, r)}
	})
	r.work = e
	m.did(typed.Question{Redrive: true})
	m.letters.sent, m.letters.top, m.letters.open = r, 0, false
	return cmd
}

// inPortions sends letters again, some at a time, until all are sent or ctx ends.
func inPortions(ctx context.Context, desk DeadLetters, o deadletters.Order, r *redrive) error {
	r.expect(len(o.Letters))
	for portion := range slices.Chunk(o.Letters, sentAtOnce) {
		if ctx.Err() != nil {
			return phrase.Errorf("stopped before all letters were sent: %w", ctx.Err())
		}
		o.Letters = portion
		r.add(desk.Redrive(ctx, o))
	}
	return nil
}

// inOrder sorts places as they stand in their topic.
func inOrder(places []messages.Place) []messages.Place {
	slices.SortFunc(places, func(a, b messages.Place) int {
		if a.Partition != b.Partition {
			return int(a.Partition) - int(b.Partition)
		}
		return int(min(max(a.Offset-b.Offset, -1), 1))
	})
	return places
}

// export writes letters to a new file. What was written stays when it fails on the way.
func export(ctx context.Context, desk DeadLetters, q deadletters.Query, path string) (lines int64, err error) {
	path = filepath.Clean(path)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return 0, phrase.Errorf("%s exists and is left as it is: choose another name", path)
	}
	if err != nil {
		return 0, phrase.Errorf("export dead letters: %w; choose another file", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	lines, err = desk.Export(ctx, q, file)
	if err != nil {
		return lines, phrase.Errorf("export dead letters to %s, after %s: %w", path, phrase.Count(lines, "%s line", "%s lines"), err)
	}
	return lines, nil
}
