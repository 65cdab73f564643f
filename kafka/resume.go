package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"blackfriday/kafka/phrase"
)

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
		return phrase.Errorf("look up the protocol of %v: %w", groups, err)
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
