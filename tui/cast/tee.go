package cast

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Flag is --record.
type Flag struct{ file string }

// Register adds the flag to those of a command.
func (f *Flag) Register(flags *pflag.FlagSet) {
	flags.StringVar(&f.file, "record", "", "record what is shown into this new file, as an asciicast that asciinema plays; what is typed is not recorded")
}

// Start begins the recording that the flag asks for, of the terminal on stdout; it returns nil where it asks for none.
func (f *Flag) Start() (*Recorder, error) {
	if f.file == "" {
		return nil, nil //nolint:nilnil // a nil Recorder records nothing
	}
	columns, rows, err := term.GetSize(os.Stdout.Fd())
	if err != nil || columns <= 0 || rows <= 0 {
		columns, rows = 80, 24 // what stdout is instead has no size
	}
	return Create(f.file, columns, rows, os.Getenv)
}

// Recorded gives a command that prints lines the flag.
func Recorded(cmd *cobra.Command) *cobra.Command {
	flag, run := &Flag{}, cmd.RunE
	flag.Register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		r, err := flag.Start()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, r.Close()) }()
		cmd.SetOut(r.Lines(cmd.OutOrStdout()))
		return run(cmd, args)
	}
	return cmd
}

// Screen is a terminal that is drawn on: what is written to it is recorded.
func (r *Recorder) Screen(terminal term.File) term.File { return &screen{terminal, r} }

type screen struct {
	term.File
	recorder *Recorder
}

// Write implements io.Writer.
func (s *screen) Write(p []byte) (int, error) {
	n, err := s.File.Write(p)
	s.recorder.Output(p[:n])
	return n, err
}

// Lines is where lines are printed: they are recorded as a terminal shows them.
func (r *Recorder) Lines(out io.Writer) io.Writer {
	if r == nil {
		return out
	}
	return &lines{out, r}
}

type lines struct {
	io.Writer
	recorder *Recorder
}

// Write implements io.Writer. A terminal that shows lines goes back to their beginning by itself.
func (l *lines) Write(p []byte) (int, error) {
	n, err := l.Writer.Write(p)
	l.recorder.Output(bytes.ReplaceAll(p[:n], []byte("\n"), []byte("\r\n")))
	return n, err
}
