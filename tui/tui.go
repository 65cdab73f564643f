// Package tui is the dashboard: it draws Snapshots of the lab and turns keys into Commands. It knows the lab only
// through these two, so that a test is a struct literal and a real Kafka looks the same as the embedded one.
package tui

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
	"blackfriday/tui/cast"
)

// Lab is what the dashboard needs from the lab.
type Lab interface {
	// Snapshot gives the newest picture of the lab. It never blocks and never returns nil.
	Snapshot() *lab.Snapshot
	// Do carries out a command and returns once it has begun, or says why it was refused.
	Do(ctx context.Context, c lab.Command) error
}

// Options are what the command line decides about the dashboard.
type Options struct {
	// HandOut is the directory into which hand-outs are written; empty is the working directory. Farewell is told their paths
	// when the screen is gone, a line each; nil is not.
	HandOut  string
	Farewell io.Writer

	// Recorder records what the screen shows; nil is none.
	Recorder *cast.Recorder

	// Language is the one that the screen speaks at first; nil is English.
	Language *phrase.Language

	// Program is what this program is called as in a shell; empty is blackfriday.
	Program string

	// Checkpoint is the one of the course with which the lab began, nil for none; then the guide is open from the beginning.
	Checkpoint *lesson.Checkpoint
	// NoQuestions: the guide asks no questions, until somebody wants them.
	NoQuestions bool
	// Scraped is how often somebody has fetched the lab's metrics; nil where nobody counts.
	Scraped func() int64
	// Publish publishes the lab's metrics, if they are not yet, and says where; nil where nobody can.
	Publish func() (url string, err error)

	// Demo has the story play by itself, in a lab that began as demo.Opening says; nil has not.
	Demo *Demo

	Theme   string // one of Themes; empty is ThemeAuto
	ASCII   bool   // draw with ASCII characters only
	NoColor bool   // draw without colours: weight, signs and words remain
	// ReducedMotion: nothing slides or flows; numbers, words and signs tell the same.
	ReducedMotion bool

	Pills []Pill // the poison pills to choose from, in the order in which they are listed
	// Clipboard writes the clipboard of this machine; nil where that of the terminal is all there is.
	Clipboard func(ctx context.Context, text string) error
	// Copies is what is written to the terminal so that a text comes into its clipboard; nil is OSC 52.
	Copies func(text string) string
	// Messages and DeadLetters give what topics are read and written with, nil while the lab does not run. They are asked
	// each time; without them the pages that need them say so.
	Messages    func() Messages
	DeadLetters func() DeadLetters
}

// Demo is how the story plays.
type Demo struct {
	Loop bool // begin again at the end, with a fresh lab
}

// Pill is one poison pill as the chooser shows it.
type Pill struct {
	Name  string        // what lab.Poison takes
	Title phrase.Phrase // what is wrong with it, in a few words
}

// Run draws the dashboard on the terminal until the user quits or ctx ends; both return nil. The terminal is restored
// in every case, also after a panic, which is then returned as an error. Signals are the caller's: end ctx.
func Run(ctx context.Context, l Lab, o Options) error { return run(ctx, l, o) }

func run(ctx context.Context, l Lab, o Options, extra ...tea.ProgramOption) error {
	jobs := startJobs(ctx)
	defer jobs.stop()
	m := newModel(l, o, jobs)
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithFPS(60)}
	if o.NoColor {
		options = append(options, tea.WithColorProfile(min(colorprofile.ASCII, colorprofile.Env(os.Environ()))))
	} else if monochrome(os.Getenv) {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	if o.Recorder != nil {
		options = append(options, tea.WithOutput(o.Recorder.Screen(os.Stdout)), tea.WithFilter(sizes(o.Recorder)))
	}
	_, err := tea.NewProgram(m, append(options, extra...)...).Run()
	m.bid()
	switch {
	case m.crash != nil:
		return phrase.Errorf("run the dashboard: %w", m.crash)
	case errors.Is(err, tea.ErrProgramPanic):
		return phrase.Errorf("draw the dashboard: %w", err)
	case err == nil, ctx.Err() != nil:
		return nil
	}
	return phrase.Errorf("draw the dashboard on this terminal: %w; without a terminal that it can draw on, add --plain, or use `blackfriday serve`", err)
}

// sizes tells a recorder what size the terminal has.
func sizes(r *cast.Recorder) func(tea.Model, tea.Msg) tea.Msg {
	return func(_ tea.Model, msg tea.Msg) tea.Msg {
		if size, ok := msg.(tea.WindowSizeMsg); ok {
			r.Resize(size.Width, size.Height)
		}
		return msg
	}
}

// hearRecorder tells at once, and once, that a recording ended before its session: afterwards nobody can record it again.
func (m *model) hearRecorder() {
	if err := m.options.Recorder.Err(); err != nil && !m.unrolled {
		m.unrolled = true
		m.complain(err)
	}
}

// monochrome says that a terminal names itself one that never had colours, such as the DEC VT100, and that nothing else in the
// environment says it has; the library takes every terminal for one with 16.
func monochrome(getenv func(string) string) bool {
	kind := getenv("TERM")
	digits, isVT := strings.CutPrefix(kind, "vt")
	named := isVT && digits != "" && digits[0] >= '0' && digits[0] <= '9' || strings.HasSuffix(kind, "-m") || strings.HasSuffix(kind, "-mono")
	return named && getenv("COLORTERM") == "" && getenv("CLICOLOR_FORCE") == ""
}
