package kafka

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// Topic is a topic to be created.
type Topic struct {
	Name       string
	Partitions int
	MaxBytes   int // max.message.bytes, at least 1
}

// CreateTopics is Furnish without groups.
func (c *Cluster) CreateTopics(ctx context.Context, topics ...Topic) error {
	_, err := c.Furnish(ctx, topics)
	return err
}

// GrowTopics adds partitions to the topics until each has count. Kafka takes no partition away: the error of a topic
// that has as many already says so. A topic that the lab did not make is left as it is, with an error.
func (c *Cluster) GrowTopics(ctx context.Context, count int, names ...string) error {
	if err := c.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if _, err := c.own(ctx, names, nil); err != nil {
		return err
	}
	responses, err := c.admin.UpdatePartitions(ctx, count, c.names.fulls(names)...)
	if err != nil {
		return phrase.Errorf("add partitions to %v: %w", names, err)
	}
	for _, r := range responses {
		if r.Err != nil {
			return phrase.Errorf("give %s %d partitions: %w", r.Topic, count, explained(r.Err, r.ErrMessage))
		}
	}
	return nil
}

// DeleteTopics deletes the topics with all their records. A topic that does not exist is as good as deleted. If the lab did
// not make one of them, none is deleted.
func (c *Cluster) DeleteTopics(ctx context.Context, names ...string) error {
	if err := c.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, agreeTimeout)
	defer cancel()
	plan, err := c.own(ctx, names, nil)
	if err != nil {
		return err
	}
	for _, t := range plan.Topics {
		if t.Standing == Missing {
			continue
		}
		if err := c.deleteTopic(ctx, t); err != nil {
			return err
		}
	}
	return c.onEveryBroker(ctx, names, gone)
}

// deleteTopic deletes a topic by its id, so that it can be no other one, and by its name only where brokers know no ids.
func (c *Cluster) deleteTopic(ctx context.Context, t PlannedTopic) error {
	name := c.names.full(t.Name)
	topic := kmsg.NewDeleteTopicsRequestTopic()
	req := kmsg.NewPtrDeleteTopicsRequest()
	if topic.TopicID = t.id; t.id == (kadm.TopicID{}) {
		topic.Topic, req.TopicNames = &name, []string{name}
	}
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(ctx, c.client)
	if err != nil {
		return phrase.Errorf("delete topic %s: %w", name, err)
	}
	for _, answer := range resp.Topics {
		err := kerr.ErrorForCode(answer.ErrorCode)
		if err != nil && !errors.Is(err, kerr.UnknownTopicID) && !errors.Is(err, kerr.UnknownTopicOrPartition) {
			return phrase.Errorf("delete topic %s: %w", name, err)
		}
	}
	return nil
}

// ErrForeign is wrapped by the error of whoever would change or delete what the lab did not make.
var ErrForeign = phrase.Errorf("the lab changes and deletes only what it made")

// own fails unless the lab made everything that is there of these.
func (c *Cluster) own(ctx context.Context, topics, groups []string) (Plan, error) {
	wanted := make([]Topic, len(topics))
	for i, name := range topics {
		wanted[i].Name = name
	}
	plan, err := c.Plan(ctx, wanted, groups...)
	if err == nil {
		err = plan.Owned()
	}
	return plan, err
}

// DeleteGroups deletes the groups with all they have committed. A group that does not exist is as good as deleted; one
// that has members, or that the lab did not make, is an error.
func (c *Cluster) DeleteGroups(ctx context.Context, names ...string) error {
	if err := c.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if _, err := c.own(ctx, nil, names); err != nil {
		return err
	}
	return c.deleteGroups(ctx, names...)
}

func (c *Cluster) deleteGroups(ctx context.Context, names ...string) error {
	deleted, err := c.admin.DeleteGroups(ctx, c.names.fulls(names)...)
	if err != nil {
		return phrase.Errorf("delete the groups %v: %w", names, err)
	}
	for _, g := range deleted {
		if g.Err != nil && !errors.Is(g.Err, kerr.GroupIDNotFound) {
			return phrase.Errorf("delete group %s: %w", g.Group, g.Err)
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
		return phrase.Errorf("look up the topics %v: %w", names, inWords(err))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range details {
		if d.Err != nil {
			return phrase.Errorf("look up topic %s: %w", d.Topic, inWords(d.Err))
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

// limit notes how large a record, and so a batch, of the topic may be; 0 when that is not known.
func (c *Cluster) limit(topic string, maxBytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limits[c.names.full(topic)] = cmp.Or(int32(maxBytes), defaultMaxBytes)
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
