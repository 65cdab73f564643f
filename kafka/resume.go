package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// CountPartitions says how many partitions each of the topics has. A topic that does not exist is left out.
func (c *Cluster) CountPartitions(ctx context.Context, topics ...string) (map[string]int, error) {
	if c.Embedded() && c.disk == nil {
		return nil, nil // it has just been started
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	counts, err := c.countPartitions(ctx, topics)
	if err == nil && len(counts) < len(topics) && pause(ctx, knownSoon) == nil {
		// kadm takes a topic that it has not asked for yet for one that does not exist, as long as its cache is young.
		counts, err = c.countPartitions(ctx, topics)
	}
	return counts, err
}

func (c *Cluster) countPartitions(ctx context.Context, topics []string) (map[string]int, error) {
	details, err := c.admin.ListTopics(ctx, c.names.fulls(topics)...)
	if err != nil {
		return nil, fmt.Errorf("count the partitions of %v: %w", topics, err)
	}
	counts := map[string]int{}
	for _, d := range details {
		switch {
		case errors.Is(d.Err, kerr.UnknownTopicOrPartition):
		case d.Err != nil:
			return nil, fmt.Errorf("count the partitions of %s: %w", d.Topic, d.Err)
		default:
			name, _ := c.names.short(d.Topic)
			counts[name] = len(d.Partitions)
		}
	}
	return counts, nil
}

// renewAgain is the pause before a group that still has members of an earlier process is tried again.
const renewAgain = 200 * time.Millisecond

// ReadyGroups readies groups that an earlier process left in a data directory for the protocol of the cluster: see
// RenewGroup. It waits until the brokers have given up the members that died with that process.
func (c *Cluster) ReadyGroups(ctx context.Context, groups ...string) error {
	if c.disk == nil || c.cfg.Protocol == ConsumerProtocol {
		return nil
	}
	described, err := c.admin.DescribeConsumerGroups(ctx, c.names.fulls(groups)...)
	if err != nil {
		return fmt.Errorf("look up the protocol of %v: %w", groups, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.SessionTimeout+answerTimeout)
	defer cancel()
	for group, d := range described {
		if errors.Is(d.Err, kerr.GroupIDNotFound) {
			continue // a new one, or a classic one already
		}
		group, _ = c.names.short(group)
		err := c.RenewGroup(ctx, group)
		for errors.Is(err, kerr.NonEmptyGroup) && pause(ctx, renewAgain) == nil {
			err = c.RenewGroup(ctx, group)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
