package kafka

import (
	"context"
	"fmt"
)

// RenewGroup readies a group without members for another group protocol. Apache Kafka turns an empty KIP-848 group into
// a classic one by itself when a classic member joins; kfake does not, and refuses that member for ever. So on the
// embedded cluster the group is deleted and its committed offsets are written into a new one.
func (c *Cluster) RenewGroup(ctx context.Context, group string) error {
	if !c.Embedded() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	committed, err := c.admin.FetchOffsets(ctx, c.names.full(group))
	if err == nil {
		err = committed.Error()
	}
	if err != nil {
		return fmt.Errorf("read the committed offsets of %s: %w", group, err)
	}
	if err := c.DeleteGroups(ctx, group); err != nil {
		return err
	}
	written, err := c.admin.CommitOffsets(ctx, c.names.full(group), committed.Offsets())
	if err == nil {
		err = written.Error()
	}
	if err != nil {
		return fmt.Errorf("write the committed offsets of %s back: %w", group, err)
	}
	return nil
}
