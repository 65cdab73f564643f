package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/phrase"
)

// ErrTopicGone is wrapped by the error of whoever reads a topic that was deleted, and maybe created again: that is another
// topic.
var ErrTopicGone = phrase.Errorf("it was deleted, or deleted and created anew")

// sameTopicEvery is how often a Stream on which nothing comes looks whether its topic is still there.
const sameTopicEvery = 2 * time.Second

// StreamConfig says what a person wants to read.
type StreamConfig struct {
	Topic         string
	FromBeginning bool   // from the log start on; otherwise what is written from now on
	Partition     int32  // that one only; negative: all of them
	Group         string // joins this group, reads what it gives, and commits what was marked; empty: no group
	Committed     bool   // read_committed; otherwise records of transactions that are open or aborted are read, too
}

// Stream reads one topic as it is written. It is for one goroutine.
type Stream struct {
	cluster *Cluster
	client  *kgo.Client
	topic   string
	id      [16]byte
	grouped bool
	at      kadm.Offsets // how far it has come, for Remember
}

// NewStream opens a stream that the brokers know as clientID. The error of a topic that is not there wraps ErrNoTopic.
func (c *Cluster) NewStream(ctx context.Context, clientID string, cfg StreamConfig) (*Stream, error) {
	described, err := c.Console().Describe(ctx, cfg.Topic)
	if err != nil {
		return nil, err
	}
	t := described[0]
	full := c.names.full(cfg.Topic)
	if int(cfg.Partition) >= len(t.Partitions) {
		return nil, phrase.Errorf("there is no partition %d of %s: it has %s, from 0 on", cfg.Partition, full, counted(len(t.Partitions)))
	}
	start := kgo.NewOffset().AtEnd()
	if cfg.FromBeginning {
		start = kgo.NewOffset().AtStart()
	}
	opts := []kgo.Opt{
		// For kfake's answers about leader epochs: see NewTail.
		kgo.ConsumeStartOffset(start), kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.FetchMaxBytes(tailBytes), kgo.FetchMaxPartitionBytes(tailPartitionBytes), kgo.FetchMaxWait(readWait * 4),
	}
	if cfg.Committed {
		opts = append(opts, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	}
	switch {
	case cfg.Partition >= 0:
		opts = append(opts, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{full: {cfg.Partition: start}}))
	case cfg.Group != "":
		if err := c.writable(); err != nil {
			return nil, err
		}
		opts = append(opts, kgo.ConsumeTopics(full), kgo.ConsumerGroup(c.names.full(cfg.Group)), c.cfg.Protocol.balancer(),
			kgo.SessionTimeout(c.cfg.SessionTimeout), kgo.HeartbeatInterval(c.cfg.Heartbeat), kgo.AutoCommitMarks())
	default:
		opts = append(opts, kgo.ConsumeTopics(full))
	}
	client, err := c.newClient(clientID, opts...)
	if err != nil {
		return nil, err
	}
	return &Stream{cluster: c, client: client, topic: cfg.Topic, id: t.id, grouped: cfg.Group != ""}, nil
}

// Poll waits for records and returns what has come. When ctx ends first there is nothing, and no error. The error wraps
// ErrTopicGone when the topic is gone.
func (s *Stream) Poll(ctx context.Context) ([]*Record, error) {
	for ctx.Err() == nil {
		waiting, cancel := context.WithTimeout(ctx, sameTopicEvery)
		fetches := s.client.PollFetches(waiting)
		cancel()
		if records := fetches.Records(); len(records) > 0 {
			s.cluster.names.shorten(records)
			return records, nil
		}
		if err := s.same(ctx); err != nil { // says more than what the fetch came to because of it
			return nil, err
		}
		for _, e := range fetches.Errors() {
			if !errors.Is(e.Err, context.DeadlineExceeded) && !errors.Is(e.Err, context.Canceled) {
				return nil, phrase.Errorf("read %s: %w", s.cluster.names.full(s.topic), inWords(e.Err))
			}
		}
	}
	return nil, nil
}

// same fails when the topic is another one by now. Brokers that do not answer say nothing about it.
func (s *Stream) same(ctx context.Context) error {
	full := s.cluster.names.full(s.topic)
	there, err := s.cluster.present(ctx, []string{full})
	if now, ok := there[full]; err == nil && (!ok || now.id != s.id) {
		return phrase.Errorf("there is nothing more to read in the topic %s: %w", full, ErrTopicGone)
	}
	return nil
}

// Done marks a record: the group goes on behind it.
func (s *Stream) Done(r *Record) {
	marked := s.cluster.names.outward(r)
	if s.grouped {
		s.client.MarkCommitRecords(marked)
		return
	}
	if s.at == nil {
		s.at = kadm.Offsets{}
	}
	s.at.AddOffset(marked.Topic, marked.Partition, marked.Offset+1, -1)
}

// Remember commits how far a stream without a group has come under the name of a group that it does not join, so that tools and
// the lab see that somebody has read. Where there is nothing new, it does nothing.
func (s *Stream) Remember(ctx context.Context, group string) error {
	if len(s.at) == 0 {
		return nil
	}
	if err := s.cluster.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout/2)
	defer cancel()
	written, err := s.cluster.admin.CommitOffsets(ctx, s.cluster.names.full(group), s.at)
	if err = firstError(err, written.Error()); err != nil {
		return phrase.Errorf("commit as %s: %w", group, inWords(err))
	}
	s.at = nil
	return nil
}

// Close commits what was marked, leaves the group, and closes the client.
func (s *Stream) Close() { s.client.Close() }
