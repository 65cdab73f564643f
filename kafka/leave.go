package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
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
		err = errors.Join(err, fmt.Errorf("%s was not heard when it left %s: Kafka will miss it after its session timeout: %w",
			m.cfg.ClientID, m.cfg.Group, unheard))
	}
	m.die()
	m.commits.Wait()
	return err
}

// isUnheard says of the answer to a goodbye that the group does not know of it. A group that does not know the member, or does
// not exist, need not be told.
func isUnheard(err error) bool {
	return err != nil && !errors.Is(err, kerr.UnknownMemberID) && !errors.Is(err, kerr.GroupIDNotFound)
}
