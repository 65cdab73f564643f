package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

func TestInvalidOnTheirWay(t *testing.T) {
	s := flooded()
	s.DLQ = lab.DLQ{Known: true}
	drained := flooded()
	drained.DLQ, drained.Lag.Total = lab.DLQ{Known: true}, 0
	st := newStyles(ThemeDark, false, true)
	for _, test := range []struct {
		s         *lab.Snapshot
		want, not string
	}{
		{s, "Analytics saw 14 invalid records.|None of them is rejected yet: 780 payments wait.", "Nothing"},
		{s, "14 invalid → DLQ 0", "Nothing"},
		{drained, "Analytics saw 14 invalid records.|None of them is rejected.", "wait"},
		{flooded(), "price-not-positive", "→ DLQ"},
		{running(3, 3), "Nothing was rejected so far.", "invalid"},
	} {
		for _, page := range [][]string{topicsBody(st, test.s, 80), results(st, test.s, 88, 12, false)} {
			var lines []string
			for _, line := range page {
				lines = append(lines, strings.TrimSpace(ansi.Strip(line)))
			}
			if got := strings.Join(lines, "|"); !strings.Contains(got, test.want) || strings.Contains(got, test.not) {
				t.Errorf("it says %q, want %q and not %q", got, test.want, test.not)
			}
		}
	}
}
