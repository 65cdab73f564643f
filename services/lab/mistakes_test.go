//go:build synctests

package lab

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/audit"
)

// clumsy is an order consumer that makes a mistake: it says that it has finished what it has not.
type clumsy struct {
	worker
	mistake mistake
	missing *atomic.Int64 // how many payments it owes
	owed    []*kafka.Record
}

// mistake works on a batch and returns how much of it is said to be finished.
type mistake func(ctx context.Context, c *clumsy, out kafka.Writer, batch []*kafka.Record) (finished int, err error)

func (c *clumsy) Handle(ctx context.Context, out kafka.Writer, batch []*kafka.Record) (int, error) {
	return c.mistake(ctx, c, out, batch)
}

// finishedEarly says that payments are finished before their orders are acknowledged: it writes them with the next batch.
func finishedEarly(ctx context.Context, c *clumsy, out kafka.Writer, batch []*kafka.Record) (int, error) {
	if len(c.owed) > 0 {
		if n, err := c.worker.Handle(ctx, out, c.owed); n < len(c.owed) {
			return 0, err
		}
	}
	c.missing.Add(int64(len(batch) - len(c.owed)))
	c.owed = batch
	return len(batch), nil
}

// dropped forgets every tenth payment.
func dropped(ctx context.Context, c *clumsy, out kafka.Writer, batch []*kafka.Record) (int, error) {
	var kept []*kafka.Record
	for _, r := range batch {
		if r.Offset%10 != 9 {
			kept = append(kept, r)
		}
	}
	if len(kept) > 0 { // a worker is never handed an empty batch
		if n, err := c.worker.Handle(ctx, out, kept); n < len(kept) {
			return 0, err
		}
	}
	c.missing.Add(int64(len(batch) - len(kept)))
	return len(batch), nil
}

// outOfOrder works on the newer half of a batch and marks that, as if it had finished everything before it.
func outOfOrder(ctx context.Context, c *clumsy, out kafka.Writer, batch []*kafka.Record) (int, error) {
	half := len(batch) / 2
	if n, err := c.worker.Handle(ctx, out, batch[half:]); n < len(batch)-half {
		return 0, err
	}
	c.missing.Add(int64(half))
	return len(batch), nil
}

// TestMistakesAreReported: were the lab to lose payments, its books and a recount would say so, to the message. That they
// say 0 elsewhere proves something because they do not here.
func TestMistakesAreReported(t *testing.T) {
	for name, m := range map[string]mistake{
		"finished before it is acknowledged": finishedEarly, "dropped": dropped, "marked out of order": outOfOrder,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// They begin under another guarantee, so that changing it starts them again with their mistake.
				l := start(t, func(c *Config) { c.Guarantee, c.Delay = kafka.AtMostOnce, 0 })
				var missing atomic.Int64
				spoil(l, func(w worker) worker { return &clumsy{worker: w, mistake: m, missing: &missing} })
				do(t, l, SetGuarantee{string(kafka.AtLeastOnce)})
				until(t, l, "they are back", 20*time.Second, func(s *Snapshot) bool {
					for _, i := range s.Orders {
						if i.Health != Active {
							return false
						}
					}
					return true
				})
				do(t, l, Flood{Count: 3000})
				books := until(t, l, "the books are closed", time.Minute, func(s *Snapshot) bool {
					open := s.Ledger.Total.Waiting.Count + s.Ledger.Total.InFlight.Count
					return drained(s) && s.Email.Lag == 0 && s.Ledger.Behind == 0 && s.Ledger.Total.Payments.Count == 3000 && open == 0
				}).Ledger
				count := audited(t, l)
				if want := missing.Load(); want == 0 || books.Total.Lost.Count != want || count.Lost != want {
					t.Errorf("%d payments were not worked on; lost by the books %d, by the recount %d", want, books.Total.Lost.Count, count.Lost)
				}
				if err := audit.Compare(count, books); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// spoil replaces the work of every order consumer from its next life on.
func spoil(l *Lab, with func(worker) worker) {
	done := make(chan struct{})
	l.post(func(s *state) {
		defer close(done)
		for _, i := range s.instances {
			if i.kind == OrderKind {
				i.work = with(i.work)
			}
		}
	})
	<-done
}
