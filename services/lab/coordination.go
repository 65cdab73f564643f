package lab

import (
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// awayAtLeast is how long a coordinator has to be away to be an outage though no member has lost anything: what moves from one
// broker to another is away for a moment, too.
const awayAtLeast = 2 * time.Second

// blamedFor is for how long after its return a coordinator that was away is the reason why members lose their partitions: they
// hear of it with their next heartbeats.
const blamedFor = 10 * time.Second

// coordination follows whether a group can be asked for: its coordinator may be away while other brokers answer.
type coordination struct {
	broker   int32     // the coordinator when the group was last read
	answered time.Time // when that was
	lost     int32     // the one that went away last
	since    time.Time // when it had last answered
	away     bool
	back     time.Time // when the group could be read again; zero before the first time
}

// coordinate takes in what a reading says of the groups.
func (s *state) coordinate(r kafka.Reading) {
	for name, g := range r.Groups {
		at(s.coordination, name).look(r.At, g)
	}
	c := at(s.coordination, kafka.OrderGroup)
	switch {
	case !c.away:
		s.rebalances.outages.end(c.back, true)
	case r.At.Sub(c.since) >= awayAtLeast && !s.lost:
		s.rebalances.unseated(c.since, time.Time{}, s.protocol.String())
	default:
		s.unseat(r.At)
	}
}

func (c *coordination) look(at time.Time, g kafka.GroupReading) {
	switch {
	case g.Err == nil:
		if c.away {
			c.away, c.back = false, at
		}
		c.broker, c.answered = g.Coordinator, at
	case !c.away && !c.answered.IsZero():
		c.away, c.lost, c.since = true, c.broker, c.answered
	}
}

// blamed says whether the coordinator is why a member loses partitions at a time.
func (c *coordination) blamed(at time.Time) bool {
	return c.away || !c.back.IsZero() && at.Sub(c.back) < blamedFor
}

// unseat notes that members have lost partitions because their coordinator does not answer.
func (s *state) unseat(when time.Time) {
	if c := at(s.coordination, kafka.OrderGroup); !s.lost && c.blamed(when) && s.rebalances.lostSince(c.since) {
		until := time.Time{}
		if !c.away {
			until = c.back
		}
		s.rebalances.unseated(c.since, until, s.protocol.String())
	}
}

// lostText says why a member has lost its partitions, as far as anybody knows. Who has them now only the brokers can say.
func (s *state) lostText(l *life, when time.Time, tps []kafka.TopicPartition) phrase.Phrase {
	who, what := l.instance.name, list(l.instance.kind, tps)
	group := roleOf(l.instance.kind).Group
	g, c := s.reading.Groups[group], at(s.coordination, group)
	switch {
	case s.lost:
		return phrase.New("%s lets go of %s: no broker says whether it still has them.", who, what)
	case c.blamed(when):
		return phrase.New("%s was out of the group and let go of %s: %s.", who, what, s.coordinatorText(c))
	case g.Err == nil && givenAway(g, l, tps):
		return phrase.New("%s lost %s: the group gave them away.", who, what)
	}
	return phrase.New("%s lost %s: its membership of the group has ended.", who, what)
}

func (s *state) coordinatorText(c *coordination) phrase.Phrase {
	b, known := s.brokers.known[c.lost]
	switch {
	case !known:
		return phrase.New("nobody coordinates it")
	case c.away && b.State != BrokerUp:
		return phrase.New("its coordinator, broker %d, does not answer", c.lost)
	case c.away:
		return phrase.New("it cannot be reached through its coordinator, broker %d", c.lost)
	}
	return phrase.New("its coordinator, broker %d, had not answered", c.lost)
}

// givenAway says that the brokers show somebody else with each of these.
func givenAway(g kafka.GroupReading, l *life, tps []kafka.TopicPartition) bool {
	others := map[kafka.TopicPartition]bool{}
	for _, m := range g.Members {
		for topic, ids := range m.Partitions {
			for _, id := range ids {
				if m.MemberID != l.memberID {
					others[kafka.TopicPartition{Topic: topic, Partition: id}] = true
				}
			}
		}
	}
	for _, tp := range tps {
		if !others[tp] {
			return false
		}
	}
	return true
}
