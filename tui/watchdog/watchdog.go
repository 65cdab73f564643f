//go:build unix

// Package watchdog gives the terminal back when the program that draws on it dies without doing so: by a panic in any
// goroutine, its own or a library's, by a fatal error of the runtime, or by SIGKILL.
//
// Nothing inside a dying process can promise that, so a second one waits beside it: the same executable, which reads a
// pipe that only the first holds open. What the runtime has to say of a crash goes into that pipe too
// (runtime/debug.SetCrashOutput). When the pipe ends without a goodbye, the watchdog restores the terminal and then
// shows what it read.
package watchdog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
)

const (
	// childVariable in the environment makes a process a watchdog.
	childVariable = "BLACKFRIDAY_WATCHDOG"
	// goodbye in the pipe says that the program ended as it should.
	goodbye = "goodbye\n"
	// longestReport bounds what is shown of a crash.
	longestReport = 256 << 10
)

// IsChild says whether this process was started to be a watchdog: then main must call Run and nothing else.
func IsChild() bool { return os.Getenv(childVariable) != "" }

// Start starts a watchdog over the terminal of this process. stop dismisses it and must be called once the terminal has
// been restored. Without a terminal there is nothing to watch, and stop does nothing.
func Start() (stop func() error, err error) {
	if !term.IsTerminal(os.Stdin.Fd()) {
		return func() error { return nil }, nil
	}
	watched, leash, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the watchdog of the terminal: %w", err)
	}
	child, err := spawn(watched)
	if err = errors.Join(err, watched.Close()); err != nil {
		return nil, errors.Join(fmt.Errorf("start the watchdog of the terminal: %w", err), leash.Close())
	}
	if err := debug.SetCrashOutput(leash, debug.CrashOptions{}); err != nil {
		return nil, errors.Join(fmt.Errorf("start the watchdog of the terminal: %w", err), leash.Close(), child.Wait())
	}
	return func() error {
		_, err := leash.WriteString(goodbye)
		return errors.Join(err, debug.SetCrashOutput(nil, debug.CrashOptions{}), leash.Close(), child.Wait())
	}, nil
}

// spawn starts the child and waits until it has seen the terminal as it is now.
func spawn(watched *os.File) (*exec.Cmd, error) {
	executable, err := os.Executable()
	if err != nil {
		return nil, err
	}
	child := exec.Command(executable)
	child.Env = append(os.Environ(), childVariable+"=1")
	child.Stdin, child.Stderr = watched, os.Stderr
	ready, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(ready, make([]byte, 1)); err != nil {
		return nil, errors.Join(errors.New("it ended at once"), child.Wait())
	}
	return child, nil
}

// Run is the watchdog's whole life; it returns the exit code.
func Run() int {
	// It ends when the program does, and not by a signal that was meant for the program. SIGTTOU would stop it when it
	// restores a terminal that the shell has taken back meanwhile.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTTOU, syscall.SIGTSTP)
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return 1
	}
	defer tty.Close() //nolint:errcheck // the process ends here
	before, err := term.GetState(tty.Fd())
	if err != nil {
		return 1
	}
	if _, err := os.Stdout.WriteString("r"); err != nil {
		return 1
	}
	report, err := io.ReadAll(io.LimitReader(os.Stdin, longestReport))
	if err == nil && string(report) == goodbye {
		return 0
	}
	if err := errors.Join(term.Restore(tty.Fd(), before), restore(tty, report)); err != nil {
		return 1
	}
	return 0
}

// restore leaves everything that a screen switches on, and then shows the report.
func restore(tty io.Writer, report []byte) error {
	const killed = "blackfriday was killed. The terminal is as it was before.\n"
	if len(report) == 0 {
		report = []byte(killed)
	}
	_, err := fmt.Fprint(tty,
		ansi.ResetModeSynchronizedOutput, ansi.ResetModeMouseNormal, ansi.ResetModeMouseButtonEvent, ansi.ResetModeMouseAnyEvent,
		ansi.ResetModeMouseExtSgr, ansi.ResetModeBracketedPaste, ansi.ResetModeFocusEvent,
		ansi.ResetModifyOtherKeys, ansi.PopKittyKeyboard(1), ansi.ResetModeAltScreenSaveCursor,
		ansi.SetModeTextCursorEnable, ansi.ResetStyle, "\r\n", string(report))
	return err
}
