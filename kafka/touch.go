package kafka

import (
	"errors"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// What keeps a member out of its group, for failures.
const (
	outRefused = "join"  // the group's answer; over when it gives the member something, be it nothing
	outUnheard = "reach" // nobody answered; over when somebody does
)

// outOfTouch tells why the member is out of its group, or cannot come into it.
func (m *Member) outOfTouch(err error) {
	if err == nil {
		return
	}
	what := outUnheard
	if refusal := (*kerr.Error)(nil); errors.As(err, &refusal) {
		what = outRefused
	}
	m.report(what, phrase.Errorf("be a member of %s as %s: %w", m.cfg.Group, m.cfg.ClientID, m.otherProtocol(err)))
}

// otherProtocol says what the refusal of a member means that speaks another protocol than the group. Other errors it returns
// as they are. A KIP-848 group says INCONSISTENT_GROUP_PROTOCOL to a classic member, and so does a classic one with other
// assignors; a classic group says GROUP_ID_NOT_FOUND to a KIP-848 member, as it is no group of that kind.
func (m *Member) otherProtocol(err error) error {
	modern := m.protocol == ConsumerProtocol
	switch {
	case modern && (errors.Is(err, kerr.GroupIDNotFound) || errors.Is(err, kerr.InconsistentGroupProtocol)):
		return &otherProtocolError{phrase.New("its members speak the classic group protocol and this one KIP-848"), err}
	case errors.Is(err, kerr.InconsistentGroupProtocol):
		return &otherProtocolError{phrase.New("its members speak another group protocol than %s: KIP-848, or a classic one with other assignors", m.protocol), err}
	}
	return err
}

// ErrOtherProtocol is wrapped by what Watcher.Failing hears while the members of the group speak another protocol.
var ErrOtherProtocol = phrase.Errorf("the group speaks another protocol")

type otherProtocolError struct {
	words phrase.Phrase
	err   error
}

// Error is what the group speaks, and the cure.
func (o *otherProtocolError) Error() string { return o.In(nil) }

// In implements phrase.Speaker.
func (o *otherProtocolError) In(l *phrase.Language) string {
	return phrase.New("%s; choose theirs (--protocol, in a lab the key o), or stop them", o.words).In(l)
}

// Unwrap is the sentinel and the refusal.
func (o *otherProtocolError) Unwrap() []error { return []error{ErrOtherProtocol, o.err} }

// hearsMember is a hook on a member's client.
type hearsMember struct{ m *Member }

// OnBrokerE2E notes that the group's coordinator answered.
func (h hearsMember) OnBrokerE2E(_ kgo.BrokerMetadata, key int16, e2e kgo.BrokerE2E) {
	of := []kmsg.Key{kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat, kmsg.ConsumerGroupHeartbeat}
	if e2e.Err() == nil && slices.Contains(of, kmsg.Key(key)) {
		h.m.report(outUnheard, nil)
	}
}
