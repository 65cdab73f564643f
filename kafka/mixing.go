package kafka

import (
	"maps"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// mixing keeps members of the classic protocol out of KIP-848 groups. Apache Kafka takes them in, or refuses them where
// group.consumer.migration.policy is disabled. kfake lets them form a second group of the same name beside the first: it
// reads everything once more, cannot commit, and no tool shows it. So they are refused, as Kafka would. A KIP-848 group that
// nobody is in any more turns classic when a classic member comes, as Kafka's do: that one is told to come again, as if the
// coordinator were loading, until the group is renewed.
//
// Who asks to become a member need not become one: what counts is whom kfake has in the group. It does not say which
// protocol a member speaks. But members come by two kinds of requests only, and kfake works on one request after the
// other: whoever is new after a heartbeat came by it.
type mixing struct {
	fake    *kfake.Cluster
	modern  map[string]ids // by group: the members that speak KIP-848, as they were last seen
	turned  ids            // the groups that became KIP-848 groups
	groups  int            // how many of them there were when all were looked at
	renewal renewal
	// kept: the group of the join that kfake works on has KIP-848 members. empty: it is one of that kind without members.
	kept, empty bool
	pending     *arrival // of which nobody knows yet what came of it
}

// ids are those of members, or of groups.
type ids map[string]bool

// arrival is a heartbeat by which somebody may have come or gone.
type arrival struct {
	group  string
	before ids // who was there
}

// newMixing is for a cluster that has no clients yet.
func newMixing(fake *kfake.Cluster) *mixing {
	return &mixing{fake: fake, modern: map[string]ids{}, turned: ids{}}
}

// on makes it so. kfake waits for one of these functions before it calls another.
func (m *mixing) on() {
	m.fake.ControlKey(kmsg.ConsumerGroupHeartbeat.Int16(), func(r kmsg.Request) (kmsg.Response, error, bool) {
		beat, ok := r.(*kmsg.ConsumerGroupHeartbeatRequest)
		if !ok || beat.MemberEpoch > 0 {
			return nil, nil, false // nobody comes or goes by it
		}
		if m.renewal.runs(beat.Group) {
			m.fake.KeepControl()
			answer := kmsg.NewPtrConsumerGroupHeartbeatResponse()
			answer.SetVersion(beat.GetVersion())
			answer.ErrorCode = kerr.CoordinatorLoadInProgress.Code
			return answer, nil, true
		}
		m.settle()
		m.pending = &arrival{beat.Group, m.members(beat.Group)}
		return nil, nil, false
	})
	m.fake.ControlKey(kmsg.JoinGroup.Int16(), func(r kmsg.Request) (kmsg.Response, error, bool) {
		join, ok := r.(*kmsg.JoinGroupRequest)
		if !ok {
			return nil, nil, false
		}
		m.settle()
		now := m.members(join.Group)
		m.kept, m.empty = len(m.look(join.Group, now)) > 0, m.turned[join.Group] && len(now) == 0
		return nil, nil, false
	})
	// kfake asks for faults right after these functions, of whoever has the right to join: others hear that they have none.
	joins := []kmsg.Key{kmsg.JoinGroup}
	m.fake.Fault(
		kfake.Fault{Keys: joins, Count: -1, Err: kerr.InconsistentGroupProtocol, When: func(kmsg.Request) bool { return m.kept }},
		kfake.Fault{Keys: joins, Count: -1, Err: kerr.CoordinatorLoadInProgress, When: func(r kmsg.Request) bool {
			join, ok := r.(*kmsg.JoinGroupRequest)
			return ok && m.renews(join.Group)
		}},
	)
}

// renews says whether a group that a classic member asks to join has to be renewed first, and begins with that.
func (m *mixing) renews(group string) bool {
	if m.empty && m.renewal.begin(group) {
		delete(m.turned, group)
	}
	return m.renewal.runs(group)
}

// members are those that kfake has in a group, of both protocols.
func (m *mixing) members(group string) ids {
	all := ids{}
	if info := m.fake.GroupInfo(group); info != nil {
		for i := range info.Members {
			all[info.Members[i].MemberID] = true
		}
	}
	return all
}

// settle finds out what came of the last heartbeat.
func (m *mixing) settle() {
	last := m.pending
	if last == nil {
		return
	}
	m.pending = nil
	now := m.members(last.group)
	for id := range now {
		if last.before[id] {
			continue
		}
		if m.modern[last.group] == nil {
			m.modern[last.group] = ids{}
		}
		m.modern[last.group][id], m.turned[last.group] = true, true
	}
	m.look(last.group, now)
	if len(m.modern) > 2*m.groups+manyGroups {
		for group := range m.modern {
			m.look(group, m.members(group))
		}
		m.groups = len(m.modern)
		maps.DeleteFunc(m.turned, func(group string, _ bool) bool { return m.fake.GroupInfo(group) == nil })
	}
}

// manyGroups is from how many on those are looked for that nobody is in any more: a member that dies says no goodbye.
const manyGroups = 64

// look forgets the members of a group that are gone, and returns those that speak KIP-848.
func (m *mixing) look(group string, now ids) ids {
	for id := range m.modern[group] {
		if !now[id] {
			delete(m.modern[group], id)
		}
	}
	if len(m.modern[group]) == 0 {
		delete(m.modern, group)
	}
	return m.modern[group]
}
