package scenarios

import (
	"math/rand/v2"
	"slices"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

const (
	churnChanges = 20
	// mostConsumers is how many consumers churn lets live at once, and as many ever take part.
	mostConsumers = 6
	// leastPause lets the picture show what the change before did; what it set off goes on.
	leastPause = 200 * time.Millisecond
	mostPause  = 2 * time.Second
)

func churn() Scenario {
	setup := standard()
	setup.Partitions, setup.Payments, setup.Seed = mostConsumers, 2_000, 1
	return Scenario{
		Name:    "churn",
		Summary: phrase.New("Twenty joins, leaves and crashes at random under load: each is told of once, and nothing is lost."),
		Setup:   setup,
		Refuse:  tooShortForChurn,
		Steps: func(s Setup) []Step {
			steps := []Step{pour(s)}
			for n := range uint64(churnChanges) {
				steps = append(steps, changeAtRandom(s, n))
			}
			return append(append(steps, calmDown(s)), hurry(s)...)
		},
		Checks: join(toldOnce, underLoad, oneReader, nobodyOrphaned, everyPayment),
	}
}

// changeAtRandom is the n-th change. It has a source of chance of its own, so that the same seed makes the same choices
// of the same group.
func changeAtRandom(s Setup, n uint64) Step {
	pause := rand.New(rand.NewPCG(s.Seed, n)).Int64N(int64(mostPause - leastPause))
	return Step{
		Say: phrase.New("Change %d of %d.", n+1, churnChanges),
		Choose: func(picture *lab.Snapshot) []lab.Command {
			return []lab.Command{change(rand.New(rand.NewPCG(s.Seed, n+churnChanges)), picture.Orders)}
		},
		Pause:  leastPause + time.Duration(pause),
		Until:  Condition{Text: phrase.New("a lab that runs"), Holds: func(s *lab.Snapshot) bool { return s.State == lab.Running }},
		Within: 15 * time.Second,
	}
}

// change chooses a join, a leave or a crash. Somebody is always alive, and never more than mostConsumers.
func change(random *rand.Rand, orders []lab.Instance) lab.Command {
	var alive, dead []string
	for _, i := range orders {
		switch i.Health {
		case lab.Joining, lab.Active, lab.Standby:
			alive = append(alive, i.Name)
		case lab.Crashed, lab.Left:
			dead = append(dead, i.Name)
		case lab.Leaving:
		}
	}
	kind := random.IntN(3)
	if len(alive) <= 1 || kind == 0 && len(alive) < mostConsumers {
		if pick := random.IntN(len(dead) + 1); pick < len(dead) {
			return lab.Restart{Name: dead[pick]}
		}
		if len(orders) < mostConsumers {
			return lab.AddConsumer{}
		}
		return lab.Restart{Name: dead[random.IntN(len(dead))]}
	}
	name := alive[random.IntN(len(alive))]
	if kind == 1 {
		return lab.Stop{Name: name}
	}
	return lab.Kill{Name: name}
}

// calmDown waits until the brokers have given up everybody who died.
func calmDown(s Setup) Step {
	return Step{Say: phrase.New("Wait until the group has come to rest."), Until: calm(), Within: 2*s.SessionTimeout + 20*time.Second}
}

func calm() Condition {
	return Condition{
		Text: phrase.New("every rebalance over, every partition read, and nobody dead in the group"),
		Holds: func(s *lab.Snapshot) bool {
			return atRest(s) && !slices.ContainsFunc(s.Orders, func(i lab.Instance) bool { return i.StillMember })
		},
	}
}

// tooShortForChurn refuses floods that could be over before the last change.
func tooShortForChurn(s Setup) error {
	least := churnChanges * (leastPause + mostPause) / 2
	fastest := time.Duration(s.Payments) * s.Delay / mostConsumers
	if fastest >= least {
		return nil
	}
	return phrase.Errorf("%d consumers drain that in %v, and the changes take about %v: raise --payments or --delay",
		mostConsumers, Span(fastest), Span(least))
}

// toldOnce compares what was commanded with what the lab lists: each change once, with its cause and its member, and
// nothing else but the start.
func toldOnce(r Result) Check {
	wanted, got := commanded(r), told(r.Final.Rebalances)
	missing, invented := without(wanted, got), without(got, wanted)
	missingText, inventedText := phrase.New("none missing"), phrase.New("none invented")
	if len(missing) > 0 {
		missingText = phrase.New("missing: %s", changesText(missing))
	}
	if len(invented) > 0 {
		inventedText = phrase.New("invented: %s", changesText(invented))
	}
	return Check{
		Name:     phrase.New("rebalances"),
		Expected: phrase.New("each of %d changes listed once with its cause, none invented", len(wanted)),
		Measured: phrase.New("%d listed; %s; %s", len(got),
			missingText, inventedText),
		Passed: len(wanted) > 0 && len(missing) == 0 && len(invented) == 0,
	}
}

// memberChange is a change of the group: who came or went, and how.
type memberChange struct {
	cause  lab.Cause
	member string
}

func changesText(changes []memberChange) phrase.Phrase {
	words := make([]phrase.Phrase, len(changes))
	for i, c := range changes {
		words[i] = phrase.New("%s %s", CauseText(c.cause), c.member)
	}
	return together(", ", words)
}

// commanded are the changes of the group that were asked for.
func commanded(r Result) []memberChange {
	var changes []memberChange
	newest := r.Setup.Orders
	for _, c := range r.Commands {
		switch c := c.(type) {
		case lab.AddConsumer:
			newest++
			changes = append(changes, memberChange{lab.CauseJoin, instance(newest)})
		case lab.Restart:
			changes = append(changes, memberChange{lab.CauseJoin, c.Name})
		case lab.Stop:
			changes = append(changes, memberChange{lab.CauseLeave, c.Name})
		case lab.Kill:
			changes = append(changes, memberChange{lab.CauseCrash, c.Name})
		}
	}
	return changes
}

// told are the changes of the group that the lab lists, but for its start.
func told(list []lab.Rebalance) []memberChange {
	var changes []memberChange
	for _, r := range list {
		if r.Cause != lab.CauseStart {
			changes = append(changes, memberChange{r.Cause, r.Member})
		}
		for _, c := range r.Also {
			changes = append(changes, memberChange{c.Cause, c.Member})
		}
	}
	return changes
}

// without takes what is in b out of a, as often as they occur there.
func without(a, b []memberChange) []memberChange {
	rest := slices.Clone(a)
	for _, c := range b {
		if i := slices.Index(rest, c); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
	}
	return rest
}

// underLoad: until the last change there was something to read.
func underLoad(r Result) Check {
	c := Check{Name: phrase.New("load"), Expected: phrase.New("payments waiting from the flood to the last change")}
	flooded := r.Final.Flood.StartedAt.Add(r.Final.Flood.Took)
	var last time.Time
	if n := len(r.Final.Rebalances); n > 0 {
		last = r.Final.Rebalances[n-1].At
	}
	least := int64(-1)
	for _, s := range r.Lag {
		if s.At.After(flooded) && !s.At.After(last) && (least < 0 || total(s) < least) {
			least = total(s)
		}
	}
	c.Measured, c.Passed = phrase.New("at least %s", count(least)), least > 0
	return c
}
