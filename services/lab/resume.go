package lab

import (
	"context"
	"fmt"

	"blackfriday/kafka"
	"blackfriday/services/role"
)

// takeOver takes the lab over that the cluster holds already: partitions are as many as there are, whatever was asked for,
// and its groups are readied. It returns how many partitions each of the topics has that existed before.
func (s *state) takeOver(ctx context.Context) (map[string]int, error) {
	var names []string
	for _, t := range role.Topics(s.cfg.Partitions) {
		names = append(names, t.Name)
	}
	there, err := s.cluster.CountPartitions(ctx, names...)
	if err != nil || there[kafka.PaymentSuccessful] == 0 {
		return there, err
	}
	s.cfg.Partitions = there[kafka.PaymentSuccessful]
	if s.cluster.Config().DataDir == "" {
		return there, nil
	}
	s.resumed = true
	// Analytics counts in memory: its offsets died with its counts.
	if err := s.cluster.DeleteGroups(ctx, kafka.AnalyticsGroup); err != nil {
		return nil, err
	}
	return there, s.cluster.ReadyGroups(ctx, kafka.OrderGroup, kafka.EmailGroup)
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
		return fmt.Errorf("not everything was stored: %w", err)
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
