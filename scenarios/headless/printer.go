package headless

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"blackfriday/scenarios"
	"blackfriday/services/event"
)

// printer writes a play as lines for people. It keeps the first error, so that its callers look once, at the end.
type printer struct {
	w       io.Writer
	started time.Time
	err     error
}

func newPrinter(w io.Writer) *printer { return &printer{w: w, started: time.Now()} }

func (p *printer) title(s scenarios.Scenario) { p.printf("%s: %s\n", s.Name, s.Summary) }

func (p *printer) step(say string) { p.printf("%7.1fs  %s\n", time.Since(p.started).Seconds(), say) }

func (p *printer) result(r scenarios.Result) {
	p.printf("\n")
	for _, c := range r.Checks {
		sign := "ok  "
		if !c.Passed {
			sign = "FAIL"
		}
		p.printf("%s  %s: %s\n      expected: %s\n", sign, c.Name, event.Visible(c.Measured), event.Visible(c.Expected))
	}
	p.costs(scenarios.Costs(r.Final.Rebalances))
	p.worths(scenarios.Worths(r))
	p.intervals(scenarios.Intervals(r))
	if c := r.Count; c != nil {
		p.printf("\n%d payments = %d orders + %d in the DLQ; %d e-mails, %d lost, %d duplicates\n",
			c.Payments, c.Orders, c.DLQ, c.Emails, c.Lost, c.Duplicates)
	}
	p.printf("%s %s: %d of %d checks hold.\n", r.Scenario, word(r.Passed()), len(r.Checks)-r.Failed(), len(r.Checks))
}

func word(passed bool) string {
	if passed {
		return "passed"
	}
	return "FAILED"
}

// row is a line of a table.
func row(cells ...any) string {
	words := make([]string, len(cells))
	for i, cell := range cells {
		words[i] = fmt.Sprint(cell) + "\t"
	}
	return strings.Join(words, "") + "\n"
}

// table prints rows under their heading, if there are any.
func (p *printer) table(heading string, rows []string) {
	if len(rows) == 0 {
		return
	}
	p.printf("\n")
	if p.err != nil {
		return
	}
	table := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', tabwriter.AlignRight)
	if _, p.err = fmt.Fprint(table, heading+strings.Join(rows, "")); p.err == nil {
		p.err = table.Flush()
	}
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
