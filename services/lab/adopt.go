package lab

import (
	"context"
	"errors"
	"strings"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/role"
)

// adoptPatience is how long the groups may take to be empty before their offsets are left as they are: dead members stay
// until their session times out.
const adoptPatience = 8 * time.Second

// errAdopting is why payments and consumers are refused while the services start again on topics that somebody made.
var errAdopting = phrase.Errorf("somebody deleted topics and created them anew: the services start again on them: %w", errRecreating)

// watchTopics notices that somebody else deleted topics of the lab, and that they are there again. A client left running
// would wait for the old ones, which it knows by their ids.
func (s *state) watchTopics(r kafka.Reading) {
	if s.cfg.Observe || s.reshaping != nil || s.phase != Running {
		return
	}
	var gone, anew []string
	known := false // one of those that are gone was there before
	for _, name := range s.topicNames() {
		t, there := r.Topics[name]
		switch {
		case !there:
			gone, known = append(gone, s.cfg.Kafka.Prefix+name), known || s.cluster.TopicID(name) != ""
		case s.cluster.TopicID(name) != "" && t.ID != s.cluster.TopicID(name):
			anew = append(anew, s.cfg.Kafka.Prefix+name)
		}
	}
	if list := strings.Join(gone, ", "); list != s.gone {
		switch s.gone = list; {
		case list == "":
		case !known:
			s.feed.add(Warn, "topics", 0, "These topics are not there yet: %s. The lab goes on when somebody creates them.", list)
		default:
			s.feed.add(Bad, "topics", 0, "These topics are not there any more: %s. The lab goes on when somebody creates them again.", list)
		}
	}
	if len(gone) == 0 && len(anew) > 0 {
		s.adopt(strings.Join(anew, ", "))
	}
}

// adopt starts every service again on the topics that are there now. The groups begin at their start: orders of payments that
// are still there may be gone.
func (s *state) adopt(anew string) {
	s.reshaping = errAdopting
	s.feed.add(Info, "topics", 0, "Somebody deleted these topics and created them anew: %s. Every service starts again on them.", anew)
	s.away(func(*instance) bool { return true }, func(s *state, back []*instance) {
		cluster, producer, names := s.cluster, s.producer, s.topicNames()
		s.tasks.start(func(ctx context.Context) {
			plan, err := adopted(ctx, cluster, producer, names)
			s.lab.post(func(s *state) {
				s.reshaping = nil
				if err != nil {
					s.feed.add(Bad, "topics", 0, "The services could not start again on the new topics: %v", err)
				} else {
					s.cfg.Partitions = plan.Of(kafka.PaymentSuccessful).Partitions
					s.found(plan)
					s.forget()
				}
				s.rebalances.begin(Change{At: time.Now(), Cause: CauseRecreate, Member: membersText(ordersOf(back))}, s.protocol.String(), nil, nil)
				s.rebalances.renewed()
				if err := s.beginAll(back); err != nil {
					s.feed.add(Bad, "topics", 0, "Not every service could start again: %v", err)
				}
			})
		})
	})
}

// adopted looks up what is there now, and has the groups forget what they committed on topics that are gone.
func adopted(ctx context.Context, cluster *kafka.Cluster, producer *kafka.Producer, names []string) (kafka.Plan, error) {
	waiting, stop := context.WithTimeout(ctx, adoptPatience)
	defer stop()
	again := time.NewTicker(adoptPatience / 16)
	defer again.Stop()
	for {
		err := cluster.DeleteGroups(waiting, role.Groups()...)
		if err == nil || errors.Is(err, kafka.ErrForeign) || waiting.Err() != nil {
			break // somebody's group, or one that somebody is in, keeps its offsets
		}
		select {
		case <-waiting.Done():
		case <-again.C:
		}
	}
	producer.Forget(names...)
	topics := role.Topics(1) // however many partitions they have
	missing, err := cluster.FindTopics(ctx, topics...)
	if err == nil && len(missing) > 0 {
		err = phrase.Errorf("%s is missing again", strings.Join(missing, ", "))
	}
	if err != nil {
		return kafka.Plan{}, err
	}
	return cluster.Plan(ctx, topics, role.Groups()...)
}
