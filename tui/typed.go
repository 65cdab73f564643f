package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/typed"
	"blackfriday/services/lab"
)

// typing is what somebody would type: for the present step of the guide, for the last key, for the page. It stands in front of
// everything.
type typing struct {
	card int // which of them, see model.subjects
	at   int // the chosen tool
}

// deed is the last thing that a key did, and on which page.
type deed struct {
	question typed.Question // zero: nothing
	page     page
}

// did remembers what a key did.
func (m *model) did(q typed.Question) { m.last = deed{q, m.page} }

// doneHere says that a key did something since this page was turned to.
func (m *model) doneHere() bool {
	q := m.last.question
	return (q.Command != nil || q.Redrive) && m.last.page == m.page
}

// pressPaper takes the keys of what leaves the screen: what would be typed, and the hand-out.
func (m *model) pressPaper(msg tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	switch {
	case m.live.State == lab.Starting:
		return nil, false
	case key.Matches(msg, m.keys.Typed):
		m.typing = &typing{}
	case key.Matches(msg, m.keys.HandOut):
		return m.handOut(), true
	default:
		return nil, false
	}
	return nil, true
}

// subjects are what a card can be about now: the present step where the guide is open, what a key did on this page, and the page.
func (m *model) subjects() (all []typed.Question) {
	if g := &m.guide; g.open && g.coming == nowhere && g.shown == g.here() {
		if steps := g.course.Steps(g.here()); g.course.Present() < len(steps) {
			if q, ok := typed.OfStep(steps[g.course.Present()].Step.Name); ok {
				all = append(all, q)
			}
		}
	}
	if m.doneHere() {
		all = append(all, m.last.question)
	}
	pages := map[page]typed.Page{
		eventsPage: typed.Rebalances, consumersPage: typed.Consumers, topicsPage: typed.Topics, partitionsPage: typed.Partitions,
		rebalancesPage: typed.Rebalances, lanesPage: typed.Lanes, ledgerPage: typed.Ledger, lettersPage: typed.Letters,
		messagesPage: typed.Messages, trailPage: typed.Messages, brokersPage: typed.Brokers, guidePage: typed.Topics,
	}
	q := typed.Question{Page: pages[m.page]}
	if m.page == messagesPage {
		q.Topic = m.browser.query.Topic
	}
	return append(all, q)
}

// typedCard is what would be typed now.
func (m *model) typedCard() typed.Card {
	all := m.subjects()
	q := all[min(m.typing.card, len(all)-1)]
	q.Program = m.options.Program
	return typed.For(m.live, q)
}

// moreTyped says that another card follows.
func (m *model) moreTyped() bool { return m.typing.card < len(m.subjects())-1 }

// pressTyped takes a key while the card is in front.
func (m *model) pressTyped(msg tea.KeyPressMsg) tea.Cmd {
	tools := len(typed.Tools())
	switch t := m.typing; {
	case key.Matches(msg, m.keys.Back):
		m.typing = nil
	case key.Matches(msg, m.keys.Typed) && m.moreTyped():
		t.card++
	case key.Matches(msg, m.keys.Typed):
		m.typing = nil
	case key.Matches(msg, m.keys.Next):
		t.at = (t.at + 1) % tools
	case key.Matches(msg, m.keys.Previous):
		t.at = (t.at + tools - 1) % tools
	case key.Matches(msg, m.keys.Theme):
		m.cycleTheme()
	case key.Matches(msg, m.keys.Language):
		m.cycleLanguage()
	case key.Matches(msg, m.keys.Confirm):
		return m.copyTyped()
	}
	return nil
}

// typedKeys are the keys that work while the card is in front.
func (m *model) typedKeys() []key.Binding {
	k := m.keys
	keys := []key.Binding{short(k.Next, "down up", "tool"), short(k.Confirm, "y", "copy")}
	switch {
	case m.typing.card+2 == len(m.subjects()):
		keys = append(keys, short(k.Typed, "i", "this page"))
	case m.moreTyped():
		keys = append(keys, short(k.Typed, "i", "the last key"))
	}
	return append(keys, short(k.Back, "esc", "back"), short(k.Quit, "q", "quit"))
}

// copyTyped copies what is typed with the chosen tool.
func (m *model) copyTyped() tea.Cmd {
	e := m.typedCard().Entries[m.typing.at]
	text := e.Text()
	if text == "" {
		m.tell(phrase.New("There is nothing to copy."), true)
		return nil
	}
	return m.copy(pasteable([]byte(text)), phrase.New("copied to the clipboard, if the terminal allows that"))
}

// typedLines draws the card as a frame of at most w by h cells. The chosen tool is in sight.
func (m *model) typedLines(w, h int) []string {
	st, card := m.st, m.typedCard()
	inner, room := min(w-6, 112), h-7
	var body []string
	from := 0
	for i, e := range card.Entries {
		if i == m.typing.at {
			from = len(body)
		}
		body = append(body, st.entryLines(e, inner, i == m.typing.at)...)
	}
	body = body[:len(body)-1] // the blank line under the last
	from = max(min(from, len(body)-room), 0)
	shown := body[from:min(from+room, len(body))]
	about := st.strong.Render(st.say(card.About))
	more := ""
	if from > 0 || from+room < len(body) {
		more = st.muted.Render(st.count(int64(len(body)-len(shown)), "+%s more line", "+%s more lines"))
	}
	shown = append([]string{st.ends(about, more, inner), ""}, shown...)
	return st.frame(st.t("What would I type?"), shown, inner)
}

// entryLines are what is typed with one tool.
func (st *styles) entryLines(e typed.Entry, w int, chosen bool) []string {
	mark, style := "  ", st.title
	if chosen {
		mark, style = st.g.cursor+" ", st.key
	}
	out := []string{st.key.Render(mark) + style.Render(string(e.Tool))}
	for _, line := range e.Lines {
		fold, end := foldedShell, " \\"
		if e.Tool == typed.FranzGo {
			fold, end = foldedGo, ""
		}
		for _, part := range brokenAt(strings.ReplaceAll(line, "\t", "    "), w-4, fold, end) {
			out = append(out, "    "+visible(part, w-4, st.ascii))
		}
	}
	note := st.say(e.Note)
	if e.Stays {
		note = strings.TrimSpace(note + " " + st.t("Ctrl+C ends it."))
	}
	if note != "" {
		for line := range strings.SplitSeq(ansi.Wrap(note, w-4, ""), "\n") {
			out = append(out, "    "+st.muted.Render(visible(line, w-4, st.ascii)))
		}
	}
	return append(out, "")
}

// brokenAt breaks a line where fold says that its language lets it, and ends every line but the last with end, so that what
// stands on the screen works as it stands. Only a word that is longer than a line is broken anywhere.
func brokenAt(line string, w int, fold func(string) []string, end string) []string {
	const indent = "    "
	var out []string
	now := ""
	for _, word := range fold(line) {
		if now != "" && width(now)+width(word)+width(end) > w {
			out, now = append(out, strings.TrimRight(now, " ")+end), indent
		}
		now += word
	}
	var all []string
	for _, l := range append(out, strings.TrimRight(now, " ")) {
		all = append(all, strings.Split(ansi.Hardwrap(l, w, true), "\n")...)
	}
	return all
}

// foldedShell are the parts of a shell's line, each with the blanks after it: outside of quotes, at blanks.
func foldedShell(line string) (parts []string) {
	quoted, start := false, 0
	for i, r := range line {
		switch {
		case r == '\'':
			quoted = !quoted
		case r == ' ' && !quoted:
			parts, start = append(parts, line[start:i+1]), i+1
		}
	}
	return append(parts, line[start:])
}

// foldedGo are the parts of a line of Go: after a comma or an opening brace outside of quotes, where Go does not end the
// statement.
func foldedGo(line string) (parts []string) {
	quote, start := rune(0), 0
	for i, r := range line {
		switch {
		case quote == 0 && (r == '"' || r == '`'):
			quote = r
		case r == quote:
			quote = 0
		case quote == 0 && r == ' ' && i > 0 && (line[i-1] == ',' || line[i-1] == '{'):
			parts, start = append(parts, line[start:i+1]), i+1
		}
	}
	return append(parts, line[start:])
}

// deedOf is what a command is remembered as; ok is false for what nobody would type.
func deedOf(c lab.Command) (q typed.Question, ok bool) {
	if _, begins := c.(lab.Begin); begins {
		return q, false
	}
	return typed.Question{Command: c}, true
}
