package lab

import (
	"context"
	"fmt"
	"strings"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/role"
)

// takeOver takes the lab over that the cluster holds already: partitions are as many as there are, whatever was asked for,
// and the groups of a lab that goes on are readied.
func (s *state) takeOver(ctx context.Context, plan kafka.Plan) error {
	payments := plan.Of(kafka.PaymentSuccessful)
	s.cfg.Partitions = payments.Partitions
	s.found(plan)
	s.tellFound(plan)
	if s.cluster.Config().DataDir == "" || payments.Standing == kafka.Missing {
		return nil
	}
	s.resumed = true
	// Analytics counts in memory: its offsets died with its counts.
	if err := s.cluster.DeleteGroups(ctx, kafka.AnalyticsGroup); err != nil {
		return err
	}
	return s.cluster.ReadyGroups(ctx, kafka.OrderGroup, kafka.EmailGroup)
}

// found notes what is somebody else's and stays as it is.
func (s *state) found(plan kafka.Plan) {
	flow := kafka.Plan{Prefix: plan.Prefix}
	for _, name := range flowing() {
		flow.Topics = append(flow.Topics, plan.Of(name))
	}
	s.foreign, s.ungrown = plan.Owned(), flow.Owned()
}

// tellFound says what does not suit the lab of the topics that were there before. It uses them as they are.
func (s *state) tellFound(plan kafka.Plan) {
	counts := map[int]bool{}
	for _, t := range plan.Topics {
		if t.Name != kafka.DLQPayment {
			counts[t.Partitions] = true
		}
		if t.Compacted {
			s.feed.add(Warn, "topics", 0, "%s is compacted (cleanup.policy=compact): Kafka refuses records without a key there, and "+
				"deletes all but the newest of a key.", plan.Prefix+t.Name)
		}
	}
	if len(counts) > 1 {
		s.feed.add(Warn, "topics", 0, "The topics have different numbers of partitions: %s.", furnishedText(plan))
	}
}

// furnishedText lists the topics with their partitions.
func furnishedText(plan kafka.Plan) string {
	words := make([]string, len(plan.Topics))
	for i, t := range plan.Topics {
		words[i] = fmt.Sprintf("%s (%d)", plan.Prefix+t.Name, t.Partitions)
	}
	return strings.Join(words, ", ")
}

// Preview looks up what a lab of this configuration would find and make on its cluster. It writes nothing.
func Preview(ctx context.Context, cfg Config) (kafka.Plan, error) {
	cfg.Kafka.Metrics = nil // they belong to the lab's own cluster
	cluster, err := kafka.Open(ctx, cfg.Kafka)
	if err != nil {
		return kafka.Plan{}, err
	}
	defer cluster.Close()
	return cluster.Plan(ctx, role.Topics(cfg.Partitions), role.Groups()...)
}

// Agree asks before the lab starts what it would ask as it does: whoever draws on the terminal has to have it for himself.
// On the embedded cluster, and for a lab that only observes, there is nothing to ask.
func Agree(ctx context.Context, cfg *Config) error {
	if len(cfg.Kafka.Brokers) == 0 || cfg.Observe {
		return nil
	}
	plan, err := Preview(ctx, *cfg)
	if err != nil {
		return err
	}
	if confirm := cfg.Kafka.Confirm; confirm == nil {
		return kafka.ErrUnconfirmed
	} else if err := confirm(ctx, plan); err != nil {
		return err
	}
	cfg.Kafka.Confirm = plan.Agreed
	return nil
}

// tellResumed says what goes on, and what begins again: the ledger reads the topics from their start, and what services
// counted in memory died with the process.
func (s *state) tellResumed() {
	if s.resumed {
		s.feed.add(Info, "lab", 0, "This lab goes on from %s: topics, offsets and the ledger are those of before, and analytics "+
			"counts from the start again. What each consumer did, and the lists of orders and e-mails, begin anew.", s.cfg.Kafka.DataDir)
	}
}

// tellDisk says once that the data directory could not be written.
func (s *state) tellDisk() {
	if s.diskTold {
		return
	}
	if err := s.cluster.DiskTrouble(); err != nil {
		s.diskTold = true
		s.feed.add(Bad, "kafka", 0, "The brokers cannot store what they are told: %v", err)
	}
}

// kept is the error of a data directory that does not have everything.
func (s *state) kept() error {
	if err := s.cluster.DiskTrouble(); err != nil {
		return phrase.Errorf("not everything was stored: %w", err)
	}
	return nil
}

// tellClassroom says how students join. The code is on the screen, and in no log.
func (s *state) tellClassroom() {
	if s.cluster.Config().Classroom != nil {
		s.feed.add(Info, "lab", 0, "The classroom is open: blackfriday join %s, with the code that stands at the top. "+
			"Students may be order consumers and nothing else; nothing is encrypted.", s.cluster.Brokers()[0])
	}
}
