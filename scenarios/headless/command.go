// Package headless plays scenarios without a screen: for continuous integration, for other programs, and for whoever
// wants the numbers and not the show.
package headless

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/scenarios"
	"blackfriday/services/lab"
)

const longestDelay = time.Minute

type flags struct {
	payments int
	delay    time.Duration
	seed     uint64
	promise  string
	json     bool
	list     bool
}

// Command returns `run`, which plays one scenario of the catalogue on a lab of its own. It writes to the command's
// output, logs to its error output, and fails with an *ExitError: code 1 when a check does not hold or the command's
// context ended first, code 2 on misuse.
func Command() *cobra.Command { return newCommand(openLab) }

func newCommand(open opener) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "run [NAME]",
		Short: "Play a scenario without the dashboard and check what it should show",
		Long: "Plays one scenario on a lab of its own, on free ports, and checks what it should show.\n" +
			"Exit codes: 0 every check holds, 1 one does not, 2 misuse.\n\n" + catalogue(),
		Example:           "  blackfriday run kill\n  blackfriday run flood --payments 300 --delay 20ms --json",
		Args:              oneName,
		ValidArgsFunction: cobra.FixedCompletions(names(), cobra.ShellCompDirectiveNoFileComp),
	}
	cmd.Flags().IntVar(&f.payments, "payments", 0, "payments to write, 1 to 1000000 (default: the scenario's)")
	cmd.Flags().DurationVar(&f.delay, "delay", 0, "simulated work per payment, 0s to 1m (default: the scenario's)")
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "repeats the chances of an earlier play, 1 or more (default: the scenario's)")
	cmd.Flags().StringVar(&f.promise, "guarantee", "", "one guarantee alone, where a scenario tries several: at-most-once, at-least-once or exactly-once")
	cmd.Flags().BoolVar(&f.json, "json", false, "one JSON object on stdout, logs as JSON lines on stderr")
	cmd.Flags().BoolVar(&f.list, "list", false, "list the scenarios")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misuse(err) })
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.list || len(args) == 0 {
			_, err := fmt.Fprint(cmd.OutOrStdout(), catalogue())
			return err
		}
		scenario, err := choose(cmd, args[0], f)
		if err != nil {
			return misuse(err)
		}
		return play(cmd, scenario, f.json, open)
	}
	return cmd
}

func oneName(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return misuse(fmt.Errorf("run plays one scenario at a time, not %d: %q", len(args), args))
	}
	return nil
}

// choose finds the scenario and gives it the load that the flags ask for.
func choose(cmd *cobra.Command, name string, f flags) (scenarios.Scenario, error) {
	scenario, found := scenarios.Find(name)
	if !found {
		return scenario, fmt.Errorf("run %q: no such scenario; there are: %s", name, strings.Join(names(), ", "))
	}
	payments, delay := scenario.Setup.Payments, scenario.Setup.Delay
	if cmd.Flags().Changed("payments") {
		payments = f.payments
	}
	if cmd.Flags().Changed("delay") {
		delay = f.delay
	}
	if payments < 1 || payments > lab.MaxFlood {
		return scenario, fmt.Errorf("run %s --payments %d: choose 1 to %d", name, payments, lab.MaxFlood)
	}
	if delay < 0 || delay > longestDelay {
		return scenario, fmt.Errorf("run %s --delay %v: choose 0s to %v", name, delay, longestDelay)
	}
	scenario, err := scenario.With(payments, delay)
	if err == nil && cmd.Flags().Changed("guarantee") {
		scenario, err = only(scenario, f.promise)
	}
	if err == nil && cmd.Flags().Changed("seed") {
		scenario, err = scenario.WithSeed(f.seed)
	}
	return scenario, err
}

// only keeps one guarantee of those that the scenario tries.
func only(s scenarios.Scenario, promise string) (scenarios.Scenario, error) {
	g, err := kafka.ParseGuarantee(promise)
	if err != nil {
		return s, fmt.Errorf("run %s --guarantee: %w", s.Name, err)
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

func catalogue() string {
	var b strings.Builder
	b.WriteString("Scenarios:\n")
	for _, s := range scenarios.Catalogue() {
		fmt.Fprintf(&b, "  %-11s %s\n", s.Name, s.Summary)
	}
	return b.String()
}

// verdict is nil for a result that passed.
func verdict(r scenarios.Result, labErr error) error {
	var err error
	if !r.Passed() {
		err = fmt.Errorf("run %s: %d of %d checks failed", r.Scenario, r.Failed(), len(r.Checks))
	}
	if err = errors.Join(err, labErr); err != nil {
		return &ExitError{Code: exitFailed, Err: err}
	}
	return nil
}
