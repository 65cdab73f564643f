package lab

import (
	"context"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/role"
)

// guestsEvery is how often the lab looks for groups that are not its own: a console consumer commits when it ends, so
// nobody who came is missed.
const guestsEvery = time.Second

// startGuests looks which groups of other programs read the lab's topics, until the tasks are stopped.
func (s *state) startGuests() {
	if !s.cfg.Opening.Guests {
		return
	}
	cluster, topics := s.cluster, append(flowing(), kafka.DLQPayment)
	s.tasks.start(func(ctx context.Context) {
		again := time.NewTicker(guestsEvery)
		defer again.Stop()
		for {
			// What cannot be read now is read the next time; the brokers' silence is told elsewhere.
			if guests, err := cluster.Guests(ctx, role.Groups(), topics); err == nil {
				s.lab.post(func(s *state) { s.guests = guests })
			}
			select {
			case <-ctx.Done():
				return
			case <-again.C:
			}
		}
	})
}
