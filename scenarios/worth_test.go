package scenarios

import (
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/audit"
	"blackfriday/services/lab"
)

// restarted is a picture in which the consumers have been started again so often.
func restarted(times ...int) *lab.Snapshot {
	s := &lab.Snapshot{}
	for i, n := range times {
		s.Orders = append(s.Orders, lab.Instance{Name: instance(i + 1), Restarts: n, Health: lab.Active})
	}
	return s
}

// compared is a play of guarantees in which all went well.
func compared() Result {
	r := Result{Setup: guarantees().Setup}
	for g, c := range map[kafka.Guarantee]audit.Count{
		kafka.AtMostOnce: {Payments: 600, Lost: 4}, kafka.AtLeastOnce: {Payments: 600, Duplicates: 90}, kafka.ExactlyOnce: {Payments: 600},
	} {
		r.Moments = append(r.Moments, Moment{Name: before(g), Picture: restarted(1, 1, 1)},
			Moment{Name: after(g), Picture: restarted(2, 3, 2), Count: &c})
		for round, ms := range []int{1000, 1250, 900, 1000, 4000} {
			if g == kafka.ExactlyOnce {
				ms = ms * 5 / 4
			}
			run := lab.Run{Payments: 100_000, Drained: true, Took: time.Duration(ms) * time.Millisecond}
			r.Moments = append(r.Moments, Moment{Name: drainOf(g, round), Picture: &lab.Snapshot{Runs: []lab.Run{run}}})
		}
	}
	for i, every := range commitIntervals() {
		r.Moments = append(r.Moments, Moment{Name: beforeCrashes(every), Picture: restarted(4, 4, 4)},
			Moment{Name: afterCrashes(every), Picture: restarted(5, 5, 5), Count: &audit.Count{Duplicates: int64(5 + 80*i)}})
	}
	return r
}

// alter changes the moment of that name.
func alter(r *Result, name phrase.Phrase, with func(*Moment)) {
	for i := range r.Moments {
		if r.Moments[i].Name.String() == name.String() {
			with(&r.Moments[i])
		}
	}
}

func TestWorthsSumUpWhatWasCounted(t *testing.T) {
	worths := Worths(compared())
	if len(worths) != 3 {
		t.Fatalf("%d guarantees, want 3", len(worths))
	}
	for i, want := range []Worth{
		{Guarantee: kafka.AtMostOnce, Payments: 600, Lost: 4, Kills: 4, Rate: 100_000, Relative: 1},
		{Guarantee: kafka.AtLeastOnce, Payments: 600, Duplicates: 90, Kills: 4, Rate: 100_000, Relative: 1},
		{Guarantee: kafka.ExactlyOnce, Payments: 600, Kills: 4, Rate: 80_000, Relative: 0.8},
	} {
		got := worths[i]
		if got.Lesson().Empty() {
			t.Errorf("%s teaches nothing", got.Guarantee)
		}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestWhatWasNotTriedIsNotSummedUp(t *testing.T) {
	if w := Worths(judged()); len(w) > 0 {
		t.Errorf("%+v of a play that compares no guarantees", w)
	}
	r := compared()
	r.Moments = r.Moments[:1]
	if w, v := Worths(r), Intervals(r); len(w)+len(v) > 0 {
		t.Errorf("%+v and %+v of a play that broke off", w, v)
	}
	r = compared()
	r.Setup.Guarantees = []kafka.Guarantee{kafka.ExactlyOnce}
	var rest []Moment
	for _, m := range r.Moments {
		if !strings.Contains(m.Name.String(), "drain") {
			rest = append(rest, m)
		}
	}
	r.Moments = rest
	if w := Worths(r); len(w) != 1 || w[0].Rate >= 0 || w[0].Relative >= 0 || strings.Contains(w[0].Lesson().String(), "speed") {
		t.Errorf("%+v, want one guarantee without a speed", w)
	}
}

func TestGuaranteesAreJudged(t *testing.T) {
	counts := func(g kafka.Guarantee, with func(*audit.Count)) func(*Result) {
		return func(r *Result) { alter(r, after(g), func(m *Moment) { with(m.Count) }) }
	}
	tests := []struct {
		name   string
		check  check
		change func(*Result)
		passes bool
	}{
		{"every kill cost a payment", killsTookPlace, func(*Result) {}, true},
		{"one kill too few", killsTookPlace, func(r *Result) {
			alter(r, after(kafka.ExactlyOnce), func(m *Moment) { m.Picture = restarted(2, 2, 2) })
		}, false},
		{"a kill that cost nothing", killsTookPlace, counts(kafka.AtMostOnce, func(c *audit.Count) { c.Lost = 3 }), false},
		{"a guarantee that was not tried", killsTookPlace, func(r *Result) { r.Moments = r.Moments[2:] }, false},
		{"whoever is dead still, died too", killsTookPlace, func(r *Result) {
			alter(r, after(kafka.ExactlyOnce), func(m *Moment) {
				m.Picture = restarted(2, 2, 2)
				m.Picture.Orders[1].Health = lab.Crashed
			})
		}, true},

		{"lost at most once", lossesAsPromised, func(*Result) {}, true},
		{"nothing lost at most once", lossesAsPromised, counts(kafka.AtMostOnce, func(c *audit.Count) { c.Lost = 0 }), false},
		{"one lost at least once", lossesAsPromised, counts(kafka.AtLeastOnce, func(c *audit.Count) { c.Lost = 1 }), false},
		{"one lost exactly once", lossesAsPromised, counts(kafka.ExactlyOnce, func(c *audit.Count) { c.Lost = 1 }), false},
		{"twice at least once", duplicatesAsPromised, func(*Result) {}, true},
		{"nothing twice at least once", duplicatesAsPromised, counts(kafka.AtLeastOnce, func(c *audit.Count) { c.Duplicates = 0 }), false},
		{"one twice at most once", duplicatesAsPromised, counts(kafka.AtMostOnce, func(c *audit.Count) { c.Duplicates = 1 }), false},
		{"one twice exactly once", duplicatesAsPromised, counts(kafka.ExactlyOnce, func(c *audit.Count) { c.Duplicates = 1 }), false},

		{"longer intervals cost more", duplicatesGrow, func(*Result) {}, true},
		{"or the same", duplicatesGrow, func(r *Result) {
			alter(r, afterCrashes(5*time.Second), func(m *Moment) { m.Count.Duplicates = 85 })
		}, true},
		{"a longer one costs less", duplicatesGrow, func(r *Result) {
			alter(r, afterCrashes(5*time.Second), func(m *Moment) { m.Count.Duplicates = 84 })
		}, false},
		{"a crash that did not happen", duplicatesGrow, func(r *Result) {
			alter(r, afterCrashes(5*time.Second), func(m *Moment) { m.Picture = restarted(5, 5, 4) })
		}, false},

		{"fast enough", exactlyOnceKeepsUp, func(*Result) {}, true},
		{"half as fast, and a little less", exactlyOnceKeepsUp, func(r *Result) {
			for round := range drainRounds {
				alter(r, drainOf(kafka.ExactlyOnce, round), func(m *Moment) { m.Picture.Runs[0].Took = 2100 * time.Millisecond })
			}
		}, false},
		{"never drained", exactlyOnceKeepsUp, func(r *Result) {
			for round := range drainRounds {
				alter(r, drainOf(kafka.ExactlyOnce, round), func(m *Moment) { m.Picture.Runs[0].Drained = false })
			}
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := compared()
			test.change(&r)
			if c := test.check(r); c.Passed != test.passes {
				t.Errorf("passed %v, want %v: %s: expected %q, measured %q", c.Passed, test.passes, c.Name, c.Expected, c.Measured)
			}
		})
	}
}

// TestDeathsAreTheSameForASeed, and different for another; and everybody can die where it is said.
func TestDeathsAreTheSameForASeed(t *testing.T) {
	s := guarantees().Setup
	for seed := range uint64(200) {
		s.Seed = seed
		share := s.Payments / killRounds / s.Partitions
		for round := range killRounds {
			plan, again := deaths(s, round), deaths(s, round)
			if len(plan) != killsPerRound || plan[0] != again[0] || plan[1] != again[1] || plan[0].victim == plan[1].victim {
				t.Fatalf("seed %d: %v, then %v", seed, plan, again)
			}
			for _, d := range plan {
				if d.payments < 1 || d.payments > share {
					t.Errorf("seed %d: %v of %d payments", seed, d, share)
				}
			}
		}
	}
}
