package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// commit commits what is marked. kgo waits for the commit before this one whatever the context says; commit does not.
func (m *Member) commit(ctx context.Context, client *kgo.Client) error {
	ctx, cancel := context.WithTimeout(ctx, goodbye)
	defer cancel()
	done := make(chan error, 1)
	m.commits.Go(func() { done <- client.CommitMarkedOffsets(ctx) })
	select {
	case err := <-done:
		return m.commitError(err)
	case <-ctx.Done():
		return m.commitError(ctx.Err())
	}
}

func (m *Member) commitError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("commit the offsets of %s as %s: %w", m.cfg.Group, m.cfg.ClientID, err)
}

// committed hears how the commits went that kgo makes by itself.
func (m *Member) committed(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
	if err == nil && resp != nil {
		for _, t := range resp.Topics {
			for _, p := range t.Partitions {
				err = firstError(err, kerr.ErrorForCode(p.ErrorCode))
			}
		}
	}
	// A commit that a rebalance overtook is made again, or by the next reader.
	if errors.Is(err, context.Canceled) || errors.Is(err, kerr.RebalanceInProgress) {
		return
	}
	m.report("commit", m.commitError(err))
}
