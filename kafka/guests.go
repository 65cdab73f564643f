package kafka

import (
	"context"
	"slices"

	"blackfriday/kafka/phrase"
)

// Guests are the consumer groups that have read one of these topics, other than those named, in their order: a console
// consumer for example, which joins a group of its own. They have the names that the brokers know: a prefix of the lab's
// is not asked of others. Who reads without a group is nobody whom a broker could name.
// Whoever has committed counts, also when its group is empty by now; kafka-console-consumer commits every 5 s and as it
// ends. Where groups may not be listed (ACL) it fails.
func (c *Cluster) Guests(ctx context.Context, own, topics []string) ([]string, error) {
	listed, err := c.admin.ListGroups(ctx)
	if err != nil {
		return nil, phrase.Errorf("list the consumer groups: %w", inWords(err))
	}
	ours := c.names.fulls(own)
	others := slices.DeleteFunc(listed.Groups(), func(name string) bool { return slices.Contains(ours, name) })
	if len(others) == 0 {
		return nil, nil
	}
	wanted := c.names.fulls(topics)
	var guests []string
	for name, r := range c.admin.FetchManyOffsets(ctx, others...) {
		committed, err := offsets(r)
		if err != nil {
			continue // one group of somebody else's that cannot be read says nothing about the others
		}
		if slices.ContainsFunc(wanted, func(topic string) bool { return len(committed[topic]) > 0 }) {
			guests = append(guests, name)
		}
	}
	slices.Sort(guests)
	return guests, nil
}
