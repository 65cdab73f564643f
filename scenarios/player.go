package scenarios

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	// OnStep is told of each step as it begins. It may be nil.
	OnStep func(say string)
}

const (
	lookEvery    = 50 * time.Millisecond
	startWithin  = 20 * time.Second
	auditsWithin = 30 * time.Second
)

// Play carries out the steps of s and then judges them. It always returns a Result with checks: a step that fails,
// times out or is cut short by ctx is a failed check that says what was waited for and what was seen, and ends the play.
// The lab must be running or starting.
func (p Player) Play(ctx context.Context, s Scenario) Result {
	r := Result{Scenario: s.Name, Setup: s.Setup, Final: p.Lab.Snapshot(), Flood: -1, Drain: -1}
	begin := Step{Say: "Start a lab of its own: " + s.Setup.String() + ".", Until: settled(), Within: startWithin}
	for _, step := range append([]Step{begin}, s.Steps(s.Setup)...) {
		if failure, ok := p.carryOut(ctx, step, &r); !ok {
			r.Checks = append(r.Checks, failure)
			break
		}
	}
	if failure, ok := p.count(ctx, &r); !ok {
		r.Checks = append(r.Checks, failure)
	}
	if len(r.Checks) == 0 {
		r.Checks = s.Checks(r)
	}
	return r
}

// carryOut does one step and waits for its end. When it does not come to its end, the failed check says why.
func (p Player) carryOut(ctx context.Context, step Step, r *Result) (failure Check, ok bool) {
	if p.OnStep != nil {
		p.OnStep(step.Say)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, step.Within, errTooLate)
	defer cancel()
	for _, command := range step.Do {
		if err := p.Lab.Do(ctx, command); err != nil {
			return Check{Name: step.Say, Expected: "the lab obeys", Measured: fmt.Sprintf("refused: %v", err)}, false
		}
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		picture := p.Lab.Snapshot()
		r.look(picture)
		if step.Until.Holds(picture) {
			return Check{}, true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return Check{
				Name:     step.Say,
				Expected: step.Until.Text,
				Measured: fmt.Sprintf("%v: %s", whyStopped(ctx, step), seen(picture)),
			}, false
		}
	}
}

// whyStopped tells a step that ran out of time from a play that was ended: by a person, or because the lab broke down.
func whyStopped(ctx context.Context, step Step) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, errTooLate) {
		return fmt.Errorf("not within %v", step.Within)
	}
	return fmt.Errorf("%w (%w)", ErrInterrupted, cause)
}

// count has the topics counted, whether or not the steps went well: a play that failed is when the count matters most.
func (p Player) count(ctx context.Context, r *Result) (failure Check, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, auditsWithin)
	defer cancel()
	counted, err := p.Audit(ctx)
	if err != nil {
		return Check{Name: "audit", Expected: "the topics counted by identity", Measured: err.Error()}, false
	}
	r.Count = &counted
	return Check{}, true
}
