package lab

import (
	"context"
	"errors"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/role"
)

// curveEvery is the distance of two points of the lag curve, and curveKept how many are kept: ten minutes.
const (
	curveEvery = 500 * time.Millisecond
	curveKept  = 1200
)

// wholeFor is how much older than the last reading the last whole one may be to be shown in its place.
const wholeFor = time.Minute

// watchBrokers keeps reading the brokers' word until ctx ends; the channel is closed when it has stopped.
func (s *state) watchBrokers(ctx context.Context, o *kafka.Observer) (stopped <-chan struct{}) {
	return s.tasks.start(func(context.Context) {
		defer o.Close()
		// Run only ends with ctx: what goes wrong in a reading is put, not returned.
		_ = o.Run(ctx, readEvery(s.cfg.Partitions), func(r kafka.Reading, err error) {
			s.lab.post(func(s *state) { s.observed(r, err) })
		})
	})
}

// readEvery is the pause between two readings: short enough that no number on the screen is older than half a second,
// long enough that an idle lab costs next to nothing.
func readEvery(partitions int) time.Duration {
	if partitions > 30 {
		return 300 * time.Millisecond
	}
	return 200 * time.Millisecond
}

// observed takes in a reading of the brokers' word. A failed one leaves the last good one in place, with its age.
func (s *state) observed(r kafka.Reading, err error) {
	if err != nil {
		s.missed(err)
		return
	}
	s.silent = 0
	if r.At.Before(s.readFrom) {
		return
	}
	if s.readingErr != nil {
		s.feed.add(Good, "kafka", 0, "The brokers answer again, after %s.", phrase.Seconds(r.At.Sub(s.answeredAt)))
	}
	s.lost = false
	s.rebalances.outages.end(r.At.Add(r.Took), false)
	if r.Err() == nil {
		s.whole = r
	}
	s.reading, s.readingErr, s.readAt, s.answeredAt, s.tookRead = r, nil, r.At, r.At, r.Took
	s.measure(r)
	s.coordinate(r)
	s.place(r)
	s.brokers.look(r, s.topicNames())
	s.bury(r)
	s.uncover(r)
	s.unblock(r)
	s.watchTopics(r)
}

// missed notes that a reading failed. One failure is nothing, however long it took: a leader may just be on its way, and the
// broker that was asked may be the only one that is gone. The age of the last reading shows all the same.
func (s *state) missed(err error) {
	if s.silent++; s.silent == 1 {
		return
	}
	before := s.lost
	if s.lost = errors.Is(err, kafka.ErrNoBroker); s.lost && !before {
		s.brokers.cutOff()
		if !s.answeredAt.IsZero() {
			s.rebalances.cutOff(s.answeredAt, s.protocol.String())
		}
		s.fallBack()
	}
	if s.readingErr == nil {
		s.feed.add(Bad, "kafka", 0, "The brokers do not answer: %v", err)
	}
	s.readingErr = err
}

// fallBack shows the last reading in which everything could be read, when the brokers died one after the other: what it knows
// is a little older than the last reading, which says that too, and knows less.
func (s *state) fallBack() {
	if w := s.whole; !w.At.Before(s.readFrom) && s.readAt.Sub(w.At) < wholeFor {
		s.reading, s.readAt, s.tookRead = w, w.At, w.Took
	}
}

// unblock forgets what consumers could not get past and somebody did. Under at-most-once a commit says nothing of the kind:
// it comes before the work.
func (s *state) unblock(r kafka.Reading) {
	g := r.Groups[kafka.OrderGroup]
	if s.guarantee == kafka.AtMostOnce || g.Err != nil {
		return
	}
	for _, i := range s.instances {
		for _, b := range i.blocked() {
			if g.Committed[kafka.PaymentSuccessful][b.Partition] > b.Offset {
				i.forget(b.Partition)
			}
		}
	}
}

// measure feeds the reading into the series that rates and trends are derived from.
func (s *state) measure(r kafka.Reading) {
	for name, t := range r.Topics {
		// What stands behind an open transaction does not count yet, and may never.
		if records, known := recordsIn(t); known {
			at(s.topicEnds, name).add(r.At, records-s.markers(name))
		}
	}
	var lag, done int64
	partitions := s.positions()
	s.remember(partitions, r.At)
	if len(partitions) == 0 {
		return // there is no topic that could have a lag
	}
	for _, p := range partitions {
		if !p.Known {
			return
		}
		at(s.partitionLag, p.ID).add(r.At, p.Lag)
		at(s.partitionDone, p.ID).add(r.At, p.Committed)
		lag += p.Lag
		done += p.Committed
	}
	s.totalLag.add(r.At, lag)
	s.totalDone.add(r.At, done)
	s.trackRun(r.At, lag)
	if n := len(s.curve); n == 0 || r.At.Sub(s.curve[n-1].At) >= curveEvery {
		s.curve = append(s.curve, CurvePoint{At: r.At, Lag: lag})
		// Snapshots share the points: they are dropped from the front by moving on, never overwritten.
		s.curve = s.curve[max(0, len(s.curve)-curveKept):]
	}
}

// recordsIn is how many offsets of a topic can be read by readers of committed records; known is false while a partition of
// it cannot be read.
func recordsIn(t kafka.TopicReading) (n int64, known bool) {
	for _, p := range t.Partitions {
		if p.Err != nil {
			return 0, false
		}
		n += p.Stable
	}
	return n, true
}

// at is the value of a key, made when it is missing.
func at[K comparable, V any](all map[K]*V, key K) *V {
	if all[key] == nil {
		all[key] = new(V)
	}
	return all[key]
}

// place settles who has nothing to read: only the brokers can say so.
func (s *state) place(r kafka.Reading) {
	for _, k := range []Kind{OrderKind, EmailKind, AnalyticsKind} {
		g := r.Groups[roleOf(k).Group]
		if g.Err != nil {
			continue
		}
		for _, i := range s.instances {
			if i.kind == k && i.alive() {
				s.identify(i.life)
			}
		}
		s.meet(r, k)
		settled := atRest(g, r.Topics, roleOf(k).Topics)
		for _, i := range s.instances {
			if i.kind != k || !i.alive() {
				continue
			}
			given := i.life.givenBy(g)
			if settled && given == 0 && len(i.life.owned) == 0 && i.life.listedIn(g) {
				i.become(Standby)
			}
			settled = settled && i.health != Joining && given == len(i.life.owned)
		}
		if k == OrderKind {
			s.rebalances.look(r.At, g, settled)
			if settled && s.allListed(k, g) {
				s.rebalances.shaken = false
			}
		}
	}
	s.outside.met = true
}

// allListed says whether the group counts every living instance. After an outage it can be at rest before all are back, and deals
// its partitions out again when the others come.
func (s *state) allListed(k Kind, g kafka.GroupReading) bool {
	return !slices.ContainsFunc(s.instances, func(i *instance) bool { return i.kind == k && i.alive() && !i.life.listedIn(g) })
}

// stable is what brokers call a group in which nothing is on its way.
const stable = "Stable"

// atRest says whether the group is stable and every partition of its topics belongs to a member. Stable alone is not
// enough: between the two rebalances of cooperative-sticky a group is stable, and what moves belongs to nobody.
func atRest(g kafka.GroupReading, topics map[string]kafka.TopicReading, names []string) bool {
	if g.State != stable {
		return false
	}
	for _, name := range names {
		given := 0
		for _, m := range g.Members {
			given += len(m.Partitions[name])
		}
		if given != len(topics[name].Partitions) {
			return false
		}
	}
	return true
}

// listedIn says whether the group counts the life as a member.
func (l *life) listedIn(g kafka.GroupReading) bool {
	return l.memberID != "" && slices.ContainsFunc(g.Members, func(m kafka.MemberReading) bool { return m.MemberID == l.memberID })
}

// givenBy is how many partitions the group has given the life.
func (l *life) givenBy(g kafka.GroupReading) int {
	n := 0
	for _, m := range g.Members {
		if m.MemberID != l.memberID {
			continue
		}
		for _, ps := range m.Partitions {
			n += len(ps)
		}
	}
	return n
}

// sample takes what is counted in this process.
func (s *state) sample(now time.Time) {
	for _, i := range s.instances {
		i.rate.add(now, i.work.Finished())
	}
	s.tellDeliveries()
	s.tellRejections()
	s.tellDisk()
	s.supervise(now)
	s.brokers.tell(now, s.lagOf)
	s.rebalances.outages.look(now, len(s.positions()))
	s.tellStranded(now)
	if s.books != nil {
		s.trials.look(s.books.Picture())
	}
}

// topicNames are the names of the lab's topics, in the order in which they are shown.
func (s *state) topicNames() []string {
	var names []string
	for _, t := range role.Topics(s.cfg.Partitions) {
		names = append(names, t.Name)
	}
	return names
}
