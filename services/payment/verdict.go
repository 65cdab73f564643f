package payment

import (
	"context"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// silence is how long a flood waits for the next answer before it gives up. A producer fails what it can by then.
const silence = kafka.FloodTimeout + 2*time.Second

// errSilence is why a flood gave up.
var errSilence = phrase.Errorf("no broker has answered for %v", silence)

// Settle waits until every payment that was sent has an answer, also when Run has given up waiting for it, and says whether
// that was before ctx ended. Call it after Run.
func (f *Flood) Settle(ctx context.Context) bool {
	select {
	case <-f.answered:
		return true
	case <-ctx.Done():
		return false
	}
}

// watch gives the flood up when no answer has come for silence.
func (f *Flood) watch(ctx context.Context, giveUp func(cause error)) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	open, since := f.open.Load(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.answered:
			return
		case now := <-ticker.C:
			if n := f.open.Load(); n != open {
				open, since = n, now
			} else if now.Sub(since) >= silence {
				giveUp(errSilence)
			}
		}
	}
}

// trouble says how many payments were not acknowledged; nil when all were. why is the reason for those without an answer.
func (f *Flood) trouble(why error) error {
	p := f.Progress()
	if first := f.firstError.Load(); first != nil {
		why = *first
	}
	switch {
	case p.Unknown > 0:
		return phrase.Errorf("flood of %s payments: %s acknowledged, %s certainly not written, %s unknown: they may have been written; the first: %w",
			phrase.Number(f.wanted), phrase.Number(p.Acked), phrase.Number(p.Failed), phrase.Number(p.Unknown), why)
	case p.Failed > 0:
		return phrase.Errorf("flood of %s payments: %s were not acknowledged, the first: %w", phrase.Number(f.wanted), phrase.Number(p.Failed), why)
	}
	return nil
}
