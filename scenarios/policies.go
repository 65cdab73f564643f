package scenarios

import (
	"slices"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

const (
	policyFloods  = 5
	policyCrashes = 3
	// leastLane is how many payments of a flood a lane gets at least, so that its lag can be seen to climb.
	leastLane = 5
)

// policyPill is the one that is swallowed under every policy.
func policyPill() event.Pill {
	pills := event.Pills()
	return pills[slices.IndexFunc(pills, func(p event.Pill) bool { return p.Code == event.CodePriceNotPositive })]
}

func policies() Scenario {
	return Scenario{
		Name:    "policies",
		Summary: phrase.New("The same poison pill under each policy: a lane that blocks, a crash loop, a few attempts, and the dead letter queue."),
		Setup: Setup{
			Partitions: 3, Orders: 1, Payments: 450, Delay: 2 * time.Millisecond,
			SessionTimeout: 2 * time.Second, Heartbeat: 200 * time.Millisecond,
		},
		Refuse: tooFewForLanes,
		Steps: func(s Setup) []Step {
			steps := []Step{{Say: phrase.New("Wait until all services are at work."), Until: ready(), Within: changeWithin}}
			steps = append(steps, retryForEver(s)...)
			steps = append(steps, crashLoop(s)...)
			return append(steps, retryThenDLQ(s), dlqAtOnce(s))
		},
		Checks: join(oneLaneBlocks, laneFlowsAgain, crashesOnTheSame, attemptsInTheHeader, reasonsInTheQueue, nobodyOrphaned, everyPayment),
	}
}

func tooFewForLanes(s Setup) error {
	least := policyFloods * s.Partitions * leastLane
	if s.Payments >= least {
		return nil
	}
	return phrase.Errorf("that are too few to see a lane block: at least %d", least)
}

// policyFlood is the n-th flood, counted from 0; the last one takes what does not divide.
func policyFlood(s Setup, n int) lab.Flood {
	if n == policyFloods-1 {
		return lab.Flood{Count: s.Payments - n*(s.Payments/policyFloods)}
	}
	return lab.Flood{Count: s.Payments / policyFloods}
}

// The moments that the checks look at.
func laneWaits() phrase.Phrase     { return phrase.New("retry: one lane waits") }
func laneWaitsMore() phrase.Phrase { return phrase.New("retry: it waits for longer") }
func laneFlows() phrase.Phrase     { return phrase.New("retry, then dlq: it flows") }

func crashNumber(n int) phrase.Phrase { return phrase.New("crash %d", n) }

func swallowUnder(p lab.PoisonPolicy) []lab.Command {
	return []lab.Command{lab.SetPoison{Policy: p}, lab.Poison{Pills: []string{policyPill().Name}}}
}

// retryForEver shows a lane that waits behind its pill while the others go on.
func retryForEver(s Setup) []Step {
	lane := int64(s.Payments / policyFloods / s.Partitions)
	return []Step{
		{
			Say:    phrase.New("retry: a pill is tried again and again."),
			Do:     swallowUnder(lab.PoisonRetry),
			Until:  blockedLane(1),
			Within: changeWithin,
		},
		{
			Say:    phrase.New("Flood: one lane waits behind the pill, the others run."),
			Do:     []lab.Command{policyFlood(s, 0)},
			Until:  blockedLane(1 + lane),
			Within: patience(s),
			Keep:   laneWaits(),
		},
		{
			Say:    phrase.New("Flood again: its lag climbs."),
			Do:     []lab.Command{policyFlood(s, 1)},
			Until:  blockedLane(1 + 2*lane),
			Within: patience(s),
			Keep:   laneWaitsMore(),
		},
		{
			Say:    phrase.New("Switch to dlq: the lane flows again."),
			Do:     []lab.Command{lab.SetPoison{Policy: lab.PoisonDLQ}},
			Until:  all(deadLetters(1), drained()),
			Within: patience(s),
			Keep:   laneFlows(),
		},
	}
}

// crashLoop shows a consumer that meets the same pill in each of its lives.
func crashLoop(s Setup) []Step {
	var steps []Step
	for n := 1; n <= policyCrashes; n++ {
		crash := Step{
			Say:    phrase.New("It is started again and meets the same pill: crash %d.", n),
			Until:  crashes(n),
			Within: s.SessionTimeout + changeWithin,
			Keep:   crashNumber(n),
		}
		if n == 1 {
			crash.Say, crash.Do = phrase.New("crash: the consumer dies of a pill."), swallowUnder(lab.PoisonCrash)
		}
		steps = append(steps, crash)
	}
	return append(steps, Step{
		Say:    phrase.New("Flood, and switch to dlq: it gets past the pill."),
		Do:     []lab.Command{policyFlood(s, 2), lab.SetPoison{Policy: lab.PoisonDLQ}},
		Until:  all(deadLetters(2), drained(), ready()),
		Within: s.SessionTimeout + patience(s) + changeWithin,
		Keep:   phrase.New("crash, then dlq: it flows"),
	})
}

func retryThenDLQ(s Setup) Step {
	return Step{
		Say:    phrase.New("retry-dlq: a pill is tried %d times, then it goes to the dead letter queue.", lab.DefaultAttempts),
		Do:     append(swallowUnder(lab.PoisonRetryDLQ), policyFlood(s, 3)),
		Until:  all(deadLetters(3), drained()),
		Within: patience(s),
		Keep:   phrase.New("retry-dlq: after its attempts"),
	}
}

func dlqAtOnce(s Setup) Step {
	return Step{
		Say:    phrase.New("dlq: a pill goes to the dead letter queue, and the lane goes on."),
		Do:     append(swallowUnder(lab.PoisonDLQ), policyFlood(s, 4)),
		Until:  all(deadLetters(4), caughtUp(), ready()),
		Within: patience(s) + changeWithin,
		Keep:   phrase.New("dlq: at once"),
	}
}

// blockedLane waits until one partition is blocked with so much lag, and every other one has none.
func blockedLane(lag int64) Condition {
	return Condition{
		Text: phrase.New("one partition blocked with a lag of %s, and no lag in the others", count(lag)),
		Holds: func(s *lab.Snapshot) bool {
			b, alone := blocked(s)
			return alone && b.Lag >= lag && b.Blocked.Attempts > 1
		},
	}
}

// blocked is the partition that waits behind a pill; alone says that it is the only one with a lag.
func blocked(s *lab.Snapshot) (p lab.Partition, alone bool) {
	var behind []lab.Partition
	for _, p := range s.Partitions {
		if !p.Known || p.Lag > 0 {
			behind = append(behind, p)
		}
	}
	if len(behind) != 1 || behind[0].Blocked == nil {
		return lab.Partition{}, false
	}
	return behind[0], true
}

// crashes waits until a consumer has died so often of the same payment.
func crashes(n int) Condition {
	return Condition{
		Text: phrase.New("%d crashes on the same payment", n),
		Holds: func(s *lab.Snapshot) bool {
			return slices.ContainsFunc(s.Orders, func(i lab.Instance) bool { return i.Crashes >= n && i.Blocked != nil })
		},
	}
}

// deadLetters waits for so many records in the dead letter queue.
func deadLetters(n int) Condition {
	return Condition{
		Text:  phrase.New("%d records in dlq-payment", n),
		Holds: func(s *lab.Snapshot) bool { return s.DLQ.Known && s.DLQ.Total >= int64(n) },
	}
}
