package standalone

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"blackfriday/kafka"
)

// maxNumber is the highest number of an instance.
const maxNumber = 9999

// longestHost is how much of a machine's name goes into a client id.
const longestHost = 40

// settleName chooses the client id: the one that was asked for, which no living member of the group may have, or the first
// number that is free on a machine of this name. It also takes over the protocol that the group speaks, unless one was
// asked for: a member that speaks another would be turned away.
func (p *process) settleName(ctx context.Context) error {
	names := func(number int) string {
		return fmt.Sprintf("%s-%s-%d", p.cfg.Service, hostName(os.Hostname()), number)
	}
	if p.cfg.Name != "" {
		names = func(int) string { return p.cfg.Name }
	}
	group := kafka.GroupReading{}
	duty, reads := roleOf(p.cfg.Service)
	if reads {
		var err error
		if group, err = p.cluster.Group(ctx, duty.Group, duty.Topics...); err != nil {
			return err
		}
	}
	last := maxNumber
	if p.cfg.Name != "" || p.cfg.Number != 0 {
		last = max(p.cfg.Number, 1)
	}
	for p.number = max(p.cfg.Number, 1); p.number <= last; p.number++ {
		p.name = names(p.number)
		if !taken(group, p.name) && p.reserve() {
			if p.cfg.Kafka.Protocol == "" {
				p.cfg.Kafka.Protocol = spoken(group)
			}
			return nil
		}
	}
	return p.rival()
}

// reserve takes the name among the processes of this user on this machine, for as long as this one lives: two that start
// at the same moment do not see each other in the group yet. It is true where nothing can be reserved: then the group
// alone tells.
func (p *process) reserve() bool {
	dir, err := os.UserCacheDir()
	if err != nil {
		return true
	}
	dir = filepath.Join(dir, "blackfriday")
	if os.MkdirAll(dir, 0o700) != nil {
		return true
	}
	lock := flock.New(filepath.Join(dir, fileName(p.name)+".lock"))
	free, err := lock.TryLock()
	if err != nil {
		return true
	}
	if free {
		p.onClose(func() { _ = lock.Unlock() }) // the end of the process unlocks it anyway
	}
	return free
}

// fileName makes a client id, which anybody may have chosen, fit for the name of a file.
func fileName(id string) string { return url.QueryEscape(id) }

// rival is the error of a name that somebody else has.
func (p *process) rival() error {
	return fmt.Errorf("another %s service that lives is named %s already: choose another number with --instance or INSTANCE_ID; "+
		"if it died, Kafka gives it up after its session timeout", p.cfg.Service, shown(p.name))
}

// taken says whether a member of the group has the name.
func taken(g kafka.GroupReading, name string) bool {
	return slices.ContainsFunc(g.Members, func(m kafka.MemberReading) bool { return m.ClientID == name })
}

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
