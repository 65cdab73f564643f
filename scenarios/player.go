package scenarios

import (
	"context"
	"errors"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/audit"
	"blackfriday/services/lab"
)

// Lab is what a scenario is played on. *lab.Lab is one.
type Lab interface {
	Snapshot() *lab.Snapshot
	Do(ctx context.Context, c lab.Command) error
}

// Player plays scenarios on one lab.
type Player struct {
	Lab Lab
	// Audit counts the records of the topics by identity, with a client that takes no part in the lab.
	Audit func(ctx context.Context) (audit.Count, error)
	// Letters reads the dead letters in the order in which they were written, with such a client. It may be nil.
	Letters func(ctx context.Context) ([]*kafka.Record, error)
	// Patience is given to every step on top of its own: where the brokers are not the lab's, nobody knows how busy they
	// are. It decides how long a play waits, never how it is judged.
	Patience time.Duration
	// OnStep is told of each step as it begins. It may be nil.
	OnStep func(say phrase.Phrase)
}

const (
	lookEvery   = 50 * time.Millisecond
	startWithin = 20 * time.Second
	auditWithin = 2 * time.Minute // a million payments take a few seconds, on a busy machine many
)

// Play carries out the steps of s and then judges them. It always returns a Result with checks: a step that fails,
// times out or is cut short by ctx is a failed check that says what was waited for and what was seen, and ends the play.
// The lab must be running or starting.
func (p Player) Play(ctx context.Context, s Scenario) Result {
	r := Result{Scenario: s.Name, Setup: s.Setup, Final: p.Lab.Snapshot(), Flood: -1, Drain: -1}
	failures := p.carryOutAll(ctx, s, &r)
	switch {
	case len(failures) == 0 && !r.endsCounted():
		failures = p.settle(ctx, &r, theEnd())
	case len(failures) > 0 && ctx.Err() == nil:
		// A play that was cut short has nothing left to count on; one that failed is when the count matters most.
		p.say(counting())
		m, uncounted := p.count(ctx, theEnd())
		if failures = append(failures, uncounted...); len(uncounted) == 0 {
			r.add(m)
		}
	}
	if r.Checks = failures; len(failures) == 0 {
		r.Checks = append(s.Checks(r), booksAgree(r))
	}
	return r
}

// carryOutAll does one step after the other until one fails.
func (p Player) carryOutAll(ctx context.Context, s Scenario, r *Result) (failures []Check) {
	begin := Step{Say: phrase.New("Start a lab of its own: %s.", s.Setup.load()), Until: settled(), Within: startWithin}
	for _, step := range append([]Step{begin}, s.Steps(s.Setup)...) {
		p.say(step.Say)
		if failures := p.carryOut(ctx, step, r); len(failures) > 0 {
			return failures
		}
		if failures := p.keep(ctx, step, r); len(failures) > 0 {
			return failures
		}
	}
	return nil
}

func (p Player) say(what phrase.Phrase) {
	if p.OnStep != nil {
		p.OnStep(what)
	}
}

// carryOut does one step and waits for its end. When it does not come to its end, a failed check says why.
func (p Player) carryOut(ctx context.Context, step Step, r *Result) (failures []Check) {
	if failures := p.pause(ctx, step, r); len(failures) > 0 {
		return failures
	}
	step.Within += p.Patience
	ctx, cancel := context.WithTimeoutCause(ctx, step.Within, errTooLate)
	defer cancel()
	var obeyed time.Time
	for _, command := range p.commands(step) {
		if err := p.Lab.Do(ctx, command); err != nil {
			return failed(step.Say, phrase.New("the lab obeys"), phrase.New("%s refused: %v", order(command), err))
		}
		r.Commands = append(r.Commands, command)
		obeyed = time.Now()
	}
	return p.await(ctx, step, r, obeyed)
}

// pause lets the pause of a step pass, and goes on looking at the lab meanwhile.
func (p Player) pause(ctx context.Context, step Step, r *Result) (failures []Check) {
	if step.Pause == 0 {
		return nil
	}
	over := time.Now().Add(step.Pause)
	step.Until = Condition{Text: phrase.New("the pause before it"), Holds: func(*lab.Snapshot) bool { return !time.Now().Before(over) }}
	return p.await(ctx, step, r, time.Time{})
}

// commands are those of the step and those that it chooses now, which are told.
func (p Player) commands(step Step) []lab.Command {
	if step.Choose == nil {
		return step.Do
	}
	chosen := step.Choose(p.Lab.Snapshot())
	for _, command := range chosen {
		p.say(phrase.New("– %s.", order(command)))
	}
	return slices.Concat(step.Do, chosen)
}

// await looks at the lab until it shows what the step waits for. A picture from before the lab obeyed shows nothing.
func (p Player) await(ctx context.Context, step Step, r *Result, obeyed time.Time) (failures []Check) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for looked := time.Now(); ; {
		picture := p.Lab.Snapshot()
		r.look(picture)
		if !picture.At.Before(obeyed) && step.Until.Holds(picture) {
			return nil
		}
		select {
		case <-tick.C:
			looked = r.lookedAgain(looked, time.Now())
		case <-ctx.Done():
			return failed(step.Say, step.Until.Text, phrase.New("%v: %s", whyStopped(ctx, step), seen(picture)))
		}
	}
}

func failed(say, expected, measured phrase.Phrase) []Check {
	return []Check{{Name: phrase.New("%s", title{say}), Expected: expected, Measured: measured}}
}

// whyStopped tells a step that ran out of time from a play that was ended: by a person, or because the lab broke down.
func whyStopped(ctx context.Context, step Step) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, errTooLate) {
		return phrase.Errorf("not within %v", Span(step.Within))
	}
	return phrase.Errorf("%w (%w)", ErrInterrupted, cause)
}
