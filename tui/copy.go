package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
)

// mostCopied is how much goes to the clipboard, in bytes: many terminals refuse more.
const mostCopied = 32 << 10

// copyChosen copies what is chosen on the present page to the clipboard: a message, the line of a consumer, and where nothing is
// chosen the page as it stands.
func (m *model) copyChosen() tea.Cmd {
	if !m.reads() {
		return m.copyLines()
	}
	var value []byte
	ok := false
	switch m.page {
	case messagesPage:
		msg, found := m.browser.row(m.browser.cursor)
		value, ok = msg.Value, found
	case lettersPage:
		l, found := m.letters.letter()
		value, ok = l.Original, found
	case trailPage:
		if hops := m.trail.trace.Hops; m.trail.cursor < len(hops) {
			value, ok = hops[m.trail.cursor].Value, true
		}
	}
	if !ok {
		return nil
	}
	text := pasteable(value)
	said := phrase.New("copied to the clipboard, if the terminal allows that")
	if len(value) > mostCopied {
		said = phrase.New("copied to the clipboard, if the terminal allows that, the first %s of %s", bytesOf(mostCopied), bytesOf(len(value)))
	}
	return m.copy(text, said)
}

// copyLines copies the line of the selected consumer, or the page.
func (m *model) copyLines() tea.Cmd {
	lines := strings.Split(ansi.Strip(m.screen()), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	if m.selected == "" {
		return m.copy(strings.Join(lines[:len(lines)-1], "\n"), phrase.New("This page was copied as text, if the terminal allows that."))
	}
	for _, line := range lines {
		if rowOf(line, m.selected) {
			return m.copy(strings.TrimSpace(line), phrase.New("The line of %s was copied, if the terminal allows that.", m.selected))
		}
	}
	return nil
}

// copy puts a text into the clipboard of the terminal, which may lie elsewhere, and into that of this machine, if it has one.
func (m *model) copy(text string, said phrase.Phrase) tea.Cmd {
	m.tell(said, false)
	there, native := tea.SetClipboard(text), m.options.Clipboard
	if m.options.Copies != nil {
		there = tea.Raw(m.options.Copies(text))
	}
	if native == nil {
		return there
	}
	return tea.Batch(there, m.jobs.cmd(func(ctx context.Context) tea.Msg {
		_ = native(ctx, text) // the terminal was asked as well, and nobody can know whether it obeyed
		return nil
	}))
}

// pasteable is a value that does no harm where it is pasted: a shell would obey its control characters.
func pasteable(value []byte) string {
	lines := strings.Split(string(value[:min(len(value), mostCopied)]), "\n")
	for i, line := range lines {
		lines[i] = visible(line, 12*mostCopied, false)
	}
	return strings.Join(lines, "\n")
}
