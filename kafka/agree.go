package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// agreeTimeout is how long the brokers of a busy cluster may take until all of them have heard of a topic.
const agreeTimeout = 30 * time.Second

// onEveryBroker waits until each broker says of the topics what it should. Brokers hear of a topic that was made or deleted
// one after the other. A client that asks one which has not heard yet takes the id of a deleted topic for that of the new
// one, and goes on asking for it.
func (c *Cluster) onEveryBroker(ctx context.Context, names []string, check func(kmsg.MetadataResponseTopic) error) error {
	if c.Embedded() {
		return nil // its brokers have one memory
	}
	ctx, cancel := context.WithTimeout(ctx, agreeTimeout)
	defer cancel()
	for {
		err := c.askBrokers(ctx, names, check)
		if err == nil || errors.Is(err, kerr.TopicAuthorizationFailed) || pause(ctx, knownSoon) != nil {
			return err
		}
	}
}

func (c *Cluster) askBrokers(ctx context.Context, names []string, check func(kmsg.MetadataResponseTopic) error) error {
	cluster, err := c.admin.BrokerMetadata(ctx) // ListBrokers asks for all topics, too, which not everybody may see
	if err != nil {
		return phrase.Errorf("ask who the brokers are: %w", err)
	}
	req := kmsg.NewPtrMetadataRequest()
	for _, name := range c.names.fulls(names) {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = &name
		req.Topics = append(req.Topics, topic)
	}
	for _, id := range cluster.Brokers.NodeIDs() {
		answer, err := c.client.Broker(int(id)).Request(ctx, req)
		resp, ok := answer.(*kmsg.MetadataResponse)
		if err != nil || !ok {
			continue // one that has just died is listed for a while; clients cannot ask it either
		}
		for _, t := range resp.Topics {
			if err := check(t); err != nil && t.Topic != nil {
				return phrase.Errorf("topic %s on broker %d: %w", *t.Topic, id, err)
			}
		}
	}
	return nil
}

// known says of a topic that a broker has heard of it.
func known(t kmsg.MetadataResponseTopic) error { return kerr.ErrorForCode(t.ErrorCode) }

// gone says of a topic that a broker has heard of its end.
func gone(t kmsg.MetadataResponseTopic) error {
	if t.ErrorCode == 0 {
		return phrase.Errorf("it is still there")
	}
	return nil
}
