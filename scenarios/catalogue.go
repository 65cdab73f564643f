package scenarios

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Catalogue returns every scenario, in the order in which a lesson would play them.
func Catalogue() []Scenario {
	return []Scenario{
		bottleneck(), flood(), alone(), standby(), leave(), kill(), poison(),
		grow(), hotkey(), protocols(), churn(), policies(), guarantees(), storm(),
	}
}

// standard is the lab of part 4 of the course: three partitions, three consumers, 1,000 payments of 100 ms each.
func standard() Setup {
	return Setup{
		Partitions: 3, Orders: 3,
		Payments: 1_000, Delay: 100 * time.Millisecond,
		SessionTimeout: 6 * time.Second, Heartbeat: 500 * time.Millisecond,
	}
}

func bottleneck() Scenario {
	setup := standard()
	setup.Partitions, setup.Orders = 1, 1
	return Scenario{
		Name:    "bottleneck",
		Summary: phrase.New("One partition and one consumer drown in a flood."),
		Setup:   setup,
		Steps:   floodAndDrain,
		Checks:  join(everyPayment, quickFlood, drainInTime, noDuplicate),
	}
}

func flood() Scenario {
	return Scenario{
		Name:    "flood",
		Summary: phrase.New("Three consumers on three partitions drain the same flood three times as fast."),
		Setup:   standard(),
		Steps:   floodAndDrain,
		Checks:  join(everyPayment, quickFlood, drainInTime, noDuplicate),
	}
}

func alone() Scenario {
	setup := standard()
	setup.Orders = 1
	return Scenario{
		Name:    "alone",
		Summary: phrase.New("One consumer on three partitions reads them all, in turns, and gains nothing."),
		Setup:   setup,
		Steps:   floodAndDrain,
		Checks:  join(everyPayment, drainInTime, fairTurns, noDuplicate),
	}
}

func standby() Scenario {
	setup := standard()
	setup.Orders = 5
	return Scenario{
		Name:    "standby",
		Summary: phrase.New("Five consumers on three partitions: two of them wait on the bench."),
		Setup:   setup,
		Steps:   floodAndDrain,
		Checks:  join(benchHolds, everyPayment, drainInTime, noDuplicate),
	}
}

func leave() Scenario {
	return Scenario{
		Name:    "leave",
		Summary: phrase.New("The busiest consumer leaves in the middle of a flood: nobody waits, nothing is lost or done twice."),
		Setup:   standard(),
		Refuse:  tooShortToInterrupt,
		Steps: func(s Setup) []Step {
			return interrupted(s, Step{
				Say:    phrase.New("Stop the busiest consumer politely: it finishes its payment, commits and leaves the group."),
				Do:     []lab.Command{lab.Stop{}},
				Until:  handedOver(lab.CauseLeave),
				Within: s.SessionTimeout + 10*time.Second,
			})
		},
		Checks: join(leaveHandover, nobodyOrphaned, everyPayment, noDuplicate),
	}
}

func kill() Scenario {
	return Scenario{
		Name:    "kill",
		Summary: phrase.New("The busiest consumer loses power in the middle of a flood: its partition waits, nothing is lost."),
		Setup:   standard(),
		Refuse:  tooShortToInterrupt,
		Steps: func(s Setup) []Step {
			return interrupted(s, Step{
				Say:    phrase.New("Kill the busiest consumer: no goodbye, its connections go silent."),
				Do:     []lab.Command{lab.Kill{}},
				Until:  handedOver(lab.CauseCrash),
				Within: s.SessionTimeout + 15*time.Second,
			})
		},
		Checks: join(crashHandover, nobodyOrphaned, everyPayment, fewDuplicates),
	}
}

func poison() Scenario {
	setup := standard()
	setup.Payments = 100
	return Scenario{
		Name:    "poison",
		Summary: phrase.New("Every poison pill ends in the dead letter queue with its reason, and the consumers live on."),
		Setup:   setup,
		Steps: func(s Setup) []Step {
			swallow := Step{
				Say:    phrase.New("Write every poison pill into payment-successful."),
				Do:     []lab.Command{lab.Poison{}},
				Until:  pillsRejected(),
				Within: 15 * time.Second,
			}
			return append([]Step{swallow}, floodAndDrain(s)...)
		},
		Checks: join(pillsHaveReasons, consumersAlive, everyPayment, noDuplicate),
	}
}

// floodAndDrain writes the payments and waits until every one has gone through the whole pipeline.
func floodAndDrain(s Setup) []Step {
	return append([]Step{pour(s)}, empty(s)...)
}

// interrupted is floodAndDrain with something happening in the middle.
func interrupted(s Setup, accident Step) []Step {
	middle := Step{
		Say:    phrase.New("Wait until a fifth of them is done."),
		Until:  done(s.Payments / 5),
		Within: patience(s),
	}
	return append([]Step{pour(s), middle, accident}, empty(s)...)
}

func pour(s Setup) Step { return pourSome(s.Payments) }

func pourSome(payments int) Step {
	return Step{
		Say:    phrase.New("Flood: %s payments at once.", count(payments)),
		Do:     []lab.Command{lab.Flood{Count: payments}},
		Until:  floodAcknowledged(),
		Within: 30 * time.Second,
	}
}

func empty(s Setup) []Step {
	return []Step{
		{Say: phrase.New("Wait until the lag is zero."), Until: drained(), Within: patience(s)},
		{
			Say:    phrase.New("Wait until the e-mails are sent and analytics has seen it all."),
			Until:  caughtUp(),
			Within: 20*time.Second + time.Duration(s.Payments)*100*time.Microsecond,
		},
	}
}

// hurry is empty for a flood that has served its purpose.
func hurry(s Setup) []Step {
	return append([]Step{{
		Say:    phrase.New("Have the rest done without simulated work."),
		Do:     []lab.Command{lab.SetDelay{}},
		Until:  drained(),
		Within: patience(s),
	}}, empty(s)...)
}

// patience is how long a drain may take before the scenario gives up: far above what its check allows, so that a slow
// drain is measured and not only missed.
func patience(s Setup) time.Duration { return 2*s.ideal() + s.SessionTimeout + 15*time.Second }

// tooShortToInterrupt refuses floods that would be over before anything could happen in their middle.
func tooShortToInterrupt(s Setup) error {
	const least = 2 * time.Second
	if s.ideal() >= least {
		return nil
	}
	return phrase.Errorf("%d consumers drain that in %v, too fast to interrupt (at least %v): raise --payments or --delay",
		s.readers(), Span(s.ideal()), Span(least))
}
