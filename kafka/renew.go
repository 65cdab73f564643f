package kafka

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"blackfriday/kafka/phrase"
)

// RenewGroup readies a group without members for another group protocol. Apache Kafka turns an empty KIP-848 group into
// a classic one by itself when a classic member joins; kfake does not, and refuses that member for ever. So on the
// embedded cluster the group is deleted and its committed offsets are written into a new one.
func (c *Cluster) RenewGroup(ctx context.Context, group string) error {
	if !c.Embedded() {
		return nil
	}
	return renewGroup(ctx, c.admin, c.names.full(group))
}

// renewGroup is RenewGroup by the group's full name.
func renewGroup(ctx context.Context, admin *kadm.Client, group string) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	committed, err := admin.FetchOffsets(ctx, group)
	if err == nil {
		err = committed.Error()
	}
	if err != nil {
		return phrase.Errorf("read the committed offsets of %s: %w", group, err)
	}
	deleted, err := admin.DeleteGroup(ctx, group)
	if err = firstError(err, deleted.Err); err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return phrase.Errorf("delete group %s: %w", group, err)
	}
	written, err := admin.CommitOffsets(ctx, group, committed.Offsets())
	if err == nil {
		err = written.Error()
	}
	if err != nil {
		return phrase.Errorf("write the committed offsets of %s back: %w", group, err)
	}
	return nil
}
