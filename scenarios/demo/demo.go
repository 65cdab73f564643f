// Package demo is the lab's whole story as data: acts that play by themselves, one after the other, and the Autopilot that
// plays them. It is fed with pictures of a lab and gives commands; it has no clock and no goroutine of its own.
package demo

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Act is one chapter of the story.
type Act struct {
	Title phrase.Phrase
	Takes time.Duration // about: what the progress mark counts on
	Start lab.Begin     // the lab from which it begins
	// Before brings that lab to where the act before would have left it: it is for an act that is begun by itself.
	Before []lab.Command
	Books  bool // the auditor's books are what there is to see
	Steps  []Step
}

// Step is one thing to do, what to say of it, and what to wait for.
type Step struct {
	Say phrase.Phrase // one sentence that fits a line of 74 cells
	Do  []lab.Command // one after the other, each once the one before was answered
	// Measured is what there is to see in numbers; it may be nil, and what it says may be empty.
	Measured func(Seen) phrase.Phrase
	// Until says when it is done, as the lab shows it; Waits completes "not seen: …".
	Until  func(Seen) bool
	Waits  phrase.Phrase
	Within time.Duration // after which the story goes on without it, and says so
	Hold   time.Duration // how long it is left to be looked at, once it is done
}

// Seen is what a step is judged by.
type Seen struct {
	Began *lab.Snapshot // when the step began
	Now   *lab.Snapshot
}

// Length is about how long the whole story takes.
func Length() (sum time.Duration) {
	for _, a := range Acts() {
		sum += a.Takes
	}
	return sum
}
