package standalone

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// work is the life of a service that reads: from joining its group to leaving it.
func (p *process) work(ctx context.Context) error {
	s := p.service
	// For the goodbye, which may be unheard. Where the brokers do not tell it is not known.
	_, _, _ = p.cluster.GroupTimeouts(ctx, s.role.Group)
	pulse := newPulse(p)
	w := p.newWatch(pulse)

	member, err := p.cluster.NewMember(kafka.MemberConfig{
		ClientID: p.name, Group: s.role.Group, Topics: s.role.Topics, Protocol: p.cfg.Kafka.Protocol,
		Handler:     &witness{work: s.work, refusals: s.refusals, writes: s.writes, prefix: p.cfg.Kafka.Prefix, journal: p.journal},
		Batch:       p.batch,
		Patience:    s.role.Patience,
		Guarantee:   p.cfg.Guarantee,
		CommitEvery: func() time.Duration { return p.cfg.CommitEvery },
		Watch:       w,
	})
	if err != nil {
		return err
	}
	p.journal.Say("%s asks to join %s.", p.name, w.group)
	ctx, end := context.WithCancelCause(ctx)
	defer p.alongside(ctx, pulse.run)()
	defer end(nil)
	ended := make(chan error, 1)
	go func() { ended <- member.Run(ctx) }()
	tick, leaving, idle := time.NewTicker(time.Second), ctx.Done(), bench{}
	defer tick.Stop()
	for {
		select {
		case id := <-w.joined:
			if p.hasTwin(ctx, id) {
				end(p.rival())
				continue
			}
			p.seat.joined(id)
		case now := <-tick.C:
			p.journal.sumUp()
			if w.known.Load() && idle.waits(len(member.Partitions()), now) {
				idle.told = p.tellWaiting(ctx)
			}
		case err := <-w.turned:
			leaving = nil
			end(err)
		case <-leaving:
			leaving = nil // told once
			p.journal.Say("%s is asked to stop: it finishes what is in hand, commits and leaves.", p.name)
		case err := <-ended:
			p.journal.sumUp()
			return p.ended(err, context.Cause(ctx), w.known.Load())
		}
	}
}

// hasTwin says whether a member of the group with another id has the same name: one that joined at the same time, from
// another machine of this name.
func (p *process) hasTwin(ctx context.Context, id string) bool {
	group, err := p.cluster.Group(ctx, p.service.role.Group, p.service.role.Topics...)
	return err == nil && taken(group, p.name, id, p.seat.before)
}

// ended says how the service ended: by a crash, because somebody else has its name, or politely.
func (p *process) ended(err, cause error, joined bool) error {
	var fatal *kafka.FatalError
	var unheard *kafka.UnheardError
	if errors.As(err, &unheard) {
		unheard.Group = p.real(unheard.Group)
	}
	switch {
	case errors.As(err, &fatal):
		return phrase.Errorf("%s died: %w", p.name, fatal)
	case cause != nil && !errors.Is(cause, context.Canceled):
		return errors.Join(cause, err)
	case err != nil:
		return err
	}
	if !joined {
		p.journal.Say("%s ends: it has never been in %s.", p.name, p.real(p.service.role.Group))
		return nil
	}
	p.journal.Say("%s has left %s: it finished %s.", p.name, p.real(p.service.role.Group), records(p.service.work.Finished()))
	return nil
}

// watch tells the journal what happens to the member.
type watch struct {
	name, group, prefix string // the group by the name that the brokers know; prefix makes that of a topic
	journal             *Journal
	joined              chan string // the member's id, once it has joined
	known               atomic.Bool // it has
	failing             func(error)
	turned              chan error // the group speaks another protocol; nil: that is a failure as others
}

func (p *process) newWatch(pulse *pulse) *watch {
	return &watch{
		name: p.name, group: p.real(p.service.role.Group), prefix: p.cfg.Kafka.Prefix, journal: p.journal,
		joined: make(chan string, 1), failing: pulse.failing, turned: p.turns(),
	}
}

// Assigned implements kafka.Watcher.
func (w *watch) Assigned(a kafka.Assignment) {
	if a.MemberID != "" && !w.known.Swap(true) {
		w.joined <- a.MemberID
		w.journal.Say("%s has joined %s.", w.name, w.group)
		if len(a.Partitions) == 0 {
			w.journal.Say("%s has no partition yet.", w.name)
		}
	}
	if len(a.Partitions) > 0 {
		w.journal.Say("%s now reads %s.", w.name, w.listed(a.Partitions))
	}
}

// Released implements kafka.Watcher.
func (w *watch) Released(_ time.Time, tps []kafka.TopicPartition, lost bool) {
	if lost {
		w.journal.Warn("%s lost %s: it is out of touch with its group.", w.name, w.listed(tps))
		return
	}
	w.journal.Say("%s gave up %s.", w.name, w.listed(tps))
}

// Begun implements kafka.Watcher. What is finished is told, not what is begun.
func (w *watch) Begun(time.Time, []*kafka.Record) {}

// Failing implements kafka.Watcher.
func (w *watch) Failing(err error) {
	if w.turned == nil || !errors.Is(err, kafka.ErrOtherProtocol) {
		w.failing(err)
		return
	}
	select {
	case w.turned <- err:
	default: // it is known already
	}
}

// listed names partitions by their topic: "payment-successful P0, P2".
func (w *watch) listed(tps []kafka.TopicPartition) string {
	byTopic := map[string][]int{}
	for _, tp := range tps {
		byTopic[tp.Topic] = append(byTopic[tp.Topic], int(tp.Partition))
	}
	var words []string
	for topic, ps := range byTopic {
		slices.Sort(ps)
		names := make([]string, len(ps))
		for i, p := range ps {
			names[i] = fmt.Sprintf("P%d", p)
		}
		words = append(words, w.prefix+topic+" "+strings.Join(names, ", "))
	}
	slices.Sort(words)
	return strings.Join(words, "; ")
}
