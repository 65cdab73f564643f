package e2e

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"blackfriday/kafka/realtest"
	"blackfriday/scenarios"
)

// full asks for the whole catalogue at its full size, one scenario after the other.
var full = flag.Bool("real.full", false, "play the catalogue on a real Kafka at full size and hold it to its times, too: half an hour")

// small is every scenario in a size that a busy machine can play beside others, those first that take minutes whatever
// their size: they wait for one session timeout after the other.
func small() [][]string {
	return [][]string{
		{"protocols", "--payments", "3000", "--delay", "57ms"},
		{"churn", "--payments", "1500", "--delay", "90ms"},
		{"guarantees", "--payments", "60"},
		{"storm", "--payments", "7500"},
		{"hotkey", "--payments", "300", "--delay", "30ms"},
		{"kill", "--payments", "300", "--delay", "30ms"},
		{"leave", "--payments", "300", "--delay", "30ms"},
		{"grow", "--payments", "300", "--delay", "20ms"},
		{"policies", "--payments", "75"},
		{"poison", "--payments", "30", "--delay", "5ms"},
		{"standby", "--payments", "100", "--delay", "20ms"},
		{"flood", "--payments", "1000", "--delay", "5ms"},
		{"alone", "--payments", "100", "--delay", "20ms"},
		{"bottleneck", "--payments", "100", "--delay", "20ms"},
	}
}

// long is how many of them take minutes. Where time is short they are played on three brokers alone.
const long = 4

// timed are the checks that judge how fast something was. In a small size on a machine that does other things they are
// told and not held; whatever is counted is held.
func timed() []string {
	return []string{
		"flood", "drain", "second drain", "noticed", "unread", "unread after a leave", "unread after a crash",
		"kept partitions", "fair turns", "rate", "a fourth consumer", "throughput",
	}
}

func TestTheCatalogueOnARealKafka(t *testing.T) {
	name := program(t)
	for _, brokers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d brokers", brokers), func(t *testing.T) {
			c := realtest.Start(t, realtest.Options{Brokers: brokers})
			list := strings.Join(c.Brokers(), ",")
			if *full {
				stdout, stderr, code := run(t, time.Hour, "", name, "run", "all", "--yes", "--brokers", list)
				t.Logf("run all on %d brokers:\n%s%s", brokers, stdout, stderr)
				if code != 0 {
					t.Errorf("exit code %d, want 0", code)
				}
			} else if brokers == 1 {
				playTogether(t, list, small()[long:])
			} else {
				playTogether(t, list, small())
			}
			left, err := c.Tool(t.Context(), "topics", "--list", "--exclude-internal")
			if err != nil || strings.TrimSpace(left) != "" {
				t.Errorf("the plays left topics behind (%v):\n%s", err, left)
			}
		})
	}
}

// playTogether plays scenarios, several at a time: most of their time they wait.
func playTogether(t *testing.T, brokers string, list [][]string) {
	var plays errgroup.Group
	plays.SetLimit(3)
	for _, args := range list {
		plays.Go(func() error {
			t.Run(args[0], func(t *testing.T) { countedRight(t, playJSON(t, append(args, "--yes", "--brokers", brokers)...)) })
			return nil
		})
	}
	_ = plays.Wait() // a play fails its own test
}

// countedRight fails for every check that does not hold, but for those of the clock.
func countedRight(t *testing.T, p played) {
	t.Helper()
	if p.Cluster != "real" || p.Lost == nil {
		t.Fatalf("played on the cluster %q, lost %v", p.Cluster, p.Lost)
	}
	for _, c := range p.Checks {
		if !c.Passed && !slices.Contains(timed(), c.Name) {
			t.Errorf("%s: %s; expected: %s", c.Name, c.Measured, c.Expected)
		}
	}
}

func TestEveryScenarioHasASmallSize(t *testing.T) {
	var names []string
	for _, args := range small() {
		names = append(names, args[0])
	}
	for _, s := range scenarios.Catalogue() {
		if !slices.Contains(names, s.Name) {
			t.Errorf("%s is not played on a real Kafka", s.Name)
		}
	}
}
