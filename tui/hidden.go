package tui

import (
	"context"
	"errors"
	"fmt"
	"os"

	"blackfriday/kafka/phrase"

	"github.com/charmbracelet/x/term"
)

// AskHidden asks on stderr, and reads a line from the terminal that nobody sees as it is typed. When ctx ends first the
// terminal is as it was before.
func AskHidden(ctx context.Context, prompt string) (string, error) {
	stdin := os.Stdin.Fd()
	state, err := term.GetState(stdin)
	if err != nil {
		return "", phrase.Errorf("there is no terminal to ask on")
	}
	// There is nowhere to report that stderr is gone.
	_, _ = fmt.Fprint(os.Stderr, prompt)
	defer func() { _, _ = fmt.Fprintln(os.Stderr) }()
	type answer struct {
		line []byte
		err  error
	}
	typed := make(chan answer, 1)
	// Nothing ends a read of a terminal: after a signal this goroutine ends with the process, which is at once.
	go func() {
		line, err := term.ReadPassword(stdin)
		typed <- answer{line, err}
	}()
	select {
	case a := <-typed:
		return string(a.line), a.err
	case <-ctx.Done():
		return "", errors.Join(phrase.Errorf("interrupted"), term.Restore(stdin, state))
	}
}
