package lab

import (
	"cmp"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

const (
	// goneShown is how long an outsider that is gone is still listed.
	goneShown = 30 * time.Second
	// goneKept is how many of those that are gone are listed, the newest ones.
	goneKept = 8
	// outsidersKept is how many outsiders are listed: anybody can join a group.
	outsidersKept = 200
)

// outsider is a member of one of the lab's groups that runs in another process. All that is known of it is the brokers'
// word: there are no callbacks, nobody knows what it has in hand, and how far it has come is what it commits.
type outsider struct {
	*life  // it takes the place of a reader in the list of rebalances; there is no member behind it
	number int
	host   string
	since  time.Time
	gone   time.Time // when a reading first showed the group without it; zero: it is a member
	lag    int64     // of its partitions
	known  bool      // the lag is
	// committed is where its partitions stood when it was seen last; done is by how much they moved on while it had them.
	committed map[kafka.TopicPartition]int64
	done      int64
	rate      series
}

// outsiders are those that are in the groups of the lab, or were a moment ago; see forget for their order.
type outsiders struct {
	list []*outsider
	seen int             // how many there ever were
	ours map[string]bool // the ids of all members that the lab ever had
	// shared are the services in whose groups outsiders have been since this lab began to count.
	shared map[Kind]bool
	met    bool // there has been a reading: who is new from now on has come
}

// identify notes the id of a life of ours, under which the brokers list it.
func (s *state) identify(l *life) {
	l.memberID, _ = l.member.ID()
	s.outside.own(l.memberID)
}

func (o *outsiders) own(memberID string) {
	if memberID != "" {
		o.ours[memberID] = true
	}
}

// isOurs recognises a member of this lab by its id, and by its client id while that is not known yet.
func (s *state) isOurs(k Kind, m kafka.MemberReading) bool {
	return s.outside.ours[m.MemberID] || slices.ContainsFunc(s.instances, func(i *instance) bool {
		return i.kind == k && i.name == m.ClientID && i.life != nil && i.alive() && i.life.memberID == ""
	})
}

// meet takes in who of a group runs elsewhere.
func (s *state) meet(r kafka.Reading, k Kind) {
	g, o := r.Groups[roleOf(k).Group], &s.outside
	var came, went []*outsider
	listed := map[string]bool{}
	for _, m := range g.Members {
		listed[m.MemberID] = true
		if s.isOurs(k, m) {
			continue
		}
		if len(m.Partitions) > 0 {
			o.shared[k] = true
		}
		one, fresh := o.find(k, m, r.At)
		if one == nil {
			continue
		}
		if fresh {
			came = append(came, one)
		}
		one.look(r, g, m)
	}
	for _, one := range o.list {
		if one.instance.kind == k && one.gone.IsZero() && !listed[one.memberID] {
			one.gone = r.At
			went = append(went, one)
		}
	}
	s.tellOutsiders(came, went)
	if k == OrderKind {
		s.attribute(r.At, g, came, went)
		s.hands.elsewhere(o.read())
	}
	for _, one := range went {
		clear(one.owned)
	}
	o.forget(r.At)
}

// forget sorts the list, the living before those that are gone and the newest of these first, and drops who has been gone
// for long, or before many others.
func (o *outsiders) forget(now time.Time) {
	slices.SortFunc(o.list, func(a, b *outsider) int {
		switch lives := a.gone.IsZero(); {
		case lives && b.gone.IsZero():
			return a.number - b.number
		case lives:
			return -1
		case b.gone.IsZero():
			return 1
		}
		return cmp.Or(b.gone.Compare(a.gone), b.number-a.number)
	})
	gone := 0
	o.list = slices.DeleteFunc(o.list, func(one *outsider) bool {
		if one.gone.IsZero() {
			return false
		}
		gone++
		return gone > goneKept || now.Sub(one.gone) > goneShown
	})
}

// find is the outsider that a member is; nil when there are too many already.
func (o *outsiders) find(k Kind, m kafka.MemberReading, at time.Time) (one *outsider, fresh bool) {
	for _, one := range o.list {
		if one.instance.kind == k && one.memberID == m.MemberID && one.gone.IsZero() {
			return one, false
		}
	}
	if len(o.list) >= outsidersKept {
		return nil, false
	}
	o.seen++
	one = &outsider{
		life: &life{
			instance: &instance{name: m.ClientID, kind: k}, memberID: m.MemberID, owned: map[kafka.TopicPartition]bool{}, elsewhere: true,
		},
		number: o.seen, host: m.Host, since: at,
	}
	o.list = append(o.list, one)
	return one, true
}

// look notes what an outsider has, and how far it has come.
func (o *outsider) look(r kafka.Reading, g kafka.GroupReading, m kafka.MemberReading) {
	clear(o.owned)
	committed := map[kafka.TopicPartition]int64{}
	o.lag, o.known = 0, true
	for topic, ids := range m.Partitions {
		all := r.Topics[topic].Partitions
		for _, id := range ids {
			tp := kafka.TopicPartition{Topic: topic, Partition: id}
			o.owned[tp] = true
			if int(id) >= len(all) || all[id].Err != nil {
				o.known = false
				continue
			}
			at, ok := g.Committed[topic][id]
			if !ok || at < all[id].Start {
				at = all[id].Start
			}
			committed[tp] = at
			o.lag += max(0, all[id].End-at)
			if before, had := o.committed[tp]; had {
				o.done += max(0, at-before)
			}
		}
	}
	o.committed = committed
	o.rate.add(r.At, o.done)
}

// tellOutsiders puts who came and went into the feed.
func (s *state) tellOutsiders(came, went []*outsider) {
	for _, one := range came {
		if s.outside.met {
			s.feed.add(Info, "group", 0, "%s on %s has joined %s. It runs outside this lab: all that is seen of it is the brokers' word.",
				one.instance.name, one.host, roleOf(one.instance.kind).Group)
			continue
		}
		s.feed.add(Info, "group", 0, "%s on %s is already in %s. It runs outside this lab: all that is seen of it is the brokers' word.",
			one.instance.name, one.host, roleOf(one.instance.kind).Group)
	}
	for _, one := range went {
		s.feed.add(Info, "group", 0, "%s on %s is no member of %s any more: it left or died, the brokers do not say which.",
			one.instance.name, one.host, roleOf(one.instance.kind).Group)
	}
}

// attribute writes what outsiders do into the list of rebalances, and who of them has which partition.
func (s *state) attribute(at time.Time, g kafka.GroupReading, came, went []*outsider) {
	readers := s.readers()
	if s.outside.met && len(came)+len(went) > 0 {
		s.rebalances.outside(at, s.protocol.String(), came, went)
	}
	for _, one := range went {
		for _, p := range one.partitions() {
			if readers[p] == 0 {
				s.orphans[p] = at
			}
		}
	}
	for _, one := range s.outside.list {
		if one.instance.kind != OrderKind || !one.gone.IsZero() {
			continue
		}
		for _, p := range one.partitions() {
			// Where one of ours reads, the brokers' word is from before it did.
			if readers[p] == 0 && s.rebalances.holders[p] != one.life {
				delete(s.orphans, p)
				s.lab.turnstile.forget(p)
				s.rebalances.took(at, one.life, p, g.Epoch)
			}
		}
	}
}

// living are the outsiders in the group of a kind.
func (o *outsiders) living(k Kind) []*outsider {
	return slices.DeleteFunc(slices.Clone(o.list), func(one *outsider) bool { return one.instance.kind != k || !one.gone.IsZero() })
}

// mustBeAlone refuses what needs groups without outsiders: only those who run them can stop them.
func (s *state) mustBeAlone(what phrase.Phrase, kinds ...Kind) error {
	for _, k := range kinds {
		if there := s.outside.living(k); len(there) > 0 {
			return phrase.Errorf("%s while %s, which runs on %s and not in this lab, is in %s: stop it there first",
				what, there[0].instance.name, there[0].host, roleOf(k).Group)
		}
	}
	return nil
}

// elsewhere is the error of a command to an outsider; nil when there is none of that member id, or client id.
func (s *state) elsewhere(name string) error {
	for _, one := range s.outside.list {
		if one.gone.IsZero() && (one.memberID == name || one.instance.name == name) {
			return phrase.Errorf("%s runs on %s and not in this lab: only who runs it can stop or kill it", one.instance.name, one.host)
		}
	}
	return nil
}

// read are the partitions that outsiders have, by the brokers' word.
func (o *outsiders) read() []kafka.TopicPartition {
	var tps []kafka.TopicPartition
	for _, one := range o.living(OrderKind) {
		for tp := range one.owned {
			tps = append(tps, tp)
		}
	}
	return tps
}

// shown is the outsider as a Snapshot shows it.
func (o *outsider) shown() Instance {
	i := Instance{
		Name: o.instance.name, Kind: o.instance.kind, Outside: o.number, MemberID: o.memberID, Host: o.host,
		Health: Active, Since: o.since, Processed: o.done, Lag: o.lag, LagKnown: o.known,
	}
	switch {
	case !o.gone.IsZero():
		i.Health, i.Since = Left, o.gone
		return i
	case len(o.owned) == 0:
		i.Health = Standby
	}
	i.Rate = o.rate.perSecond()
	for tp := range o.owned {
		i.Partitions = append(i.Partitions, TopicPartition{tp.Topic, tp.Partition})
	}
	slices.SortFunc(i.Partitions, compareTopicPartitions)
	return i
}

// numberOf is Instance.Outside of an order consumer; 0 when it is none of the outsiders.
func (o *outsiders) numberOf(m kafka.MemberReading) int {
	for _, one := range o.list {
		if one.instance.kind == OrderKind && one.memberID == m.MemberID {
			return one.number
		}
	}
	return 0
}
