package kafka

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// ErrNoTopic is wrapped by the error of whoever names a topic that is not there.
var ErrNoTopic = phrase.Errorf("blackfriday topics list names those that are there")

// ErrNoGroup is wrapped by the error of whoever names a group that is not there.
var ErrNoGroup = phrase.Errorf("blackfriday groups list names those that are there")

// Console is topics and groups as a person at a command line sees and changes them. Unlike the lab it remembers nothing, and
// changes what somebody else made: whoever uses it asks first.
type Console struct{ c *Cluster }

// Console returns the console of the cluster.
func (c *Cluster) Console() Console { return Console{c} }

// TopicDescription is what the brokers say about one topic.
type TopicDescription struct {
	Name       string
	ID         string // in the text form of Kafka's tools
	Internal   bool   // Kafka's own, such as __consumer_offsets
	Partitions []PartitionDescription
	// Settings are those that differ from Kafka's defaults, by name; nil where this user may not read them.
	Settings []Setting

	id [16]byte // of Kafka before 2.8: zeros
}

// PartitionDescription is where one partition is kept.
type PartitionDescription struct {
	Partition     int32
	Leader        int32   // node id; -1: none
	Replicas, ISR []int32 // node ids
}

// Setting is one setting of a topic.
type Setting struct {
	Name, Value string
	// OnTopic: it was set on the topic itself. Otherwise it is the brokers' setting, which the topic follows.
	OnTopic bool
}

// Replicas is the replication factor of the topic.
func (t TopicDescription) Replicas() int {
	if len(t.Partitions) == 0 {
		return 0
	}
	return len(t.Partitions[0].Replicas)
}

// Topics lists all topics that this user may see, by name, without their settings.
func (k Console) Topics(ctx context.Context) ([]TopicDescription, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	there, err := k.ask(ctx, nil)
	if err != nil {
		return nil, phrase.Errorf("list the topics: %w", inWords(err))
	}
	all := []TopicDescription{}
	for full, t := range there {
		if name, ok := k.c.names.short(full); ok && t.ErrorCode == 0 {
			all = append(all, describeTopic(name, t))
		}
	}
	slices.SortFunc(all, func(a, b TopicDescription) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// Describe describes topics with their settings. The error of one that is not there wraps ErrNoTopic.
func (k Console) Describe(ctx context.Context, names ...string) ([]TopicDescription, error) {
	if len(names) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	fulls := k.c.names.fulls(names)
	there, err := k.ask(ctx, fulls)
	if err != nil {
		return nil, phrase.Errorf("look up the topics %v: %w", fulls, inWords(err))
	}
	var all []TopicDescription
	for _, full := range fulls {
		t, ok := there[full]
		err := kerr.ErrorForCode(t.ErrorCode)
		switch {
		case !ok || errors.Is(err, kerr.UnknownTopicOrPartition) || errors.Is(err, kerr.InvalidTopicException):
			return nil, phrase.Errorf("there is no topic %s: %w", full, ErrNoTopic)
		case err != nil && len(t.Partitions) == 0: // with partitions it is about their leaders
			return nil, phrase.Errorf("look up topic %s: %w", full, inWords(err))
		default:
			name, _ := k.c.names.short(full)
			all = append(all, describeTopic(name, t))
		}
	}
	return all, k.settings(ctx, fulls, all)
}

// ask asks a broker for topics by their full names; nil means all of them. kadm would answer from a cache, which has the old
// topic for a while where one was just created anew.
func (k Console) ask(ctx context.Context, fulls []string) (map[string]kmsg.MetadataResponseTopic, error) {
	req := kmsg.NewPtrMetadataRequest()
	for _, full := range fulls {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(full)
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, persistent{k.c.client})
	if err != nil {
		return nil, err
	}
	there := map[string]kmsg.MetadataResponseTopic{}
	for _, t := range resp.Topics {
		if t.Topic != nil {
			there[*t.Topic] = t
		}
	}
	return there, nil
}

// settings adds the settings of topics. Whoever may not read them may use the topics all the same.
func (k Console) settings(ctx context.Context, fulls []string, topics []TopicDescription) error {
	configs, err := k.c.admin.DescribeTopicConfigs(ctx, fulls...)
	if unauthorized(err) {
		return nil
	}
	if err != nil {
		return phrase.Errorf("look up the settings of %v: %w", fulls, inWords(err))
	}
	for _, r := range configs {
		i := slices.Index(fulls, r.Name)
		if i < 0 || r.Err != nil {
			continue
		}
		topics[i].Settings = []Setting{}
		for _, s := range r.Configs {
			if s.Key == "max.message.bytes" {
				bytes, _ := strconv.Atoi(s.MaybeValue()) // what is no number is not known
				k.c.limit(topics[i].Name, bytes)
			}
			if s.Source != kmsg.ConfigSourceDefaultConfig && s.Value != nil && !s.Sensitive {
				topics[i].Settings = append(topics[i].Settings, Setting{s.Key, *s.Value, s.Source == kmsg.ConfigSourceDynamicTopicConfig})
			}
		}
		slices.SortFunc(topics[i].Settings, func(a, b Setting) int { return cmp.Compare(a.Name, b.Name) })
	}
	return nil
}

func describeTopic(name string, m kmsg.MetadataResponseTopic) TopicDescription {
	t := TopicDescription{Name: name, ID: base64.RawURLEncoding.EncodeToString(m.TopicID[:]), Internal: m.IsInternal, id: m.TopicID}
	for _, p := range m.Partitions {
		leader := max(-1, p.Leader)
		if errors.Is(kerr.ErrorForCode(p.ErrorCode), kerr.LeaderNotAvailable) {
			leader = -1
		}
		t.Partitions = append(t.Partitions, PartitionDescription{Partition: p.Partition, Leader: leader, Replicas: p.Replicas, ISR: p.ISR})
	}
	slices.SortFunc(t.Partitions, func(a, b PartitionDescription) int { return cmp.Compare(a.Partition, b.Partition) })
	return t
}

// MaxBytes is how large a record of the topic may be, once the topic was described; Kafka's default where that is not known.
func (k Console) MaxBytes(topic string) int { return int(k.c.maxBytes(k.c.names.full(topic))) }
