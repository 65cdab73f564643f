package scenarios

import (
	"slices"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

func hotkey() Scenario {
	setup := standard()
	setup.Payments = 300
	return Scenario{
		Name:    "hotkey",
		Summary: phrase.New("One customer buys everything: one partition gets it all, and a fourth consumer cannot help."),
		Setup:   setup,
		Refuse:  tooShortForOne,
		Steps: func(s Setup) []Step {
			slow := s
			slow.Partitions = 1 // whatever there is, one reader does the work
			part := func(say phrase.Phrase, payments int) Step {
				return Step{Say: say, Until: done(payments), Within: patience(slow)}
			}
			steps := []Step{
				{
					Say:    phrase.New("Give every payment the same key."),
					Do:     []lab.Command{lab.SetKey{Key: lab.KeyVIP}},
					Until:  keyed(lab.KeyVIP),
					Within: 5 * time.Second,
				},
				pour(s),
				part(phrase.New("Wait until a third of them is done."), s.Payments/3),
				{
					Say:    phrase.New("Add a consumer, to help."),
					Do:     []lab.Command{lab.AddConsumer{}},
					Until:  onTheBench(s.Orders + 1),
					Within: 10 * time.Second,
				},
				part(phrase.New("Wait until two thirds of them are done."), 2*s.Payments/3),
			}
			return append(steps, empty(slow)...)
		},
		Checks: join(oneIsHot, oneWorks, nobodyHelps, nobodyOrphaned, everyPayment, noDuplicate),
	}
}

func keyed(k lab.Key) Condition {
	return Condition{
		Text:  phrase.New("the key %s", k),
		Holds: func(s *lab.Snapshot) bool { return s.Settings.Key == k },
	}
}

// onTheBench waits for a consumer that has joined and has nothing to read.
func onTheBench(number int) Condition {
	return Condition{
		Text: phrase.New("%s without a partition, in a group at rest", instance(number)),
		Holds: func(s *lab.Snapshot) bool {
			return atRest(s) && slices.ContainsFunc(s.Orders, func(i lab.Instance) bool {
				return i.Number == number && i.Health == lab.Standby
			})
		},
	}
}

// tooShortForOne is tooShortToInterrupt where one consumer does all the work. The rates need some seconds each.
func tooShortForOne(s Setup) error {
	const least = 9 * time.Second
	work := time.Duration(s.Payments) * s.Delay
	if work >= least {
		return nil
	}
	return phrase.Errorf("one consumer drains that in %v, too fast to measure its rate (at least %v): raise --payments or --delay", Span(work), Span(least))
}

func oneIsHot(r Result) Check {
	var all, most int64
	for _, p := range r.Final.Partitions {
		all += p.End
		most = max(most, p.End)
	}
	return Check{
		Name:     phrase.New("hot partition"),
		Expected: phrase.New("one partition holds at least 95 %% of the payments"),
		Measured: phrase.New("%s of %s", count(most), count(all)),
		Passed:   all > 0 && most*100 >= all*95,
	}
}

// oneWorks: three consumers finish what one does.
func oneWorks(r Result) Check {
	began := r.Final.Flood.StartedAt.Add(r.Final.Flood.Took)
	c, limit := rateOfOne(r, began, joinedAt(r))
	c.Name = phrase.New("rate")
	c.Expected = phrase.New("three consumers finish at most %s payments per second, as one does", limit)
	return c
}

// nobodyHelps: a fourth one changes nothing.
func nobodyHelps(r Result) Check {
	added := r.Setup.Orders + 1
	c, limit := rateOfOne(r, joinedAt(r), r.Final.At)
	c.Name = phrase.New("a fourth consumer")
	c.Expected = phrase.New("with %s finish at most %s payments per second, as one does, and it gets no partition", instance(added), limit)
	i := slices.IndexFunc(r.Final.Orders, func(i lab.Instance) bool { return i.Number == added })
	if i < 0 || r.Final.Orders[i].Health != lab.Standby || len(r.Final.Orders[i].Partitions) > 0 {
		c.Passed = false
		c.Measured = phrase.New("%s; it is not on the bench", c.Measured)
	}
	return c
}

// joinedAt is when the added consumer came; the end of the play when none did.
func joinedAt(r Result) time.Time {
	if b, found := rebalance(r.Final, lab.CauseJoin); found {
		return b.At
	}
	return r.Final.At
}

// rateOfOne judges the payments finished per second between two moments: one consumer's, and a tenth for the edges.
func rateOfOne(r Result, from, until time.Time) (c Check, most phrase.Decimal) {
	limit := 1.1 / max(r.Setup.Delay, time.Millisecond).Seconds()
	most = phrase.Decimal{Value: limit, Digits: 1}
	rate, known := rateBetween(r.Lag, from.Add(time.Second), until)
	if !known {
		c.Measured = phrase.New("not measured")
		return c, most
	}
	c.Measured, c.Passed = phrase.New("%s per second", phrase.Decimal{Value: rate, Digits: 1}), rate > 0 && rate <= limit
	return c, most
}

// rateBetween is how fast the lag fell between two moments while there was any, per second. It is not known from samples
// that are less than a second apart.
func rateBetween(samples []Sample, from, until time.Time) (rate float64, known bool) {
	var within []Sample
	for _, s := range samples {
		if !s.At.Before(from) && !s.At.After(until) && total(s) > 0 {
			within = append(within, s)
		}
	}
	if len(within) < 2 {
		return 0, false
	}
	first, last := within[0], within[len(within)-1]
	took := last.At.Sub(first.At)
	if took < time.Second {
		return 0, false
	}
	return float64(total(first)-total(last)) / took.Seconds(), true
}

// total is the lag of all partitions.
func total(s Sample) int64 {
	var sum int64
	for _, lag := range s.Partitions {
		sum += lag
	}
	return sum
}
