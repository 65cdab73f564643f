package standalone

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// maxNumber is the highest number of an instance.
const maxNumber = 9999

// longestHost is how much of a machine's name goes into a client id.
const longestHost = 40

// settleName chooses the client id: the one that was asked for, which no living member of the group may have, or the first
// number that is free on a machine of this name. It also takes over the protocol that the group speaks.
func (p *process) settleName(ctx context.Context) error {
	names := func(number int) string {
		return fmt.Sprintf("%s-%s-%d", p.cfg.Service, hostName(os.Hostname()), number)
	}
	if p.cfg.Name != "" {
		names = func(int) string { return p.cfg.Name }
	}
	group, err := p.group(ctx)
	if err != nil {
		return err
	}
	last := maxNumber
	if p.cfg.Name != "" || p.cfg.Number != 0 {
		last = max(p.cfg.Number, 1)
	}
	for p.number = max(p.cfg.Number, 1); p.number <= last; p.number++ {
		p.name = names(p.number)
		seat := takeSeat(p.name)
		if seat == nil {
			continue
		}
		if taken(group, p.name, seat.before) {
			seat.leave()
			continue
		}
		p.onClose(seat.leave)
		p.seat = seat
		return p.match(group)
	}
	return p.rival()
}

// rivalError says that somebody else has the name.
type rivalError struct{ service, name string }

// Error is the whole sentence.
func (r *rivalError) Error() string { return r.In(nil) }

// In implements phrase.Speaker.
func (r *rivalError) In(l *phrase.Language) string {
	return phrase.New("another %s service that lives is named %s already: choose another number with --instance or INSTANCE_ID; "+
		"if it died, Kafka gives it up after its session timeout", r.service, shown(r.name)).In(l)
}

// rival is the error of a name that somebody else has.
func (p *process) rival() error { return &rivalError{p.cfg.Service, p.name} }

// spoken is the protocol that the members of a group speak; empty while there are none, or where it is none of the lab's.
func spoken(g kafka.GroupReading) kafka.Protocol {
	switch {
	case len(g.Members) == 0:
		return ""
	case g.Epoch >= 0:
		return kafka.ConsumerProtocol
	case slices.Contains(kafka.Protocols(), kafka.Protocol(g.Protocol)):
		return kafka.Protocol(g.Protocol)
	}
	return ""
}

// hostName makes the name of a machine fit for a client id: its first label, of letters, digits, dots and dashes.
func hostName(name string, err error) string {
	if err != nil {
		name = ""
	}
	name, _, _ = strings.Cut(name, ".")
	name = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, name)
	if name = strings.Trim(name, "-"); name == "" {
		return "host"
	}
	return name[:min(len(name), longestHost)]
}
