package headless

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
	"blackfriday/services/audit"
	"blackfriday/services/lab"
)

var update = flag.Bool("update", false, "write the golden report")

func french(t *testing.T) *phrase.Language {
	t.Helper()
	l, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestAReportInFrench is what somebody reads whose language that is: the steps, the checks, the tables and the verdict.
func TestAReportInFrench(t *testing.T) {
	s, _ := scenarios.Find("kill")
	r := fullResult()
	r.Setup = s.Setup
	r.Checks = s.Checks(r)
	var b strings.Builder
	p := newPrinter(&b, french(t))
	p.title(s)
	for _, step := range s.Steps(s.Setup) {
		p.line(step.Say)
	}
	p.result(r)
	p.worths([]scenarios.Worth{{Guarantee: "exactly-once", Payments: 600, Lost: 1, Duplicates: 2, Kills: 4, Rate: 1234.5678, Relative: 0.87654}})
	p.intervals([]scenarios.Interval{{Every: 1500e6, Kills: 3, Duplicates: 225}})
	if p.err != nil {
		t.Fatal(p.err)
	}
	file := filepath.Join("testdata", t.Name()+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || b.String() != string(want) {
		t.Errorf("%v; it is\n%s\nwant\n%s", err, b.String(), want)
	}
}

// TestEveryStepAndCheckIsSaidInFrench, of every scenario, whatever it counted.
func TestEveryStepAndCheckIsSaidInFrench(t *testing.T) {
	fr, said := french(t), 0
	differs := func(where string, p phrase.Phrase) {
		t.Helper()
		if english := p.In(nil); strings.Contains(english, " ") && strings.ContainsAny(english, "aeiou") && p.In(fr) == english {
			t.Errorf("%s: no French for %q", where, english)
		}
		said++
	}
	for _, s := range scenarios.Catalogue() {
		differs(s.Name, s.Summary)
		for _, step := range s.Steps(s.Setup) {
			differs(s.Name, step.Say)
			differs(s.Name, step.Until.Text)
		}
		final := &lab.Snapshot{Rebalances: fullResult().Final.Rebalances}
		for _, c := range s.Checks(scenarios.Result{Setup: s.Setup, Final: final, Count: &audit.Count{}, Flood: -1, Drain: -1}) {
			differs(s.Name, c.Name)
			differs(s.Name, c.Expected)
			differs(s.Name, c.Measured)
		}
	}
	if said < 300 {
		t.Errorf("%d sentences only", said)
	}
}
