package lab

import (
	"cmp"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/order"
)

// errPromising is why payments and consumers are refused while the guarantee changes.
var errPromising = phrase.Errorf("the guarantee is changing: try again in a second")

// promises says which services keep the guarantee: those that make something of what they read.
func promises(i *instance) bool { return i.kind == OrderKind || i.kind == EmailKind }

// setGuarantee restarts order consumers and the e-mail service under another delivery guarantee. Each finishes the record
// in hand and commits as it promised before.
func (s *state) setGuarantee(name string, reply chan<- error) {
	guarantee, err := kafka.ParseGuarantee(name)
	switch {
	case err != nil:
	case s.reshaping != nil:
		err = s.reshaping
	case guarantee == s.guarantee:
		err = phrase.Errorf("the guarantee is %s already", guarantee)
	default:
		err = s.mustBeComplete(phrase.New("the guarantee cannot change"), promises)
	}
	if err != nil {
		reply <- err
		return
	}
	s.feed.add(Info, "group", 0, "The guarantee changes from %s to %s: order consumers and the e-mail service leave and come back.",
		s.guarantee, guarantee)
	s.reshaping = errPromising
	s.away(promises, func(s *state, back []*instance) {
		s.awaitBooks(func(s *state) {
			s.trials.look(s.books.Picture())
			s.trials.change(guarantee)
			s.guarantee, s.reshaping = guarantee, nil
			if orders := ordersOf(back); len(orders) > 0 {
				s.rebalances.begin(Change{At: time.Now(), Cause: CauseGuarantee, Member: membersText(orders)}, s.protocol.String(), nil, nil)
			}
			reply <- s.beginAll(back)
		})
	})
}

func (s *state) setCommitInterval(every time.Duration) error {
	if every < MinCommitInterval || every > MaxCommitInterval {
		return phrase.Errorf("a commit interval of %v: between %v and %v", every, MinCommitInterval, MaxCommitInterval)
	}
	s.commitEvery.Store(int64(every))
	s.feed.add(Info, "group", 0, "What is finished is now committed every %s.", phrase.Seconds(every))
	return nil
}

// commitInterval is asked by the members before each commit.
func (s *state) commitInterval() time.Duration { return time.Duration(s.commitEvery.Load()) }

func (s *state) setPoison(p PoisonPolicy, attempts int) error {
	if !slices.Contains(PoisonPolicies(), p) {
		return phrase.Errorf("no poison policy is named %q: there are %v", p, PoisonPolicies())
	}
	attempts = cmp.Or(attempts, DefaultAttempts)
	if attempts < 1 || attempts > MaxAttempts {
		return phrase.Errorf("%d attempts: between 1 and %d", attempts, MaxAttempts)
	}
	s.poisonPolicy, s.attempts = p, attempts
	s.policy.Set(order.Remedy(p), attempts)
	s.feed.tell(Info, "orders", 0, map[PoisonPolicy]phrase.Phrase{
		PoisonDLQ:   phrase.New("What an order consumer cannot work on now goes to the dead letter queue."),
		PoisonCrash: phrase.New("An order consumer now crashes on what it cannot work on, and is started again."),
		PoisonRetry: phrase.New("An order consumer now tries what it cannot work on for ever: the partition waits behind it."),
		PoisonRetryDLQ: phrase.Count(int64(attempts),
			"An order consumer now tries what it cannot work on %s time, then it goes to the dead letter queue.",
			"An order consumer now tries what it cannot work on %s times, then it goes to the dead letter queue."),
	}[p])
	return nil
}

// killBetween lights a fuse: the instance dies at a point that no clock can hit.
func (s *state) killBetween(name string, payments int) error {
	if payments < 1 {
		return phrase.Errorf("kill after %d payments: at least 1", payments)
	}
	i, err := s.find(name, (*instance).alive)
	if err != nil {
		return err
	}
	if i.kind != OrderKind {
		return phrase.Errorf("%s is no order consumer: only those can be killed between effect and commit", i.name)
	}
	i.life.fuse.Store(int64(payments))
	return nil
}

// between is called by a member between the effect of some records and their commit. A fuse that has burned down ends it
// there and then.
func (l *life) between(records []*kafka.Record) {
	if l.fuse.Load() == 0 {
		return
	}
	if left := l.fuse.Add(-int64(len(records))); left > 0 {
		return
	}
	l.fuse.Store(0)
	l.member.Crash()
	last := records[len(records)-1]
	l.lab.post(func(s *state) { s.diedBetween(l, last.Partition, last.Offset) })
}

func (s *state) diedBetween(l *life, partition int32, offset int64) {
	if l.instance.life != l || !l.instance.alive() {
		return
	}
	died := phrase.New("died after its effect on P%d@%d and before the commit", partition, offset)
	if s.guarantee == kafka.AtMostOnce {
		died = phrase.New("died after the commit of P%d@%d and before the work on it", partition, offset)
	}
	s.crash(l.instance, died)
	s.killed(l.instance)
}

// killed counts a death that was wished for: what dies of a poison pill is no measure of a guarantee.
func (s *state) killed(i *instance) {
	if i.kind == OrderKind {
		s.trials.kills++
	}
}

// restartAfter is how long the supervisor waits before it starts again what died of an error.
const restartAfter = time.Second

// diedOf: the member ended itself, like a process that does not handle its errors. Its supervisor starts it again.
func (s *state) diedOf(l *life, why error) {
	i := l.instance
	s.crash(i, phrase.New("died: %v", why))
	i.restartAt = time.Now().Add(restartAfter)
	s.feed.add(Info, i.name, i.number, "%s will be started again in %s.", i.name, phrase.Seconds(restartAfter))
}

// supervise starts again what is due.
func (s *state) supervise(now time.Time) {
	for _, i := range s.instances {
		if i.health != Crashed || i.restartAt.IsZero() || now.Before(i.restartAt) || s.reshaping != nil {
			continue
		}
		if err := s.restart(i.name); err != nil {
			i.restartAt = now.Add(restartAfter)
			s.feed.add(Bad, i.name, i.number, "%s could not be started again: %v", i.name, err)
		}
	}
}
