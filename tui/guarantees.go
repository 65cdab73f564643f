package tui

import (
	"cmp"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// guarantee is a delivery guarantee as the chooser shows it.
type guarantee struct {
	name          string
	detail, about phrase.Phrase
}

// guarantees are the delivery guarantees, from the weakest to the strongest.
func guarantees() []guarantee {
	return []guarantee{
		{"at-most-once", phrase.New("commit before the work: a crash loses"),
			phrase.New("It may lose what a crash interrupts, and never does anything twice.")},
		{"at-least-once", phrase.New("commit after the work: a crash repeats"),
			phrase.New("It loses nothing, and does again what a crash kept from being committed.")},
		{"exactly-once", phrase.New("work and commit in one transaction"),
			phrase.New("Effects and commit count together or not at all: nothing is lost, nothing counts twice.")},
	}
}

// commitIntervals are the commit intervals to choose from.
func commitIntervals() []time.Duration {
	return []time.Duration{lab.MinCommitInterval, 100 * time.Millisecond, 250 * time.Millisecond, time.Second, lab.MaxCommitInterval}
}

// guaranteeDialog chooses the delivery guarantee, and how often consumers commit. It opens on the guarantee after the
// present one; the key that opened it moves on.
func guaranteeDialog(st *styles, s *lab.Snapshot, again []string) *dialog {
	d := &dialog{title: st.t("What do the consumers promise?"), again: again}
	all := guarantees()
	for i, g := range all {
		c := choice{label: g.name, detail: st.say(g.detail), about: strings.TrimSpace(st.say(g.about) + " " + st.say(luck(g.name, s))), command: lab.SetGuarantee{Guarantee: g.name}}
		if g.name == s.Settings.Guarantee {
			c.now, c.command = true, nil
			d.cursor = (i + 1) % len(all)
		}
		d.items = append(d.items, c)
	}
	for _, every := range commitIntervals() {
		c := choice{label: st.t("commit every %s", exactly(every)), about: st.say(intervalWords(s.Settings.Guarantee)), command: lab.SetCommitInterval{Every: every}}
		if every == s.Settings.CommitInterval {
			c.now, c.command = true, nil
		}
		d.items = append(d.items, c)
	}
	return d
}

// luck says why kills may seem to do no harm under a guarantee as the lab is set; it is empty when they do.
func luck(guarantee string, s *lab.Snapshot) phrase.Phrase {
	if guarantee != "at-most-once" || s.Settings.Delay > 0 {
		return phrase.Phrase{}
	}
	return phrase.New("At delay 0 a kill seldom hits: a delay (%s) of 100 ms shows it.", DefaultKeys().Delay.Help().Key)
}

// intervalWords say what the commit interval does under a guarantee.
func intervalWords(guarantee string) phrase.Phrase {
	switch guarantee {
	case "at-most-once":
		return phrase.New("Under at-most-once each commit comes just before the work: the interval changes nothing.")
	case "exactly-once":
		return phrase.New("A transaction lasts this long. Readers of committed data see its effects when it ends.")
	}
	return phrase.New("After a crash, what was done since the last commit is done again: the duplicates follow the interval.")
}

// poisonDialog chooses what consumers do with a payment that they cannot work on. It opens on the policy after the present
// one; the key that opened it moves on.
func poisonDialog(st *styles, s *lab.Snapshot, again []string) *dialog {
	d := &dialog{title: st.t("What does a consumer do with a poison pill?"), again: again}
	all := lab.PoisonPolicies()
	for i, p := range all {
		c := choice{label: string(p), command: lab.SetPoison{Policy: p}}
		detail, about := poisonWords(p, s.Settings.Attempts)
		c.detail, c.about = st.say(detail), st.say(about)
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
func poisonWords(p lab.PoisonPolicy, attempts int) (detail, about phrase.Phrase) {
	switch p {
	case lab.PoisonDLQ:
		return phrase.New("to the dead letter queue, at once"),
			phrase.New("It writes the pill to the dead letter queue with the reason, and its partition goes on.")
	case lab.PoisonRetryDLQ:
		n := int64(cmp.Or(max(attempts, 0), lab.DefaultAttempts))
		return phrase.Count(n, "%s attempt, then the dead letter queue", "%s attempts, then the dead letter queue"),
			phrase.New("It tries a few times with pauses between, then gives up: the dead letter says how often.")
	case lab.PoisonRetry:
		return phrase.New("the same again, for ever"),
			phrase.New("Its partition waits behind the pill and its lag climbs, while the other partitions go on.")
	case lab.PoisonCrash:
		return phrase.New("dies of it, is restarted, meets it again"),
			phrase.New("A program without error handling: a crash loop, and whoever takes the partition over dies too.")
	}
	return detail, about
}
