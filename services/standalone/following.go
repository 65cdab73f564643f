package standalone

import (
	"cmp"
	"context"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// restWithin is how long a service waits for a group that has not agreed on a protocol: a classic one does not tell it while
// it rebalances.
const restWithin = 15 * time.Second

// group reads the group of the service, once it has agreed on a protocol; an empty one for the payment service.
func (p *process) group(ctx context.Context) (kafka.GroupReading, error) {
	duty, reads := roleOf(p.cfg.Service)
	if !reads {
		return kafka.GroupReading{}, nil
	}
	for deadline := time.Now().Add(restWithin); ; {
		g, err := p.cluster.Group(ctx, duty.Group, duty.Topics...)
		if err != nil || p.asked || !undecided(g) || time.Now().After(deadline) {
			return g, err
		}
		if err := p.rest(ctx); err != nil {
			return g, err
		}
	}
}

// undecided says that the members of a classic group have not agreed on a protocol yet.
func undecided(g kafka.GroupReading) bool {
	return len(g.Members) > 0 && g.Epoch < 0 && g.Protocol == ""
}

// rest lets the time between two looks pass.
func (p *process) rest(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(lookEvery):
		return nil
	}
}

// match takes over the protocol that a group speaks, unless one was asked for: a member that speaks another would be turned
// away. It fails where the group speaks one that is none of the lab's.
func (p *process) match(g kafka.GroupReading) error {
	theirs := spoken(g)
	duty, _ := roleOf(p.cfg.Service)
	switch {
	case p.asked:
	case len(g.Members) > 0 && theirs == "" && !undecided(g):
		return phrase.Errorf("the members of %s speak the classic group protocol with the assignor %s, which is not what services speak: "+
			"choose one that they offer, too, with --protocol, or stop them", p.real(duty.Group), shown(g.Protocol))
	default:
		p.cfg.Kafka.Protocol = cmp.Or(theirs, p.cfg.Kafka.Protocol, p.cfg.Habit)
	}
	return nil
}

// follow looks what the group speaks that turned the service away. It fails when that is what the service speaks: then to ask
// again would not help.
func (p *process) follow(ctx context.Context, refused error) error {
	g, err := p.group(ctx)
	if err != nil {
		return err
	}
	before := cmp.Or(p.cfg.Kafka.Protocol, p.cluster.Config().Protocol)
	if err := p.match(g); err != nil {
		return err
	}
	now := cmp.Or(p.cfg.Kafka.Protocol, p.cluster.Config().Protocol)
	if len(g.Members) > 0 && now == before {
		return phrase.Errorf("%s turned %s away, which speaks %s: choose another protocol with --protocol: %w",
			p.real(p.service.role.Group), p.name, now, refused)
	}
	if now != before {
		p.journal.Say("%s speaks %s: %s does so, too.", p.real(p.service.role.Group), now, p.name)
	}
	return p.rest(ctx)
}

// turns is where the service hears that the group speaks another protocol; nil where it has to stay with its own.
func (p *process) turns() chan error {
	if p.asked {
		return nil
	}
	return make(chan error, 1)
}
