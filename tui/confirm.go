package tui

import (
	"context"
	"errors"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
)

// ErrDeclined is the error of Confirm when the answer was no.
var ErrDeclined = phrase.Errorf("you said no: nothing was changed")

// ErrNobodyToAsk is the error of Confirm without a terminal.
var ErrNobodyToAsk = phrase.Errorf("there is no terminal to ask on: look at what this would do, and say yes with --yes")

// Confirm shows a question of some lines on stderr and waits for an answer: y is a yes, n, q and esc are a no, and nothing
// else, enter above all, is an answer. A no is ErrDeclined.
func Confirm(ctx context.Context, question string) error {
	lines := strings.Split(strings.TrimRight(question, "\n"), "\n")
	for i, line := range lines {
		lines[i] = event.Visible(line)
	}
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stderr.Fd()) {
		return errors.New(strings.Join(append(lines, phrase.Say(phrase.Of(ctx), ErrNobodyToAsk)), "\n"))
	}
	end, err := tea.NewProgram(asked{lines: lines, l: phrase.Of(ctx)}, tea.WithContext(ctx), tea.WithOutput(os.Stderr), tea.WithoutSignalHandler()).Run()
	if a, ok := end.(asked); err == nil && ok && a.yes {
		return nil
	}
	return errors.Join(err, ErrDeclined)
}

// asked is a question on its way to an answer.
type asked struct {
	lines []string
	l     *phrase.Language
	width int
	yes   bool
	done  bool
}

// Init implements tea.Model.
func (asked) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (a asked) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		a.width = size.Width
	}
	press, ok := msg.(tea.KeyPressMsg)
	if !ok || a.done {
		return a, nil
	}
	switch press.String() {
	case "y", "Y", "o", "O": // o as in oui
		a.yes, a.done = true, true
	case "n", "N", "q", "esc", "ctrl+c", "ctrl+d":
		a.done = true
	default:
		return a, nil
	}
	return a, tea.Quit
}

// View implements tea.Model.
func (a asked) View() tea.View {
	last := phrase.New("Go on?  y yes  n no")
	switch {
	case a.yes:
		last = phrase.New("Go on? yes")
	case a.done:
		last = phrase.New("Go on? no")
	}
	text := strings.Join(append(a.lines[:len(a.lines):len(a.lines)], last.In(a.l), ""), "\n")
	return tea.NewView(ansi.Wrap(text, max(a.width, 40), ",;"))
}
