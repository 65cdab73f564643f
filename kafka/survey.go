package kafka

import (
	"context"
	"maps"
	"slices"
	"strings"

	"blackfriday/kafka/phrase"
)

// Plan looks up how topics and groups stand on the cluster, and writes nothing. On the embedded cluster everything is the
// lab's own.
func (c *Cluster) Plan(ctx context.Context, topics []Topic, groups ...string) (Plan, error) {
	ctx, cancel := context.WithTimeout(ctx, coordinatorPatience)
	defer cancel()
	p, things, err := c.beginPlan(ctx)
	if err != nil {
		return p, err
	}
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = c.names.full(t.Name)
	}
	there, err := c.look(ctx, names...)
	if err != nil {
		return p, err
	}
	for i, t := range topics {
		planned := PlannedTopic{Name: t.Name, Partitions: t.Partitions}
		if s, ok := there[names[i]]; ok {
			planned.Standing = c.standingOf(s, things)
			planned.ID, planned.id, planned.Partitions, planned.Compacted = s.id.String(), s.id, s.partitions, strings.Contains(s.policy, compaction)
			c.limit(t.Name, s.maxBytes)
		}
		p.Topics = append(p.Topics, planned)
	}
	p.Groups, err = c.planGroups(ctx, things, groups)
	return p, err
}

// beginPlan looks up what is the same for every plan.
func (c *Cluster) beginPlan(ctx context.Context) (p Plan, things []keepsake, err error) {
	p = Plan{ClusterID: c.id, Brokers: c.Brokers(), Prefix: string(c.names)}
	cluster, err := c.admin.BrokerMetadata(ctx) // ListBrokers asks for all topics, too, which not everybody may see
	if err != nil {
		return p, nil, phrase.Errorf("count the brokers: %w", err)
	}
	p.Nodes, p.Replicas = len(cluster.Brokers), min(3, len(cluster.Brokers))
	if !c.Embedded() {
		if things, err = c.keepsakes(ctx); unauthorized(err) {
			return p, nil, nil // what may not be read is not known to be the lab's, and so not deleted
		}
	}
	return p, things, err
}

func (c *Cluster) standingOf(s standing, things []keepsake) Standing {
	if c.Embedded() || slices.ContainsFunc(things, func(k keepsake) bool { return k.of(s) }) {
		return Made
	}
	return Found
}

func (c *Cluster) planGroups(ctx context.Context, things []keepsake, names []string) ([]PlannedGroup, error) {
	if len(names) == 0 {
		return nil, nil
	}
	observer, err := c.NewObserver(names, nil)
	if err != nil {
		return nil, err
	}
	defer observer.Close()
	for _, g := range observer.groups {
		observer.modern[g] = true // to who asks for classic groups alone, a KIP-848 group is not there
	}
	described := observer.describeSoon(ctx)
	groups := make([]PlannedGroup, len(names))
	for i, name := range names {
		g := described[c.names.full(name)]
		if unauthorized(g.Err) {
			groups[i] = PlannedGroup{Name: name, Standing: Found} // whoever may not see a group does not delete it
			continue
		}
		if g.Err != nil {
			return nil, phrase.Errorf("look up the group %s: %w", c.names.full(name), g.Err)
		}
		groups[i] = PlannedGroup{Name: name, Members: membersOf(g), reads: readBy(g)}
		ours := func(k keepsake) bool { return k.Kind == groupKind && k.Name == c.names.full(name) }
		switch {
		case g.State == "":
		case c.Embedded() || slices.ContainsFunc(things, ours):
			groups[i].Standing = Made
		default:
			groups[i].Standing = Found
		}
	}
	return groups, nil
}

// readBy are the topics that members of a group have partitions of.
func readBy(g GroupReading) []string {
	topics := map[string]bool{}
	for _, m := range g.Members {
		for topic := range m.Partitions {
			topics[topic] = true
		}
	}
	return slices.Sorted(maps.Keys(topics))
}

// membersOf names the members of a group: "order-1 on 10.0.0.7".
func membersOf(g GroupReading) []string {
	members := make([]string, len(g.Members))
	for i, m := range g.Members {
		members[i] = m.ClientID + " on " + strings.TrimPrefix(m.Host, "/")
	}
	return members
}
