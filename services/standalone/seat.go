package standalone

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"

	"blackfriday/kafka"
)

// seat is a name that a process of this user has on this machine, for as long as it lives: two that start at the same
// moment do not see each other in the group yet. It remembers as which member of the group whoever sat there last was
// known, so that a service that is started again after it was killed need not wait until Kafka has noticed.
type seat struct {
	lock   *flock.Flock // nil where nothing can be reserved: then the group alone tells
	note   string       // the file with the member's id
	before string       // the id of whoever sat here last; it is dead
}

// takeSeat reserves a name; nil when another process has it.
func takeSeat(name string) *seat {
	dir, err := os.UserCacheDir()
	if err != nil {
		return &seat{}
	}
	dir = filepath.Join(dir, "blackfriday")
	if os.MkdirAll(dir, 0o700) != nil {
		return &seat{}
	}
	// A client id may be anything; the name of a file may not.
	file := filepath.Join(dir, url.QueryEscape(name))
	s := &seat{lock: flock.New(file + ".lock"), note: file + ".member"}
	free, err := s.lock.TryLock()
	switch {
	case err != nil:
		return &seat{}
	case !free:
		return nil
	}
	if id, err := os.ReadFile(s.note); err == nil {
		s.before = string(id)
	}
	return s
}

// joined notes the id under which the group knows who sits here.
func (s *seat) joined(memberID string) {
	if s.lock != nil {
		_ = os.WriteFile(s.note, []byte(memberID), 0o600) // without it the next one waits for Kafka
	}
}

// leave frees the name. The end of the process does, too.
func (s *seat) leave() {
	if s.lock != nil {
		_ = s.lock.Unlock()
	}
}

// taken says whether a member of the group other than these has the name.
func taken(g kafka.GroupReading, name string, but ...string) bool {
	return slices.ContainsFunc(g.Members, func(m kafka.MemberReading) bool {
		return m.ClientID == name && !slices.Contains(but, m.MemberID)
	})
}
