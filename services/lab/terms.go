package lab

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// termsEvery is how often the terms of a real cluster are read again: somebody may give the user a right, or the groups
// another session timeout. The terms of the embedded cluster are the lab's own.
const termsEvery = 15 * time.Second

// terms are on what terms the brokers serve the lab.
type terms struct {
	clocks map[Kind]clock // of the groups, while they speak KIP-848; absent: unknown
	can    kafka.Capabilities
	asked  bool // the brokers said what can be done
}

// clock is how long a group waits for a silent member, and how often it wants to hear from one. Zero means unknown.
type clock struct{ session, heartbeat time.Duration }

// readTerms asks the brokers. What they do not tell is left out; the error says what that is, and why.
func readTerms(ctx context.Context, cluster *kafka.Cluster) (terms, error) {
	t := terms{clocks: map[Kind]clock{}}
	kinds := []Kind{OrderKind, EmailKind, AnalyticsKind}
	clocks, errs := make([]clock, len(kinds)), make([]error, len(kinds)+1)
	var all errgroup.Group
	for i, k := range kinds {
		all.Go(func() error {
			clocks[i].session, clocks[i].heartbeat, errs[i] = cluster.GroupTimeouts(ctx, roleOf(k).Group)
			return nil
		})
	}
	all.Go(func() error {
		t.can, errs[len(kinds)] = cluster.Capabilities(ctx)
		return nil
	})
	_ = all.Wait() // what went wrong is in errs
	t.asked = errs[len(kinds)] == nil
	for i, k := range kinds {
		if errs[i] == nil {
			t.clocks[k] = clocks[i]
		}
	}
	for _, err := range errs {
		// Brokers that know no KIP-848 groups have no timeouts for them.
		if err != nil && !errors.Is(err, kafka.ErrNoGroupTimeouts) {
			return t, err
		}
	}
	return t, nil
}

// startTerms reads the terms, and refuses to start on ones under which the lab cannot do what it was started for.
func (s *state) startTerms(ctx context.Context) error {
	s.agree(readTerms(ctx, s.cluster))
	for _, c := range []Command{SetProtocol{Protocol: string(s.protocol)}, SetGuarantee{Guarantee: string(s.guarantee)}} {
		if why := whyNot(s.terms.can, c); !why.Empty() {
			return phrase.Errorf("%s", why)
		}
	}
	if s.cluster.Embedded() {
		return nil
	}
	cluster := s.cluster
	s.tasks.start(func(ctx context.Context) {
		again := time.NewTicker(termsEvery)
		defer again.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-again.C:
			}
			if t, err := readTerms(ctx, cluster); ctx.Err() == nil {
				s.lab.post(func(s *state) { s.agree(t, err) })
			}
		}
	})
	return nil
}

// agree takes new terms in. What could not be read stays as it was known to be. That a broker is away is told elsewhere, and
// says nothing about the terms.
func (s *state) agree(t terms, err error) {
	if err != nil && s.termsErr == "" && !kafka.IsAway(err) {
		s.feed.add(Warn, "kafka", 0, "Not everything is known about the cluster: %v", err)
	}
	if s.termsErr = ""; err != nil {
		if !kafka.IsAway(err) {
			s.termsErr = err.Error()
		}
		for k, c := range s.terms.clocks {
			if _, known := t.clocks[k]; !known {
				t.clocks[k] = c
			}
		}
		if !t.asked {
			t.can = s.terms.can
		}
	}
	s.terms = t
}

// clockOf is the clock of a service's group: under KIP-848 it is the brokers', in a classic group what its members ask
// for.
func (s *state) clockOf(k Kind) clock {
	if s.protocolOf(k) == kafka.ConsumerProtocol {
		return s.terms.clocks[k]
	}
	cfg := s.cluster.Config()
	return clock{cfg.SessionTimeout, cfg.Heartbeat}
}

// goneIn is how long the brokers will go on believing in a life that crashed; negative where that is not known.
func (l *life) goneIn(now time.Time) time.Duration {
	if l.clock.session == 0 {
		return -1
	}
	return max(0, l.crashedAt.Add(l.clock.session).Sub(now))
}

// noticed says when a group will notice that a member died.
func (c clock) noticed() phrase.Phrase {
	if c.session == 0 {
		return phrase.New("Kafka will notice when its session times out.")
	}
	return phrase.New("Kafka will notice in about %s.", phrase.Seconds(c.session))
}

// atMost says how long a group may still believe in the dead.
func (c clock) atMost() phrase.Phrase {
	if c.session == 0 {
		return phrase.New("its session timeout is not known")
	}
	return phrase.New("at most %v", c.session)
}

// can is what the cluster does not let the lab do, and what the lab does not do to what is somebody else's.
func (s *state) can() kafka.Capabilities {
	can := s.terms.can
	if can.Grow.Empty() {
		can.Grow = sentence(s.ungrown)
	}
	if can.Recreate.Empty() {
		can.Recreate = sentence(s.foreign)
	}
	return can
}

// sentence is an error of one as a sentence by itself; empty for none.
func sentence(err error) phrase.Phrase {
	if err == nil {
		return phrase.Phrase{}
	}
	return phrase.New("%s.", capital{err})
}

// capital is an error that begins with a word in ASCII, said with a capital.
type capital struct{ err error }

// In implements phrase.Speaker.
func (c capital) In(l *phrase.Language) string {
	text := phrase.Say(l, c.err)
	return strings.ToUpper(text[:1]) + text[1:]
}

// WhyNot says why the cluster does not let the lab carry out a command, in one sentence; empty where nothing is known
// against it.
func (s *Snapshot) WhyNot(c Command) phrase.Phrase { return whyNot(s.Can, c) }

func whyNot(can kafka.Capabilities, c Command) phrase.Phrase {
	switch c := c.(type) {
	case Flood, Poison:
		return can.Pay
	case AddConsumer, Restart:
		return can.Consume
	case GrowPartitions:
		return can.Grow
	case RecreateTopics:
		return can.Recreate
	case SetProtocol:
		if c.Protocol == string(kafka.ConsumerProtocol) {
			return can.NewGroups
		}
	case SetGuarantee:
		if c.Guarantee == string(kafka.ExactlyOnce) {
			return can.Transactions
		}
	}
	return phrase.Phrase{}
}
