package demo

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Autopilot plays the story. It belongs to one goroutine, which shows it every picture of the lab with Next, carries out what
// that returns, and says with Answered how it ended. Its time is that of the pictures.
type Autopilot struct {
	acts []Act
	loop bool

	act     int
	steps   []Step // of the act, with what makes the lab ready for it where it is begun by itself
	step    int
	todo    []lab.Command // what the step still has to give
	given   bool          // one is under way
	began   *lab.Snapshot // the picture in which the step began; nil before
	now     *lab.Snapshot
	obeyed  time.Time // of the picture after the last command: only a later one can show what came of it
	waits   time.Time // since when the step waits for what it is to show; zero before
	shown   time.Time // when it showed it; zero before
	trouble phrase.Phrase

	paused, ended bool
	played        time.Duration // so far
	before        time.Duration // until the present act
}

// Caption is what the class is told at a moment.
type Caption struct {
	Act, Acts      int // from 1 on
	Title          phrase.Phrase
	Say            phrase.Phrase
	Measured       phrase.Phrase // empty while there is nothing to measure
	Trouble        bool          // Measured says what was waited for in vain, or what the lab refused
	Played, Length time.Duration
	Books          bool
	Paused, Ended  bool
}

// tooLate is how long what did not come can be read.
const tooLate = 4 * time.Second

// New returns an autopilot before its first act, for which the lab was started as Opening says. With loop it begins again at
// the end.
func New(loop bool) *Autopilot {
	a := &Autopilot{acts: Acts(), loop: loop}
	a.steps = a.acts[0].Steps
	return a
}

// Opening is the lab with which the story begins.
func Opening() lab.Begin { return Acts()[0].Start }

// Next looks at a picture. Where it returns a command, that is to be carried out now, and Answered to be called then.
func (a *Autopilot) Next(now *lab.Snapshot) (c lab.Command, ok bool) {
	a.pass(now)
	if a.paused || a.ended || a.given || a.now.State != lab.Running {
		return nil, false
	}
	if a.began == nil {
		a.began, a.todo = now, a.steps[a.step].Do
	}
	if len(a.todo) > 0 {
		c, a.todo, a.given = a.todo[0], a.todo[1:], true
		return c, true
	}
	a.look(now)
	return nil, false
}

// pass lets the time between two pictures pass.
func (a *Autopilot) pass(now *lab.Snapshot) {
	if a.now != nil && !a.paused && !a.ended {
		a.played += max(now.At.Sub(a.now.At), 0)
	}
	a.now = now
}

// look sees whether the step has come to its end, or to the end of the patience with it.
func (a *Autopilot) look(now *lab.Snapshot) {
	step := a.steps[a.step]
	if a.waits.IsZero() {
		a.waits = now.At
	}
	if a.shown.IsZero() && now.At.After(a.obeyed) {
		switch {
		case step.Until(Seen{a.began, now}):
			a.shown = now.At
		case now.At.Sub(a.waits) >= step.Within:
			a.trouble = phrase.New("Not seen within %s: %s. The demo goes on.", seconds(step.Within), step.Waits)
			a.shown = now.At
		}
	}
	hold := step.Hold
	if !a.trouble.Empty() {
		hold = max(hold, tooLate)
	}
	if !a.shown.IsZero() && now.At.Sub(a.shown) >= hold {
		a.forward()
	}
}

// forward goes on with the next step, or the next act, or the first one of a new lab.
func (a *Autopilot) forward() {
	a.clear()
	if a.step++; a.step < len(a.steps) {
		return
	}
	switch {
	case a.act+1 < len(a.acts):
		a.enter(a.act+1, a.acts[a.act+1].Steps)
	case a.loop:
		a.played = 0
		a.enter(0, a.acts[0].alone())
	default:
		a.step--
		a.ended = true
	}
}

func (a *Autopilot) enter(act int, steps []Step) {
	a.act, a.steps, a.step, a.before = act, steps, 0, a.played
	a.clear()
}

// clear forgets how the step stood.
func (a *Autopilot) clear() {
	a.began, a.todo, a.waits, a.shown, a.trouble = nil, nil, time.Time{}, time.Time{}, phrase.Phrase{}
}

// alone are the steps of an act that nothing went before.
func (a Act) alone() []Step {
	if do := a.Steps[0].Do; len(do) > 0 {
		if _, begins := do[0].(lab.Begin); begins {
			return a.Steps
		}
	}
	ready := Step{
		Say: phrase.New("The lab is being made ready."), Do: []lab.Command{a.Start},
		Until: owners(a.Start.Orders), Waits: phrase.New("consumers that read every partition"), Within: 20 * time.Second,
	}
	steps := []Step{ready}
	if len(a.Before) > 0 {
		ready.Do, ready.Until = a.Before, func(s Seen) bool { return !s.Now.Flood.Running }
		steps = append(steps, ready)
	}
	return append(steps, a.Steps...)
}

// Answered says how the command that Next returned last has ended, and how the lab stands then.
func (a *Autopilot) Answered(now *lab.Snapshot, err error) {
	a.given, a.obeyed = false, now.At
	if err != nil && !a.paused {
		a.trouble = phrase.New("The lab refused it: %v. The demo goes on.", err)
	}
}

// Pause stops it: the lab belongs to whoever has the keys.
func (a *Autopilot) Pause() { a.paused = !a.ended }

// Resume goes on from the beginning of the present act, and brings the lab to where that begins: nobody knows what was done
// to it meanwhile.
func (a *Autopilot) Resume() {
	if !a.paused {
		return
	}
	a.paused, a.played = false, a.before
	a.enter(a.act, a.acts[a.act].alone())
}

// Restart goes on from the beginning of the story, with a fresh lab, whatever was done to it meanwhile.
func (a *Autopilot) Restart() {
	a.paused, a.ended, a.played = false, false, 0
	a.enter(0, a.acts[0].alone())
}

// Caption is what there is to say now.
func (a *Autopilot) Caption() Caption {
	act, step := a.acts[a.act], a.steps[a.step]
	c := Caption{
		Act: a.act + 1, Acts: len(a.acts), Title: act.Title, Say: step.Say, Played: a.played, Length: Length(),
		Books: act.Books, Paused: a.paused, Ended: a.ended, Trouble: !a.trouble.Empty(), Measured: a.trouble,
	}
	if a.ended {
		c.Say = phrase.New("That is the whole story. The lab stays as it is: it is yours now.")
	}
	if !c.Trouble && step.Measured != nil && a.began != nil {
		c.Measured = step.Measured(Seen{a.began, a.now})
	} else if a.ended && step.Measured != nil {
		c.Measured = step.Measured(Seen{a.now, a.now})
	}
	return c
}
