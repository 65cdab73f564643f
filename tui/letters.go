package tui

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/deadletters"
	"blackfriday/services/messages"
)

// pageOfLetters is how many dead letters the screen asks for at a time.
const pageOfLetters = 200

// letterBox is the page of the dead letters.
type letterBox struct {
	query  deadletters.Query // without a cursor
	page   deadletters.Page  // newest first
	later  bool              // the page is not that of the newest letters
	cursor int
	marked map[messages.Place]bool
	open   bool
	top    int // how far the open letter, or the outcomes, are scrolled
	readAt time.Time
	seen   int64 // how many letters the lab had counted when the page was asked for
	err    error
	work   *errand
	sent   *redrive // letters that were sent again, or are being; nil: that is not shown
	path   string   // of the newest export
}

// lettersMsg brings a page of dead letters.
type lettersMsg struct {
	work *errand
	page deadletters.Page
	same bool // the chosen letter stays chosen
	err  error
}

// exportedMsg says what became of an export.
type exportedMsg struct {
	form  *form
	path  string
	lines int64
	err   error
}

// letter is the chosen one.
func (b *letterBox) letter() (deadletters.Letter, bool) {
	if b.cursor < 0 || b.cursor >= len(b.page.Letters) {
		return deadletters.Letter{}, false
	}
	return b.page.Letters[b.cursor], true
}

// readLetters asks for a page of letters: that of the newest, or the one after a cursor.
func (m *model) readLetters(q deadletters.Query, same bool) tea.Cmd {
	b, desk := &m.letters, m.lettersDesk()
	b.work.end()
	b.later = q.Before != nil
	b.query = q
	b.query.Before = nil
	if desk == nil {
		b.err, b.work = errNoDesk, nil
		return nil
	}
	q.Limit = pageOfLetters
	work, cmd := m.jobs.errand(phrase.New("reading"), func(ctx context.Context, e *errand) tea.Msg {
		page, err := desk.List(ctx, q)
		return lettersMsg{e, page, same, err}
	})
	b.work, b.seen = work, m.live.DLQ.Total
	return cmd
}

// took takes a page that was asked for. Marks of letters that are on another page stay.
func (b *letterBox) took(msg lettersMsg, now time.Time) {
	if msg.work != b.work {
		return
	}
	b.work, b.readAt, b.err = nil, now, nil
	if msg.err != nil {
		b.err = msg.err
		return
	}
	chosen, ok := b.letter()
	b.page = msg.page
	at := slices.IndexFunc(b.page.Letters, func(l deadletters.Letter) bool { return l.Place == chosen.Place })
	if !msg.same || !ok || b.cursor == 0 && !b.open || at < 0 {
		b.cursor, b.open = 0, false
		return
	}
	b.cursor = at
}

// refresh reads the newest letters again when there are more of them, at most once a second.
func (m *model) refresh() tea.Cmd {
	b := &m.letters
	resting := b.work == nil && !b.later && !b.open && b.sent == nil && m.dialog == nil && m.form == nil && m.replay == nil
	if m.page != lettersPage || !resting || m.live.DLQ.Total == b.seen || m.now.Sub(b.readAt) < time.Second {
		return nil
	}
	return m.readLetters(b.query, true)
}

// reasons are the error codes of all letters, the most frequent first. The empty one stands for all.
func (b *letterBox) reasons() []string {
	codes := slices.SortedFunc(maps.Keys(b.page.Counts), func(x, y string) int {
		return cmp.Or(cmp.Compare(b.page.Counts[y], b.page.Counts[x]), cmp.Compare(x, y))
	})
	codes = slices.DeleteFunc(codes, func(code string) bool { return code == "" || code == deadletters.OtherCodes })
	return append([]string{""}, codes...)
}

// pressLetters takes the keys of the page of the dead letters.
func (m *model) pressLetters(msg tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	b, k := &m.letters, m.keys
	switch {
	case key.Matches(msg, k.Back) && b.sent != nil:
		return m.leaveOutcomes(), true
	case key.Matches(msg, k.Back) && b.open:
		b.open, b.top = false, 0
	case key.Matches(msg, k.Back) && b.work != nil:
		b.work.end()
		b.work, b.err = nil, errStoppedReading
	case b.sent != nil:
		return nil, m.scrollOutcomes(msg)
	case key.Matches(msg, k.Choose):
		_, b.open = b.letter()
		b.top = 0
	case key.Matches(msg, k.Earlier):
		cmd = m.reasonBy(-1)
	case key.Matches(msg, k.Later):
		cmd = m.reasonBy(1)
	case key.Matches(msg, k.Again):
		cmd = m.readLetters(b.query, true)
	case key.Matches(msg, k.Mark):
		m.mark()
	case key.Matches(msg, k.Redrive):
		m.dialog = m.redriveDialog()
	case key.Matches(msg, k.Edit):
		m.edit()
	case key.Matches(msg, k.Export):
		m.form = m.exportForm()
	case key.Matches(msg, k.Filter):
		m.form = m.letterFilter()
	default:
		return m.walkLetters(msg)
	}
	return cmd, true
}

// walkLetters moves the cursor, or scrolls the open letter. Beyond the end of the list older letters follow.
func (m *model) walkLetters(msg tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	b, k, n := &m.letters, m.keys, len(m.letters.page.Letters)
	switch {
	case !m.scrolls(msg):
		return nil, false
	case b.open:
		step := m.bodyHeight() - 2
		b.top = m.scrolled(msg, b.top, step, len(m.openLetter())-step)
	case key.Matches(msg, k.Next, k.PageDown) && b.cursor >= n-1 && b.page.Older && b.work == nil:
		q := b.query
		q.Before = b.page.Cursor
		return m.readLetters(q, false), true
	case key.Matches(msg, k.Previous, k.PageUp, k.Home) && b.cursor == 0 && b.later && b.work == nil:
		return m.readLetters(b.query, false), true
	default:
		b.cursor = m.scrolled(msg, b.cursor, m.listRows()-1, n-1)
	}
	return nil, true
}

// reasonBy shows the letters with the error code before or after the present one.
func (m *model) reasonBy(by int) tea.Cmd {
	codes := m.letters.reasons()
	i := max(slices.Index(codes, m.letters.query.Code), 0) + by
	q := m.letters.query
	q.Code = codes[(i+len(codes))%len(codes)]
	m.letters.open = false
	return m.readLetters(q, false)
}

// mostMarked is how many letters can be marked one by one.
const mostMarked = 10_000

// mark marks the chosen letter, or takes its mark away, and goes on to the next one.
func (m *model) mark() {
	b := &m.letters
	l, ok := b.letter()
	switch {
	case !ok:
		return
	case b.marked[l.Place]:
		delete(b.marked, l.Place)
	case len(b.marked) < mostMarked:
		if b.marked == nil {
			b.marked = map[messages.Place]bool{}
		}
		b.marked[l.Place] = true
	}
	b.cursor = min(b.cursor+1, len(b.page.Letters)-1)
}

// letterFilter asks for the text that letters must contain.
func (m *model) letterFilter() *form {
	notes := []string{m.t("in the original, the error, the key or a header; empty: all")}
	return newForm(m.t("Only dead letters that contain"), notes, func(m *model, f *form) (tea.Cmd, error) {
		q := m.letters.query
		q.Filter = f.text(0)
		return m.readLetters(q, false), nil
	}, newField(m.t("text"), m.letters.query.Filter, false))
}

// exportForm asks where the letters are to be written.
func (m *model) exportForm() *form {
	b := &m.letters
	notes := []string{m.t("%s, as JSON Lines; a file that exists is left as it is", b.which())}
	return newForm(m.t("Export dead letters"), notes, func(m *model, f *form) (tea.Cmd, error) {
		desk, q := m.lettersDesk(), m.letters.query
		if desk == nil {
			return nil, errNoDesk
		}
		path := f.text(0)
		m.letters.path = path
		m.promise(phrase.New("writing %s ...", path))
		return m.jobs.cmd(func(ctx context.Context) tea.Msg {
			lines, err := export(ctx, desk, q, path)
			return exportedMsg{f, path, lines, err}
		}), nil
	}, newField(m.t("file"), cmp.Or(b.path, "dead-letters.jsonl"), false))
}

// exported says what became of an export.
func (m *model) exported(msg exportedMsg) {
	if msg.err != nil {
		m.reopen(msg.form, msg.err)
		m.complain(msg.err)
		return
	}
	m.tell(phrase.Count(msg.lines, "%s dead letter written to %s", "%s dead letters written to %s", msg.path), false)
}
