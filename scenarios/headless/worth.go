package headless

import (
	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
)

// worth is one scenarios.Worth.
type worth struct {
	Guarantee          string   `json:"guarantee"`
	Payments           int64    `json:"payments"`
	Lost               int64    `json:"lost"`
	Duplicates         int64    `json:"duplicates"`
	Kills              int      `json:"kills"`
	OrdersPerSecond    *float64 `json:"orders_per_second"`   // nobody killed, no delay
	RelativeThroughput *float64 `json:"relative_throughput"` // to at-least-once
	Lesson             string   `json:"lesson"`
}

func newWorth(w scenarios.Worth) worth {
	return worth{
		Guarantee: string(w.Guarantee), Payments: w.Payments, Lost: w.Lost, Duplicates: w.Duplicates, Kills: w.Kills,
		OrdersPerSecond: measured(w.Rate), RelativeThroughput: measured(w.Relative), Lesson: w.Lesson().String(),
	}
}

// interval is one scenarios.Interval.
type interval struct {
	Milliseconds int64 `json:"interval_ms"`
	Kills        int   `json:"kills"`
	Duplicates   int64 `json:"duplicates"` // of all kills together
}

func newInterval(v scenarios.Interval) interval {
	return interval{Milliseconds: v.Every.Milliseconds(), Kills: v.Kills, Duplicates: v.Duplicates}
}

// measured is nil for what was not.
func measured(x float64) *float64 {
	if x < 0 {
		return nil
	}
	x = round(x)
	return &x
}

// worths prints what guarantees came to as a table, and what to read from it.
func (p *printer) worths(worths []scenarios.Worth) {
	rows := make([]string, len(worths))
	for i, w := range worths {
		rows[i] = p.row(w.Guarantee, w.Payments, w.Lost, w.Duplicates, w.Kills, perSecond(w.Rate), relative(w.Relative))
	}
	p.table(p.row(phrase.New("guarantee"), phrase.New("payments"), phrase.New("lost"), phrase.New("twice"), phrase.New("kills"),
		phrase.New("per second"), phrase.New("relative")), rows)
	for _, w := range worths {
		p.line(phrase.New("%s: %s", w.Guarantee, w.Lesson()))
	}
}

// intervals prints what crashes cost at each commit interval.
func (p *printer) intervals(intervals []scenarios.Interval) {
	rows := make([]string, len(intervals))
	for i, v := range intervals {
		rows[i] = p.row(scenarios.Span(v.Every), v.Kills, v.Duplicates)
	}
	p.table(p.row(phrase.New("commit every"), phrase.New("kills"), phrase.New("twice")), rows)
}

// perSecond writes a rate, or a dash for what was not measured.
func perSecond(x float64) phrase.Phrase {
	if x < 0 {
		return phrase.New("–")
	}
	return phrase.New("%.0f", x)
}

// relative writes a multiple, or a dash for what was not measured.
func relative(x float64) phrase.Speaker {
	if x < 0 {
		return phrase.New("–")
	}
	return phrase.Decimal{Value: x, Digits: 2}
}
