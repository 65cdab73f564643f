package scenarios

import (
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Worth is what a guarantee came to when consumers died between effect and commit, and what it cost.
type Worth struct {
	Guarantee kafka.Guarantee
	// Payments, Lost and Duplicates are by an independent count after the kills; Kills is how many consumers died.
	Payments, Lost, Duplicates int64
	Kills                      int
	// Rate is how many payments per second were drained when nobody died, the median of several drains at no delay;
	// Relative is Rate as a multiple of at-least-once's. Negative: not measured.
	Rate, Relative float64
}

// Worths sums up, for every guarantee that was tried to the end, what was counted and measured.
func Worths(r Result) []Worth {
	reference := rateOf(r, kafka.AtLeastOnce)
	var worths []Worth
	for _, g := range r.Setup.Guarantees {
		from, began := r.moment(before(g))
		to, ended := r.moment(after(g))
		if !began || !ended {
			continue
		}
		w := Worth{
			Guarantee: g, Payments: to.Count.Payments, Lost: to.Count.Lost, Duplicates: to.Count.Duplicates,
			Kills: deathsBetween(from.Picture, to.Picture), Rate: rateOf(r, g), Relative: -1,
		}
		if w.Rate > 0 && reference > 0 {
			w.Relative = w.Rate / reference
		}
		worths = append(worths, w)
	}
	return worths
}

// rateOf is the median of the drains under a guarantee, in payments per second; negative when there was none.
func rateOf(r Result, g kafka.Guarantee) float64 {
	var rates []float64
	for round := range drainRounds {
		if m, found := r.moment(drainOf(g, round)); found {
			rates = append(rates, drainRate(m.Picture)...)
		}
	}
	if len(rates) == 0 {
		return -1
	}
	slices.Sort(rates)
	return rates[len(rates)/2]
}

// drainRate is how fast the newest flood went, from its first payment to a lag of zero.
func drainRate(s *lab.Snapshot) []float64 {
	if n := len(s.Runs); n > 0 && s.Runs[n-1].Drained && s.Runs[n-1].Took > 0 {
		return []float64{float64(s.Runs[n-1].Payments) / s.Runs[n-1].Took.Seconds()}
	}
	return nil
}

// Lesson is what a class should read from it, in one sentence.
func (w Worth) Lesson() phrase.Phrase {
	switch w.Guarantee {
	case kafka.AtMostOnce:
		return phrase.New("What is committed before the work is lost when its consumer dies: %s lost, %s done twice.",
			count(w.Lost), count(w.Duplicates))
	case kafka.ExactlyOnce:
		if w.Relative > 0 {
			return phrase.New("Effect and commit count together or not at all, whoever dies: %s lost, %s done twice, at %s of the speed.",
				count(w.Lost), count(w.Duplicates), percent(w.Relative))
		}
		return phrase.New("Effect and commit count together or not at all, whoever dies: %s lost, %s done twice.",
			count(w.Lost), count(w.Duplicates))
	default:
		return phrase.New("What is committed after the work is done again when its consumer dies: %s lost, %s done twice.",
			count(w.Lost), count(w.Duplicates))
	}
}

func percent(share float64) phrase.Phrase { return phrase.New("%.0f %%", 100*share) }

// Interval is what crashes cost at a commit interval, under at-least-once.
type Interval struct {
	Every      time.Duration
	Kills      int
	Duplicates int64 // of all kills together
}

// Intervals lists what was measured, by interval.
func Intervals(r Result) []Interval {
	var list []Interval
	for _, every := range commitIntervals() {
		from, began := r.moment(beforeCrashes(every))
		to, ended := r.moment(afterCrashes(every))
		if began && ended {
			list = append(list, Interval{every, deathsBetween(from.Picture, to.Picture), to.Count.Duplicates})
		}
	}
	return list
}

// killsTookPlace accounts for every kill: what was lost or done twice is at least one payment each.
func killsTookPlace(r Result) Check {
	planned := killRounds * killsPerRound
	c := Check{
		Name:     phrase.New("kills"),
		Expected: phrase.New("%d under each guarantee, each of which cost a payment where one can be lost or done twice", planned),
		Passed:   true,
	}
	var words []phrase.Phrase
	for _, w := range Worths(r) {
		cost := map[kafka.Guarantee]int64{
			kafka.AtMostOnce: w.Lost, kafka.AtLeastOnce: w.Duplicates, kafka.ExactlyOnce: int64(planned),
		}[w.Guarantee]
		words = append(words, phrase.New("%s %d", w.Guarantee, w.Kills))
		c.Passed = c.Passed && w.Kills == planned && cost >= int64(w.Kills)
	}
	c.Measured = together(", ", words)
	c.Passed = c.Passed && len(words) == len(r.Setup.Guarantees)
	return c
}

func lossesAsPromised(r Result) Check {
	c := Check{Name: phrase.New("lost"), Expected: phrase.New("more than 0 at most once, 0 at least once and exactly once"), Passed: true}
	c.Measured, c.Passed = judgeWorths(r, func(w Worth) (int64, bool) {
		return w.Lost, (w.Lost > 0) == (w.Guarantee == kafka.AtMostOnce)
	})
	return c
}

func duplicatesAsPromised(r Result) Check {
	c := Check{Name: phrase.New("duplicates"), Expected: phrase.New("more than 0 at least once, 0 at most once and exactly once")}
	c.Measured, c.Passed = judgeWorths(r, func(w Worth) (int64, bool) {
		return w.Duplicates, (w.Duplicates > 0) == (w.Guarantee == kafka.AtLeastOnce)
	})
	return c
}

// judgeWorths lists one figure of every guarantee, and says whether all are right.
func judgeWorths(r Result, judge func(Worth) (figure int64, right bool)) (words phrase.Phrase, right bool) {
	worths := Worths(r)
	list := make([]phrase.Phrase, len(worths))
	right = len(worths) > 0
	for i, w := range worths {
		figure, good := judge(w)
		list[i] = phrase.New("%s %s of %s", w.Guarantee, count(figure), count(w.Payments))
		right = right && good
	}
	return together(", ", list), right
}

// duplicatesGrow: what is not committed when a consumer dies is done again, so that it pays to commit often.
func duplicatesGrow(r Result) Check {
	kills := len(crashPayments())
	c := Check{
		Name:     phrase.New("commit interval"),
		Expected: phrase.New("duplicates of %d crashes never fewer at a longer interval", kills),
	}
	list := Intervals(r)
	words := make([]phrase.Phrase, len(list))
	c.Passed = len(list) == len(commitIntervals())
	for i, v := range list {
		words[i] = phrase.New("%s at %s", count(v.Duplicates), Span(v.Every))
		c.Passed = c.Passed && v.Kills == kills && (i == 0 || v.Duplicates >= list[i-1].Duplicates)
	}
	c.Measured = together(", ", words)
	return c
}

// exactlyOnceKeepsUp: transactions cost their beginnings and ends, ten times a second, and no more.
func exactlyOnceKeepsUp(r Result) Check {
	c := Check{
		Name: phrase.New("throughput"),
		Expected: phrase.New("exactly-once drains at least half as fast as at-least-once at a commit every %s (medians of %d)",
			Span(drainCommit), drainRounds),
	}
	for _, w := range Worths(r) {
		if w.Guarantee == kafka.ExactlyOnce && w.Relative > 0 {
			c.Passed = w.Relative >= 0.5
			c.Measured = phrase.New("%s of %.0f payments per second", percent(w.Relative), w.Rate/w.Relative)
		}
	}
	if c.Measured.Empty() {
		c.Measured = phrase.New("not measured")
	}
	return c
}
