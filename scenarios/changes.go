package scenarios

import (
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// changeWithin is how long a change may take that a healthy machine makes in a second.
const changeWithin = 30 * time.Second

// promise asks for a guarantee unless it is in force.
func promise(g kafka.Guarantee) Step {
	return Step{
		Say: phrase.New("Promise %s.", g),
		Choose: func(s *lab.Snapshot) []lab.Command {
			if s.Settings.Guarantee == string(g) {
				return nil
			}
			return []lab.Command{lab.SetGuarantee{Guarantee: string(g)}}
		},
		Until:  all(promised(g), ready()),
		Within: changeWithin,
	}
}

func promised(g kafka.Guarantee) Condition {
	return Condition{Text: phrase.New("%s", g), Holds: func(s *lab.Snapshot) bool { return s.Settings.Guarantee == string(g) }}
}

// afresh begins with empty topics.
func afresh(s Setup) Step {
	return Step{
		Say:    phrase.New("Begin with empty topics."),
		Do:     []lab.Command{lab.RecreateTopics{Partitions: s.Partitions}},
		Until:  ready(),
		Within: changeWithin,
	}
}

// ready waits for a group in which every consumer reads and nobody is dead, and for the other services.
func ready() Condition {
	works := func(i lab.Instance) bool { return i.Health == lab.Active || i.Health == lab.Standby }
	return Condition{
		Text: phrase.New("every consumer at work on partitions of its own, nobody dead in the group, and all services at work"),
		Holds: func(s *lab.Snapshot) bool {
			return settled().Holds(s) && buried().Holds(s) && len(reading(s)) == len(s.Orders) && works(s.Email) && works(s.Analytics)
		},
	}
}

// buried waits until the brokers have given up everybody who is dead.
func buried() Condition {
	return Condition{
		Text: phrase.New("nobody dead in the group"),
		Holds: func(s *lab.Snapshot) bool {
			return !slices.ContainsFunc(s.Orders, func(i lab.Instance) bool { return i.StillMember })
		},
	}
}

// died waits for the deaths of consumers, in a flood that is acknowledged.
func died(names ...string) Condition {
	victims := phrase.New("%s", names[0])
	for _, name := range names[1:] {
		victims = phrase.New("%s and %s", victims, name)
	}
	return Condition{
		Text: phrase.New("the death of %s", victims),
		Holds: func(s *lab.Snapshot) bool {
			dead := 0
			for _, i := range s.Orders {
				if i.Health == lab.Crashed && slices.Contains(names, i.Name) {
					dead++
				}
			}
			return flooded(s) && dead == len(names)
		},
	}
}

// deathsBetween counts the deaths of consumers between two pictures, where everybody who dies is started again, or still
// dead, and nobody is restarted for another reason.
func deathsBetween(from, to *lab.Snapshot) int {
	sum := func(s *lab.Snapshot) (n int) {
		for _, i := range s.Orders {
			n += i.Restarts
			if i.Health == lab.Crashed {
				n++
			}
		}
		return n
	}
	return sum(to) - sum(from)
}

// drainedNow waits until the lab has measured how the newest flood drained.
func drainedNow() Condition {
	return Condition{Text: phrase.New("the newest flood drained"), Holds: func(s *lab.Snapshot) bool { return len(drainRate(s)) > 0 }}
}

// all waits for several conditions at once.
func all(conditions ...Condition) Condition {
	texts := make([]phrase.Phrase, len(conditions))
	for i, c := range conditions {
		texts[i] = c.Text
	}
	return Condition{
		Text: together("; ", texts),
		Holds: func(s *lab.Snapshot) bool {
			return !slices.ContainsFunc(conditions, func(c Condition) bool { return !c.Holds(s) })
		},
	}
}
