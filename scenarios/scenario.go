// Package scenarios holds the lessons of the lab as data: what to do, what to wait for, and the checks that decide
// whether it went as it should.
package scenarios

import (
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Scenario is one lesson. It is data: nothing happens until a Player plays it on a lab.
type Scenario struct {
	Name    string        // what a user types: "kill"
	Summary phrase.Phrase // one sentence
	Setup   Setup         // the lab it wants and the load it carries

	// Refuse says why the scenario could not show anything with a Setup; nil accepts every one.
	Refuse func(Setup) error
	// Steps are carried out in order, once the lab is up and its group has settled.
	Steps func(Setup) []Step
	// Checks judge a play in which every step came to its end.
	Checks func(Result) []Check
}

// Setup describes a lab and the load of one scenario.
type Setup struct {
	Partitions     int           // of payment-successful
	Orders         int           // order consumers
	Payments       int           // good payments to write
	Delay          time.Duration // simulated work per payment
	SessionTimeout time.Duration // after this long without a heartbeat the broker gives a member up
	Heartbeat      time.Duration
	Seed           uint64 // of what is left to chance; 0: nothing is
	// Guarantees are those that are tried one after the other; none: the lab's default alone.
	Guarantees []kafka.Guarantee
	// EveryProtocol: the group speaks each protocol in turn, and not only the one that suits the cluster.
	EveryProtocol bool
	Drain         int // payments of each drain at full speed, where the speed is compared
}

// Step is one thing to do and what to wait for afterwards.
type Step struct {
	Say phrase.Phrase // one sentence for whoever watches
	Do  []lab.Command // carried out one after the other; none: only wait
	// Choose adds commands that depend on how the lab stands as the step begins. It may be nil.
	Choose func(*lab.Snapshot) []lab.Command
	Pause  time.Duration // passes before the first command
	Until  Condition
	Within time.Duration // counted from the first command

	// Keep is the name under which Result.Moments keeps the picture that the step ended with; empty: it is not kept.
	Keep phrase.Phrase
	// Count has the topics counted at the end of the step, for that moment. It is for the last step before the topics are
	// recreated, or the last of all: what is counted in several moments is added up.
	Count bool
}

// Condition is something a picture of the lab can show.
type Condition struct {
	Text  phrase.Phrase // completes "waited for …"
	Holds func(*lab.Snapshot) bool
}

// Check is one judgement. Expected and Measured are words with numbers, so that a reader can judge the judge.
type Check struct {
	Name     phrase.Phrase
	Expected phrase.Phrase
	Measured phrase.Phrase
	Passed   bool
}

// With returns the scenario with another load: what it drains to compare speeds shrinks and grows with it. It fails when the scenario would show nothing with it.
func (s Scenario) With(payments int, delay time.Duration) (Scenario, error) {
	if s.Setup.Drain > 0 {
		s.Setup.Drain = max(1, int(int64(s.Setup.Drain)*int64(payments)/int64(s.Setup.Payments)))
	}
	s.Setup.Payments, s.Setup.Delay = payments, delay
	if s.Refuse == nil {
		return s, nil
	}
	if err := s.Refuse(s.Setup); err != nil {
		return s, phrase.Errorf("run %s with %s payments at %v each: %w", s.Name, count(payments), Span(delay), err)
	}
	return s, nil
}

// WithSeed returns the scenario with another seed. It fails for a scenario that leaves nothing to chance, and for the seed
// 0, which stands for none.
func (s Scenario) WithSeed(seed uint64) (Scenario, error) {
	switch {
	case s.Setup.Seed == 0:
		return s, phrase.Errorf("run %s --seed %d: nothing in %s is left to chance", s.Name, seed, s.Name)
	case seed == 0:
		return s, phrase.Errorf("run %s --seed 0: choose 1 or more", s.Name)
	}
	s.Setup.Seed = seed
	return s, nil
}

// WithGuarantee returns the scenario under one guarantee alone. It fails for a scenario that does not try several.
func (s Scenario) WithGuarantee(g kafka.Guarantee) (Scenario, error) {
	if len(s.Setup.Guarantees) == 0 {
		return s, phrase.Errorf("run %s --guarantee %s: %s does not compare guarantees", s.Name, g, s.Name)
	}
	s.Setup.Guarantees = []kafka.Guarantee{g}
	return s, nil
}

// Find returns the scenario of that name in the catalogue.
func Find(name string) (Scenario, bool) {
	all := Catalogue()
	i := slices.IndexFunc(all, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return all[i], true
}

// readers is how many order consumers can have a partition at the same time.
func (s Setup) readers() int { return max(1, min(s.Orders, s.Partitions)) }

// share is how many payments the busiest reader works through, when payments are spread evenly over the partitions.
func (s Setup) share() int {
	partitions := max(1, s.Partitions)
	perPartition := (s.Payments + partitions - 1) / partitions
	perReader := (partitions + s.readers() - 1) / s.readers()
	return min(s.Payments, perPartition*perReader)
}

// ideal is how long the readers work when nothing but the simulated work takes time.
func (s Setup) ideal() time.Duration { return time.Duration(s.share()) * s.Delay }
