package kafka

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"blackfriday/kafka/phrase"
)

// ErrTopicExists is wrapped by the error of whoever would create a topic that is there.
var ErrTopicExists = phrase.Errorf("blackfriday topics recreate deletes it and creates it anew")

// NewTopic is a topic that a person wants.
type NewTopic struct {
	Name       string
	Partitions int // 0: as many as the brokers give a topic (num.partitions)
	Replicas   int // the replication factor; 0: that of the brokers (default.replication.factor)
	Settings   map[string]string
}

// Create creates a topic, and returns when every broker has heard of it. The error of one that is there wraps ErrTopicExists.
func (k Console) Create(ctx context.Context, t NewTopic) error {
	if err := k.c.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, agreeTimeout)
	defer cancel()
	brokers := func(n int) int32 {
		if n == 0 {
			return -1 // KIP-464: the brokers choose
		}
		return int32(n)
	}
	settings := map[string]*string{}
	for name, value := range t.Settings {
		settings[name] = kadm.StringPtr(value)
	}
	full := k.c.names.full(t.Name)
	created, err := k.c.admin.CreateTopic(ctx, brokers(t.Partitions), int16(brokers(t.Replicas)), settings, full)
	if errors.Is(err, kerr.TopicAlreadyExists) {
		return phrase.Errorf("the topic %s is there already: %w", full, ErrTopicExists)
	}
	if err != nil {
		return phrase.Errorf("create topic %s: %w", full, inWords(explained(err, created.ErrMessage)))
	}
	return k.c.onEveryBroker(ctx, []string{t.Name}, known)
}

// Delete deletes topics with all their records, by the ids that they were described with, so that none can be another one of
// the same name. It returns when every broker has heard of it.
func (k Console) Delete(ctx context.Context, topics ...TopicDescription) error {
	if err := k.c.writable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, agreeTimeout)
	defer cancel()
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.Name
		if err := k.c.deleteTopic(ctx, PlannedTopic{Name: t.Name, id: t.id}); err != nil {
			return inWords(err)
		}
	}
	return k.c.onEveryBroker(ctx, names, gone)
}

// Recreate deletes a topic that was described and creates it again with the settings that were made on it: with so many
// partitions, or with 0 as many as it had. It returns when every broker has heard of the new one.
func (k Console) Recreate(ctx context.Context, t TopicDescription, partitions int) error {
	if partitions == 0 {
		partitions = len(t.Partitions)
	}
	wanted := NewTopic{Name: t.Name, Partitions: partitions, Replicas: t.Replicas(), Settings: map[string]string{}}
	for _, s := range t.Settings {
		if s.OnTopic {
			wanted.Settings[s.Name] = s.Value
		}
	}
	if err := k.Delete(ctx, t); err != nil {
		return err
	}
	if err := k.Create(ctx, wanted); err != nil {
		return phrase.Errorf("it is deleted: %w", err)
	}
	return nil
}
