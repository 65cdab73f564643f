package tui

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// toggleMouse gives the mouse back to the terminal, which then selects text, or takes it again.
func (m *model) toggleMouse() {
	m.mouseOff = !m.mouseOff
	if m.mouseOff {
		m.tell(phrase.New("The mouse selects text now; %s takes it back.", m.keys.Mouse.Help().Key), false)
		return
	}
	m.tell(phrase.New("The mouse clicks keys and consumers; with shift it selects text."), false)
}

// click does what a click is for: a key of the footer, a line of a question, or a consumer, wherever its name stands. The other
// button copies the word or number under it.
func (m *model) click(msg tea.MouseClickMsg) tea.Cmd {
	m.touched = m.now
	switch {
	case msg.Y < 0 || msg.Y >= m.height || msg.X < 0 || msg.X >= m.width:
	case msg.Button == tea.MouseRight:
		return m.copyWord(msg.X, msg.Y)
	case msg.Button != tea.MouseLeft:
	case m.tooSmall() || m.help:
	case msg.Y == m.height-1:
		return m.clickFooter(msg.X)
	case m.flies():
		m.pilot.Pause() // a click is meant; the wheel and the pointer may have been brushed
		m.clickName(msg.X, msg.Y)
	case m.dialog != nil:
		return m.clickDialog(msg.Y)
	case m.finder != nil:
		return m.clickFinder(msg.Y)
	case m.form == nil && m.typing == nil && m.guide.ballot == nil:
		m.clickName(msg.X, msg.Y)
	}
	return nil
}

// clickFooter presses the key under the pointer.
func (m *model) clickFooter(x int) tea.Cmd {
	if m.page == stagePage && !m.asks() {
		return nil // the footer is not there
	}
	front, spare := m.footer()
	for _, spot := range footerSpots(m.st, front, spare, m.width) {
		if x < spot.from || x >= spot.to {
			continue
		}
		if msg, ok := pressOf(spot.key); ok {
			return m.press(msg)
		}
	}
	return nil
}

// The lines of a frame before its first choice: the border and a blank, and in the finder the box.
const (
	dialogHead = 2
	finderHead = 3
)

// frameTop is the line of the screen where a frame of so many lines begins; see overlayIn.
func (m *model) frameTop(lines int) int { return max(m.height-lines-3, 0) }

// clickDialog takes the choice under the pointer.
func (m *model) clickDialog(y int) tea.Cmd {
	d := m.dialog
	row := y - m.frameTop(len(dialogLines(m.st, d, m.live, m.width, m.height))) - dialogHead
	from, to, _ := window(len(d.items), m.height-7, around(d.cursor, len(d.items), m.height-7))
	if d.asks() || row < 0 || from+row >= to {
		return nil
	}
	d.cursor, d.digits = from+row, ""
	return m.answer(d.take())
}

// clickFinder does what is under the pointer.
func (m *model) clickFinder(y int) tea.Cmd {
	p := m.finder
	row := y - m.frameTop(len(finderLines(m.st, p, m.live, m.width, m.height))) - finderHead
	rows := finderRows(m.height)
	from, to, _ := window(len(p.found), rows, around(p.cursor, len(p.found), rows))
	if row < 0 || from+row >= to {
		return nil
	}
	p.cursor = from + row
	return m.runFound(p)
}

// clickName selects the consumer whose name is under the pointer, or in whose line of the list of consumers the pointer is.
func (m *model) clickName(x, y int) {
	line := m.plainLine(y)
	word := wordAt(line, x)
	for _, i := range instances(m.shown()) {
		if name := shortName(i.Name, width(line), m.st.ascii); word == name || rowOf(line, name) {
			m.selected, m.focus = idOf(i), dashboardPage
			return
		}
	}
}

// rowOf says that a line of the screen is that of a consumer: nothing but its sign stands before its name.
func rowOf(line, name string) bool {
	before, _, found := strings.Cut(line, " "+name+" ")
	return found && width(strings.Trim(before, " ▸>")) <= 3 && !strings.HasPrefix(before, "P")
}

// plainLine is a line of the screen as text.
func (m *model) plainLine(y int) string {
	lines := strings.Split(m.screen(), "\n")
	if y >= len(lines) {
		return ""
	}
	return ansi.Strip(lines[y])
}

// wordAt is the word at a cell of a line; a number keeps its signs: 1,782 or 30.0/s.
func wordAt(line string, x int) string {
	before, after := ansi.Cut(line, 0, x), ansi.Cut(line, x, width(line))
	from := strings.LastIndexFunc(before, unicode.IsSpace) + 1
	to := strings.IndexFunc(after, unicode.IsSpace)
	if to < 0 {
		to = len(after)
	}
	return strings.Trim(before[from:]+after[:to], "│─╭╮╰╯,;:()")
}

// copyWord copies the word or number under the pointer.
func (m *model) copyWord(x, y int) tea.Cmd {
	word := wordAt(m.plainLine(y), x)
	if word == "" {
		return nil
	}
	return m.copy(word, phrase.New("copied, if the terminal allows that: %s", word))
}

// wheel scrolls what is in front.
func (m *model) wheel(msg tea.MouseWheelMsg) tea.Cmd {
	code, far := tea.KeyUp, tea.KeyPgUp
	switch msg.Button {
	case tea.MouseWheelDown:
		code, far = tea.KeyDown, tea.KeyPgDown
	case tea.MouseWheelUp:
	default:
		return nil
	}
	inFront := m.dialog != nil || m.finder != nil || m.help
	if !inFront && (m.page == dashboardPage || m.live.State == lab.Starting) {
		code = far // there the arrows choose a consumer
	}
	return m.obey(tea.KeyPressMsg{Code: code})
}
