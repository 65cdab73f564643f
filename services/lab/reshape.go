package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/role"
)

// setProtocol restarts the order consumers under another group protocol. A group speaks one protocol at a time, and no
// two of the lab's four can be mixed without a second restart, so all leave before the first comes back: each finishes
// the record in hand and commits, nothing is lost.
func (s *state) setProtocol(name string, reply chan<- error) {
	protocol, err := kafka.ParseProtocol(name)
	switch {
	case err != nil:
		reply <- err
		return
	case s.reshaping != nil:
		reply <- s.reshaping
		return
	case protocol == s.protocol:
		reply <- phrase.Errorf("the group speaks %s already", protocol)
		return
	}
	isOrder := func(i *instance) bool { return i.kind == OrderKind }
	what := phrase.New("the group protocol cannot change")
	if err := cmp.Or(s.mustBeAlone(what, OrderKind), s.mustBeComplete(what, isOrder)); err != nil {
		reply <- err
		return
	}
	s.feed.add(Info, "group", 0, "The group changes from %s to %s: order consumers that run leave and come back.", s.protocol, protocol)
	s.protocol, s.reshaping = protocol, errSwitching
	s.away(isOrder, func(s *state, back []*instance) {
		cluster := s.cluster
		s.tasks.start(func(ctx context.Context) {
			err := cluster.RenewGroup(ctx, kafka.OrderGroup)
			terms, termsErr := readTerms(ctx, cluster)
			s.lab.post(func(s *state) {
				s.agree(terms, termsErr)
				s.reshaping = nil
				if len(back) > 0 {
					s.rebalances.begin(Change{At: time.Now(), Cause: CauseProtocol, Member: membersText(back)}, protocol.String(), nil, nil)
				}
				s.rebalances.renewed()
				reply <- errors.Join(err, s.beginAll(back))
			})
		})
	})
}

// mustBeComplete refuses what needs an empty group while a dead member is still in it, or a living one on its way.
func (s *state) mustBeComplete(what phrase.Phrase, concerned func(*instance) bool) error {
	for _, i := range s.instances {
		switch {
		case !concerned(i):
		case i.health == Leaving || i.health == Joining:
			return phrase.Errorf("%s while %s is %s: try again in a moment", what, i.name, i.health.Phrase())
		case slices.ContainsFunc(i.bereaved, s.listed):
			return phrase.Errorf("%s while Kafka still counts the dead %s as a member: wait until it has given it up, %s",
				what, i.name, s.clockOf(i.kind).atMost())
		}
	}
	return nil
}

// away has the living instances leave, and calls back on the lab's goroutine once all have.
func (s *state) away(concerned func(*instance) bool, then func(s *state, back []*instance)) {
	var gone []*instance
	for _, i := range s.instances {
		if concerned(i) && i.alive() {
			gone = append(gone, i)
			s.identify(i.life)
			i.life.leave()
			i.become(Leaving)
		}
	}
	s.tasks.start(func(ctx context.Context) {
		for _, i := range gone {
			<-i.life.ended
		}
		if ctx.Err() == nil {
			s.lab.post(func(s *state) { then(s, gone) })
		}
	})
}

// beginAll starts instances again.
func (s *state) beginAll(instances []*instance) error {
	for _, i := range instances {
		if err := s.begin(i); err != nil {
			return err
		}
	}
	return nil
}

// ordersOf are the order consumers among instances.
func ordersOf(instances []*instance) []*instance {
	return slices.DeleteFunc(slices.Clone(instances), func(i *instance) bool { return i.kind != OrderKind })
}

// membersText names order consumers, the same in every language: "order-1..3".
func membersText(instances []*instance) string {
	switch len(instances) {
	case 0:
		return ""
	case 1:
		return instances[0].name
	default:
		return fmt.Sprintf("%s..%d", instances[0].name, instances[len(instances)-1].number)
	}
}

// What is refused while the lab is rebuilt, and why: a payment would be deleted at once, and a consumer would keep the
// group from being empty.
var (
	errRecreating = phrase.Errorf("the topics are being recreated: try again in a second")
	errSwitching  = phrase.Errorf("the group is changing its protocol: try again in a second")
)

// flowing are the topics that payments go through, which have the same number of partitions.
func flowing() []string {
	return []string{kafka.PaymentSuccessful, kafka.OrderCreated, kafka.EmailSent}
}

// growPartitions adds partitions while everything goes on.
func (s *state) growPartitions(count int, reply chan<- error) {
	if count <= s.cfg.Partitions || count > MaxPartitions {
		reply <- phrase.Errorf("grow to %d partitions: there are %d; Kafka adds partitions and takes none away, up to %d here",
			count, s.cfg.Partitions, MaxPartitions)
		return
	}
	if s.reshaping != nil {
		reply <- s.reshaping
		return
	}
	old := s.cfg.Partitions
	cluster := s.cluster
	s.tasks.start(func(ctx context.Context) {
		err := cluster.GrowTopics(ctx, count, flowing()...)
		s.lab.post(func(s *state) {
			if err == nil {
				s.grown(old, count)
			}
			reply <- err
		})
	})
}

func (s *state) grown(old, count int) {
	now := time.Now()
	s.cfg.Partitions = count
	var added []int32
	for p := old; p < count; p++ {
		added = append(added, int32(p))
		s.orphans[int32(p)] = now
	}
	s.rebalances.begin(Change{At: now, Cause: CausePartitions}, s.protocol.String(), nil, added)
	s.feed.add(Info, "topics", 0, "The topics grew from %d to %d partitions. Records that are there stay where they are.", old, count)
}

// recreateTopics deletes the topics and creates them with another number of partitions. Every service leaves before and
// comes back after: a client left running would wait for the old topic, which it knows by its id.
func (s *state) recreateTopics(partitions int, reply chan<- error) {
	everybody := func(*instance) bool { return true }
	what := phrase.New("the topics cannot be recreated")
	err := cmp.Or(s.mustBeAlone(what, OrderKind, EmailKind, AnalyticsKind), s.mustBeComplete(what, everybody))
	if partitions < 1 || partitions > MaxPartitions {
		err = phrase.Errorf("recreate the topics with %d partitions: between 1 and %d", partitions, MaxPartitions)
	}
	if p := s.payments.FloodProgress(); err == nil && p.Running {
		err = phrase.Errorf("the topics cannot be recreated during a flood: %d of %d payments are acknowledged", p.Acked, p.Wanted)
	}
	if err = cmp.Or(s.reshaping, s.foreign, err); err != nil {
		reply <- err
		return
	}
	s.reshaping = errRecreating
	s.away(everybody, func(s *state, back []*instance) {
		wanted := s.cfg
		wanted.Partitions = partitions
		cluster, producer, topics := s.cluster, s.producer, role.Topics(partitions)
		s.tasks.start(func(ctx context.Context) {
			err := recreate(ctx, cluster, producer, topics)
			s.lab.post(func(s *state) {
				s.reshaping = nil
				if err == nil {
					s.cfg = wanted
					s.forget()
					s.feed.tell(Info, "topics", 0, phrase.Count(int64(partitions), "The topics were recreated with %s partition: all records and offsets are gone.",
						"The topics were recreated with %s partitions: all records and offsets are gone."))
				} else {
					s.feed.add(Bad, "topics", 0, "The topics could not be recreated: %v", err)
				}
				s.rebalances.begin(Change{At: time.Now(), Cause: CauseRecreate, Member: membersText(ordersOf(back))}, s.protocol.String(), nil, nil)
				s.rebalances.renewed()
				reply <- errors.Join(err, s.beginAll(back))
			})
		})
	})
}

// recreate deletes topics and groups, and creates the topics again.
func recreate(ctx context.Context, cluster *kafka.Cluster, producer *kafka.Producer, topics []kafka.Topic) error {
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.Name
	}
	if err := errors.Join(cluster.DeleteGroups(ctx, role.Groups()...), cluster.DeleteTopics(ctx, names...)); err != nil {
		return err
	}
	producer.Forget(names...)
	return cluster.CreateTopics(ctx, topics...)
}

// forget begins every counter again: what was counted is gone with the topics.
func (s *state) forget() {
	s.book.Reset()
	s.mailbox.Reset()
	s.analytics.Reset()
	s.rejections.Reset()
	s.toldRejections = 0
	s.forgotten = s.payments.FloodProgress().ID
	for _, i := range s.instances {
		i.work.Reset()
		i.rate = series{}
	}
	s.lab.turnstile.forgetAll()
	s.hands.forget()
	s.brokers.forget()
	clear(s.hidden)
	clear(s.rebalances.holders)
	clear(s.rebalances.losses)
	clear(s.orphans)
	clear(s.outside.shared)
	clear(s.stood)
	clear(s.partitionLag)
	clear(s.partitionDone)
	clear(s.topicEnds)
	s.totalLag, s.totalDone = series{}, series{}
	s.curve, s.runs = nil, nil
	s.reading, s.readFrom = kafka.Reading{}, time.Now()
}
