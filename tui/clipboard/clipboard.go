// Package clipboard puts a text into the clipboard of this machine, with the program that its desktop has for that. Over SSH
// that would be the wrong machine's: there the escape sequence OSC 52 alone reaches the terminal's.
package clipboard

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// screenTakes is how much of a sequence GNU screen hands on at once, in bytes, well below the 768 that it keeps.
const screenTakes = 512

// ErrNone is the error of Write where this machine has no clipboard that a program reaches.
var ErrNone = errors.New("no clipboard on this machine")

// writeWithin bounds how long a desktop may take.
const writeWithin = 2 * time.Second

// Write puts a text into the clipboard. getenv is where to look for a desktop, system as in runtime.GOOS.
func Write(ctx context.Context, getenv func(string) string, system, text string) error {
	for _, argv := range programs(getenv, system) {
		path, err := exec.LookPath(argv[0])
		if err != nil {
			continue
		}
		ctx, stop := context.WithTimeout(ctx, writeWithin)
		defer stop()
		cmd := exec.CommandContext(ctx, path, argv[1:]...)
		cmd.Stdin = strings.NewReader(text)
		cmd.WaitDelay = writeWithin // some go on in the background and keep the pipes
		return cmd.Run()
	}
	return ErrNone
}

// programs are those that write the clipboard of a desktop, the best first.
func programs(getenv func(string) string, system string) [][]string {
	switch {
	case getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != "":
		return nil
	case system == "darwin":
		return [][]string{{"pbcopy"}}
	case system == "windows", getenv("WSL_DISTRO_NAME") != "":
		return [][]string{{"clip.exe"}}
	case getenv("WAYLAND_DISPLAY") != "":
		return [][]string{{"wl-copy"}, {"xclip", "-selection", "clipboard"}, {"xsel", "-b", "-i"}}
	case getenv("DISPLAY") != "":
		return [][]string{{"xclip", "-selection", "clipboard"}, {"xsel", "-b", "-i"}}
	}
	return nil
}

// Sequence is what to write to the terminal so that a text comes into its clipboard: OSC 52. GNU screen hands it on only in its
// own wrapping, in pieces; tmux where set-clipboard is on, or allow-passthrough, for which it is wrapped, too.
func Sequence(getenv func(string) string, text string) string {
	plain := ansi.SetSystemClipboard(text)
	switch {
	case getenv("TMUX") != "":
		return plain + ansi.TmuxPassthrough(plain)
	case getenv("STY") != "":
		return ansi.ScreenPassthrough(plain, screenTakes)
	}
	return plain
}
