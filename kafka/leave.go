package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"blackfriday/kafka/phrase"
)

// leave commits what is marked, leaves the group and closes the client. After a crash neither reaches the broker.
func (m *Member) leave() error {
	// Only the end of the client's context ends a LeaveGroup that nobody answers.
	late := time.AfterFunc(2*goodbye, m.die)
	var err error
	if m.died.Err() == nil {
		ctx, cancel := context.WithTimeout(m.died, goodbye)
		defer cancel()
		err = m.keeper.settle(ctx)
	}
	_, generation := m.client.GroupMetadata()
	m.client.AllowRebalance()
	unheard := m.client.LeaveGroupContext(m.died)
	m.client.Close()
	// Close leaves once more, in vain, and ends with a poll: without this the one would wait for the other for ever.
	m.client.AllowRebalance()
	late.Stop()
	if isUnheard(unheard) && generation > 0 && !m.hole.isCut() {
		// What keeps the group from hearing kept it from hearing of the commit, too.
		err = &UnheardError{Member: m.cfg.ClientID, Group: m.cfg.Group, Session: m.patience(), Uncommitted: err != nil, Err: unheard}
	}
	m.die()
	m.commits.Wait()
	return err
}

// UnheardError says that a member ended and its group does not know: it goes on counting the member.
type UnheardError struct {
	Member, Group string
	Session       time.Duration // after which the group gives the member's partitions away; 0: not known
	Uncommitted   bool          // the member had finished records that it could not commit
	Err           error         // what came of the goodbye
}

// Error is a whole sentence.
func (u *UnheardError) Error() string { return u.In(nil) }

// In implements phrase.Speaker.
func (u *UnheardError) In(l *phrase.Language) string {
	why, when, again := errUnanswered, phrase.New("its session timeout"), phrase.Phrase{}
	if refusal := (*kerr.Error)(nil); errors.As(u.Err, &refusal) {
		why = inWords(u.Err)
	}
	if u.Session > 0 {
		when = phrase.New("its session timeout of %v", u.Session)
	}
	if u.Uncommitted {
		again = phrase.New(", and what it could not commit is worked on again")
	}
	return phrase.New("%s did not leave %s: %s; the group gives its partitions away after %s%s", u.Member, u.Group, why, when, again).In(l)
}

// errUnanswered is why a goodbye was not heard.
var errUnanswered = phrase.Errorf("no broker answered")

// Unwrap is what came of the goodbye.
func (u *UnheardError) Unwrap() error { return u.Err }

// patience is how long the group waits for this member when it is silent; 0 where nobody has asked the brokers.
func (m *Member) patience() time.Duration {
	if m.protocol != ConsumerProtocol {
		return m.session
	}
	session, _ := m.sessions.Load(m.cfg.Group)
	known, _ := session.(time.Duration)
	return known
}

// isUnheard says of the answer to a goodbye that the group does not know of it. A group that does not know the member, or does
// not exist, need not be told.
func isUnheard(err error) bool {
	return err != nil && !errors.Is(err, kerr.UnknownMemberID) && !errors.Is(err, kerr.GroupIDNotFound)
}
