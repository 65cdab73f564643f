package scenarios

import (
	"math/rand/v2"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

const (
	killRounds = 2
	// killsPerRound leave one consumer of three alive: one is started again at once, one when it has been given up.
	killsPerRound = 2
	// leastShare is how many payments of a partition a victim must be able to choose its last one from.
	leastShare = 10
)

func guarantees() Scenario {
	return Scenario{
		Name:    "guarantees",
		Summary: phrase.New("The same kills between effect and commit under each guarantee: what is lost, what is done twice, and what it costs."),
		Setup: Setup{
			Partitions: 3, Orders: 3, Payments: 600, Delay: 5 * time.Millisecond,
			SessionTimeout: 2 * time.Second, Heartbeat: 200 * time.Millisecond,
			Seed: 1, Guarantees: kafka.Guarantees(), Drain: 100_000,
		},
		Refuse: tooFewToDie,
		Steps: func(s Setup) []Step {
			var steps []Step
			for _, g := range s.Guarantees {
				steps = append(steps, killsUnder(s, g)...)
			}
			for _, every := range commitIntervals() {
				steps = append(steps, crashesAt(s, every)...)
			}
			return append(steps, drains(s)...)
		},
		Checks: join(killsTookPlace, lossesAsPromised, duplicatesAsPromised, duplicatesGrow, exactlyOnceKeepsUp, nobodyOrphaned),
	}
}

func tooFewToDie(s Setup) error {
	least := killRounds * s.Partitions * leastShare
	if s.Payments >= least {
		return nil
	}
	return phrase.Errorf("that are too few to kill somebody in their middle: at least %d", least)
}

// before and after name the moments between which a guarantee was tried.
func before(g kafka.Guarantee) phrase.Phrase { return phrase.New("%s: before the kills", g) }
func after(g kafka.Guarantee) phrase.Phrase  { return phrase.New("%s: after the kills", g) }

// killsUnder has consumers die at the same points under a guarantee, whatever it is.
func killsUnder(s Setup, g kafka.Guarantee) []Step {
	clean := afresh(s)
	clean.Keep = before(g)
	pace := Step{
		Say:    phrase.New("%s: %s of work per payment, and a commit every %s.", g, Span(s.Delay), Span(kafka.DefaultCommitInterval)),
		Do:     []lab.Command{lab.SetDelay{Delay: s.Delay}, lab.SetCommitInterval{Every: kafka.DefaultCommitInterval}},
		Until:  ready(),
		Within: changeWithin,
	}
	steps := []Step{promise(g), clean, pace}
	for round := range killRounds {
		steps = append(steps, killRound(s, g, round)...)
	}
	last := &steps[len(steps)-1]
	last.Keep, last.Count = after(g), true
	return steps
}

// death is where a consumer dies: when it has had so many payments in hand, counted from the beginning of the flood.
type death struct {
	victim   string
	payments int
}

// deaths are those of one round. The same seed gives the same, under every guarantee.
func deaths(s Setup, round int) []death {
	random := rand.New(rand.NewPCG(s.Seed, uint64(round)))
	share := s.Payments / killRounds / s.Partitions
	var plan []death
	for _, n := range random.Perm(s.Orders)[:killsPerRound] {
		// Not at the very beginning, where there is nothing to do again, and well before the end of its partition.
		plan = append(plan, death{instance(n + 1), share/5 + 1 + random.IntN(share*3/5)})
	}
	return plan
}

func killRound(s Setup, g kafka.Guarantee, round int) []Step {
	plan := deaths(s, round)
	prompt, late := plan[0], plan[1]
	flood := Step{
		Say: phrase.New("%s: %s payments; %s dies in its %d., %s in its %d., %s.", g, count(s.Payments/killRounds),
			prompt.victim, prompt.payments, late.victim, late.payments, betweenWhat(g)),
		Until:  died(prompt.victim, late.victim),
		Within: patience(s),
	}
	for _, d := range plan {
		flood.Do = append(flood.Do, lab.KillBetween{Name: d.victim, Payments: d.payments})
	}
	flood.Do = append(flood.Do, lab.Flood{Count: s.Payments / killRounds})
	return []Step{
		flood,
		{
			Say:    phrase.New("Start %s again at once; wait until the brokers have given %s up.", prompt.victim, late.victim),
			Do:     []lab.Command{lab.Restart{Name: prompt.victim}},
			Until:  buried(),
			Within: s.SessionTimeout + changeWithin,
		},
		{
			Say:    phrase.New("Start %s again, too, and wait until everything is drained.", late.victim),
			Do:     []lab.Command{lab.Restart{Name: late.victim}},
			Until:  all(ready(), caughtUp()),
			Within: patience(s) + changeWithin,
		},
	}
}

func betweenWhat(g kafka.Guarantee) phrase.Phrase {
	if g == kafka.AtMostOnce {
		return phrase.New("between commit and effect")
	}
	return phrase.New("between effect and commit")
}

// commitIntervals are those under which the same crashes are compared.
func commitIntervals() []time.Duration {
	return []time.Duration{10 * time.Millisecond, 250 * time.Millisecond, 5 * time.Second}
}

// The crashes that are compared: a consumer finishes a payment each crashDelay, and dies after one of crashPayments. So
// they die after 300, 375 and 450 ms: however the commits of 250 ms fall, all three together have much to do again.
const (
	crashDelay = 5 * time.Millisecond
	crashFlood = 450
)

func crashPayments() []int { return []int{60, 75, 90} }

func afterCrashes(every time.Duration) phrase.Phrase {
	return phrase.New("crashes at a commit every %s", Span(every))
}
func beforeCrashes(every time.Duration) phrase.Phrase {
	return phrase.New("before crashes at a commit every %s", Span(every))
}

// crashesAt measures what a commit interval costs in duplicates. Until the flood begins the interval is the shortest, so
// that the clocks of all consumers begin with it.
func crashesAt(s Setup, every time.Duration) []Step {
	shortest := Step{
		Say:    phrase.New("%s, a commit every %s: the same crashes again.", kafka.AtLeastOnce, Span(every)),
		Do:     []lab.Command{lab.SetDelay{Delay: crashDelay}, lab.SetCommitInterval{Every: lab.MinCommitInterval}},
		Until:  ready(),
		Within: changeWithin,
	}
	clean := afresh(s)
	clean.Keep = beforeCrashes(every)
	flood := Step{
		Say:    phrase.New("Flood: %d payments, and every consumer dies in the middle of its share.", crashFlood),
		Do:     []lab.Command{lab.SetCommitInterval{Every: every}},
		Within: changeWithin,
	}
	again := Step{
		Say:    phrase.New("Start them all again, and have the rest done at once."),
		Do:     []lab.Command{lab.SetDelay{}, lab.SetCommitInterval{Every: kafka.DefaultCommitInterval}},
		Until:  all(ready(), caughtUp()),
		Within: s.SessionTimeout + changeWithin,
		Keep:   afterCrashes(every),
		Count:  true,
	}
	var victims []string
	for n, payments := range crashPayments() {
		name := instance(n + 1)
		victims = append(victims, name)
		flood.Do = append(flood.Do, lab.KillBetween{Name: name, Payments: payments})
		again.Do = append(again.Do, lab.Restart{Name: name})
	}
	flood.Do = append(flood.Do, lab.Flood{Count: crashFlood})
	flood.Until = died(victims...)
	return []Step{promise(kafka.AtLeastOnce), shortest, clean, flood, again}
}

// Drains at full speed are measured several times in turns, so that what else the machine does meanwhile meets all
// guarantees alike.
const (
	drainRounds = 5
	drainCommit = 100 * time.Millisecond
)

func drainOf(g kafka.Guarantee, round int) phrase.Phrase {
	return phrase.New("%s: drain %d", g, round+1)
}

func drains(s Setup) []Step {
	steps := []Step{{
		Say:    phrase.New("Nobody dies any more: no simulated work, a commit every %s.", Span(drainCommit)),
		Do:     []lab.Command{lab.SetDelay{}, lab.SetCommitInterval{Every: drainCommit}},
		Until:  ready(),
		Within: changeWithin,
	}}
	for round := range drainRounds {
		steps = append(steps, afresh(s))
		for _, g := range s.Guarantees {
			run := Step{
				Say:    phrase.New("%s: %s payments at full speed.", g, count(s.Drain)),
				Do:     []lab.Command{lab.Flood{Count: s.Drain}},
				Until:  all(drainedNow(), caughtUp()),
				Within: 2 * time.Minute,
				Keep:   drainOf(g, round),
			}
			steps = append(steps, promise(g), run)
		}
	}
	return steps
}
