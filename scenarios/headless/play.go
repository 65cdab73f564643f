package headless

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
)

// runner is a lab that is not running yet.
type runner interface {
	scenarios.Lab
	// Run runs the lab until ctx ends and everything in it has stopped.
	Run(ctx context.Context) error
}

// opener makes the lab that a scenario asks for on a cluster, and whoever plays on it.
type opener func(scenarios.Setup, kafka.Config, *slog.Logger) (runner, scenarios.Player)

// stage is where scenarios are played, and who is told.
type stage struct {
	cmd     *cobra.Command
	cluster kafka.Config
	open    opener
	json    bool   // one object on stdout, and steps in the log
	handout string // the directory for hand-outs; empty: none is written
}

// one plays a scenario and prints what came of it.
func (st stage) one(s scenarios.Scenario) error {
	r, err := st.play(s)
	if st.json {
		err = errors.Join(err, st.encode(newReport(r)))
	}
	return errors.Join(verdict(r), err)
}

// all plays one scenario after the other, whatever comes of them, and then says which failed.
func (st stage) all(list []scenarios.Scenario) error {
	all := reports{Passed: true, Scenarios: []report{}}
	out := newPrinter(st.cmd.OutOrStdout(), phrase.Of(st.cmd.Context()))
	var rows []string
	var errs []error
	for _, s := range list {
		r, err := st.play(s)
		err = errors.Join(verdict(r), err)
		rows = append(rows, out.row(s.Name, phrase.New("%d of %d", len(r.Checks)-r.Failed(), len(r.Checks)), word(err == nil)))
		errs = append(errs, err)
		all.Passed = all.Passed && err == nil
		all.Scenarios = append(all.Scenarios, newReport(r))
		if st.cmd.Context().Err() != nil {
			break
		}
	}
	if st.json {
		return errors.Join(append(errs, st.encode(all))...)
	}
	out.table(out.row(phrase.New("scenario"), phrase.New("checks"), phrase.New("result")), rows)
	return errors.Join(append(errs, out.err)...)
}

func (st stage) encode(v any) error {
	if err := json.NewEncoder(st.cmd.OutOrStdout()).Encode(v); err != nil {
		return phrase.Errorf("print the report: %w", err)
	}
	return nil
}

// play runs a lab for the scenario and plays it. The error is the lab's, or that of the output.
func (st stage) play(s scenarios.Scenario) (scenarios.Result, error) {
	out := newPrinter(st.cmd.OutOrStdout(), phrase.Of(st.cmd.Context()))
	logs := slog.New(slog.DiscardHandler)
	onStep := out.step
	if st.json {
		logs = slog.New(slog.NewJSONHandler(st.cmd.ErrOrStderr(), nil))
		onStep = func(say phrase.Phrase) { logs.Info("step", "scenario", s.Name, "say", say.String()) }
	} else {
		out.title(s)
	}
	cluster := apart(st.cluster)
	l, player := st.open(s.Setup, cluster, logs)
	player.OnStep = onStep
	diary := keepDiary(l)
	result, err := runWhile(st.cmd.Context(), l, func(ctx context.Context) scenarios.Result { return player.Play(ctx, s) })
	kept := diary()
	if !st.json {
		out.result(result)
	}
	if st.handout != "" {
		err = errors.Join(err, st.handOut(s, result, kept, out))
	}
	// Whatever ended the play, what it made must go.
	err = errors.Join(err, tidy(context.WithoutCancel(st.cmd.Context()), cluster))
	if out.err != nil {
		err = errors.Join(err, phrase.Errorf("print the result of %s: %w", s.Name, out.err))
	}
	if err != nil {
		return result, &connect.ExitError{Code: connect.ExitFailed, Err: err}
	}
	return result, nil
}

// runWhile runs the lab for as long as work lasts, and waits until it has stopped. When the lab fails first, the context
// of work ends with that as its cause.
func runWhile(ctx context.Context, l runner, work func(context.Context) scenarios.Result) (scenarios.Result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	stopped := make(chan error, 1)
	go func() {
		err := l.Run(ctx)
		stop(err)
		stopped <- err
	}()
	result := work(ctx)
	stop(nil)
	if err := <-stopped; err != nil {
		return result, phrase.Errorf("run the lab: %w", err)
	}
	return result, nil
}
