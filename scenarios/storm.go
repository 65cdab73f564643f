package scenarios

import (
	"math/rand/v2"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

const (
	// mostKills is how often somebody dies under each guarantee; a smaller load takes one for each stormPayments.
	mostKills     = 30
	stormPayments = 2_500
)

func storm() Scenario {
	return Scenario{
		Name:    "storm",
		Summary: phrase.New("Thirty kills, thirty restarts and every pill in 200,000 payments at full speed, under each guarantee, and the ledger knows it all."),
		Setup: Setup{
			// More partitions than members, dead ones counted, so that everybody who lives has something to read.
			Partitions: 12, Orders: 4, Payments: 200_000,
			SessionTimeout: 2 * time.Second, Heartbeat: 200 * time.Millisecond,
			Seed: 1, Guarantees: kafka.Guarantees(),
		},
		Refuse: tooFewForAStorm,
		Steps: func(s Setup) []Step {
			var steps []Step
			for i, g := range s.Guarantees {
				steps = append(steps, stormUnder(s, g, uint64(i))...)
			}
			return steps
		},
		Checks: join(stormTookPlace, allArrived, stormLost, stormTwice, nobodyOrphaned),
	}
}

func tooFewForAStorm(s Setup) error {
	if s.Payments >= stormPayments {
		return nil
	}
	return phrase.Errorf("that are too few to kill somebody in their middle: at least %d", stormPayments)
}

// stormKills is how often somebody dies under each guarantee.
func stormKills(s Setup) int { return min(mostKills, s.Payments/stormPayments) }

// stormUnder floods in waves, and in each somebody dies after some of its payments, wherever the group has come to by
// then: the load and the deaths go on while dead members are still being waited for.
func stormUnder(s Setup, g kafka.Guarantee, nth uint64) []Step {
	clean := afresh(s)
	clean.Keep = before(g)
	steps := []Step{promise(g), clean}
	kills := stormKills(s)
	pills := rand.New(rand.NewPCG(s.Seed, nth)).IntN(kills)
	for n := range kills {
		w := &wave{
			guarantee: g, payments: s.Payments / kills, pills: n == pills,
			random: rand.New(rand.NewPCG(s.Seed, nth<<32+uint64(n)+1)),
			say:    phrase.New("%s, wave %d of %d", g, n+1, kills),
		}
		if n == kills-1 {
			w.payments = s.Payments - n*w.payments
		}
		steps = append(steps, w.steps(s)...)
	}
	return append(steps, Step{
		Say:    phrase.New("%s: start everybody again who is dead, and wait until everything is drained.", g),
		Choose: func(picture *lab.Snapshot) []lab.Command { return restarts(picture, "") },
		Until:  all(ready(), caughtUp()),
		Within: time.Minute,
		Keep:   after(g),
		Count:  true,
	})
}

// wave is a flood in which somebody dies. It remembers whom it chose.
type wave struct {
	guarantee kafka.Guarantee
	payments  int
	pills     bool // every poison pill comes with it
	random    *rand.Rand
	say       phrase.Phrase

	victim string
	lives  int // how often the victim had been started again when it was chosen
}

func (w *wave) steps(s Setup) []Step {
	within := s.SessionTimeout + changeWithin
	return []Step{
		{Say: phrase.New("%s: somebody has something to read.", w.say), Until: somebodyReads(), Within: within},
		{
			Say:    phrase.New("%s: %s payments, and somebody dies of one.", w.say, count(w.payments)),
			Choose: func(picture *lab.Snapshot) []lab.Command { return w.begin(picture, s) },
			Until:  Condition{Text: phrase.New("a death, or nothing left to die of"), Holds: w.over},
			Within: within,
		},
		{
			Say:    phrase.New("%s: whoever is dead may come back.", w.say),
			Choose: w.end,
			Until:  Condition{Text: phrase.New("the death"), Holds: w.dead},
			Within: within,
		},
	}
}

// begin chooses who is to die in the wave, and after how many of its payments: a partition gets so many.
func (w *wave) begin(picture *lab.Snapshot, s Setup) []lab.Command {
	alive := reading(picture)
	if len(alive) == 0 {
		// Whoever read a moment ago has just given everything back; the step waits in vain, and says so.
		return nil
	}
	victim := alive[w.random.IntN(len(alive))]
	w.victim, w.lives = victim.Name, victim.Restarts
	commands := []lab.Command{
		lab.KillBetween{Name: w.victim, Payments: 1 + w.random.IntN(max(1, w.payments/s.Partitions))},
		lab.Flood{Count: w.payments},
	}
	if w.pills {
		commands = append(commands, lab.Poison{})
	}
	return commands
}

// over: the victim is dead, or the group has taken its partitions away and there was nothing left for it to die of.
func (w *wave) over(picture *lab.Snapshot) bool {
	return flooded(picture) && (w.dead(picture) || isDrained(picture))
}

func (w *wave) dead(picture *lab.Snapshot) bool {
	for _, i := range picture.Orders {
		if i.Name == w.victim {
			return i.Health == lab.Crashed || i.Restarts > w.lives
		}
	}
	return false
}

// end kills a victim that outlived its wave. One time in two the victim is started again at once; else the next wave finds
// it dead. Everybody else who is dead comes back now.
func (w *wave) end(picture *lab.Snapshot) []lab.Command {
	var commands []lab.Command
	if !w.dead(picture) {
		commands = append(commands, lab.Kill{Name: w.victim})
	}
	if atOnce := w.random.IntN(2) == 0; atOnce {
		commands = append(commands, lab.Restart{Name: w.victim})
	}
	return append(commands, restarts(picture, w.victim)...)
}

// restarts starts everybody again who is dead, but for one.
func restarts(picture *lab.Snapshot, but string) []lab.Command {
	var commands []lab.Command
	for _, i := range picture.Orders {
		if i.Health == lab.Crashed && i.Name != but {
			commands = append(commands, lab.Restart{Name: i.Name})
		}
	}
	return commands
}

// reading are the living consumers that read a partition.
func reading(picture *lab.Snapshot) []lab.Instance {
	var list []lab.Instance
	for _, i := range picture.Orders {
		if i.Health == lab.Active && len(i.Partitions) > 0 {
			list = append(list, i)
		}
	}
	return list
}

func somebodyReads() Condition {
	return Condition{
		Text:  phrase.New("a living consumer with a partition"),
		Holds: func(s *lab.Snapshot) bool { return len(reading(s)) > 0 },
	}
}

// stormTookPlace: everybody died who should have, and came back.
func stormTookPlace(r Result) Check {
	planned := stormKills(r.Setup)
	c := Check{Name: phrase.New("kills"), Expected: phrase.New("%d kills and as many restarts under each guarantee", planned), Passed: true}
	worths := Worths(r)
	words := make([]phrase.Phrase, len(worths))
	for i, w := range worths {
		words[i] = phrase.New("%s %d", w.Guarantee, w.Kills)
		c.Passed = c.Passed && w.Kills == planned
	}
	alive := len(reading(r.Final))
	c.Measured = phrase.New("%s; %d of %d alive in the end", together(", ", words), alive, r.Setup.Orders)
	c.Passed = c.Passed && len(worths) == len(r.Setup.Guarantees) && alive == r.Setup.Orders
	return c
}

// allArrived: whatever became of them, the payments and the pills were written, once, and nothing is unfinished.
func allArrived(r Result) Check {
	planned := int64(r.Setup.Payments + len(event.Pills()))
	c := Check{
		Name:     phrase.New("payments"),
		Expected: phrase.New("%s under each guarantee, pills counted; none unfinished or of unknown origin", count(planned)),
		Passed:   true,
	}
	var words []phrase.Phrase
	for _, g := range r.Setup.Guarantees {
		m, found := r.moment(after(g))
		if !found {
			c.Passed = false
			continue
		}
		stray := m.Count.Foreign + m.Count.Forged
		words = append(words, phrase.New("%s %s, %s unfinished, %s of unknown origin", g, count(m.Count.Payments), count(m.Count.Waiting), count(stray)))
		c.Passed = c.Passed && m.Count.Payments == planned && m.Count.Waiting == 0 && stray == 0
	}
	c.Measured = together("; ", words)
	return c
}

func stormLost(r Result) Check {
	c := Check{Name: phrase.New("lost"), Expected: phrase.New("0 at least once and exactly once; at most once what the ledger says")}
	c.Measured, c.Passed = judgeWorths(r, func(w Worth) (int64, bool) {
		return w.Lost, w.Lost == 0 || w.Guarantee == kafka.AtMostOnce
	})
	return c
}

func stormTwice(r Result) Check {
	c := Check{Name: phrase.New("duplicates"), Expected: phrase.New("0 at most once and exactly once; at least once what the ledger says")}
	c.Measured, c.Passed = judgeWorths(r, func(w Worth) (int64, bool) {
		return w.Duplicates, w.Duplicates == 0 || w.Guarantee == kafka.AtLeastOnce
	})
	return c
}
