package e2e

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// tty is the program on a pseudo terminal, behind which there is an emulator: what it writes is counted, byte by byte and read
// by read, and what it shows is known in the moment in which it arrives. tmux tells neither.
type tty struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	exited chan struct{} // closed when all that it wrote was read, and it has ended

	mu      sync.Mutex
	changed *sync.Cond
	screen  *vt.Emulator
	raw     []byte   // all that was written
	reads   []piece  // when it came
	blank   []string // what was seen in place of the title, once that had been there
	titled  bool
	gone    bool
}

// piece is one part of what was written.
type piece struct {
	at  time.Time
	end int // of it in raw
}

// device is a terminal to be emulated.
type device struct {
	columns, rows int
	env           []string          // beside TERM and those that every program has
	answers       map[string]string // what it says to a query; a terminal without an answer is silent
	under         []string          // a program that runs the program, such as tmux, with its arguments
	args          []string
}

// modern is a terminal of today: it knows synchronised output, and is dark.
func modern() map[string]string {
	return map[string]string{
		"\x1b[?2026$p": "\x1b[?2026;2$y", "\x1b[?2027$p": "\x1b[?2027;0$y", "\x1b[?u": "\x1b[?0u", "\x1b[c": "\x1b[?62;22c",
		"\x1b]11;?\a": "\x1b]11;rgb:0000/0000/0000\a", "\x1b]11;?\x1b\\": "\x1b]11;rgb:0000/0000/0000\x1b\\",
	}
}

// xterm are the variables of a terminal that shows all colours.
func xterm() []string { return []string{"TERM=xterm-256color", "COLORTERM=truecolor"} }

// openTTY starts the program on a device.
func openTTY(t *testing.T, d device) *tty {
	t.Helper()
	ctx, kill := context.WithCancel(context.Background())
	words := slices.Concat(d.under, []string{program(t)}, d.args)
	tt := &tty{t: t, cmd: exec.CommandContext(ctx, words[0], words[1:]...), exited: make(chan struct{}), screen: vt.NewEmulator(d.columns, d.rows)}
	tt.changed = sync.NewCond(&tt.mu)
	tt.cmd.Env = append([]string{"LC_ALL=C.UTF-8", "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, d.env...)
	master, err := pty.StartWithSize(tt.cmd, &pty.Winsize{Cols: uint16(d.columns), Rows: uint16(d.rows)})
	if err != nil {
		kill()
		t.Fatal(err)
	}
	tt.master = master
	go func() { _, _ = io.Copy(io.Discard, tt.screen) }() // what the emulator would answer; the device answers
	go tt.listen(d.answers)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the screen at the end:\n%s", tt.text())
		}
		kill()
		<-tt.exited
		_ = tt.screen.Close()
	})
	return tt
}

// listen reads until the program has closed the terminal.
func (tt *tty) listen(answers map[string]string) {
	defer close(tt.exited)
	buf := make([]byte, 64<<10)
	asked := 0 // how much of raw was looked at for queries
	for {
		n, err := tt.master.Read(buf)
		if n > 0 {
			asked = tt.take(buf[:n], answers, asked)
		}
		if err != nil {
			break
		}
	}
	_ = tt.cmd.Wait() // the exit code is asked for
	_ = tt.master.Close()
	tt.mu.Lock()
	tt.gone = true
	tt.mu.Unlock()
	tt.changed.Broadcast()
}

func (tt *tty) take(p []byte, answers map[string]string, asked int) int {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	tt.raw = append(tt.raw, p...)
	tt.reads = append(tt.reads, piece{time.Now(), len(tt.raw)})
	_, _ = tt.screen.Write(p)
	tt.watchTitle()
	for query, answer := range answers {
		for range bytes.Count(tt.raw[asked:], []byte(query)) {
			_, _ = io.WriteString(tt.master, answer) // a terminal does not care either whether it was heard
		}
	}
	tt.changed.Broadcast()
	if last := bytes.LastIndexByte(tt.raw[asked:], '\x1b'); last >= 0 && len(tt.raw)-asked-last < 12 && len(answers) > 0 {
		for query := range answers {
			if rest := tt.raw[asked+last:]; len(rest) < len(query) && strings.HasPrefix(query, string(rest)) {
				return asked + last // a query may be cut here
			}
		}
	}
	return len(tt.raw)
}

// watchTitle notes where the title, which never changes, is not seen any more: the screen was cleared.
func (tt *tty) watchTitle() {
	top := tt.line(0)
	switch {
	case strings.Contains(top, "BLACK FRIDAY LAB"):
		tt.titled = true
	case tt.titled && tt.screen.IsAltScreen():
		tt.blank = append(tt.blank, top)
	}
}

// line is a row of the screen; the caller has the lock.
func (tt *tty) line(y int) string {
	var b strings.Builder
	for x := 0; x < tt.screen.Width(); {
		c := tt.screen.CellAt(x, y)
		if c == nil {
			break
		}
		b.WriteString(cmp.Or(c.Content, " "))
		x += max(c.Width, 1)
	}
	return b.String()
}

// text is the screen, cell for cell.
func (tt *tty) text() string {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	return tt.all()
}

func (tt *tty) all() string {
	lines := make([]string, tt.screen.Height())
	for y := range lines {
		lines[y] = tt.line(y)
	}
	return strings.Join(lines, "\n")
}

// key types.
func (tt *tty) key(text string) {
	tt.t.Helper()
	if _, err := io.WriteString(tt.master, text); err != nil {
		tt.t.Fatal(err)
	}
}

// see waits until the screen is as it should be, and returns when it was; ok is false where it never was.
func (tt *tty) see(within time.Duration, there func(screen string) bool) (at time.Time, ok bool) {
	alarm := time.AfterFunc(within, tt.changed.Broadcast)
	defer alarm.Stop()
	end := time.Now().Add(within)
	tt.mu.Lock()
	defer tt.mu.Unlock()
	for !there(tt.all()) {
		if tt.gone || !time.Now().Before(end) {
			return time.Time{}, false
		}
		tt.changed.Wait()
	}
	return tt.reads[len(tt.reads)-1].at, true
}

func (tt *tty) waitFor(what string, there func(screen string) bool) {
	tt.t.Helper()
	if _, ok := tt.see(30*time.Second, there); !ok {
		tt.t.Fatalf("waited for %s in\n%s", what, tt.text())
	}
}

// ready waits for the dashboard and three readers without lag.
func (tt *tty) ready() {
	tt.t.Helper()
	tt.waitFor("three readers", func(screen string) bool {
		return reader(screen, 0) != "" && reader(screen, 1) != "" && reader(screen, 2) != "" && lag(screen) == 0
	})
}

// mark is where the written bytes end now.
func (tt *tty) mark() int {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	return len(tt.raw)
}

// wrote is what was written since a mark.
func (tt *tty) wrote(since int) []byte {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	return bytes.Clone(tt.raw[since:])
}

// ends waits for the end of the program, which was asked to.
func (tt *tty) ends() {
	tt.t.Helper()
	select {
	case <-tt.exited:
	case <-time.After(30 * time.Second):
		_ = tt.cmd.Process.Signal(syscall.SIGQUIT) // its goroutines tell why
		tt.t.Fatalf("it does not end:\n%s", tt.text())
	}
	if code := tt.cmd.ProcessState.ExitCode(); code != 0 {
		tt.t.Errorf("exit code %d", code)
	}
}
