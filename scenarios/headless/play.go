package headless

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"blackfriday/scenarios"
)

// runner is a lab that is not running yet.
type runner interface {
	scenarios.Lab
	// Run runs the lab until ctx ends and everything in it has stopped.
	Run(ctx context.Context) error
}

// opener makes the lab that a scenario asks for, and whoever plays on it.
type opener func(scenarios.Setup, *slog.Logger) (runner, scenarios.Player)

// play runs a lab for the scenario, plays it, and prints what came of it.
func play(cmd *cobra.Command, s scenarios.Scenario, asJSON bool, open opener) error {
	out := newPrinter(cmd.OutOrStdout())
	logs := slog.New(slog.DiscardHandler)
	onStep := out.step
	if asJSON {
		logs = slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
		onStep = func(say string) { logs.Info("step", "scenario", s.Name, "say", say) }
	} else {
		out.title(s)
	}
	l, player := open(s.Setup, logs)
	player.OnStep = onStep
	result, labErr := runWhile(cmd.Context(), l, func(ctx context.Context) scenarios.Result { return player.Play(ctx, s) })
	if asJSON {
		if err := json.NewEncoder(cmd.OutOrStdout()).Encode(newReport(result)); err != nil {
			return fmt.Errorf("print the report of %s: %w", s.Name, err)
		}
	} else {
		out.result(result)
	}
	if err := out.err; err != nil {
		return fmt.Errorf("print the result of %s: %w", s.Name, err)
	}
	return verdict(result, labErr)
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
		return result, fmt.Errorf("run the lab: %w", err)
	}
	return result, nil
}
