package kafka

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// readGroups reads what is committed and who the members are. It leaves time for what is read after it: groups whose
// coordinator died can take all that there is.
func (o *Observer) readGroups(ctx context.Context) map[string]GroupReading {
	ctx, cancel := context.WithTimeout(ctx, readTimeout/2)
	defer cancel()
	var commits kadm.FetchOffsetsResponses
	var members map[string]GroupReading
	var both sync.WaitGroup
	both.Go(func() { commits = o.admin.FetchManyOffsets(ctx, o.groups...) })
	both.Go(func() { members = o.describe(ctx) })
	both.Wait()
	groups := make(map[string]GroupReading, len(o.groups))
	for _, name := range o.groups {
		g := members[name]
		committed, err := offsets(commits[name])
		if err = firstError(g.Err, err); err != nil {
			groups[name] = GroupReading{Coordinator: -1, Err: inWords(err)}
			continue
		}
		g.Committed = within(o.names, committed)
		groups[name] = g
	}
	return groups
}

// offsets are the committed offsets of one group.
func offsets(r kadm.FetchOffsetsResponse) (map[string]map[int32]int64, error) {
	if r.Err != nil {
		if errors.Is(r.Err, kerr.GroupIDNotFound) {
			return nil, nil
		}
		return nil, r.Err
	}
	committed := map[string]map[int32]int64{}
	for topic, partitions := range r.Fetched {
		committed[topic] = make(map[int32]int64, len(partitions))
		for p, o := range partitions {
			if o.Err != nil {
				return nil, o.Err
			}
			if o.At >= 0 {
				committed[topic][p] = o.At
			}
		}
	}
	return committed, nil
}

// describe asks for the members of every group, each in the kind of group it was last seen to be, and those that are
// not of that kind in the other.
func (o *Observer) describe(ctx context.Context) map[string]GroupReading {
	groups := map[string]GroupReading{}
	if err := o.learnVersions(ctx); err != nil {
		for _, g := range o.groups {
			groups[g] = unread(err)
		}
		return groups
	}
	for range 2 {
		var modern, classic []string
		for _, g := range o.groups {
			if _, known := groups[g]; known {
				continue
			}
			if o.modern[g] && !o.classicOnly {
				modern = append(modern, g)
			} else {
				classic = append(classic, g)
			}
		}
		o.describeModern(ctx, modern, groups)
		o.describeClassic(ctx, classic, groups)
	}
	return groups
}

// unread is a group that could not be read.
func unread(err error) GroupReading { return GroupReading{Epoch: -1, Coordinator: -1, Err: err} }

// describeModern adds the KIP-848 groups among names; for the others it notes that they are of the other kind.
func (o *Observer) describeModern(ctx context.Context, names []string, groups map[string]GroupReading) {
	if len(names) == 0 {
		return
	}
	described, err := o.admin.DescribeConsumerGroups(ctx, names...)
	for _, name := range names {
		d, answered := described[name]
		switch {
		case !answered:
			groups[name] = unread(missing(false, err))
			continue
		case errors.Is(d.Err, kerr.GroupIDNotFound), errors.Is(d.Err, kerr.UnsupportedVersion):
			o.modern[name] = false
			continue
		}
		g := GroupReading{State: d.State, Protocol: d.AssignorName, Epoch: d.Epoch, Coordinator: d.Coordinator.NodeID, Err: d.Err}
		for _, m := range d.Members {
			member := MemberReading{MemberID: m.MemberID, ClientID: m.ClientID, Host: hostOf(m.ClientHost), Partitions: map[string][]int32{}}
			for _, t := range m.Assignment.Sorted() {
				member.Partitions[t.Topic] = t.Partitions
			}
			member.Partitions = within(o.names, member.Partitions)
			g.Members = append(g.Members, member)
		}
		groups[name] = g
	}
}

// describeClassic is describeModern for classic groups. To a broker a group that does not exist is a dead classic one.
func (o *Observer) describeClassic(ctx context.Context, names []string, groups map[string]GroupReading) {
	if len(names) == 0 {
		return
	}
	described, err := o.admin.DescribeGroups(ctx, names...)
	for _, name := range names {
		d, answered := described[name]
		if !answered {
			groups[name] = unread(missing(false, err))
			continue
		}
		if len(d.Members) == 0 {
			// It may be a KIP-848 group, or become one: that is asked first next time.
			o.modern[name] = true
		}
		if d.State == "Dead" || errors.Is(d.Err, kerr.GroupIDNotFound) {
			groups[name] = GroupReading{Epoch: -1, Coordinator: d.Coordinator.NodeID}
			continue
		}
		g := GroupReading{State: d.State, Protocol: d.Protocol, Epoch: -1, Coordinator: d.Coordinator.NodeID, Err: d.Err}
		for _, m := range d.Members {
			member := MemberReading{MemberID: m.MemberID, ClientID: m.ClientID, Host: hostOf(m.ClientHost), Partitions: map[string][]int32{}}
			if a, ok := m.Assigned.AsConsumer(); ok {
				for _, t := range a.Topics {
					member.Partitions[t.Topic] = t.Partitions
				}
			}
			member.Partitions = within(o.names, member.Partitions)
			g.Members = append(g.Members, member)
		}
		groups[name] = g
	}
}

// hostOf is the address of a member as people write it: Kafka prints Java's InetAddress, which has a slash in front.
func hostOf(clientHost string) string { return strings.TrimPrefix(clientHost, "/") }
