package headless

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
	"blackfriday/services/audit"
	"blackfriday/services/lab"
)

// deadLab is a lab that never gets further than starting.
type deadLab struct {
	fails   error // what Run returns at once; nil: it runs until its context ends
	onRun   func()
	stopped bool
}

func (d *deadLab) Snapshot() *lab.Snapshot {
	return &lab.Snapshot{At: time.Now(), Started: time.Now(), Steps: []lab.StartStep{{Name: phrase.New("Kafka")}}}
}

func (d *deadLab) Do(context.Context, lab.Command) error { return lab.ErrNotRunning }

func (d *deadLab) Run(ctx context.Context) error {
	if d.onRun != nil {
		d.onRun()
	}
	if d.fails != nil {
		return d.fails
	}
	<-ctx.Done()
	d.stopped = true
	return nil
}

// run runs the command as main does, on a lab that never gets up.
func run(ctx context.Context, d *deadLab, args ...string) (stdout, stderr string, err error) {
	cmd := newCommand(connect.New(func(string) string { return "" }), func(scenarios.Setup, kafka.Config, *slog.Logger) (runner, scenarios.Player) {
		return d, scenarios.Player{Lab: d, Audit: func(ctx context.Context) (audit.Count, error) {
			return audit.Count{}, errors.Join(errors.New("nothing to count"), ctx.Err())
		}}
	})
	var out, logs bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&logs)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err = cmd.ExecuteContext(ctx)
	return out.String(), logs.String(), err
}

func exitCode(err error) int {
	var exit *connect.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	default:
		return -1
	}
}

func TestMisuseEndsWith2AndNamesTheCulprit(t *testing.T) {
	tests := []struct {
		args []string
		says []string
	}{
		{[]string{"floood"}, []string{`"floood"`, "flood", "bottleneck", "poison", "kill", "leave", "standby", "alone"}},
		{[]string{"flood", "kill"}, []string{"one scenario at a time"}},
		{[]string{"flood", "--payments", "0"}, []string{"--payments 0", "1 to 1000000"}},
		{[]string{"flood", "--payments", "-5"}, []string{"--payments -5"}},
		{[]string{"flood", "--payments", "1000001"}, []string{"--payments 1000001"}},
		{[]string{"flood", "--payments", "many"}, []string{"--payments"}},
		{[]string{"flood", "--delay", "-1s"}, []string{"--delay -1s"}},
		{[]string{"flood", "--delay", "2m"}, []string{"--delay 2m0s"}},
		{[]string{"flood", "--delay", "100"}, []string{"--delay"}},
		{[]string{"flood", "--speed", "9"}, []string{"--speed"}},
		{[]string{"kill", "--payments", "10"}, []string{"kill", "--payments", "--delay", "too fast to interrupt"}},
		{[]string{"flood", "--guarantee", "exactly-once"}, []string{"flood", "--guarantee exactly-once"}},
		{[]string{"storm", "--guarantee", "perhaps"}, []string{"--guarantee", `"perhaps"`, "exactly-once"}},
		{[]string{"storm", "--payments", "2499"}, []string{"storm", "2500"}},
		{[]string{"guarantees", "--payments", "59"}, []string{"guarantees", "60"}},
		{[]string{"policies", "--payments", "74"}, []string{"policies", "75"}},
		{[]string{"flood", "--handout", "nowhere"}, []string{"--handout nowhere", "make it first"}},
		{[]string{"leave", "--delay", "0s"}, []string{"leave", "too fast to interrupt"}},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			stdout, _, err := run(t.Context(), &deadLab{}, test.args...)
			if code := exitCode(err); code != 2 {
				t.Fatalf("exit code %d (%v), want 2", code, err)
			}
			for _, word := range test.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("error %q does not say %q", err, word)
				}
			}
			if stdout != "" {
				t.Errorf("stdout %q, want nothing", stdout)
			}
		})
	}
}

func TestTheCatalogueIsListed(t *testing.T) {
	for _, args := range [][]string{{}, {"--list"}} {
		stdout, _, err := run(t.Context(), &deadLab{}, args...)
		if err != nil {
			t.Fatalf("run %q: %v", args, err)
		}
		for _, s := range scenarios.Catalogue() {
			if !strings.Contains(stdout, s.Name) || !strings.Contains(stdout, s.Summary.String()) {
				t.Errorf("run %q does not list %s", args, s.Name)
			}
		}
	}
}

func TestAllPlaysTheWholeCatalogueWhateverFails(t *testing.T) {
	stdout, _, err := run(t.Context(), &deadLab{fails: errors.New("no port")}, "all")
	if exitCode(err) != 1 {
		t.Errorf("exit code %d (%v), want 1", exitCode(err), err)
	}
	for _, s := range scenarios.Catalogue() {
		if !strings.Contains(stdout, s.Name+" FAILED") || !strings.Contains(err.Error(), "run "+s.Name+":") {
			t.Errorf("%s was not played, or its failure is not told: %v", s.Name, err)
		}
	}
	stdout, _, _ = run(t.Context(), &deadLab{fails: errors.New("no port")}, "all", "--json")
	var played struct {
		Passed    bool
		Scenarios []struct{ Scenario string }
	}
	decoder := json.NewDecoder(strings.NewReader(stdout))
	if err := decoder.Decode(&played); err != nil || decoder.More() || played.Passed || len(played.Scenarios) != len(scenarios.Catalogue()) {
		t.Errorf("not one object with every scenario (%v):\n%s", err, stdout)
	}
}

func TestAllIsRefusedWhenOneScenarioCouldNotBePlayed(t *testing.T) {
	if stdout, _, err := run(t.Context(), &deadLab{}, "all", "--payments", "10"); exitCode(err) != 2 || stdout != "" {
		t.Errorf("exit code %d (%v), want 2 before anything is played", exitCode(err), err)
	}
}

func TestRunConnectsToTheBrokersItIsGiven(t *testing.T) {
	if _, _, err := run(t.Context(), &deadLab{}, "flood", "--brokers", "nonsense"); exitCode(err) != 2 || !strings.Contains(err.Error(), "--brokers") {
		t.Errorf("exit code %d (%v), want 2 and a word about --brokers", exitCode(err), err)
	}
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close() // its port is free again: nobody listens there
	if _, _, err := run(t.Context(), &deadLab{}, "flood", "--brokers", nobody.Addr().String()); exitCode(err) != 1 ||
		!strings.Contains(err.Error(), nobody.Addr().String()) {
		t.Errorf("exit code %d (%v), want 1 and the address", exitCode(err), err)
	}
}

func TestALabThatDoesNotStartFailsWithItsError(t *testing.T) {
	broken := errors.New("listen on 127.0.0.1:9094: in use; choose another with --kafka-port")
	stdout, _, err := run(t.Context(), &deadLab{fails: broken}, "flood")
	if exitCode(err) != 1 || !errors.Is(err, broken) {
		t.Errorf("exit code %d, error %v; want 1 and %v", exitCode(err), err, broken)
	}
	if !strings.Contains(stdout, "FAIL") || !strings.Contains(stdout, broken.Error()) {
		t.Errorf("stdout does not say why:\n%s", stdout)
	}
}

func TestAnInterruptionEndsCleanlyWithAWord(t *testing.T) {
	for _, args := range [][]string{{"flood"}, {"flood", "--json"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			d := &deadLab{onRun: interrupt}
			stdout, _, err := run(ctx, d, args...)
			if exitCode(err) != 1 {
				t.Errorf("exit code %d (%v), want 1", exitCode(err), err)
			}
			if !strings.Contains(stdout, scenarios.ErrInterrupted.Error()) {
				t.Errorf("stdout has no word about it:\n%s", stdout)
			}
			if !d.stopped {
				t.Error("the lab was not stopped")
			}
		})
	}
}

func TestJSONIsOneObjectWhateverHappens(t *testing.T) {
	stdout, stderr, err := run(t.Context(), &deadLab{fails: errors.New("no port")}, "flood", "--json")
	if exitCode(err) != 1 {
		t.Errorf("exit code %d (%v), want 1", exitCode(err), err)
	}
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(stdout))
	if err := decoder.Decode(&object); err != nil {
		t.Fatalf("stdout is not a JSON object: %v\n%s", err, stdout)
	}
	if decoder.More() {
		t.Errorf("more than one object on stdout:\n%s", stdout)
	}
	if object["passed"] != false || object["lost"] != nil || object["drain_seconds"] != nil {
		t.Errorf("what was never measured is not null: %s", stdout)
	}
	for line := range strings.Lines(stderr) {
		if !json.Valid([]byte(line)) {
			t.Errorf("stderr has a line that is not JSON: %s", line)
		}
	}
}
