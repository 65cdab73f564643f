package kafka

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// ListedGroup is a consumer group in a list.
type ListedGroup struct {
	Name, State string
	Type        string // "Classic" or "Consumer" (KIP-848); empty before Kafka 3.8
	Coordinator int32  // node id
}

// GroupDescription is what the brokers say about one consumer group.
type GroupDescription struct {
	Name string
	GroupReading
	// Positions are the partitions that the group has committed or its members have, by topic and partition.
	Positions []GroupPosition
}

// GroupPosition is where a group stands in one partition.
type GroupPosition struct {
	TopicPartition
	Committed int64          // the next offset to be read; -1: nothing is committed
	End       int64          // the next offset to be written; -1: not known
	Member    *MemberReading // who has the partition; nil: nobody
}

// Lag is how many offsets lie between what is committed and the end; -1 where one of them is not known.
func (p GroupPosition) Lag() int64 {
	if p.Committed < 0 || p.End < 0 {
		return -1
	}
	return max(0, p.End-p.Committed)
}

// Groups lists all groups that this user may see, by name.
func (k Console) Groups(ctx context.Context) ([]ListedGroup, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	all := []ListedGroup{}
	var failed error
	for _, shard := range k.c.client.RequestSharded(ctx, kmsg.NewPtrListGroupsRequest()) {
		resp, ok := shard.Resp.(*kmsg.ListGroupsResponse)
		if shard.Err != nil || !ok {
			failed = cmp.Or(failed, shard.Err) // one broker that has just died hides its own groups only
			continue
		}
		for _, g := range resp.Groups {
			if name, ok := k.c.names.short(g.Group); ok {
				all = append(all, ListedGroup{Name: name, State: g.GroupState, Type: g.GroupType, Coordinator: shard.Meta.NodeID})
			}
		}
	}
	if failed != nil {
		return nil, phrase.Errorf("list the groups: %w", inWords(failed))
	}
	slices.SortFunc(all, func(a, b ListedGroup) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// Group describes a group. The error of one that is not there wraps ErrNoGroup.
func (k Console) Group(ctx context.Context, name string) (GroupDescription, error) {
	o, err := k.c.NewObserver([]string{name}, nil)
	if err != nil {
		return GroupDescription{}, err
	}
	defer o.Close()
	ctx, cancel := context.WithTimeout(ctx, coordinatorPatience)
	defer cancel()
	full := k.c.names.full(name)
	if members := o.describeSoon(ctx)[full]; members.Err != nil {
		return GroupDescription{}, phrase.Errorf("look up the group %s: %w", full, inWords(members.Err))
	}
	g := GroupDescription{Name: name, GroupReading: o.readGroups(ctx)[full]}
	if g.Err != nil {
		return g, phrase.Errorf("look up the group %s: %w", full, inWords(g.Err))
	}
	if g.State == "" && len(g.Committed) == 0 {
		return g, phrase.Errorf("there is no group %s: %w", full, ErrNoGroup)
	}
	g.Positions = k.positions(ctx, g.GroupReading)
	return g, nil
}

// positions says where a group stands in every partition that it has to do with.
func (k Console) positions(ctx context.Context, g GroupReading) []GroupPosition {
	places := map[TopicPartition]*GroupPosition{}
	place := func(topic string, partition int32) *GroupPosition {
		tp := TopicPartition{topic, partition}
		if places[tp] == nil {
			places[tp] = &GroupPosition{TopicPartition: tp, Committed: -1, End: -1}
		}
		return places[tp]
	}
	topics := map[string]bool{}
	for topic, partitions := range g.Committed {
		topics[k.c.names.full(topic)] = true
		for p, offset := range partitions {
			place(topic, p).Committed = offset
		}
	}
	for i, m := range g.Members {
		for topic, partitions := range m.Partitions {
			topics[k.c.names.full(topic)] = true
			for _, p := range partitions {
				place(topic, p).Member = &g.Members[i]
			}
		}
	}
	if len(topics) == 0 {
		return nil // no topic at all would mean every topic
	}
	// Partitions whose end cannot be told, of a topic that was deleted, are those without one.
	ends, _ := k.c.admin.ListEndOffsets(ctx, slices.Collect(maps.Keys(topics))...)
	ends.Each(func(o kadm.ListedOffset) {
		topic, _ := k.c.names.short(o.Topic)
		if p := places[TopicPartition{topic, o.Partition}]; p != nil && o.Err == nil {
			p.End = o.Offset
		}
	})
	all := make([]GroupPosition, 0, len(places))
	for _, p := range places {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b GroupPosition) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return all
}
