// Package headless plays scenarios without a screen: for continuous integration, for other programs, and for whoever
// wants the numbers and not the show.
package headless

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
	"blackfriday/scenarios/handout"
	"blackfriday/services/lab"
)

const longestDelay = time.Minute

// everything is what stands for the whole catalogue in place of a name.
const everything = "all"

type flags struct {
	payments int
	delay    time.Duration
	seed     uint64
	promise  string
	json     bool
	handout  string
	list     bool
}

// Command returns `run`, which plays one scenario of the catalogue, or all of them, on a lab of its own. It writes to the command's
// output, logs to its error output, and fails with a *connect.ExitError: code 1 when a check does not hold or the command's
// context ended first, code 2 on misuse.
// The cluster is an embedded one of its own, unless the flags name another.
func Command(cluster *connect.Flags) *cobra.Command { return newCommand(cluster, openLab) }

func newCommand(cluster *connect.Flags, open opener) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "run [NAME|all]",
		Short: "Play a scenario without the dashboard and check what it should show",
		Long: "Plays one scenario, or all, on a lab of its own and checks what it should show.\n" +
			"The lab's cluster is an embedded one on free ports, or that of --brokers.\n" +
			"Exit codes: 0 every check holds, 1 one does not, 2 misuse.\n" +
			"With --json cluster is embedded, embedded-elsewhere (that of another process) or real; acknowledged, refused and unknown are\n" +
			"what became of the payments of all floods, and an unknown one may have been written. null was not measured.\n\n" + catalogue(nil),
		Example:           "  blackfriday run kill\n  blackfriday run flood --payments 300 --delay 20ms --json\n  blackfriday run all --brokers localhost:9092",
		Args:              oneName,
		ValidArgsFunction: cobra.FixedCompletions(append(names(), everything), cobra.ShellCompDirectiveNoFileComp),
	}
	cluster.Register(cmd.Flags())
	cmd.Flags().IntVar(&f.payments, "payments", 0, "payments to write, 1 to 1000000 (default: the scenario's)")
	cmd.Flags().DurationVar(&f.delay, "delay", 0, "simulated work per payment, 0s to 1m (default: the scenario's)")
	cmd.Flags().Lookup("delay").DefValue = "" // its words name another one than 0s
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "repeats the chances of an earlier play, 1 or more (default: the scenario's)")
	cmd.Flags().StringVar(&f.promise, "guarantee", "", "one guarantee alone, where a scenario tries several: at-most-once, at-least-once or exactly-once")
	cmd.Flags().BoolVar(&f.json, "json", false, "one JSON object on stdout, logs as JSON lines on stderr")
	cmd.Flags().StringVar(&f.handout, "handout", "", "write a hand-out of each scenario into this directory: what was expected and measured, with the curves")
	cmd.Flags().BoolVar(&f.list, "list", false, "list the scenarios")
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return connect.Misuse(connect.FlagError(c, err)) })
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.list || len(args) == 0 {
			_, err := fmt.Fprint(cmd.OutOrStdout(), catalogue(phrase.Of(cmd.Context())))
			return err
		}
		if err := handout.CheckDir(f.handout); err != nil {
			return connect.Misuse(err)
		}
		st := stage{cmd: cmd, open: open, json: f.json, handout: f.handout}
		if err := cluster.Into(&st.cluster); err != nil {
			return connect.Misuse(err)
		}
		if err := agree(cmd.Context(), cluster, &st.cluster); err != nil {
			return &connect.ExitError{Code: connect.ExitFailed, Err: err}
		}
		list, err := choose(cmd, args[0], st.cluster, f)
		if err != nil {
			return err
		}
		if args[0] == everything {
			return st.all(list)
		}
		return st.one(list[0])
	}
	return cmd
}

func oneName(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return connect.Misuse(phrase.Errorf("run plays one scenario at a time or all, not %d: %q", len(args), args))
	}
	return nil
}

// choose finds the scenarios of a name and gives them the load that the flags ask for.
func choose(cmd *cobra.Command, name string, cfg kafka.Config, f flags) ([]scenarios.Scenario, error) {
	list := scenarios.Catalogue()
	if name != everything {
		scenario, found := scenarios.Find(name)
		if !found {
			return nil, connect.Misuse(phrase.Errorf("run %q: no such scenario; there are: %s, and %s plays them all",
				name, strings.Join(names(), ", "), everything))
		}
		list = []scenarios.Scenario{scenario}
	}
	for i := range list {
		var err error
		if len(cfg.Brokers) > 0 {
			if list[i].Setup, err = onReal(cmd.Context(), list[i].Setup, cfg); err != nil {
				return nil, &connect.ExitError{Code: connect.ExitFailed, Err: phrase.Errorf("run %s: %w", name, err)}
			}
		}
		if list[i], err = load(cmd, list[i], f); err != nil {
			return nil, connect.Misuse(err)
		}
	}
	return list, nil
}

// load gives a scenario what the flags ask for.
func load(cmd *cobra.Command, s scenarios.Scenario, f flags) (scenarios.Scenario, error) {
	payments, delay := s.Setup.Payments, s.Setup.Delay
	if cmd.Flags().Changed("payments") {
		payments = f.payments
	}
	if cmd.Flags().Changed("delay") {
		delay = f.delay
	}
	if payments < 1 || payments > lab.MaxFlood {
		return s, phrase.Errorf("run %s --payments %d: choose 1 to %d", s.Name, payments, lab.MaxFlood)
	}
	if delay < 0 || delay > longestDelay {
		return s, phrase.Errorf("run %s --delay %v: choose 0s to %v", s.Name, delay, longestDelay)
	}
	s, err := s.With(payments, delay)
	if err == nil && cmd.Flags().Changed("guarantee") {
		s, err = only(s, f.promise)
	}
	if err == nil && cmd.Flags().Changed("seed") {
		s, err = s.WithSeed(f.seed)
	}
	return s, err
}

// only keeps one guarantee of those that the scenario tries.
func only(s scenarios.Scenario, promise string) (scenarios.Scenario, error) {
	g, err := kafka.ParseGuarantee(promise)
	if err != nil {
		return s, phrase.Errorf("run %s --guarantee: %w", s.Name, err)
	}
	return s.WithGuarantee(g)
}

func names() []string {
	all := scenarios.Catalogue()
	list := make([]string, len(all))
	for i, s := range all {
		list[i] = s.Name
	}
	return list
}

func catalogue(l *phrase.Language) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", phrase.New("Scenarios:").In(l))
	for _, s := range scenarios.Catalogue() {
		fmt.Fprintf(&b, "  %-11s %s\n", s.Name, s.Summary.In(l))
	}
	return b.String()
}

// verdict is nil for a result that passed.
func verdict(r scenarios.Result) error {
	if r.Passed() {
		return nil
	}
	return &connect.ExitError{Code: connect.ExitFailed, Err: phrase.Errorf("run %s: %d of %d checks failed", r.Scenario, r.Failed(), len(r.Checks))}
}
