package lab

import (
	"context"
	"maps"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/role"
)

// begin starts a life of an instance: a client of its own that joins the group.
func (s *state) begin(i *instance) error {
	l := &life{lab: s.lab, instance: i, ended: make(chan struct{}), owned: map[kafka.TopicPartition]bool{}, started: time.Now()}
	duty := roleOf(i.kind)
	var err error
	l.member, err = s.cluster.NewMember(kafka.MemberConfig{
		ClientID: i.name,
		Group:    duty.Group,
		Topics:   duty.Topics,
		Protocol: s.protocolOf(i.kind),
		Handler:  i.work,
		Batch:    s.batch(i.kind),
		Patience: duty.Patience,
		Watch:    l,

		Guarantee:   s.guaranteeOf(i.kind),
		CommitEvery: s.commitInterval,
		Marked:      s.hands.marker(i.kind),
		Between:     l.between,
	})
	if err != nil {
		return phrase.Errorf("start %s: %w", i.name, err)
	}
	ctx, leave := context.WithCancel(context.Background())
	l.leave = leave
	i.life, i.restartAt = l, time.Time{}
	i.lives++
	s.hands.join(l)
	i.become(Joining)
	s.lives.Go(func() {
		defer close(l.ended)
		err := l.member.Run(ctx)
		s.hands.leave(l)
		s.lab.post(func(s *state) { s.endedLife(l, err) })
	})
	return nil
}

// protocolOf is the group protocol of a service: order consumers change theirs at run time, the others keep the cluster's.
func (s *state) protocolOf(k Kind) kafka.Protocol {
	if k == OrderKind {
		return s.protocol
	}
	return s.cluster.Config().Protocol
}

// guaranteeOf is what a service promises. Analytics makes nothing of what it reads.
func (s *state) guaranteeOf(k Kind) kafka.Guarantee {
	if k == AnalyticsKind {
		return kafka.AtLeastOnce
	}
	return s.guarantee
}

// roleOf is what a kind of service is to Kafka.
func roleOf(k Kind) role.Role {
	switch k {
	case OrderKind:
		return role.Order()
	case EmailKind:
		return role.Email()
	default:
		return role.Analytics()
	}
}

// batch says how many records an instance takes at a time: with a delay one, as the course's consumers do.
func (s *state) batch(k Kind) func() int {
	if k != OrderKind {
		return func() int { return role.FullBatch }
	}
	return func() int {
		if s.delay.Load() > 0 {
			return 1
		}
		return role.FullBatch
	}
}

// crash ends an instance like a machine that lost power. died says how, as the predicate of a sentence.
func (s *state) crash(i *instance, died phrase.Phrase) {
	l, now := i.life, time.Now()
	s.identify(l)
	l.member.Crash()
	l.crashedAt, l.clock = now, s.clockOf(i.kind)
	i.bereaved = append(i.bereaved, l)
	i.become(Crashed)
	held := l.held()
	s.note(now, CauseCrash, l, s.dispossess(l, now))
	what := phrase.New("%s %s: nobody reads %s.", i.name, died, list(i.kind, held))
	if len(held) == 0 {
		what = phrase.New("%s %s while it had no partition.", i.name, died)
	}
	s.feed.add(Bad, i.name, i.number, "%s %s", what, l.clock.noticed())
}

// leave ends an instance politely.
func (s *state) leave(i *instance) {
	l := i.life
	owned := l.partitions()
	s.identify(l)
	l.leave()
	i.become(Leaving)
	s.note(time.Now(), CauseLeave, l, owned)
	s.feed.add(Info, i.name, i.number, "%s is asked to stop: it finishes the record in hand, commits and leaves.", i.name)
}

// note opens an entry in the list of rebalances, for order consumers.
func (s *state) note(at time.Time, cause Cause, l *life, owned []int32) {
	if l.instance.kind != OrderKind {
		return
	}
	r := s.rebalances.begin(Change{At: at, Cause: cause, Member: l.instance.name}, s.protocol.String(), l, owned)
	r.memberID = l.memberID
	r.Disturbed = r.Disturbed || s.disturbed(l)
}

// disturbed says that the group is not in a state in which one change can be seen for itself: it still counts a dead
// member other than l, or l was the last that lived.
func (s *state) disturbed(l *life) bool {
	alone := len(s.outside.living(OrderKind)) == 0
	for _, i := range s.instances {
		if i.kind != OrderKind {
			continue
		}
		alone = alone && (i.life == l || !i.alive())
		for _, dead := range i.bereaved {
			if dead != l {
				return true
			}
		}
	}
	return alone
}

// assigned: the member may read more partitions from now on.
func (s *state) assigned(l *life, a kafka.Assignment) {
	i := l.instance
	if i.life != l || !i.alive() {
		return
	}
	l.memberID = a.MemberID
	s.outside.own(a.MemberID)
	if i.kind == OrderKind {
		s.rebalances.saw(a.Generation)
	}
	for _, tp := range a.Partitions {
		l.owned[tp] = true
		if i.kind == OrderKind {
			delete(s.orphans, tp.Partition)
			s.rebalances.took(a.At, l, tp.Partition, a.Generation)
		}
	}
	if len(a.Partitions) > 0 {
		i.become(Active)
		s.feed.add(Good, i.name, i.number, "%s now reads %s.", i.name, list(i.kind, a.Partitions))
	}
}

// released: the member no longer reads these partitions.
func (s *state) released(l *life, at time.Time, tps []kafka.TopicPartition, lost bool) {
	i := l.instance
	for _, tp := range tps {
		delete(l.owned, tp)
		if i.kind == OrderKind {
			s.orphans[tp.Partition] = at
			i.forget(tp.Partition)
			if lost {
				s.rebalances.lost(at, tp.Partition)
			}
		}
	}
	if lost {
		s.feed.add(Warn, i.name, i.number, "%s", s.lostText(l, at, tps))
		s.unseat(at)
		return
	}
	s.feed.add(Info, i.name, i.number, "%s gave up %s.", i.name, list(i.kind, tps))
}

// dispossess takes all partitions from a life that just crashed. It returns those of payment-successful that need a new
// reader: also those that the group had just given it, if nobody else reads them.
func (s *state) dispossess(l *life, at time.Time) []int32 {
	owned := l.partitions()
	clear(l.owned)
	if l.instance.kind != OrderKind {
		return nil
	}
	readers := s.readers()
	for _, m := range s.reading.Groups[kafka.OrderGroup].Members {
		if m.MemberID != l.memberID {
			continue
		}
		for _, p := range m.Partitions[kafka.PaymentSuccessful] {
			if readers[p] == 0 && !slices.Contains(owned, p) {
				owned = append(owned, p)
			}
		}
	}
	for _, p := range owned {
		s.orphans[p] = at
	}
	return owned
}

// held lists what the life reads.
func (l *life) held() []kafka.TopicPartition {
	return slices.Collect(maps.Keys(l.owned))
}

// partitions lists the partitions of payment-successful that the life reads.
func (l *life) partitions() []int32 {
	var ps []int32
	for tp := range l.owned {
		if l.instance.kind == OrderKind {
			ps = append(ps, tp.Partition)
		}
	}
	slices.Sort(ps)
	return ps
}

// worthTelling is the shortest pause that the feed tells of: less is what a handover always takes.
const worthTelling = 100 * time.Millisecond

// passed: work on a partition went on under another reader.
func (s *state) passed(p passage) {
	if !s.rebalances.passed(p) || p.unread < worthTelling {
		return
	}
	to, unread := p.to.instance, phrase.Seconds(p.unread)
	if p.redelivered == 0 {
		s.feed.add(Info, to.name, to.number, "For %s nobody worked on partition %d; %s has it now.", unread, p.partition, to.name)
		return
	}
	s.feed.tell(Info, to.name, to.number, phrase.Count(p.redelivered,
		"For %[2]s nobody worked on partition %[3]d; %[4]s has it now and begins %[1]s again.",
		"For %[2]s nobody worked on partition %[3]d; %[4]s has it now and begins %[1]s again.", unread, p.partition, to.name))
}
