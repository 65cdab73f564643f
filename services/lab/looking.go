package lab

import (
	"context"
	"strings"

	"blackfriday/kafka/phrase"
	"blackfriday/services/payment"
	"blackfriday/services/role"
)

// lookingSteps are how a lab starts that only observes: it reads, and nothing else.
func (s *state) lookingSteps() []startStep {
	s.cfg.Kafka.ReadOnly = true
	s.cfg.Partitions, s.cfg.Orders = 0, 0 // as many as there are, and none
	return []startStep{
		{phrase.New("Kafka"), s.startKafka},
		{phrase.New("Topics"), s.lookForTopics},
		{phrase.New("Observer"), s.startLooking},
	}
}

// lookForTopics says which topics are missing. Nobody waits for them: they are seen once they are there.
func (s *state) lookForTopics(ctx context.Context) (phrase.Phrase, error) {
	missing, err := s.cluster.FindTopics(ctx, role.Topics(0)...)
	switch {
	case err != nil:
		return phrase.Phrase{}, err
	case len(missing) == 0:
		return phrase.New("all four topics are there"), nil
	}
	for i, name := range missing {
		missing[i] = s.cfg.Kafka.Prefix + name
	}
	return phrase.New("not there yet, and not created: %s", strings.Join(missing, ", ")), nil
}

// startLooking opens what reads on request, and the observer.
func (s *state) startLooking(ctx context.Context) (phrase.Phrase, error) {
	s.payments = payment.NewService(nil) // nobody is told to write with it
	s.onStop("tasks", s.tasks.stop)
	s.startDesks(nil)
	return s.startObserver(ctx)
}
