package lab

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/role"
)

// publish stores a fresh Snapshot.
func (s *state) publish() { s.lab.snapshot.Store(s.build(time.Now())) }

// build takes the picture.
func (s *state) build(now time.Time) *Snapshot {
	snap := &Snapshot{
		At: now, Started: s.since, State: s.phase,
		Observing:  s.cfg.Observe,
		Steps:      slices.Clone(s.steps),
		Reading:    Reading{At: s.readAt, Took: s.tookRead, Err: s.readingErr, Lost: s.lost, Members: s.counted()},
		Curve:      s.curve[:len(s.curve):len(s.curve)],
		Rebalances: s.rebalances.snapshot(),
		TwoReaders: s.lab.turnstile.twice(),
		Runs:       s.shownRuns(),
		Events:     s.feed.newest(),
		Guests:     s.guests,
		Brokers:    s.brokers.list(),
		Placement:  s.brokers.placement,
		Losses:     s.brokers.lost(),
		Outages:    slices.Clip(s.rebalances.outages.list),
	}
	if s.cluster == nil {
		return snap
	}
	cfg := s.cluster.Config()
	snap.Cluster = Cluster{
		Embedded: s.cluster.Embedded(), Simulated: s.cluster.Simulated(), ID: s.cluster.ID(), Nodes: s.cluster.Nodes(), Brokers: s.cluster.Brokers(), Prefix: cfg.Prefix,
		Payment: s.servers.url(0), Orders: s.servers.url(1), Emails: s.servers.url(2), Analytics: s.servers.url(3),
	}
	if room := cfg.Classroom; room != nil {
		snap.Cluster.Join, snap.Cluster.Code = snap.Cluster.Brokers[0], room.Code.Reveal()
	}
	snap.Can = s.can()
	clock := s.clockOf(OrderKind)
	snap.Settings = Settings{
		Protocol: s.protocol.String(), Key: s.key, Delay: s.delay.Load(),
		SessionTimeout: clock.session, Heartbeat: clock.heartbeat, Guarantee: string(s.guarantee),
		CommitInterval: s.commitInterval(), Poison: s.poisonPolicy, Attempts: s.attempts,
	}
	if s.books != nil {
		snap.Ledger, snap.Trials = s.books.Picture(), s.trials.list()
	}
	s.buildPartitions(snap)
	s.buildInstances(snap, now)
	s.buildTopics(snap)
	s.buildWork(snap)
	return snap
}

func (s *state) buildPartitions(snap *Snapshot) {
	snap.Partitions = s.positions()
	readers, owners := s.readers(), s.owners()
	snap.Lag.Known = len(snap.Partitions) > 0
	for i := range snap.Partitions {
		p := &snap.Partitions[i]
		p.Reader = readers[p.ID]
		p.Blocked = s.blockedAt(p.ID, p.Reader)
		if o, ok := owners[p.ID]; ok {
			p.Owner, p.OwnerInstance, p.OwnerOutside = o.name, o.number, o.outside
		}
		// A member of somebody else's reads what we cannot see.
		foreign := p.Owner != "" && p.OwnerInstance == 0
		p.Unknown = s.lost || p.Reader == 0 && s.reading.Groups[kafka.OrderGroup].Err != nil
		if p.Orphan = p.Reader == 0 && !foreign && !p.Unknown; p.Orphan {
			p.OrphanSince = s.orphans[p.ID]
		}
		if !p.Known {
			snap.Lag.Known = false
			continue
		}
		snap.Lag.Total += p.Lag
		p.Drain = drain(at(s.partitionLag, p.ID), at(s.partitionDone, p.ID), p.Lag)
		if p.Orphan || p.Blocked != nil && p.Blocked.Attempts > 1 {
			// Nobody gets on with it: what was committed a moment ago is no rate any more.
			p.Drain = orphaned(p.Drain)
			continue
		}
		if p.Drain.Trend == Stuck && s.works(p.Reader) {
			// Its reader gets on, and has not committed it yet.
			p.Drain.Trend = Steady
		}
		p.Rate = at(s.partitionDone, p.ID).perSecond()
		snap.Lag.Rate += p.Rate
	}
	snap.Lag.Drain = drainOfAll(snap.Partitions, drain(&s.totalLag, &s.totalDone, snap.Lag.Total))
	stands := func(p Partition) bool { return p.Drain.Trend == Stuck }
	if snap.Lag.Drain.Trend == Stuck && !slices.ContainsFunc(snap.Partitions, stands) {
		// Every reader gets on, and has not committed it yet.
		snap.Lag.Drain.Trend = Steady
	}
}

// counted is how many members the brokers count in each group.
func (s *state) counted() map[string]int {
	counts := map[string]int{}
	for name, g := range s.reading.Groups {
		if g.Err == nil {
			counts[name] = len(g.Members)
		}
	}
	return counts
}

// orphaned is the drain of a partition that nobody reads: its lag does not fall, whatever it did a moment ago.
func orphaned(d Drain) Drain {
	if d.Trend == Shrinking {
		d.Trend = Stuck
	}
	if d.Trend != Steady {
		d.ToZero = -1
	}
	return d
}

// drainOfAll is the drain of all partitions: the lag is zero when it is zero in the last of them, and falls only while
// it falls in one.
func drainOfAll(ps []Partition, d Drain) Drain {
	falls, toZero := false, time.Duration(0)
	for _, p := range ps {
		falls = falls || p.Drain.Trend == Shrinking
		switch {
		case p.Lag == 0:
		case p.Drain.ToZero < 0:
			toZero = -1
		case toZero >= 0:
			toZero = max(toZero, p.Drain.ToZero)
		}
	}
	if d.Trend == Shrinking && !falls {
		d.Trend = Stuck
	}
	d.ToZero = toZero
	return d
}

// readers says which instance of ours has each partition of payment-successful in hand.
func (s *state) readers() map[int32]int {
	readers := map[int32]int{}
	for _, i := range s.instances {
		if i.kind == OrderKind && i.life != nil && (i.alive() || i.health == Leaving) {
			for tp := range i.life.owned {
				readers[tp.Partition] = i.number
			}
		}
	}
	return readers
}

// owner is a member of the group as the brokers name it.
type owner struct {
	name    string
	number  int // of our own instance, dead or alive; 0 for an outsider
	outside int // Instance.Outside
}

// owners says who holds each partition of payment-successful by the brokers' word.
func (s *state) owners() map[int32]owner {
	owners := map[int32]owner{}
	for _, m := range s.reading.Groups[kafka.OrderGroup].Members {
		o := owner{name: m.ClientID, number: s.numberOf(m), outside: s.outside.numberOf(m)}
		for _, p := range m.Partitions[kafka.PaymentSuccessful] {
			owners[p] = o
		}
	}
	return owners
}

// numberOf recognises our own members by their member id, and by the client id while the id is not known yet.
func (s *state) numberOf(m kafka.MemberReading) int {
	for _, i := range s.instances {
		if i.kind != OrderKind {
			continue
		}
		for _, l := range i.bereaved {
			if l.memberID == m.MemberID {
				return i.number
			}
		}
		if i.life == nil {
			continue
		}
		if id := i.life.memberID; id == m.MemberID || id == "" && m.ClientID == i.name {
			return i.number
		}
	}
	return 0
}

func (s *state) buildInstances(snap *Snapshot, now time.Time) {
	for _, i := range s.instances {
		shown := s.buildInstance(i, now)
		switch i.kind {
		case OrderKind:
			snap.Orders = append(snap.Orders, shown)
		case EmailKind:
			snap.Email = shown
		case AnalyticsKind:
			snap.Analytics = shown
		}
	}
	snap.Shared = slices.Sorted(maps.Keys(s.outside.shared))
	for _, o := range s.outside.list {
		snap.Outsiders = append(snap.Outsiders, o.shown())
	}
}

func (s *state) buildInstance(i *instance, now time.Time) Instance {
	shown := Instance{
		Name: i.name, Kind: i.kind, Number: i.number, Health: i.health, Since: i.since,
		Restarts: max(0, i.lives-1), Processed: i.work.Finished(),
		Writing: i.writing(),
	}
	if i.alive() {
		shown.Rate = i.rate.perSecond()
	}
	if i.kind != OrderKind {
		shown.Lag, shown.LagKnown = s.groupLag(i.kind)
	}
	l := i.life
	if l == nil {
		return shown
	}
	s.buildTrouble(&shown, i, now)
	for tp := range l.owned {
		shown.Partitions = append(shown.Partitions, TopicPartition{tp.Topic, tp.Partition})
	}
	slices.SortFunc(shown.Partitions, compareTopicPartitions)
	if last, ok := i.work.Last(); ok {
		shown.Last = Last{Seen: true, Topic: last.Topic, Partition: last.Partition, Offset: last.Offset, User: last.User}
	}
	if e := l.failing.Load(); e != nil && i.alive() {
		shown.Err = *e
	}
	for _, dead := range i.bereaved {
		if s.listed(dead) {
			shown.StillMember = true
			shown.GoneIn = dead.goneIn(now)
		}
	}
	return shown
}

// groupLag is the lag of the whole group of a service.
func (s *state) groupLag(k Kind) (lag int64, known bool) {
	g := s.reading.Groups[roleOf(k).Group]
	if s.readAt.IsZero() || g.Err != nil {
		return 0, false
	}
	for _, topic := range roleOf(k).Topics {
		for id, p := range s.reading.Topics[topic].Partitions {
			if p.Err != nil {
				return 0, false
			}
			from := p.Start
			if c, ok := g.Committed[topic][int32(id)]; ok {
				from = c
			}
			lag += max(0, p.End-from)
		}
	}
	return lag, true
}

func (s *state) buildTopics(snap *Snapshot) {
	for _, t := range role.Topics(s.cfg.Partitions) {
		shown := Topic{Name: t.Name, Partitions: t.Partitions}
		if r, ok := s.reading.Topics[t.Name]; ok {
			shown.Partitions = len(r.Partitions)
			shown.Total, shown.Known = recordsIn(r)
			shown.Total = max(0, shown.Total-s.markers(t.Name))
			shown.Rate = max(0, at(s.topicEnds, t.Name).perSecond())
			s.buildHidden(&shown, snap.At)
		} else {
			shown.Missing = !s.readAt.IsZero()
		}
		snap.Topics = append(snap.Topics, shown)
		if t.Name == kafka.DLQPayment {
			snap.DLQ.Known, snap.DLQ.Total = shown.Known, shown.Total
		}
	}
}

func compareTopicPartitions(a, b TopicPartition) int {
	return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
}
