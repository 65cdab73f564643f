package lab

import (
	"context"
	"strings"

	"blackfriday/services/payment"
	"blackfriday/services/role"
)

// lookingSteps are how a lab starts that only observes: it reads, and nothing else.
func (s *state) lookingSteps() []startStep {
	s.cfg.Kafka.ReadOnly = true
	s.cfg.Partitions, s.cfg.Orders = 0, 0 // as many as there are, and none
	return []startStep{
		{"Kafka", s.startKafka},
		{"Topics", s.lookForTopics},
		{"Observer", s.startLooking},
	}
}

// lookForTopics says which topics are missing. Nobody waits for them: they are seen once they are there.
func (s *state) lookForTopics(ctx context.Context) (string, error) {
	missing, err := s.cluster.FindTopics(ctx, role.Topics(0)...)
	switch {
	case err != nil:
		return "", err
	case len(missing) == 0:
		return "all four topics are there", nil
	}
	for i, name := range missing {
		missing[i] = s.cfg.Kafka.Prefix + name
	}
	return "not there yet, and not created: " + strings.Join(missing, ", "), nil
}

// startLooking opens what reads on request, and the observer.
func (s *state) startLooking(ctx context.Context) (string, error) {
	s.payments = payment.NewService(nil) // nobody is told to write with it
	s.onStop("tasks", s.tasks.stop)
	s.startDesks(nil)
	return s.startObserver(ctx)
}
