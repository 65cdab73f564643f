package headless

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
	"blackfriday/services/event"
)

// printer writes a play as lines for people. It keeps the first error, so that its callers look once, at the end.
type printer struct {
	w       io.Writer
	lang    *phrase.Language
	started time.Time
	err     error
}

func newPrinter(w io.Writer, l *phrase.Language) *printer {
	return &printer{w: w, lang: l, started: time.Now()}
}

func (p *printer) title(s scenarios.Scenario) { p.line(phrase.New("%s: %s", s.Name, s.Summary)) }

func (p *printer) step(say phrase.Phrase) {
	at := phrase.New("%ss", phrase.Decimal{Value: time.Since(p.started).Seconds(), Digits: 1})
	p.printf("%8s  %s\n", at.In(p.lang), say.In(p.lang))
}

func (p *printer) result(r scenarios.Result) {
	p.printf("\n")
	for _, c := range r.Checks {
		judged := phrase.New("ok    %s: %s\n      expected: %s", c.Name, visible{c.Measured}, visible{c.Expected})
		if !c.Passed {
			judged = phrase.New("FAIL  %s: %s\n      expected: %s", c.Name, visible{c.Measured}, visible{c.Expected})
		}
		p.line(judged)
	}
	p.costs(scenarios.Costs(r.Final.Rebalances))
	p.worths(scenarios.Worths(r))
	p.intervals(scenarios.Intervals(r))
	if c := r.Count; c != nil {
		p.printf("\n")
		p.line(phrase.New("%d payments = %d orders + %d in the DLQ; %d e-mails, %d lost, %d duplicates",
			c.Payments, c.Orders, c.DLQ, c.Emails, c.Lost, c.Duplicates))
	}
	p.line(phrase.New("%s %s: %d of %d checks hold.", r.Scenario, word(r.Passed()), len(r.Checks)-r.Failed(), len(r.Checks)))
}

func word(passed bool) phrase.Phrase {
	if passed {
		return phrase.New("passed")
	}
	return phrase.New("FAILED")
}

// visible is a sentence in which others may have a word.
type visible struct{ phrase.Speaker }

// In implements phrase.Speaker.
func (v visible) In(l *phrase.Language) string { return event.Visible(v.Speaker.In(l)) }

// row is a line of a table.
func (p *printer) row(cells ...any) string {
	words := make([]string, len(cells))
	for i, cell := range cells {
		if s, ok := cell.(phrase.Speaker); ok {
			cell = s.In(p.lang)
		}
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

// line prints a sentence.
func (p *printer) line(say phrase.Phrase) { p.printf("%s\n", say.In(p.lang)) }

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
