package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"blackfriday/kafka/phrase"
)

// A group in the middle of a rebalance refuses commits for a moment: so long, and so often, they are tried again.
const (
	groupPatience = time.Second
	groupRetry    = 20 * time.Millisecond
)

// transactionalID names a member of a group, and no other's: whoever asks for a producer id under it ends the transactions
// of whoever had it before (KIP-98).
func (c *Cluster) transactionalID(group, clientID string) string {
	return c.names.full(group + "-" + clientID + "-" + c.cfg.Identity)
}

// transactional are the client options of exactly-once.
func (m *Member) transactional(c *Cluster) []kgo.Opt {
	// kgo's own session for transactions commits what was polled; a member has polled more than it has worked on. So it
	// commits offsets by itself, by topic name: that is version 5, and 4 where brokers do not know KIP-890.
	versions := kversion.Stable()
	versions.SetMaxKeyVersion(kmsg.TxnOffsetCommit.Int16(), 4)
	if c.implicitTransactions {
		versions.SetMaxKeyVersion(kmsg.TxnOffsetCommit.Int16(), 5)
	}
	return []kgo.Opt{
		kgo.TransactionalID(m.transactionalID),
		// kgo's default of 40 s is how long everybody would wait for the effects of an instance that died.
		kgo.TransactionTimeout(m.session),
		kgo.MaxVersions(versions),
	}
}

// learnTransactions asks whether the brokers begin transactions by themselves (KIP-890, transaction.version 2).
func (c *Cluster) learnTransactions(ctx context.Context, client *kgo.Client) error {
	req := kmsg.NewPtrApiVersionsRequest()
	req.ClientSoftwareName, req.ClientSoftwareVersion = "blackfriday", "1"
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return err
	}
	for _, f := range resp.FinalizedFeatures {
		if f.Name == "transaction.version" && f.MaxVersionLevel >= 2 {
			c.implicitTransactions = true
		}
	}
	return nil
}

// commitTransactionOffsets makes offsets part of the transaction: the group moves on when it is committed. It tries again
// while a rebalance is under way, unless given up says that there is no use in it any more.
func (m *Member) commitTransactionOffsets(ctx context.Context, offsets map[TopicPartition]kgo.EpochOffset, givenUp func() bool) error {
	id, epoch, err := m.client.ProducerID(ctx)
	if err != nil {
		return phrase.Errorf("look up the producer id: %w", err)
	}
	for end := time.Now().Add(groupPatience); ; {
		err := m.addGroup(ctx, id, epoch)
		if err == nil {
			err = m.sendTransactionOffsets(ctx, id, epoch, offsets)
		}
		if err == nil || !passing(err) || givenUp() || time.Now().After(end) {
			return err
		}
		if err := pause(ctx, groupRetry); err != nil {
			return err
		}
	}
}

// passing says that a commit may be accepted in a moment: the member is about to hear of a new generation, or the
// transaction before has not quite ended.
func passing(err error) bool {
	for _, e := range []error{kerr.IllegalGeneration, kerr.StaleMemberEpoch, kerr.RebalanceInProgress, kerr.ConcurrentTransactions} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// addGroup announces the group to the transaction, where the brokers do not add it by themselves.
func (m *Member) addGroup(ctx context.Context, id int64, epoch int16) error {
	if m.implicit {
		return nil
	}
	req := kmsg.NewPtrAddOffsetsToTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = m.transactionalID, id, epoch, m.names.full(m.cfg.Group)
	resp, err := req.RequestWith(ctx, m.client)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(resp.ErrorCode)
}

func (m *Member) sendTransactionOffsets(ctx context.Context, id int64, epoch int16, offsets map[TopicPartition]kgo.EpochOffset) error {
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = m.transactionalID, id, epoch, m.names.full(m.cfg.Group)
	// The member and its generation: the group refuses those that it has replaced.
	req.MemberID, req.Generation = m.client.GroupMetadata()
	at := map[string]int{}
	for tp, o := range offsets {
		i, ok := at[tp.Topic]
		if !ok {
			i = len(req.Topics)
			at[tp.Topic] = i
			topic := kmsg.NewTxnOffsetCommitRequestTopic()
			topic.Topic = m.names.full(tp.Topic)
			req.Topics = append(req.Topics, topic)
		}
		p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch = tp.Partition, o.Offset, o.Epoch
		req.Topics[i].Partitions = append(req.Topics[i].Partitions, p)
	}
	resp, err := req.RequestWith(ctx, m.client)
	if err != nil {
		return err
	}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			err = firstError(err, kerr.ErrorForCode(p.ErrorCode))
		}
	}
	return err
}

// commitOffsets commits offsets outside of any transaction.
func (m *Member) commitOffsets(ctx context.Context, offsets map[TopicPartition]kgo.EpochOffset) error {
	byTopic := map[string]map[int32]kgo.EpochOffset{}
	for tp, o := range offsets {
		topic := m.names.full(tp.Topic)
		if byTopic[topic] == nil {
			byTopic[topic] = map[int32]kgo.EpochOffset{}
		}
		byTopic[topic][tp.Partition] = o
	}
	return m.await(ctx, func(ctx context.Context) (failed error) {
		m.client.CommitOffsetsSync(ctx, byTopic, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
			if failed = err; err != nil || resp == nil {
				return
			}
			for _, t := range resp.Topics {
				for _, p := range t.Partitions {
					failed = firstError(failed, kerr.ErrorForCode(p.ErrorCode))
				}
			}
		})
		return failed
	})
}

// committedOffsets are where the group would go on reading.
func (m *Member) committedOffsets(ctx context.Context) (map[TopicPartition]int64, error) {
	fetched, err := kadm.NewClient(m.client).FetchOffsets(ctx, m.names.full(m.cfg.Group))
	if err != nil {
		return nil, err
	}
	committed := map[TopicPartition]int64{}
	for topic, partitions := range within(m.names, fetched) {
		for p, o := range partitions {
			if o.Err != nil {
				return nil, o.Err
			}
			committed[TopicPartition{topic, p}] = o.At
		}
	}
	return committed, nil
}
