package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"blackfriday/services/lab"
)

// What a terminal program writes when it takes the whole screen, gives it back, and shows the cursor again.
const (
	enter  = "\x1b[?1049h"
	leave  = "\x1b[?1049l"
	cursor = "\x1b[?25h"
)

// screenBuffer is a terminal that only remembers what was written to it, and tells of the first frame.
type screenBuffer struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	drawn func()
}

func (b *screenBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bytes.Contains(p, []byte(enter)) && b.drawn != nil {
		b.drawn()
	}
	return b.buf.Write(p)
}

func (b *screenBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// nilLab breaks its promise after the first Snapshot, which makes Update panic.
type nilLab struct {
	fakeLab
	given bool
}

func (n *nilLab) Snapshot() *lab.Snapshot {
	if n.given {
		return nil
	}
	n.given = true
	return n.fakeLab.Snapshot()
}

// runOn runs the dashboard on a buffer of 100x30 cells; types reads what a user types.
func runOn(t *testing.T, ctx context.Context, l Lab, typed string, drawn func()) (screen string, err error) {
	t.Helper()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	in, keyboard := io.Pipe()
	go func() { _, _ = io.WriteString(keyboard, typed) }()
	out := &screenBuffer{drawn: drawn}
	err = run(ctx, l, Options{Theme: ThemeDark}, tea.WithInput(in), tea.WithOutput(out), tea.WithWindowSize(100, 30),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "COLORTERM=truecolor"}))
	_ = in.Close()
	_ = keyboard.Close()
	return out.String(), err
}

func TestRunEndsCleanly(t *testing.T) {
	tests := []struct {
		name  string
		lab   Lab
		typed string
		ends  bool   // the context ends when the first frame is drawn
		want  string // in the error; empty for none
	}{
		{"q", &fakeLab{snapshot: running(3, 3)}, "q", false, ""},
		{"the context ends", &fakeLab{snapshot: running(3, 3)}, "", true, ""},
		{"a command panics", &fakeLab{snapshot: running(3, 3), explode: true}, "f", false, "the lab exploded"},
		{"Update panics", &nilLab{fakeLab: fakeLab{snapshot: running(3, 3)}}, "", false, tea.ErrProgramPanic.Error()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			drawn := cancel
			if !test.ends {
				drawn = nil
			}
			screen, err := runOn(t, ctx, test.lab, test.typed, drawn)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("Run returned %v, want %q", err, test.want)
			}
			for _, sequence := range []string{leave, cursor} {
				if strings.LastIndex(screen, sequence) < strings.LastIndex(screen, enter) {
					t.Errorf("the terminal is not restored: %q", screen[max(len(screen)-200, 0):])
				}
			}
		})
	}
}

// slowLab carries out a command until it is told to stop.
type slowLab struct {
	fakeLab
	begun chan struct{}
	ended error
}

func (s *slowLab) Do(ctx context.Context, _ lab.Command) error {
	close(s.begun)
	<-ctx.Done()
	s.ended = ctx.Err()
	return s.ended
}

func TestRunEndsAndAwaitsCommands(t *testing.T) {
	l := &slowLab{fakeLab: fakeLab{snapshot: running(3, 3)}, begun: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		<-l.begun
		cancel()
	}()
	if _, err := runOn(t, ctx, l, "f", nil); err != nil {
		t.Errorf("Run returned %v", err)
	}
	if !errors.Is(l.ended, context.Canceled) {
		t.Errorf("Run returned while a command was under way: %v", l.ended)
	}
}

// A terminal gets no colour that it does not know, whatever its environment says of it.
func TestRunAsksNoMoreColoursThanThereAre(t *testing.T) {
	for _, test := range []struct {
		env           []string
		has, hasNever string // empty: anything
	}{
		{[]string{"TERM=xterm-256color", "COLORTERM=truecolor"}, "48;2;30;30;30", ""},
		{[]string{"TERM=xterm-256color"}, "48;5;", "48;2;"},
		{[]string{"TERM=xterm"}, "\x1b[", "48;"},
		{[]string{"TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=1"}, "\x1b[1", "48;"},
		{[]string{"TERM=dumb"}, "Black Friday Lab", "\x1b[1m"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		out := &screenBuffer{drawn: cancel}
		in, keyboard := io.Pipe()
		err := run(ctx, &fakeLab{snapshot: flooded()}, Options{Theme: ThemeDark}, tea.WithInput(in), tea.WithOutput(out), tea.WithWindowSize(100, 30),
			tea.WithEnvironment(append(test.env, "TTY_FORCE=1")))
		_, _ = in.Close(), keyboard.Close()
		cancel()
		got := out.String()
		if err != nil || !strings.Contains(got, test.has) || test.hasNever != "" && strings.Contains(got, test.hasNever) {
			t.Errorf("%q: %v, want %q and never %q in %.400q", test.env, err, test.has, test.hasNever, got)
		}
	}
}
