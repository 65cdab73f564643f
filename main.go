// Blackfriday is the whole Black Friday Kafka lab in one program: an embedded cluster, four services, and a dashboard to
// flood it, break it and watch why Kafka survives.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"charm.land/fang/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"blackfriday/kafka/broker"
	"blackfriday/kafka/cleanup"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/console"
	"blackfriday/kafka/phrase"
	"blackfriday/kafka/phrase/command"
	"blackfriday/scenarios/demo"
	"blackfriday/scenarios/handout"
	"blackfriday/scenarios/headless"
	"blackfriday/scenarios/lesson"
	"blackfriday/scenarios/typed"
	"blackfriday/services/event"
	"blackfriday/services/lab"
	"blackfriday/services/lab/gauges"
	"blackfriday/services/metrics"
	"blackfriday/services/rush"
	"blackfriday/services/serve"
	"blackfriday/services/standalone"
	"blackfriday/tui"
	"blackfriday/tui/cast"
	"blackfriday/tui/clipboard"
	"blackfriday/tui/plain"
	"blackfriday/tui/watchdog"
)

func main() { os.Exit(run()) }

// run gives the exit code: 0 all went well, 1 it did not, 2 it was called wrongly.
func run() int {
	if watchdog.IsChild() {
		return watchdog.Run()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	language, err := phrase.Load(command.Language(os.Args[1:], phrase.FromEnvironment(os.Getenv)))
	say := errorPrinter(language)
	if err != nil {
		say(os.Stderr, fang.Styles{}, err)
		return connect.ExitMisuse
	}
	root := newRoot(language)
	command.Translate(root, language)
	command.KeepKeyboard(root)
	if err = fang.Execute(phrase.Into(ctx, language), root, fang.WithErrorHandler(say), fang.WithColorSchemeFunc(tui.HelpColours),
		fang.WithVersion(command.ThisBuild().String())); err == nil {
		return 0
	}
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 1
}

// errorPrinter says in a language what went wrong, a line for each thing, without a frame around it.
func errorPrinter(l *phrase.Language) fang.ErrorHandler {
	return func(w io.Writer, _ fang.Styles, err error) {
		for line := range strings.SplitSeq(command.Say(l, err), "\n") {
			// There is nowhere to report that stderr is gone.
			_, _ = fmt.Fprintf(w, "blackfriday: %s\n", event.Visible(line))
		}
	}
}

// settings are what the flags set.
type settings struct {
	lab     *serve.Flags
	logFile string
	screen  tui.Options
	metrics metrics.Flag
	lesson  lesson.Flag
	record  cast.Flag
	plain   plain.Flags
}

func newRoot(language *phrase.Language) *cobra.Command {
	clusterFlags := clustersOf(language)
	s := &settings{}
	s.lab = serve.NewFlags(clusterFlags(), connect.NewEmbedded(os.Getenv), &s.metrics)
	root := &cobra.Command{
		Use:   "blackfriday",
		Short: "The Black Friday Kafka lab in one program",
		Long:  "A Kafka cluster, four services and a dashboard in one program. Press f to flood it, k to kill a consumer, ? for help.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return s.dashboard(cmd) },
	}
	s.lab.Register(root.Flags())
	flags := root.Flags()
	s.register(flags)
	flags.BoolVar(&s.screen.NoQuestions, "no-questions", false, "the guide asks no questions before the experiments")
	s.lesson.Register(flags)
	s.plain.Register(flags)
	root.PersistentFlags().String(command.Flag, language.Name(), "language: en or fr; without it that of LC_ALL, LC_MESSAGES or LANG")
	s.screen.Language = language
	serveCommand := serve.Command(s.lab.Config, s.publish)
	s.lab.Register(serveCommand.Flags())
	root.AddCommand(serveCommand, headless.Command(clusterFlags()), standalone.Command(clusterFlags(), os.Getenv),
		cast.Recorded(standalone.JoinCommand(os.Getenv)), broker.Command(os.Getenv), cleanup.Command(clusterFlags()))
	root.AddCommand(console.Commands(clusterFlags, console.Terminal{
		In: term.IsTerminal(os.Stdin.Fd()), Out: term.IsTerminal(os.Stdout.Fd()), Visible: event.Visible,
	})...)
	root.AddCommand(newDemo(language), command.Version())
	root.AddCommand(rush.Commands(clusterFlags, os.Getenv, tui.Meter(language))...)
	return root
}

// newDemo returns `demo`: the dashboard, on which the story plays by itself. Its lab is always one of its own.
func newDemo(language *phrase.Language) *cobra.Command {
	s := &settings{}
	s.screen.Language, s.screen.Demo = language, &tui.Demo{}
	nothing := func(string) string { return "" } // no variable may lead the demo to somebody's cluster
	s.lab = serve.NewFlags(connect.New(nothing), connect.NewEmbedded(nothing), &s.metrics)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Play the whole story on the dashboard in three minutes, with captions",
		Long: "Plays the whole story on the dashboard in about three minutes, in a lab of its own: a flood, a power cut, poison pills, exactly-once,\n" +
			"and what the books say of it. Space pauses it and has it go on; every other key pauses it, too, and does what it does.",
		Example: "  blackfriday demo\n  blackfriday demo --loop --lang fr",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.dashboard(cmd) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&s.screen.Demo.Loop, "loop", false, "begin again at the end, until q")
	s.lab.RegisterPorts(flags, demo.Opening())
	s.register(flags)
	return cmd
}

// register adds the flags of the screen to those of a command.
func (s *settings) register(flags *pflag.FlagSet) {
	flags.StringVar(&s.screen.Theme, "theme", "auto", "colours: auto, dark, light, contrast, contrast-dark or contrast-light")
	flags.BoolVar(&s.screen.ASCII, "ascii", false, "draw with ASCII characters only")
	flags.BoolVar(&s.screen.ReducedMotion, "reduced-motion", false, "nothing moves on the screen: numbers, words and signs tell the same [$REDUCED_MOTION]")
	flags.StringVar(&s.screen.HandOut, "handout", "", "directory for the hand-outs that H writes (default: the working directory)")
	s.record.Register(flags)
	flags.StringVar(&s.logFile, "log", "", "append what happens to this file, as JSON lines")
}

// publish publishes the numbers of a lab for Prometheus, if it is asked to.
func (s *settings) publish(snapshot func() *lab.Snapshot) (url string, stop func() error, err error) {
	return s.metrics.Serve(gauges.New(snapshot))
}

// clustersOf makes the flags of one command that say which cluster to speak to, and ask in a language for what is missing.
func clustersOf(l *phrase.Language) func() *connect.Flags {
	askHidden := func(prompt phrase.Phrase) (string, error) {
		// Nothing of the program hears a signal while it is typed.
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		defer stop()
		return tui.AskHidden(ctx, prompt.In(l))
	}
	return func() *connect.Flags { return connect.New(os.Getenv).AskWith(askHidden).ConfirmWith(tui.Confirm) }
}

// dashboard runs the lab under the screen, or beside the sentences of --plain. When one of them ends, so does the other.
func (s *settings) dashboard(cmd *cobra.Command) (err error) {
	cfg, err := s.lab.Config(cmd.Flags())
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	if err := handout.CheckDir(s.screen.HandOut); err != nil {
		return err
	}
	if s.screen.Checkpoint, err = s.lesson.Into(cmd.Flags(), &cfg); err != nil {
		return err
	}
	if s.logFile != "" {
		file, err := os.OpenFile(s.logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return phrase.Errorf("--log: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		cfg.Log = slog.New(slog.NewJSONHandler(file, nil))
	}
	if err := lab.Agree(cmd.Context(), &cfg); err != nil {
		return err
	}
	l := lab.NewStage(cfg, s.metrics.Into)
	numbers := s.metrics.Publisher(gauges.New(l.Snapshot))
	if err := numbers.OpenIf(s.screen.Checkpoint != nil && s.screen.Checkpoint.Start.Metrics); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, numbers.Close()) }()
	s.screen.Scraped, s.screen.Publish = s.metrics.Scraped, numbers.Open
	recorder, err := s.record.Start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, recorder.Close()) }()
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		defer stop()
		ended <- l.Run(ctx)
	}()
	s.screen.Farewell = cmd.OutOrStdout()
	shown := s.present(ctx, l, recorder)
	stop()
	return errors.Join(<-ended, shown)
}

// check refuses what cannot be shown.
func (s *settings) check() error {
	switch {
	case s.plain.On:
		return s.plain.Check()
	case !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()):
		return phrase.Errorf("the dashboard needs a terminal to draw on: run it in one, or add --plain to read what happens as sentences, " +
			"or use blackfriday serve, or blackfriday run NAME")
	case !slices.Contains(tui.Themes(), s.screen.Theme):
		return phrase.Errorf("--theme %q: there are %s", s.screen.Theme, strings.Join(tui.Themes(), ", "))
	}
	return nil
}

// present shows a stage until the user quits or ctx ends.
func (s *settings) present(ctx context.Context, l *lab.Stage, recorder *cast.Recorder) (err error) {
	if s.plain.On {
		o := plain.Options{Every: s.plain.Every, Language: s.screen.Language, ASCII: s.screen.ASCII}
		if term.IsTerminal(os.Stdin.Fd()) {
			o.Keys = os.Stdin
		}
		return plain.Run(ctx, l, recorder.Lines(s.screen.Farewell), o)
	}
	dismiss, err := watchdog.Start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dismiss()) }()
	o := s.show(l)
	o.Recorder = recorder
	return tui.Run(ctx, l, o)
}

// show is what the screen shows of a stage.
func (s *settings) show(l *lab.Stage) tui.Options {
	o := s.screen
	for _, p := range event.Pills() {
		o.Pills = append(o.Pills, tui.Pill{Name: p.Name, Title: p.Title})
	}
	o.NoColor = os.Getenv("NO_COLOR") != "" // no-color.org: set and not empty
	o.ReducedMotion = o.ReducedMotion || os.Getenv("REDUCED_MOTION") != ""
	o.Program = typed.CalledAs(os.Args[0])
	o.Clipboard = func(ctx context.Context, text string) error {
		return clipboard.Write(ctx, os.Getenv, runtime.GOOS, text)
	}
	o.Copies = func(text string) string { return clipboard.Sequence(os.Getenv, text) }
	o.Messages, o.DeadLetters = desks(l)
	return o
}

// desks gives the screen what reads and writes topics. Before the lab runs there is none: a nil of the interface, not a
// nil pointer in it.
func desks(l *lab.Stage) (func() tui.Messages, func() tui.DeadLetters) {
	read := func() tui.Messages {
		d := l.Messages()
		if d == nil {
			return nil
		}
		return d
	}
	letters := func() tui.DeadLetters {
		b := l.DeadLetters()
		if b == nil {
			return nil
		}
		return b
	}
	return read, letters
}
