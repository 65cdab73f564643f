// Package lesson is the course of seven checkpoints as data: from which lab each begins, what is done in it, how a picture
// of the lab shows that it was done, and what a class is asked before. Nothing is done by saying so: a Step is done when
// the Lab shows it.
//
// What a checkpoint says to people stands in text/LANGUAGE/NUMBER.md, under the names of its steps and questions.
package lesson

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Checkpoint is one chapter of the course.
type Checkpoint struct {
	Number    int
	Start     Start
	Steps     []Step     // in the order in which they are done
	Questions []Question // each is asked before the step that it names
}

// Start is the lab from which a checkpoint begins, whatever was done before.
type Start struct {
	Partitions int           // of the topics
	Orders     int           // order consumers
	Delay      time.Duration // simulated work per payment
	Poison     lab.PoisonPolicy
	Bare       bool // there are no topics yet
	Idle       bool // no service with a consumer has been started yet
	Metrics    bool // the lab publishes its numbers
}

// Seed makes the floods of every checkpoint the same, so that a class that begins again sees the same payments.
const Seed = 20261127

// Step is one thing to do.
type Step struct {
	Name string // as in the text
	// Keys are the names of the keys that do it, as the footer shows them; none where it is done elsewhere.
	Keys []string
	// Expected is the figure of the course beside which what was measured is shown; it may be empty.
	Expected phrase.Phrase
	Check    func(Evidence) Finding
}

// HandOutStep is the name of the step that is done by writing the hand-out.
const HandOutStep = "handout"

// Finding is what the evidence says of a step.
type Finding struct {
	Done     bool
	Measured phrase.Phrase // so far; empty where there is nothing to measure yet
}

// Question is asked before a step, and answered by what the step shows.
type Question struct {
	Name    string // as in the text, which has the options
	Before  string // the name of a step
	Options int
	// Answer is the option that was measured to be right, from 0 on; ok is false as long as nothing was measured.
	Answer func(Evidence) (option int, measured phrase.Phrase, ok bool)
}

// Evidence is what there is to judge by.
type Evidence struct {
	Now   *lab.Snapshot
	Began *lab.Snapshot // when the step became the present one
	Since time.Time     // the checkpoint began
	Peak  int64         // the largest lag since the step became the present one
	// Scraped is how often somebody has fetched the lab's metrics, and HandedOut that the hand-out was written: neither can be
	// seen in a picture.
	Scraped   int64
	HandedOut bool
}

// All returns the checkpoints in their order; the number of each is its place.
func All() []Checkpoint {
	return []Checkpoint{setUp(), console(), chain(), bottleneck(), partitions(), pills(), bonus()}
}

// Last is the number of the last checkpoint.
const Last = 6

// Find returns a checkpoint by its number. It fails for a number that there is not.
func Find(number int) (Checkpoint, error) {
	if number < 0 || number > Last {
		return Checkpoint{}, phrase.Errorf("checkpoint %d: there are 0 to %d", number, Last)
	}
	return All()[number], nil
}

// question is the one that is asked before a step; ok is false where none is.
func (c Checkpoint) question(step string) (q Question, ok bool) {
	for _, q := range c.Questions {
		if q.Before == step {
			return q, true
		}
	}
	return Question{}, false
}

// Begin is the command that brings a Stage to where the checkpoint starts.
func (c Checkpoint) Begin() lab.Begin {
	return lab.Begin{
		Partitions: c.Start.Partitions, Orders: c.Start.Orders, Delay: c.Start.Delay, Seed: Seed,
		Opening: lab.Opening{
			Bare: c.Start.Bare, Idle: c.Start.Idle, Poison: c.Start.Poison,
			Guests: c.Start.Bare, // whoever makes topics by hand reads them by hand
		},
	}
}
