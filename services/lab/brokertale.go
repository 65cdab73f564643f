package lab

import (
	"cmp"
	"context"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// stopBroker stops an embedded broker.
func (s *state) stopBroker(id int32, reply chan<- error) {
	cluster, l := s.cluster, (*loss)(nil)
	if last := s.brokers.lossOf(id); last != nil && !last.started.IsZero() {
		s.brokers.back(last, last.started) // no reading came between
	}
	if cluster.Embedded() && s.brokers.lossOf(id) == nil {
		l = s.brokers.lose(id, time.Now())
	}
	s.tasks.start(func(ctx context.Context) {
		err := cluster.StopBroker(ctx, id)
		s.lab.post(func(s *state) {
			switch {
			case err == nil:
				s.feed.add(Warn, "kafka", 0, "Broker %d is stopped. It is simulated: the embedded brokers do not replicate.", id)
			case l != nil:
				s.brokers.spare(l)
			}
			reply <- err
		})
	})
}

// startBroker starts an embedded broker again.
func (s *state) startBroker(id int32, reply chan<- error) {
	cluster := s.cluster
	s.tasks.start(func(ctx context.Context) {
		err := cluster.StartBroker(ctx, id)
		s.lab.post(func(s *state) {
			if err == nil {
				s.brokers.restarted(id, time.Now())
				s.feed.add(Info, "kafka", 0, "Broker %d starts again and leads what it led before.", id)
			}
			reply <- err
		})
	})
}

// restarted notes that this lab started a broker again. It is back once it answers a question that was asked after that: the
// brokers need not have been read while it was away.
func (b *brokers) restarted(id int32, at time.Time) {
	if l := b.lossOf(id); l != nil {
		l.started = at
	}
}

// startedBy says whether the broker had been started again at a time.
func (l *loss) startedBy(at time.Time) bool { return !l.started.IsZero() && !at.Before(l.started) }

// back notes that a broker that was lost answers again.
func (b *brokers) back(l *loss, at time.Time) {
	l.Back = at
	b.feed.add(Good, "kafka", 0, "Broker %d is back after %s.", l.Broker, phrase.Seconds(at.Sub(l.At)))
}

// tell tells of every loss that is over: what moved, how long that took and how long it was not read.
func (b *brokers) tell(now time.Time, lag func(partition int32) int64) {
	for _, l := range b.losses {
		if l.watch == nil || l.settled.IsZero() {
			continue
		}
		unread := b.turnstile.longest(l.watch)
		waits := slices.ContainsFunc(l.Moved, func(m LeaderMove) bool {
			_, begun := unread[m.Partition]
			return m.Topic == kafka.PaymentSuccessful && !begun && lag(m.Partition) > 0
		})
		// What is in hand may be from before: a moment is given to what comes after.
		if since := now.Sub(l.settled); since < time.Second || waits && since < unreadWithin {
			continue
		}
		l.close(b.turnstile)
		for i := range l.Moved {
			if m := &l.Moved[i]; m.Topic == kafka.PaymentSuccessful {
				m.Unread, m.Measured = unread[m.Partition].length, true
			}
		}
		b.feed.tell(Warn, "kafka", 0, lossText(l.Loss))
	}
}

// lossText says what the loss of a broker did: "Broker 2 was lost: P1 moved from broker 2 to 3 within 0.3 s, unread for 0.4 s; …".
func lossText(l Loss) phrase.Phrase {
	slices.SortFunc(l.Moved, func(a, b LeaderMove) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	var words []phrase.Speaker
	others, longest := 0, time.Duration(0)
	for _, m := range l.Moved {
		if m.Topic != kafka.PaymentSuccessful {
			others, longest = others+1, max(longest, m.Within)
			continue
		}
		text := phrase.New("P%d moved from broker %d to %d within %s", m.Partition, m.From, m.To, phrase.Seconds(m.Within))
		if m.Unread > 0 {
			text = phrase.New("%s, unread for %s", text, phrase.Seconds(m.Unread))
		}
		words = append(words, text)
	}
	if extra := len(words) - 4; extra > 0 {
		words = append(words[:4], phrase.Count(int64(extra), "%s more of payment-successful", "%s more of payment-successful"))
	}
	if others > 0 {
		words = append(words, phrase.Count(int64(others),
			"%s partition of other topics within %s", "%s partitions of other topics within %s", phrase.Seconds(longest)))
	}
	if len(words) == 0 {
		return phrase.New("Broker %d was lost: it led nothing that moved.", l.Broker)
	}
	return phrase.New("Broker %d was lost: %s.", l.Broker, phrase.List{Between: "; ", Parts: words})
}

// silentText says that a broker does not answer, and what nobody leads meanwhile.
func (b *brokers) silentText(id int32) phrase.Phrase {
	var payments []int32
	others := 0
	for tp, p := range b.places {
		switch {
		case p != id:
		case tp.Topic == kafka.PaymentSuccessful:
			payments = append(payments, tp.Partition)
		default:
			others++
		}
	}
	switch {
	case len(payments) == 0 && others == 0:
		return phrase.New("Broker %d does not answer: it leads nothing.", id)
	case len(payments) == 0:
		return phrase.Count(int64(others),
			"Broker %[2]d does not answer: %[1]s partition of other topics than payment-successful cannot be read or written.",
			"Broker %[2]d does not answer: %[1]s partitions of other topics than payment-successful cannot be read or written.", id)
	case others == 0:
		return phrase.New("Broker %d does not answer: %s of payment-successful cannot be read or written.", id, partitionsText(payments))
	}
	return phrase.Count(int64(others),
		"Broker %[2]d does not answer: %[3]s of payment-successful and %[1]s of other topics cannot be read or written.",
		"Broker %[2]d does not answer: %[3]s of payment-successful and %[1]s of other topics cannot be read or written.",
		id, partitionsText(payments))
}
