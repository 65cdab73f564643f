package scenarios

import (
	"slices"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// grown is how many partitions the scenario grow ends with.
const grown = 3

func grow() Scenario {
	setup := standard()
	setup.Partitions, setup.Payments = 1, 600
	return Scenario{
		Name:    "grow",
		Summary: phrase.New("One partition becomes three in the middle of a flood: two consumers find work, and the next flood is faster."),
		Setup:   setup,
		Refuse:  tooShortToGrow,
		Steps: func(s Setup) []Step {
			first, second := floods(s)
			s.Payments = first // the second is a third of the work, so its waits are long enough
			steps := interrupted(s, Step{
				Say:    phrase.New("Grow the topics to %d partitions while the services go on.", grown),
				Do:     []lab.Command{lab.GrowPartitions{Count: grown}},
				Until:  readByAll(),
				Within: 10 * time.Second,
			})
			again := pourSome(second)
			again.Until = floodsAcknowledged(2)
			return append(append(steps, again), empty(s)...)
		},
		Checks: join(noticedInTime, allRead, spread, secondIsFaster, oneReader, everyPayment, noDuplicate),
	}
}

// floods is how the payments are divided into two floods.
func floods(s Setup) (first, second int) { return s.Payments - s.Payments/2, s.Payments / 2 }

// tooShortToGrow refuses floods of which the first would be over before the partitions are read.
func tooShortToGrow(s Setup) error {
	s.Payments, _ = floods(s)
	return tooShortToInterrupt(s)
}

func readByAll() Condition {
	return Condition{
		Text:  phrase.New("%d partitions, each with a reader of its own", grown),
		Holds: func(s *lab.Snapshot) bool { return atRest(s) && len(s.Partitions) == grown && readersOf(s) == grown },
	}
}

// readersOf is how many consumers have a partition that the brokers say is theirs.
func readersOf(s *lab.Snapshot) int {
	readers := map[int]bool{}
	for _, p := range s.Partitions {
		if !unattended(p) {
			readers[p.Reader] = true
		}
	}
	return len(readers)
}

// noticedInTime: a consumer asks for the topic's partitions every second at the latest.
func noticedInTime(r Result) Check {
	const limit = 2 * time.Second
	c := Check{Name: phrase.New("noticed"), Expected: phrase.New("the new partitions given to consumers within %s", elapsed(limit))}
	change, found := rebalance(r.Final, lab.CausePartitions)
	if !found || change.Settled.IsZero() {
		c.Measured = phrase.New("never")
		return c
	}
	took := change.Settled.Sub(change.At)
	c.Measured, c.Passed = elapsed(took), took <= limit
	return c
}

func allRead(r Result) Check {
	return Check{
		Name:     phrase.New("readers"),
		Expected: phrase.New("%d partitions, each with a reader of its own", grown),
		Measured: phrase.New("%d partitions, %d readers", len(r.Final.Partitions), readersOf(r.Final)),
		Passed:   len(r.Final.Partitions) == grown && readersOf(r.Final) == grown,
	}
}

// spread: the second flood goes to all partitions in turn; the first stays where it is.
func spread(r Result) Check {
	first, second := floods(r.Setup)
	shares := make([]int64, len(r.Final.Partitions))
	words := make([]phrase.Phrase, len(shares))
	for i, p := range r.Final.Partitions {
		shares[i] = p.End
		if i == 0 {
			shares[i] -= int64(first)
		}
		words[i] = phrase.New("P%d %s", p.ID, count(shares[i]))
	}
	return Check{
		Name:     phrase.New("spread"),
		Expected: phrase.New("a third of the second flood's %s payments in each partition", count(second)),
		Measured: together(", ", words),
		Passed:   len(shares) == grown && slices.Max(shares)-slices.Min(shares) <= 1,
	}
}

// secondIsFaster holds the second flood to what three readers need.
func secondIsFaster(r Result) Check {
	s := r.Setup
	_, s.Payments = floods(s)
	s.Partitions = grown
	limit, words := drainLimit(r.Final, s)
	c := Check{
		Name:     phrase.New("second drain"),
		Expected: phrase.New("%d reading: lag zero within %s", s.readers(), words),
		Measured: phrase.New("never"),
	}
	if runs := r.Final.Runs; len(runs) == 2 && runs[1].Drained {
		c.Measured, c.Passed = elapsed(runs[1].Took), runs[1].Took <= limit
	}
	return c
}
