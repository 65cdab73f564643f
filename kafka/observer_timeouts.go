package kafka

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// ErrNoGroupTimeouts is wrapped by the error of GroupTimeouts on brokers that do not know KIP-848.
var ErrNoGroupTimeouts = phrase.Errorf("the brokers have no timeouts for KIP-848 groups")

// GroupTimeouts reads how long the brokers wait for a silent member of a KIP-848 group before they give it up, and how
// often they want to hear from it. Both belong to the brokers and not to the client: group.consumer.session.timeout.ms
// and group.consumer.heartbeat.interval.ms, unless the group has settings of its own (Kafka 4.0). Classic groups have
// what their members ask for, see Config.
func (c *Cluster) GroupTimeouts(ctx context.Context, group string) (session, heartbeat time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	settings, err := c.brokerSettings(ctx)
	if err != nil {
		return 0, 0, phrase.Errorf("read the group timeouts of the brokers: %w", inWords(err))
	}
	own, err := c.groupSettings(ctx, group)
	if err != nil {
		return 0, 0, phrase.Errorf("read the settings of %s: %w", group, inWords(err))
	}
	session, err = timeout(own, settings, "consumer.session.timeout.ms")
	if err != nil {
		return 0, 0, err
	}
	c.sessions.Store(group, session)
	heartbeat, err = timeout(own, settings, "consumer.heartbeat.interval.ms")
	return session, heartbeat, err
}

// timeout is a group's own setting, or else that of the brokers, which has the same name behind "group.".
func timeout(own, brokers map[string]string, key string) (time.Duration, error) {
	value := own[key]
	if value == "" {
		key = "group." + key
		value = brokers[key]
	}
	if value == "" {
		return 0, phrase.Errorf("%s is not set: %w", key, ErrNoGroupTimeouts)
	}
	ms, err := strconv.ParseInt(value, 10, 32)
	if err != nil || ms <= 0 {
		return 0, phrase.Errorf("%s is %q, want milliseconds", key, value)
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// brokerSettings are those of one broker: a cluster whose brokers disagree about groups is broken anyway.
func (c *Cluster) brokerSettings(ctx context.Context) (map[string]string, error) {
	var brokers kadm.BrokerDetails
	err := again(ctx, func() (err error) {
		brokers, err = c.admin.ListBrokers(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	configs, err := c.brokerConfigs(ctx, brokers.NodeIDs())
	if err != nil {
		return nil, err
	}
	settings := map[string]string{}
	for _, r := range configs {
		if r.Err != nil {
			return nil, r.Err
		}
		for _, config := range r.Configs {
			settings[config.Key] = config.MaybeValue()
		}
	}
	return settings, nil
}

// brokerConfigs are those of the first of these brokers that is there: one that has just died is still named.
func (c *Cluster) brokerConfigs(ctx context.Context, brokers []int32) (configs kadm.ResourceConfigs, err error) {
	err = phrase.Errorf("the cluster names no broker")
	for _, id := range brokers {
		if configs, err = c.admin.DescribeBrokerConfigs(ctx, id); !IsAway(err) {
			return configs, err
		}
	}
	return nil, err
}

// groupSettings are a group's own; brokers before Kafka 4.0 have none.
func (c *Cluster) groupSettings(ctx context.Context, group string) (map[string]string, error) {
	client, err := c.newClient("observer")
	if err != nil {
		return nil, err
	}
	defer client.Close()
	resource := kmsg.NewDescribeConfigsRequestResource()
	resource.ResourceType = kmsg.ConfigResourceTypeGroupConfig
	resource.ResourceName = c.names.full(group)
	req := kmsg.NewPtrDescribeConfigsRequest()
	req.Resources = append(req.Resources, resource)
	resp, err := req.RequestWith(ctx, persistent{client})
	if err != nil {
		return nil, err
	}
	settings := map[string]string{}
	for _, r := range resp.Resources {
		err := kerr.ErrorForCode(r.ErrorCode)
		if errors.Is(err, kerr.InvalidRequest) || errors.Is(err, kerr.UnsupportedVersion) {
			continue // this kind of resource is unknown there
		}
		if err != nil {
			return nil, err
		}
		for _, config := range r.Configs {
			settings[config.Name] = (&kadm.Config{Value: config.Value}).MaybeValue()
		}
	}
	return settings, nil
}
