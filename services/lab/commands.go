package lab

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// do carries out one command. What takes time goes on in a task, so that the lab's goroutine never waits.
func (s *state) do(r request) {
	if s.cfg.Observe {
		r.reply <- kafka.ErrReadOnly
		return
	}
	if why := whyNot(s.terms.can, r.command); !why.Empty() {
		r.reply <- phrase.Errorf("%s", why)
		return
	}
	switch c := r.command.(type) {
	case Flood:
		r.reply <- s.flood(c.Count)
	case Poison:
		s.poison(c.Pills, r.reply)
	case AddConsumer:
		r.reply <- s.addConsumer()
	case Kill:
		r.reply <- s.kill(c.Name)
	case Stop:
		s.stopInstance(c.Name, r.reply)
	case Restart:
		r.reply <- s.restart(c.Name)
	case SetDelay:
		r.reply <- s.setDelay(c.Delay)
	case SetProtocol:
		s.setProtocol(c.Protocol, r.reply)
	case GrowPartitions:
		s.growPartitions(c.Count, r.reply)
	case RecreateTopics:
		s.recreateTopics(c.Partitions, r.reply)
	case SetGuarantee:
		s.setGuarantee(c.Guarantee, r.reply)
	case SetCommitInterval:
		r.reply <- s.setCommitInterval(c.Every)
	case SetPoison:
		r.reply <- s.setPoison(c.Policy, c.Attempts)
	case KillBetween:
		r.reply <- s.killBetween(c.Name, c.Payments)
	case StopBroker:
		s.stopBroker(c.ID, r.reply)
	case StartBroker:
		s.startBroker(c.ID, r.reply)
	case SetKey:
		r.reply <- s.setKey(c.Key)
	default:
		r.reply <- phrase.Errorf("the lab knows no command %s", fmt.Sprintf("%T", c))
	}
}

func (s *state) addConsumer() error {
	if s.reshaping != nil {
		return s.reshaping
	}
	number := 1
	for _, i := range s.instances {
		if i.kind == OrderKind {
			number = max(number, i.number+1)
		}
	}
	if number > MaxConsumers {
		return phrase.Errorf("the lab has %d order consumers, the dead ones counted, and takes no more: restart a dead one", MaxConsumers)
	}
	i := s.newConsumer(number)
	if err := s.begin(i); err != nil {
		return err
	}
	s.insert(i)
	s.note(time.Now(), CauseJoin, i.life, nil)
	s.feed.add(Info, i.name, i.number, "%s starts and asks to join the group.", i.name)
	return nil
}

func (s *state) kill(name string) error {
	i, err := s.find(name, (*instance).alive)
	if err != nil {
		return err
	}
	s.crash(i, phrase.New("lost power"))
	s.killed(i)
	return nil
}

func (s *state) stopInstance(name string, reply chan<- error) {
	i, err := s.find(name, (*instance).alive)
	if err != nil {
		reply <- err
		return
	}
	s.leave(i)
	ended := i.life.ended
	s.tasks.start(func(context.Context) {
		<-ended
		reply <- nil
	})
}

func (s *state) restart(name string) error {
	if s.reshaping != nil {
		return s.reshaping
	}
	dead := func(i *instance) bool { return i.health == Crashed || i.health == Left }
	i, err := s.find(name, dead)
	if err != nil {
		return err
	}
	if err := s.begin(i); err != nil {
		return err
	}
	s.note(time.Now(), CauseJoin, i.life, nil)
	s.feed.add(Info, i.name, i.number, "%s starts again.", i.name)
	return nil
}

func (s *state) setDelay(d time.Duration) error {
	if d < 0 || d > MaxDelay {
		return phrase.Errorf("a delay of %v: between 0 and %v", d, MaxDelay)
	}
	if n := len(s.runs); n > 0 && !s.runs[n-1].Drained && d != s.delay.Load() {
		s.runs[n-1].Retimed = true
	}
	s.delay.Set(d)
	if d == 0 {
		s.feed.add(Info, "orders", 0, "Each payment now takes an order consumer no time.")
		return nil
	}
	s.feed.add(Info, "orders", 0, "Each payment now takes an order consumer %s.", phrase.Seconds(d))
	return nil
}

func (s *state) setKey(k Key) error {
	what, ok := map[Key]phrase.Phrase{
		KeyNone: phrase.New("The payments of the next floods have no key: the partitions take turns."),
		KeyUser: phrase.New("The payments of the next floods have their user as key: one user, one partition, in order."),
		KeyVIP:  phrase.New("The payments of the next floods have one VIP as key: everything goes to one partition."),
	}[k]
	if !ok {
		return phrase.Errorf("no key is named %q: there are %s, %s and %s", k, KeyNone, KeyUser, KeyVIP)
	}
	s.key = k
	s.feed.tell(Info, "flood", 0, what)
	return nil
}

// find picks the instance that a command means: the named one, which must fit, or without a name the order consumer
// that fits best: the busiest that runs, or the one that died last.
func (s *state) find(name string, fits func(*instance) bool) (*instance, error) {
	if name != "" {
		for _, i := range s.instances {
			if i.name == name {
				if !fits(i) {
					return nil, phrase.Errorf("%s is %s", name, i.health.Phrase())
				}
				return i, nil
			}
		}
		return nil, cmp.Or(s.elsewhere(name), phrase.Errorf("there is no instance named %q", name))
	}
	var fit []*instance
	for _, i := range s.instances {
		if i.kind == OrderKind && fits(i) {
			fit = append(fit, i)
		}
	}
	if len(fit) == 0 {
		return nil, phrase.Errorf("no order consumer fits: %s", s.roll())
	}
	return slices.MaxFunc(fit, func(a, b *instance) int {
		if a.alive() && b.alive() {
			return cmp.Or(cmp.Compare(len(a.life.owned), len(b.life.owned)), cmp.Compare(a.rate.perSecond(), b.rate.perSecond()),
				cmp.Compare(b.number, a.number))
		}
		return a.since.Compare(b.since)
	}), nil
}

// roll says how many order consumers are in which health: "2 running, 1 crashed".
func (s *state) roll() phrase.Speaker {
	counts := map[Health]int{}
	for _, i := range s.instances {
		if i.kind == OrderKind {
			counts[i.health]++
		}
	}
	var words []phrase.Speaker
	for h := Joining; h <= Left; h++ {
		if counts[h] > 0 {
			words = append(words, phrase.New("%d %s", counts[h], h.Phrase()))
		}
	}
	if len(words) == 0 {
		return phrase.New("there is none")
	}
	return phrase.List{Between: ", ", Parts: words}
}

// insert keeps order consumers before the other services.
func (s *state) insert(i *instance) {
	at := slices.IndexFunc(s.instances, func(o *instance) bool { return o.kind != OrderKind })
	if at < 0 {
		at = len(s.instances)
	}
	s.instances = slices.Insert(s.instances, at, i)
}
