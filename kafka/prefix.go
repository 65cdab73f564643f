package kafka

import (
	"context"
	"strings"

	"blackfriday/kafka/phrase"
)

// FindPrefix learns what stands before the names of the cluster's topics from the one whose name ends in that of topic, and
// that this user may see: it is Config.Prefix from then on. No client but the administrative one may be open. False: there is
// no such topic, or there are several and nobody can know which is meant. The error wraps ErrNoBroker where no broker answered.
func (c *Cluster) FindPrefix(ctx context.Context, topic string) (found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	topics, err := c.admin.ListTopics(ctx)
	if err != nil {
		return false, phrase.Errorf("look for the topic %s: %w", topic, unanswered(inWords(err)))
	}
	var prefixes []string
	for name := range topics {
		if prefix, ends := strings.CutSuffix(name, topic); ends {
			prefixes = append(prefixes, prefix)
		}
	}
	if len(prefixes) != 1 {
		return false, nil
	}
	c.cfg.Prefix, c.names = prefixes[0], namespace(prefixes[0])
	return true, nil
}

// CountPartitions is how many partitions these topics have together.
func (c *Cluster) CountPartitions(ctx context.Context, topics ...string) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	details, err := c.admin.ListTopics(ctx, c.names.fulls(topics)...)
	if err == nil {
		err = details.Error()
	}
	if err != nil {
		return 0, phrase.Errorf("count the partitions of %s: %w", strings.Join(topics, ", "), inWords(err))
	}
	for _, d := range details {
		n += len(d.Partitions)
	}
	return n, nil
}
