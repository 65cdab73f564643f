package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// Topic is a topic to be created.
type Topic struct {
	Name       string
	Partitions int
	MaxBytes   int // max.message.bytes, at least 1
}

// CreateTopics creates the topics that are missing and learns the ids of all of them. A topic that is there already is
// left as it is.
func (c *Cluster) CreateTopics(ctx context.Context, topics ...Topic) error {
	if err := c.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, agreeTimeout)
	defer cancel()
	names := make([]string, 0, len(topics))
	for _, t := range topics {
		names = append(names, t.Name)
		c.limit(t)
		maxBytes := fmt.Sprint(t.MaxBytes)
		_, err := c.admin.CreateTopic(ctx, int32(t.Partitions), -1, map[string]*string{"max.message.bytes": &maxBytes}, c.names.full(t.Name))
		if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s with %d partitions: %w", t.Name, t.Partitions, err)
		}
	}
	return c.learnTopicIDs(ctx, names)
}

// GrowTopics adds partitions to the topics until each has count. Kafka takes no partition away: the error of a topic
// that has as many already says so.
func (c *Cluster) GrowTopics(ctx context.Context, count int, names ...string) error {
	if err := c.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	responses, err := c.admin.UpdatePartitions(ctx, count, c.names.fulls(names)...)
	if err != nil {
		return fmt.Errorf("add partitions to %v: %w", names, err)
	}
	for _, r := range responses {
		if r.Err != nil {
			return fmt.Errorf("give %s %d partitions: %w", r.Topic, count, r.Err)
		}
	}
	return nil
}

// DeleteTopics deletes the topics with all their records. A topic that does not exist is as good as deleted.
func (c *Cluster) DeleteTopics(ctx context.Context, names ...string) error {
	if err := c.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, agreeTimeout)
	defer cancel()
	deleted, err := c.admin.DeleteTopics(ctx, c.names.fulls(names)...)
	if err != nil {
		return fmt.Errorf("delete the topics %v: %w", names, err)
	}
	for _, t := range deleted {
		if t.Err != nil && !errors.Is(t.Err, kerr.UnknownTopicOrPartition) {
			return fmt.Errorf("delete topic %s: %w", t.Topic, t.Err)
		}
	}
	return c.onEveryBroker(ctx, names, gone)
}

// DeleteGroups deletes the groups with all they have committed. A group that does not exist is as good as deleted; one
// that has members is an error.
func (c *Cluster) DeleteGroups(ctx context.Context, names ...string) error {
	if err := c.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	deleted, err := c.admin.DeleteGroups(ctx, c.names.fulls(names)...)
	if err != nil {
		return fmt.Errorf("delete the groups %v: %w", names, err)
	}
	for _, g := range deleted {
		if g.Err != nil && !errors.Is(g.Err, kerr.GroupIDNotFound) {
			return fmt.Errorf("delete group %s: %w", g.Group, g.Err)
		}
	}
	return nil
}

// knownSoon is the pause before a topic just created is looked up again: its brokers may not have heard of it yet.
const knownSoon = 50 * time.Millisecond

// learnTopicIDs looks up the ids of topics, until the brokers know all of them or ctx ends.
func (c *Cluster) learnTopicIDs(ctx context.Context, names []string) error {
	if err := c.onEveryBroker(ctx, names, known); err != nil {
		return err
	}
	for {
		err := c.lookUpIDs(ctx, names)
		if err == nil || !errors.Is(err, kerr.UnknownTopicOrPartition) || pause(ctx, knownSoon) != nil {
			return err
		}
	}
}

func (c *Cluster) lookUpIDs(ctx context.Context, names []string) error {
	details, err := c.admin.ListTopics(ctx, c.names.fulls(names)...)
	if err != nil {
		return fmt.Errorf("look up the topics %v: %w", names, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range details {
		if d.Err != nil {
			return fmt.Errorf("look up topic %s: %w", d.Topic, d.Err)
		}
		topic, _ := c.names.short(d.Topic)
		c.topicIDs[topic] = d.ID.String()
	}
	return nil
}

// TopicID is the id of a topic that CreateTopics created or found, in the text form of Kafka's tools; else empty.
func (c *Cluster) TopicID(topic string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.topicIDs[topic]
}

// defaultMaxBytes is Kafka's default of max.message.bytes.
const defaultMaxBytes = 1048588

// limit notes how large a record, and so a batch, of the topic may be.
func (c *Cluster) limit(t Topic) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limits[c.names.full(t.Name)] = int32(t.MaxBytes)
}

// maxBytes is the largest batch that the topic, by its full name, takes.
func (c *Cluster) maxBytes(topic string) int32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok := c.limits[topic]; ok {
		return n
	}
	return defaultMaxBytes
}
