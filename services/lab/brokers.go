package lab

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

const (
	// lossesKept is how many losses of brokers are kept.
	lossesKept = 50
	// unreadWithin is how long a partition that moved may take to be read again before its loss is told without that.
	unreadWithin = 15 * time.Second
)

// brokers follows the brokers of the cluster through the readings: who is there, who leads what, and what moved when one was
// lost.
type brokers struct {
	turnstile *turnstile
	feed      *feed
	simulated bool  // they are embedded ones, of this process or another
	fixed     int32 // the one that cannot be stopped; negative: none
	known     map[int32]Broker
	places    map[kafka.TopicPartition]int32 // who led each when it last answered
	moves     []move
	losses    []*loss
	heard     map[int32]time.Time // when each last answered
	quiet     map[int32]bool      // those that did not answer in the reading before, though another one did
	placement Placement           // never changed, only replaced: Snapshots share it
}

// move is a partition that got another leader, while the one before was not known to be lost.
type move struct {
	LeaderMove
	at time.Time
}

// loss is a Loss that is still being written.
type loss struct {
	Loss
	watch   *watch    // nil once told
	settled time.Time // when nothing waited for a leader any more
	started time.Time // when this lab started it again; zero: it has not
}

func newBrokers(t *turnstile, f *feed) *brokers {
	return &brokers{turnstile: t, feed: f, known: map[int32]Broker{}, heard: map[int32]time.Time{}, places: map[kafka.TopicPartition]int32{}}
}

// look takes in a reading. topics are in the order in which they are shown.
func (b *brokers) look(r kafka.Reading, topics []string) {
	somebody := slices.ContainsFunc(r.Brokers, func(now kafka.BrokerReading) bool { return now.Answers })
	quiet, listed := map[int32]bool{}, map[int32]bool{}
	for _, now := range r.Brokers {
		listed[now.ID] = true
		switch {
		case now.Answers:
			b.answers(now, r.At)
		case somebody:
			// One answer can fail to come for many reasons, such as that another broker has just gone.
			if quiet[now.ID] = true; b.quiet[now.ID] {
				b.misses(now.ID, now.Address, BrokerSilent, r.At)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.known)) {
		if !listed[id] {
			b.misses(id, b.known[id].Address, BrokerGone, r.At)
		}
	}
	// Where nobody answered, it may be the question that came too late.
	if somebody {
		b.quiet = quiet
	}
	b.moves = slices.DeleteFunc(b.moves, func(m move) bool { return m.at.Before(b.heard[m.From]) })
	b.follow(r)
	b.place(r, topics)
	b.settle(r.At)
}

// answers notes that a broker answered.
func (b *brokers) answers(now kafka.BrokerReading, at time.Time) {
	before, known := b.known[now.ID]
	broker := Broker{ID: now.ID, Address: now.Address, Since: at, Fixed: b.simulated && now.ID == b.fixed}
	l := b.lossOf(now.ID)
	away := known && before.State != BrokerUp || l != nil && l.startedBy(at)
	if known && !away {
		broker.Since = before.Since
	}
	b.known[now.ID], b.heard[now.ID] = broker, at
	if l != nil && away {
		b.back(l, at)
	}
}

// misses notes that a broker does not answer, or is not there, though another one answers: it is lost.
func (b *brokers) misses(id int32, address string, state BrokerState, at time.Time) {
	before, known := b.known[id]
	heard, ever := b.heard[id]
	l := b.lossOf(id)
	if l == nil && ever {
		l = b.lose(id, heard)
		b.adopt(l)
		if state == BrokerSilent {
			b.feed.tell(Bad, "kafka", 0, b.silentText(id))
		}
	}
	now := Broker{ID: id, Address: address, State: state, Since: at, Fixed: b.simulated && id == b.fixed}
	switch {
	case l != nil:
		now.Since = l.At
	case known:
		now.Since = before.Since
	}
	b.known[id] = now
}

// cutOff notes that no broker answers any more. That is no loss of each of them: it may be the way to them that is gone.
func (b *brokers) cutOff() {
	for id, broker := range b.known {
		if broker.State == BrokerUp {
			broker.State, broker.Since = BrokerSilent, b.heard[id]
			b.known[id] = broker
		}
	}
}

// lose opens the entry of a broker that was lost.
func (b *brokers) lose(id int32, at time.Time) *loss {
	l := &loss{Loss: Loss{Broker: id, At: at}, watch: b.turnstile.watch()}
	b.losses = append(b.losses, l)
	if extra := len(b.losses) - lossesKept; extra > 0 {
		for _, old := range b.losses[:extra] {
			old.close(b.turnstile)
		}
		b.losses = slices.Clone(b.losses[extra:])
	}
	return l
}

// spare takes the entry of a broker back that was not lost after all.
func (b *brokers) spare(l *loss) {
	l.close(b.turnstile)
	b.losses = slices.DeleteFunc(b.losses, func(o *loss) bool { return o == l })
}

// close ends the measuring of what was unread.
func (l *loss) close(t *turnstile) {
	if l.watch != nil {
		t.unwatch(l.watch)
		l.watch = nil
	}
}

// lossOf is the entry of a broker that is lost now; nil when it is not.
func (b *brokers) lossOf(id int32) *loss {
	i := slices.IndexFunc(b.losses, func(l *loss) bool { return l.Broker == id && l.Back.IsZero() })
	if i < 0 {
		return nil
	}
	return b.losses[i]
}

// follow notes which partitions have another leader than before, and which are not there any more: those wait for none.
func (b *brokers) follow(r kafka.Reading) {
	maps.DeleteFunc(b.places, func(tp kafka.TopicPartition, _ int32) bool {
		return int(tp.Partition) >= len(r.Topics[tp.Topic].Partitions)
	})
	for name, t := range r.Topics {
		for id, p := range t.Partitions {
			if p.Err != nil || p.Leader < 0 {
				continue
			}
			tp := kafka.TopicPartition{Topic: name, Partition: int32(id)}
			before, known := b.places[tp]
			b.places[tp] = p.Leader
			if !known || before == p.Leader {
				continue
			}
			m := move{LeaderMove{Topic: name, Partition: int32(id), From: before, To: p.Leader}, r.At}
			if l := b.lossOf(before); l != nil {
				l.add(m)
			} else {
				b.moves = append(b.moves, m)
			}
		}
	}
}

// adopt gives a loss what has moved since the broker last answered: leaders can move before the loss is certain.
func (b *brokers) adopt(l *loss) {
	for _, m := range b.moves {
		if m.From == l.Broker && m.at.After(l.At) {
			l.add(m)
		}
	}
}

func (l *loss) add(m move) {
	m.Within = max(0, m.at.Sub(l.At))
	l.Moved = append(l.Moved, m.LeaderMove)
}

// place draws up where everything is kept now.
func (b *brokers) place(r kafka.Reading, topics []string) {
	now := Placement{Simulated: b.simulated}
	for _, name := range topics {
		for id, p := range r.Topics[name].Partitions {
			place := Place{
				Topic: name, Partition: int32(id), Leader: p.Leader, Replicas: p.Replicas, ISR: p.ISR,
				Silent: errors.Is(p.Err, kafka.ErrNoAnswer),
			}
			now.Places = append(now.Places, place)
			if place.Leader < 0 || place.Silent {
				now.Leaderless++
			}
			if !b.simulated && len(p.ISR) < len(p.Replicas) {
				now.UnderReplicated++
			}
		}
	}
	b.placement = now
	for id, broker := range b.known {
		broker.Leads, broker.Copies, broker.InSync, broker.Coordinates = 0, 0, 0, nil
		for _, p := range now.Places {
			broker.Leads += count(p.Leader == id && !p.Silent)
			broker.Copies += count(slices.Contains(p.Replicas, id))
			broker.InSync += count(slices.Contains(p.ISR, id))
		}
		for _, name := range slices.Sorted(maps.Keys(r.Groups)) {
			if g := r.Groups[name]; g.Err == nil && g.Coordinator == id {
				broker.Coordinates = append(broker.Coordinates, name)
			}
		}
		b.known[id] = broker
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// settle notes whether what lost its leader has another one, and whether copies are in sync again.
func (b *brokers) settle(at time.Time) {
	for _, l := range b.losses {
		l.Waiting = 0
		for _, p := range b.places {
			l.Waiting += count(l.Back.IsZero() && p == l.Broker && b.known[l.Broker].State != BrokerUp)
		}
		if l.Waiting == 0 && l.settled.IsZero() && (b.known[l.Broker].State == BrokerGone || len(l.Moved) > 0 || !l.Back.IsZero()) {
			l.settled = at
		}
		broker := b.known[l.Broker]
		if !b.simulated && !l.Back.IsZero() && l.InSync.IsZero() && broker.State == BrokerUp && broker.InSync == broker.Copies {
			l.InSync = at
			b.feed.add(Good, "kafka", 0, "All copies on broker %d are in sync again, %s after it came back.", l.Broker, phrase.Seconds(at.Sub(l.Back)))
		}
	}
}

// forget forgets where everything was: the topics were created anew, and a new partition has not moved.
func (b *brokers) forget() {
	clear(b.places)
	b.moves = nil
}

// list are the brokers, by node id.
func (b *brokers) list() []Broker {
	return slices.SortedFunc(maps.Values(b.known), func(x, y Broker) int { return cmp.Compare(x.ID, y.ID) })
}

// lost are the losses, oldest first.
func (b *brokers) lost() []Loss {
	out := make([]Loss, len(b.losses))
	for i, l := range b.losses {
		out[i] = l.Loss
		out[i].Moved = slices.Clone(l.Moved)
	}
	return out
}
