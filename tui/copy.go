package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
)

// mostCopied is how much goes to the clipboard, in bytes: many terminals refuse more.
const mostCopied = 32 << 10

// copyChosen copies what is chosen on the present page to the clipboard.
func (m *model) copyChosen() tea.Cmd {
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
	m.tell(said, false)
	return tea.SetClipboard(text)
}

// pasteable is a value that does no harm where it is pasted: a shell would obey its control characters.
func pasteable(value []byte) string {
	lines := strings.Split(string(value[:min(len(value), mostCopied)]), "\n")
	for i, line := range lines {
		lines[i] = visible(line, 12*mostCopied, false)
	}
	return strings.Join(lines, "\n")
}
