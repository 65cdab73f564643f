package e2e

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// played is what other programs read of `run --json`.
type played struct {
	Scenario string `json:"scenario"`
	Passed   bool   `json:"passed"`
	Cluster  string `json:"cluster"`
	Checks   []struct {
		Name, Expected, Measured string
		Passed                   bool
	} `json:"checks"`
	Payments, Orders, DLQ, Emails, Lost, Duplicates *int64
	DrainSeconds                                    *float64 `json:"drain_seconds"`
	Rebalances                                      []struct {
		Cause, Member string
		Moved         []int
		UnreadMS      map[string]int `json:"unread_ms"`
	}
	Lag []struct {
		AtSeconds  float64 `json:"at_seconds"`
		Partitions []int64
	}
	Guarantees []worth
}

// playJSON plays a scenario and returns what it printed.
func playJSON(t *testing.T, args ...string) played {
	t.Helper()
	stdout, stderr, code := run(t, 5*time.Minute, "", program(t), append([]string{"run", "--json"}, args...)...)
	var p played
	decoder := json.NewDecoder(strings.NewReader(stdout))
	decoder.DisallowUnknownFields()
	var raw json.RawMessage
	if err := decoder.Decode(&raw); err != nil || decoder.More() {
		t.Fatalf("stdout is not one JSON object (%v):\n%s\nstderr:\n%s", err, stdout, tail(stderr, 20))
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	if p.Passed != (code == 0) {
		t.Errorf("passed %v with exit code %d", p.Passed, code)
	}
	for line := range strings.Lines(stderr) {
		if p.Passed && !json.Valid([]byte(line)) {
			t.Errorf("stderr has a line that is not JSON: %q", line)
		}
	}
	for _, c := range p.Checks {
		t.Logf("%v  %s: %s (expected: %s)", c.Passed, c.Name, c.Measured, c.Expected)
	}
	return p
}

func TestEveryScenarioLosesNothing(t *testing.T) {
	tests := []struct {
		args       []string
		payments   int64
		dlq        int64
		duplicates bool // allowed
		cause      string
	}{
		{args: []string{"flood", "--payments", "300", "--delay", "5ms"}, payments: 300},
		{args: []string{"flood", "--payments", "50000", "--delay", "0s"}, payments: 50_000},
		{args: []string{"bottleneck", "--payments", "100", "--delay", "5ms"}, payments: 100},
		{args: []string{"alone", "--payments", "100", "--delay", "5ms"}, payments: 100},
		{args: []string{"standby", "--payments", "100", "--delay", "5ms"}, payments: 100},
		{args: []string{"poison", "--payments", "30", "--delay", "5ms"}, payments: 44, dlq: 14},
		{args: []string{"leave", "--payments", "300", "--delay", "30ms"}, payments: 300, cause: "leave"},
		{args: []string{"kill", "--payments", "300", "--delay", "30ms"}, payments: 300, cause: "crash", duplicates: true},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			p := playJSON(t, test.args...)
			if p.Scenario != test.args[0] || p.Cluster != "embedded" || len(p.Checks) == 0 || len(p.Lag) == 0 {
				t.Errorf("scenario %q on %q with %d checks and %d samples", p.Scenario, p.Cluster, len(p.Checks), len(p.Lag))
			}
			if p.Payments == nil || p.Lost == nil || p.DLQ == nil || p.Duplicates == nil || p.DrainSeconds == nil {
				t.Fatal("not measured")
			}
			if *p.Payments != test.payments || *p.Lost != 0 || *p.DLQ != test.dlq {
				t.Errorf("%d payments, %d lost, %d in the DLQ; want %d, 0, %d", *p.Payments, *p.Lost, *p.DLQ, test.payments, test.dlq)
			}
			if *p.Duplicates != 0 && !test.duplicates {
				t.Errorf("%d duplicates", *p.Duplicates)
			}
			if test.cause != "" && !tells(p, test.cause) {
				t.Errorf("no %s with a measured partition in %+v", test.cause, p.Rebalances)
			}
		})
	}
}

func tells(p played, cause string) bool {
	for _, r := range p.Rebalances {
		if r.Cause == cause && r.Member != "" && len(r.Moved) > 0 && len(r.UnreadMS) == len(r.Moved) {
			return true
		}
	}
	return false
}

func TestMisuseOfRunEndsWith2(t *testing.T) {
	for _, args := range [][]string{{"nonsense"}, {"flood", "--payments", "0"}, {"flood", "--delay", "soon"}, {"flood", "--nonsense"}} {
		stdout, stderr, code := run(t, 10*time.Second, "", program(t), append([]string{"run"}, args...)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, args[len(args)-1]) && !strings.Contains(stderr, args[1]) {
			t.Errorf("run %q: exit code %d, want 2\nstdout: %s\nstderr: %s", args, code, stdout, stderr)
		}
	}
}

func TestRunListsItsScenarios(t *testing.T) {
	stdout, _, code := run(t, 10*time.Second, "", program(t), "run")
	for _, name := range []string{"flood", "bottleneck", "poison", "kill", "leave", "standby", "alone"} {
		if code != 0 || !strings.Contains(stdout, name) {
			t.Errorf("run (exit code %d) does not list %s:\n%s", code, name, stdout)
		}
	}
}

func TestAnInterruptedRunEndsWith1AndAWord(t *testing.T) {
	cmd := exec.Command(program(t), "run", "flood")
	var errs lockedBuffer
	var out lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	eventually(t, 20*time.Second, func() (bool, string) {
		return strings.Contains(out.String(), "lag is zero"), out.String()
	})
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-exited:
	case <-time.After(10 * time.Second):
		_ = cmd.Process.Kill() // the test has failed; nothing may stay behind
		t.Fatalf("still there 10 s after SIGINT: %v", <-exited)
	}
	if code := cmd.ProcessState.ExitCode(); code != 1 || !bytes.Contains([]byte(out.String()+errs.String()), []byte("interrupted")) {
		t.Errorf("exit code %d, want 1 and a word\nstdout: %s\nstderr: %s", code, out.String(), errs.String())
	}
}
