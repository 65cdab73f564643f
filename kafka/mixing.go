package kafka

import (
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// mixing keeps members of the classic protocol out of KIP-848 groups. Apache Kafka takes them in, or refuses them where
// group.consumer.migration.policy is disabled. kfake lets them form a second group of the same name beside the first: it
// reads everything once more, cannot commit, and no tool shows it. So they are refused, as Kafka would.
type mixing struct {
	session time.Duration

	mu   sync.Mutex
	seen map[string]map[string]time.Time // by group and member id of KIP-848: when it was heard last
}

// on makes it so on a cluster that has no clients yet.
func (m *mixing) on(fake *kfake.Cluster) {
	fake.ControlKey(kmsg.ConsumerGroupHeartbeat.Int16(), func(r kmsg.Request) (kmsg.Response, error, bool) {
		if r, ok := r.(*kmsg.ConsumerGroupHeartbeatRequest); ok {
			m.heard(r)
		}
		return nil, nil, false
	})
	fake.ControlKey(kmsg.JoinGroup.Int16(), func(r kmsg.Request) (kmsg.Response, error, bool) {
		join, ok := r.(*kmsg.JoinGroupRequest)
		if !ok || !m.modern(join.Group) {
			return nil, nil, false
		}
		fake.KeepControl()
		answer := kmsg.NewPtrJoinGroupResponse()
		answer.SetVersion(join.GetVersion())
		answer.ErrorCode, answer.MemberID, answer.Generation = kerr.InconsistentGroupProtocol.Code, join.MemberID, -1
		return answer, nil, true
	})
}

// heard notes a member of a KIP-848 group that speaks up, or says goodbye with a negative epoch.
func (m *mixing) heard(r *kmsg.ConsumerGroupHeartbeatRequest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.MemberEpoch < 0 {
		delete(m.seen[r.Group], r.MemberID)
		return
	}
	if m.seen[r.Group] == nil {
		m.seen[r.Group] = map[string]time.Time{}
	}
	m.seen[r.Group][r.MemberID] = time.Now()
	if len(m.seen[r.Group]) > manyMembers {
		m.forget(r.Group)
	}
}

// manyMembers is from how many on the dead are looked for at every heartbeat: anybody can claim to be a member.
const manyMembers = 256

// forget drops the members of a group that have been silent for too long.
func (m *mixing) forget(group string) {
	for id, at := range m.seen[group] {
		if time.Since(at) > m.session {
			delete(m.seen[group], id)
		}
	}
}

// modern says whether a group has members that speak KIP-848.
func (m *mixing) modern(group string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(group)
	return len(m.seen[group]) > 0
}
