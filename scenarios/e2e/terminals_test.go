package e2e

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The colours that a terminal may be asked for, as they are written.
var (
	anyColour   = regexp.MustCompile(`\x1b\[[\d;:]*?\b(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])\b[\d;:]*m`)
	beyond16    = regexp.MustCompile(`\x1b\[[\d;:]*?\b[34]8[;:][25][;:]`)
	beyond256   = regexp.MustCompile(`\x1b\[[\d;:]*?\b[34]8[;:]2[;:]`)
	nothingElse = regexp.MustCompile(`a^`)
)

// helpSays is what stands on the page of help, and nowhere else.
const helpSays = "flood: choose how many"

// readHelp opens the help, which has the same text at all times, and returns it cell for cell.
func (tt *tty) readHelp() string {
	tt.t.Helper()
	tt.ready()
	tt.key("?")
	tt.waitFor("the help", func(screen string) bool { return strings.Contains(screen, helpSays) })
	for before := ""; before != tt.text(); { // the rest of the frame may be on its way
		before = tt.text()
		<-time.After(300 * time.Millisecond)
	}
	return tt.text()
}

// leave quits and expects the terminal as it was.
func (tt *tty) leave() {
	tt.t.Helper()
	tt.key("?")
	tt.waitFor("the dashboard", func(screen string) bool { return !strings.Contains(screen, helpSays) })
	tt.key("q")
	tt.ends()
	tt.mu.Lock()
	defer tt.mu.Unlock()
	if tt.screen.IsAltScreen() {
		tt.t.Error("the alternate screen is left on")
	}
	for what, modes := range map[string][2]string{
		"the alternate screen": {"\x1b[?1049h", "\x1b[?1049l"}, "the cursor": {"\x1b[?25l", "\x1b[?25h"}, "bracketed paste": {"\x1b[?2004h", "\x1b[?2004l"},
		"the mouse": {"\x1b[?1002h", "\x1b[?1002l"}, "the mouse's coordinates": {"\x1b[?1006h", "\x1b[?1006l"}, "synchronised output": {"\x1b[?2026h", "\x1b[?2026l"},
	} {
		on, off := strings.LastIndex(string(tt.raw), modes[0]), strings.LastIndex(string(tt.raw), modes[1])
		if on > off {
			tt.t.Errorf("%s is left as the dashboard has it", what)
		}
	}
	pushed := regexp.MustCompile(`\x1b\[>\d*u`).FindAllIndex(tt.raw, -1)
	popped := regexp.MustCompile(`\x1b\[<\d*u`).FindAllIndex(tt.raw, -1)
	if len(pushed) > len(popped) {
		tt.t.Errorf("the keyboard's protocol was pushed %d times and popped %d times", len(pushed), len(popped))
	}
}

// TestEveryTerminal: the same text, cell for cell, in no more colours than the terminal has; and it is left as it was.
func TestEveryTerminal(t *testing.T) {
	lab := []string{"--kafka-port", "0", "--http-port", "0"}
	plain := openTTY(t, device{columns: 100, rows: 30, env: xterm(), answers: modern(), args: lab})
	want := plain.readHelp()
	if !beyond256.Match(plain.wrote(0)) {
		t.Error("a terminal of all colours is given fewer")
	}
	plain.leave()
	for name, test := range map[string]struct {
		env     []string
		answers map[string]string
		not     *regexp.Regexp
	}{
		"silent":          {xterm(), nil, nothingElse},
		"xterm-256color":  {[]string{"TERM=xterm-256color"}, modern(), beyond256},
		"xterm-16color":   {[]string{"TERM=xterm-16color"}, nil, beyond16},
		"screen":          {[]string{"TERM=screen"}, nil, beyond256},
		"screen-256color": {[]string{"TERM=screen-256color"}, nil, beyond256},
		"tmux-256color":   {[]string{"TERM=tmux-256color"}, nil, beyond256},
		"linux":           {[]string{"TERM=linux"}, nil, beyond16},
		"vt100":           {[]string{"TERM=vt100"}, nil, anyColour},
		"dumb":            {[]string{"TERM=dumb"}, nil, anyColour},
		"NO_COLOR":        {append(xterm(), "NO_COLOR=1"), modern(), anyColour},
		"SSH":             {[]string{"TERM=xterm-256color", "SSH_TTY=/dev/pts/9", "SSH_CONNECTION=127.0.0.1 1 127.0.0.1 22"}, nil, beyond256},
		"Windows":         {[]string{"TERM=xterm-256color", "WT_SESSION=1"}, nil, nothingElse},
	} {
		t.Run(name, func(t *testing.T) {
			tt := openTTY(t, device{columns: 100, rows: 30, env: test.env, answers: test.answers, args: lab})
			if got := tt.readHelp(); got != want {
				t.Errorf("the help is\n%s\nand on an xterm\n%s", got, want)
			}
			if found := test.not.Find(tt.wrote(0)); found != nil {
				t.Errorf("it is asked for %q", found)
			}
			tt.leave()
		})
	}
}

// copies puts the page into the clipboard of the outermost terminal.
func (tt *tty) copies() {
	tt.t.Helper()
	tt.key("?")
	tt.waitFor("the dashboard", func(screen string) bool { return !strings.Contains(screen, helpSays) })
	from := tt.mark()
	tt.key("y")
	osc52 := regexp.MustCompile(`\x1b\]52;c?;([A-Za-z0-9+/=]+)(?:\a|\x1b\\)`)
	eventually(tt.t, 30*time.Second, func() (bool, string) {
		found := osc52.FindSubmatch(tt.wrote(from))
		if found == nil {
			return false, "nothing is copied"
		}
		text, err := base64.StdEncoding.DecodeString(string(found[1]))
		return err == nil && strings.Contains(string(text), "BLACK FRIDAY LAB") && strings.Contains(string(text), "EVENTS"), string(text)
	})
	tt.key("?")
	tt.waitFor("the help", func(screen string) bool { return strings.Contains(screen, helpSays) })
}

// TestInsideOfOtherTerminals: what tmux and GNU screen make of it is the same text.
func TestInsideOfOtherTerminals(t *testing.T) {
	need(t, "tmux", "screen")
	lab := []string{"--kafka-port", "0", "--http-port", "0"}
	plain := openTTY(t, device{columns: 100, rows: 30, env: xterm(), answers: modern(), args: lab})
	want := plain.readHelp()
	plain.leave()
	dir, err := os.MkdirTemp("", "bf") //nolint:usetesting // a socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	rc := filepath.Join(dir, "rc")
	if err := os.WriteFile(rc, []byte("startup_message off\naltscreen on\ndefutf8 on\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tmux := filepath.Join(dir, "tmux.conf")
	if err := os.WriteFile(tmux, []byte("set -g status off\nset -g default-terminal tmux-256color\nset -s set-clipboard on\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, under := range map[string][]string{
		"tmux":                {"tmux", "-u", "-S", filepath.Join(dir, "s"), "-f", tmux, "new-session"},
		"screen":              {"screen", "-U", "-c", rc, "-T", "screen"},
		"screen, 256 colours": {"screen", "-U", "-c", rc, "-T", "screen-256color"},
	} {
		t.Run(name, func(t *testing.T) {
			tt := openTTY(t, device{columns: 100, rows: 30, env: append(xterm(), "SCREENDIR="+dir), answers: modern(), under: under, args: lab})
			if got := tt.readHelp(); got != want {
				t.Errorf("the help is\n%s\nand on an xterm\n%s", got, want)
			}
			tt.copies()
			tt.leave()
		})
	}
}
