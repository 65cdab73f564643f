// Blackfriday is the whole Black Friday Kafka lab in one program: an embedded cluster, four services, and a dashboard to
// flood it, break it and watch why Kafka survives.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"charm.land/fang/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/kafka/broker"
	"blackfriday/kafka/cleanup"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/console"
	"blackfriday/kafka/phrase"
	"blackfriday/kafka/phrase/command"
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
	"blackfriday/tui/watchdog"
)

func main() { os.Exit(run()) }

// run is main with an exit code: 0 all went well, 1 it did not, 2 it was called wrongly.
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
	if err = fang.Execute(phrase.Into(ctx, language), root, fang.WithErrorHandler(say)); err == nil {
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
	lab      lab.Config
	cluster  *connect.Flags
	embedded *connect.Embedded
	protocol string
	promise  string
	preset   string
	logFile  string
	screen   tui.Options
	metrics  metrics.Flag
	lesson   lesson.Flag
}

func newRoot(language *phrase.Language) *cobra.Command {
	clusterFlags := clustersOf(language)
	s := &settings{cluster: clusterFlags(), embedded: connect.NewEmbedded(os.Getenv)}
	root := &cobra.Command{
		Use:   "blackfriday",
		Short: "The Black Friday Kafka lab in one program",
		Long:  "A Kafka cluster, four services and a dashboard in one program. Press f to flood it, k to kill a consumer, ? for help.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return s.dashboard(cmd) },
	}
	s.labFlags(root)
	flags := root.Flags()
	flags.StringVar(&s.screen.Theme, "theme", "auto", "colours: auto, dark, light or contrast")
	flags.BoolVar(&s.screen.ASCII, "ascii", false, "draw with ASCII characters only")
	flags.BoolVar(&s.screen.NoQuestions, "no-questions", false, "the guide asks no questions before the experiments")
	flags.StringVar(&s.screen.HandOut, "handout", "", "directory for the hand-outs that H writes (default: the working directory)")
	s.lesson.Register(flags)
	root.PersistentFlags().String(command.Flag, language.Name(), "language: en or fr; without it that of LC_ALL, LC_MESSAGES or LANG")
	s.screen.Language = language
	flags.StringVar(&s.logFile, "log", "", "append what happens to this file, as JSON lines")
	serveCommand := serve.Command(s.config, s.publish)
	s.labFlags(serveCommand)
	root.AddCommand(serveCommand, headless.Command(clusterFlags()), standalone.Command(clusterFlags(), os.Getenv),
		standalone.JoinCommand(os.Getenv), broker.Command(os.Getenv), cleanup.Command(clusterFlags()))
	root.AddCommand(console.Commands(clusterFlags, console.Terminal{
		In: term.IsTerminal(os.Stdin.Fd()), Out: term.IsTerminal(os.Stdout.Fd()), Visible: event.Visible,
	})...)
	root.AddCommand(rush.Commands(clusterFlags, os.Getenv, tui.Meter(language))...)
	return root
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

// labFlags adds the flags that the dashboard and serve have in common.
func (s *settings) labFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	s.cluster.Register(f)
	s.metrics.Register(f)
	s.embedded.Register(f)
	f.BoolVar(&s.lab.Observe, "observe", false, "run no service and write nothing: look at a cluster, without --brokers at the lab on "+connect.LocalBroker)
	f.IntVar(&s.lab.HTTPPort, "http-port", 8000, "first of four ports of the services, 0 for any that are free")
	f.IntVar(&s.lab.Partitions, "partitions", 3, "partitions of the topics")
	f.IntVar(&s.lab.Orders, "orders", 3, "order consumers")
	f.DurationVar(&s.lab.Delay, "delay", 100*time.Millisecond, "simulated work per payment")
	f.StringVar(&s.protocol, "protocol", "", "group protocol: consumer (KIP-848), cooperative-sticky, range or roundrobin "+
		"(default consumer; on a real cluster only where that gives up a dead member within --session-timeout, else cooperative-sticky)")
	f.StringVar(&s.promise, "guarantee", string(kafka.AtLeastOnce), "delivery guarantee: at-most-once, at-least-once or exactly-once")
	f.DurationVar(&s.lab.CommitInterval, "commit-interval", kafka.DefaultCommitInterval, "how often a consumer commits what it finished, and how long its transactions last: 10ms to 5s")
	f.DurationVar(&s.lab.Kafka.SessionTimeout, "session-timeout", 6*time.Second, "how long a group waits for a silent member")
	f.DurationVar(&s.lab.Kafka.Heartbeat, "heartbeat", 500*time.Millisecond, "how often a member speaks up")
	f.StringVar(&s.preset, "preset", presetLab, "session timeout and heartbeat: lab (6s, 500ms) or course (45s, 3s, the defaults of its Python clients)")
	f.Uint64Var(&s.lab.Seed, "seed", 0, "seed of the floods, 0 for a random one")
}

// The presets of the group's clock.
const (
	presetLab    = "lab"    // a crash is noticed while the class still watches
	presetCourse = "course" // what librdkafka does unless it is told otherwise
)

// clock is the session timeout and the heartbeat that a flag or the preset gives; a flag that was set wins.
func (s *settings) clock(flags *pflag.FlagSet) (session, heartbeat time.Duration, err error) {
	session, heartbeat = s.lab.Kafka.SessionTimeout, s.lab.Kafka.Heartbeat
	switch s.preset {
	case presetLab:
		return session, heartbeat, nil
	case presetCourse:
		if !flags.Changed("session-timeout") {
			session = 45 * time.Second
		}
		if !flags.Changed("heartbeat") {
			heartbeat = 3 * time.Second
		}
		return session, heartbeat, nil
	default:
		return 0, 0, phrase.Errorf("--preset %q: there are %s and %s", s.preset, presetLab, presetCourse)
	}
}

// config is the lab that the flags describe.
func (s *settings) config(flags *pflag.FlagSet) (lab.Config, error) {
	protocol, err := kafka.ParseProtocol(cmp.Or(s.protocol, string(kafka.ConsumerProtocol)))
	if err != nil {
		return lab.Config{}, err
	}
	cfg := s.lab
	if err := s.cluster.Into(&cfg.Kafka); err != nil {
		return lab.Config{}, err
	}
	if cfg.Guest, err = s.embedded.Place(flags, &cfg.Kafka, cfg.Observe); err != nil {
		return lab.Config{}, err
	}
	if cfg.Guarantee, err = kafka.ParseGuarantee(s.promise); err != nil {
		return lab.Config{}, phrase.Errorf("--guarantee: %w", err)
	}
	if cfg.Kafka.SessionTimeout, cfg.Kafka.Heartbeat, err = s.clock(flags); err != nil {
		return lab.Config{}, err
	}
	if flags.Changed("protocol") || len(cfg.Kafka.Brokers) == 0 {
		cfg.Kafka.Protocol = protocol // a real cluster has one that fits its timeouts, unless it is told
	}
	s.metrics.Into(&cfg.Kafka)
	if cfg.Seed == 0 {
		cfg.Seed = rand.Uint64()
	}
	return cfg, nil
}

// dashboard runs the lab under the screen. When one of them ends, so does the other.
func (s *settings) dashboard(cmd *cobra.Command) (err error) {
	cfg, err := s.config(cmd.Flags())
	if err != nil {
		return err
	}
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		return phrase.Errorf("the dashboard needs a terminal to draw on: run it in one, or use blackfriday serve, or blackfriday run NAME")
	}
	themes := []string{tui.ThemeAuto, tui.ThemeDark, tui.ThemeLight, tui.ThemeContrast}
	if !slices.Contains(themes, s.screen.Theme) {
		return phrase.Errorf("--theme %q: there are %s", s.screen.Theme, strings.Join(themes, ", "))
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
	_, stopMetrics, err := s.publish(l.Snapshot)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopMetrics()) }()
	dismiss, err := watchdog.Start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dismiss()) }()
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		defer stop()
		ended <- l.Run(ctx)
	}()
	s.screen.Farewell = cmd.OutOrStdout()
	screenErr := tui.Run(ctx, l, s.show(l))
	stop()
	return errors.Join(<-ended, screenErr)
}

// show is what the screen shows of a stage.
func (s *settings) show(l *lab.Stage) tui.Options {
	o := s.screen
	for _, p := range event.Pills() {
		o.Pills = append(o.Pills, tui.Pill{Name: p.Name, Title: p.Title})
	}
	o.NoColor = os.Getenv("NO_COLOR") != "" // no-color.org: set and not empty
	o.Scraped, o.Program = s.metrics.Scraped, typed.CalledAs(os.Args[0])
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
