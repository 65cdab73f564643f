package handout

import (
	"slices"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
)

// Report is a hand-out before it is written.
type Report struct {
	At     time.Time
	Diary  *Diary
	Course *lesson.Course // nil: nobody went through the course
	Play   *Play          // nil: no scenario was played
	// Picture is the name of the file with the SVG beside the Markdown; empty: there is none.
	Picture string
}

// text is Markdown on its way.
type text struct {
	strings.Builder
	l *phrase.Language
}

// line writes phrases in one line of its own.
func (t *text) line(parts ...phrase.Speaker) {
	for _, p := range parts {
		t.WriteString(p.In(t.l))
	}
	t.WriteString("\n")
}

func (t *text) heading(p phrase.Speaker) {
	t.WriteString("\n## " + p.In(t.l) + "\n\n")
}

// table writes a table of Markdown. Its cells are Markdown, too.
func (t *text) table(head []phrase.Speaker, rows [][]phrase.Speaker) {
	line := func(cells []phrase.Speaker) {
		for _, c := range cells {
			t.WriteString("| " + c.In(t.l) + " ")
		}
		t.WriteString("|\n")
	}
	line(head)
	t.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, row := range rows {
		line(row)
	}
}

// raw is a text that is the same in every language, safe as Markdown.
type raw string

// In implements phrase.Speaker.
func (r raw) In(*phrase.Language) string { return string(r) }

// theirs is a text by anybody.
func theirs(s string) phrase.Speaker { return raw(plain(s)) }

// quoted is what is said in a language, as a text for Markdown: it may quote anybody.
type quoted struct{ phrase.Speaker }

// In implements phrase.Speaker.
func (q quoted) In(l *phrase.Language) string { return plain(q.Speaker.In(l)) }

const (
	dayTime = "15:04:05"
	date    = "2006-01-02 15:04:05"
)

// Markdown is the report in a language; nil is English.
func (r Report) Markdown(l *phrase.Language) string {
	t := &text{l: l}
	t.line(raw("# "), phrase.New("Black Friday Lab: what we did and what we measured"))
	t.WriteString("\n")
	if len(r.Diary.chapters) == 0 {
		t.line(phrase.New("Nothing happened: the lab did not run."))
		return t.String()
	}
	t.line(phrase.New("Written on %s, after %s. Every number was measured in this lab; what is expected is what the course says.",
		r.At.Format(date), span(r.At.Sub(r.Diary.began))))
	t.WriteString("\n**" + phrase.New("Name").In(l) + "**  \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\n")
	if r.Picture != "" {
		t.WriteString("\n![" + plain(phrase.New("Lag, and who read what").In(l)) + "](" + r.Picture + ")\n")
	}
	r.play(t)
	if r.Play == nil {
		r.figures(t)
	}
	r.floods(t)
	r.checkpoints(t)
	r.ledger(t)
	r.guarantees(t)
	r.settings(t)
	r.timeline(t)
	return t.String()
}

// span is a time in hours, minutes and seconds, as far as there are any.
func span(d time.Duration) phrase.Phrase {
	switch d = d.Round(time.Second); {
	case d >= time.Hour:
		return phrase.New("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return phrase.New("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return phrase.New("%d s", int(d.Seconds()))
}

// figures is the table of the course, measured. The newest flood that fits, and that nothing disturbed, counts.
func (r Report) figures(t *text) {
	t.heading(phrase.New("The figures of the course"))
	rate := func(n int64) phrase.Phrase { return phrase.New("%s msg/s", phrase.Number(n)) }
	var rows [][]phrase.Speaker
	for _, c := range []struct {
		consumers int
		rate      int64
		took      time.Duration
	}{{1, 10, 100 * time.Second}, {3, 30, 33 * time.Second}} {
		what := phrase.New("1 partition, 1 consumer")
		if c.consumers == 3 {
			what = phrase.New("3 partitions, 3 consumers")
		}
		var speed, took phrase.Speaker = phrase.New("not measured"), phrase.New("not measured")
		for _, run := range slices.Backward(r.Diary.runs()) {
			if run.Partitions != c.consumers || run.Consumers != c.consumers || run.Delay != courseWork || run.Payments != courseFlood || !run.Drained || run.disturbed() {
				continue
			}
			took = phrase.Seconds(run.Took)
			if s, ok := lesson.PerSecond(run.Run); ok {
				speed = phrase.New("%s msg/s", phrase.Decimal{Value: s, Digits: 1})
			}
			break
		}
		rows = append(rows, []phrase.Speaker{phrase.New("%s: %s", what, phrase.New("done per second")), rate(c.rate), speed},
			[]phrase.Speaker{phrase.New("%s: %s", what, phrase.New("until the last is done")), whole(c.took), took})
	}
	t.line(phrase.New("A flood of %s payments, %s of work for each.", phrase.Number(courseFlood), phrase.Seconds(courseWork)))
	t.WriteString("\n")
	t.table([]phrase.Speaker{phrase.New("what"), phrase.New("expected"), phrase.New("measured")}, rows)
}

// The flood of the course, and what each of its payments costs a consumer.
const (
	courseFlood = 1_000
	courseWork  = 100 * time.Millisecond
)

// whole is a time in whole seconds.
func whole(d time.Duration) phrase.Phrase {
	return phrase.New("%s s", phrase.Number(int64(d.Seconds())))
}

// floods is the table of all floods.
func (r Report) floods(t *text) {
	t.heading(phrase.New("The floods"))
	all := r.Diary.runs()
	if len(all) == 0 {
		t.line(phrase.New("There was none."))
		return
	}
	var rows [][]phrase.Speaker
	for i, run := range all {
		var speed phrase.Speaker = raw("–")
		if s, ok := lesson.PerSecond(run.Run); ok && !run.disturbed() {
			speed = phrase.New("%s msg/s", phrase.Decimal{Value: s, Digits: 1})
		}
		var took phrase.Speaker = phrase.Seconds(run.Took)
		if !run.Drained {
			took = phrase.New("not at zero after %s", phrase.Seconds(run.Took))
		}
		if run.disturbed() {
			took = phrase.New("%s, disturbed", took)
		}
		rows = append(rows, []phrase.Speaker{phrase.Number(i + 1), raw(run.StartedAt.Format(dayTime)), phrase.Number(run.Payments),
			phrase.Number(run.Partitions), phrase.Number(run.Consumers), work(run.Delay), keyOf(run.Key), speed, took})
	}
	t.table([]phrase.Speaker{raw("#"), phrase.New("at"), phrase.New("payments"), phrase.New("partitions"), phrase.New("consumers at its start"),
		phrase.New("work each"), phrase.New("key"), phrase.New("done per second"), phrase.New("until zero")}, rows)
	if slices.ContainsFunc(all, told.disturbed) {
		t.WriteString("\n")
		t.line(phrase.New("Disturbed: meanwhile partitions changed hands, the work was changed, or brokers did not answer."))
	}
}

// work is what a payment costs.
func work(d time.Duration) phrase.Speaker {
	if d == 0 {
		return raw("0 ms")
	}
	return phrase.Seconds(d)
}
