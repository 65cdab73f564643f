package tui

import (
	"cmp"
	"time"

	"blackfriday/services/lab"
)

// guarantee is a delivery guarantee as the chooser shows it.
type guarantee struct{ name, detail, about string }

// guarantees are the delivery guarantees, from the weakest to the strongest.
func guarantees() []guarantee {
	return []guarantee{
		{"at-most-once", "commit before the work: a crash loses",
			"It may lose what a crash interrupts, and never does anything twice."},
		{"at-least-once", "commit after the work: a crash repeats",
			"It loses nothing, and does again what a crash kept from being committed."},
		{"exactly-once", "work and commit in one transaction",
			"Effects and commit count together or not at all: nothing is lost, nothing counts twice."},
	}
}

// commitIntervals are the commit intervals to choose from.
func commitIntervals() []time.Duration {
	return []time.Duration{lab.MinCommitInterval, 100 * time.Millisecond, 250 * time.Millisecond, time.Second, lab.MaxCommitInterval}
}

// guaranteeDialog chooses the delivery guarantee, and how often consumers commit. It opens on the guarantee after the
// present one; the key that opened it moves on.
func guaranteeDialog(s *lab.Snapshot, again []string) *dialog {
	d := &dialog{title: "What do the consumers promise?", again: again}
	all := guarantees()
	for i, g := range all {
		c := choice{label: g.name, detail: g.detail, about: g.about + luck(g.name, s), command: lab.SetGuarantee{Guarantee: g.name}}
		if g.name == s.Settings.Guarantee {
			c.now, c.command = true, nil
			d.cursor = (i + 1) % len(all)
		}
		d.items = append(d.items, c)
	}
	for _, every := range commitIntervals() {
		c := choice{label: "commit every " + interval(every), about: intervalWords(s.Settings.Guarantee), command: lab.SetCommitInterval{Every: every}}
		if every == s.Settings.CommitInterval {
			c.now, c.command = true, nil
		}
		d.items = append(d.items, c)
	}
	return d
}

// luck says why kills may seem to do no harm under a guarantee as the lab is set; it is empty when they do.
func luck(guarantee string, s *lab.Snapshot) string {
	if guarantee != "at-most-once" || s.Settings.Delay > 0 {
		return ""
	}
	return " At delay 0 a kill seldom hits: a delay (" + DefaultKeys().Delay.Help().Key + ") of 100 ms shows it."
}

// intervalWords say what the commit interval does under a guarantee.
func intervalWords(guarantee string) string {
	switch guarantee {
	case "at-most-once":
		return "Under at-most-once each commit comes just before the work: the interval changes nothing."
	case "exactly-once":
		return "A transaction lasts this long. Readers of committed data see its effects when it ends."
	}
	return "After a crash, what was done since the last commit is done again: the duplicates follow the interval."
}

// interval writes a setting: 250 ms, 5 s.
func interval(d time.Duration) string { return exactly(d).String() }

// poisonDialog chooses what consumers do with a payment that they cannot work on. It opens on the policy after the present
// one; the key that opened it moves on.
func poisonDialog(s *lab.Snapshot, again []string) *dialog {
	d := &dialog{title: "What does a consumer do with a poison pill?", again: again}
	all := lab.PoisonPolicies()
	for i, p := range all {
		c := choice{label: string(p), command: lab.SetPoison{Policy: p}}
		c.detail, c.about = poisonWords(p, s.Settings.Attempts)
		if p == poisonOf(s) {
			c.now, c.command = true, nil
			d.cursor = (i + 1) % len(all)
		}
		d.items = append(d.items, c)
	}
	return d
}

// poisonOf is the policy in force.
func poisonOf(s *lab.Snapshot) lab.PoisonPolicy { return cmp.Or(s.Settings.Poison, lab.PoisonDLQ) }

// poisonWords say what a policy does, in short and in a sentence.
func poisonWords(p lab.PoisonPolicy, attempts int) (detail, about string) {
	switch p {
	case lab.PoisonDLQ:
		return "to the dead letter queue, at once",
			"It writes the pill to the dead letter queue with the reason, and its partition goes on."
	case lab.PoisonRetryDLQ:
		n := count(int64(cmp.Or(max(attempts, 0), lab.DefaultAttempts)), "attempt")
		return n + ", then the dead letter queue",
			"It tries a few times with pauses between, then gives up: the dead letter says how often."
	case lab.PoisonRetry:
		return "the same again, for ever",
			"Its partition waits behind the pill and its lag climbs, while the other partitions go on."
	case lab.PoisonCrash:
		return "dies of it, is restarted, meets it again",
			"A program without error handling: a crash loop, and whoever takes the partition over dies too."
	}
	return "", ""
}
