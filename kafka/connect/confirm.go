package connect

import (
	"context"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// ConfirmWith has ask show what is about to be written to somebody's cluster, or deleted from it, and wait for an answer:
// nil is a yes. Without it only --yes is one.
func (f *Flags) ConfirmWith(ask func(ctx context.Context, question string) error) *Flags {
	f.confirm = ask
	return f
}

// Confirm asks, unless --yes answered before.
func (f *Flags) Confirm(ctx context.Context, question string) error {
	switch {
	case f.yes:
		return nil
	case f.confirm == nil:
		return phrase.Errorf("%w; --yes says that it may", kafka.ErrUnconfirmed)
	default:
		return f.confirm(ctx, question)
	}
}

// confirmPlan is a kafka.Config.Confirm.
func (f *Flags) confirmPlan(ctx context.Context, p kafka.Plan) error {
	return f.Confirm(ctx, p.In(phrase.Of(ctx)))
}
