package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"blackfriday/kafka/phrase"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// madeTopic is the registry: a small compacted topic in which a lab remembers what it made on a cluster that somebody else
// runs.
const madeTopic = "blackfriday-made"

// compaction is the cleanup.policy of a topic that keeps the newest record of each key for ever.
const compaction = "compact"

// The kinds of things that the registry remembers.
const (
	topicKind    = "topic"
	groupKind    = "group"
	registryKind = "registry" // the registry itself
)

// keepsake is one record of the registry. That of a topic is written before the topic is created, and again once its id
// is known.
type keepsake struct {
	Kind string `json:"kind"`
	Name string `json:"name"`         // as the brokers know it
	ID   string `json:"id,omitempty"` // of a topic; empty while it is not known
	// Mark is the delete.retention.ms that the topic is created with, a number that no other topic has. It says nothing to
	// a topic that is not compacted, and comes into being with it: so a topic is known again whose id could not be written
	// down any more.
	Mark string    `json:"mark,omitempty"`
	At   time.Time `json:"at"`
}

// markConfig is the setting of a topic that holds its mark.
const markConfig = "delete.retention.ms"

// key is that of the record: two labs that try to create the same topic at the same time do not overwrite each other's
// records.
func (k keepsake) key() []byte { return []byte(k.Kind + "/" + k.Name + "/" + k.Mark) }

// of says whether the record is about this topic, as it is there now.
func (k keepsake) of(t standing) bool {
	switch {
	case k.Kind != topicKind && k.Kind != registryKind || k.Name != t.name:
		return false
	case k.ID != "":
		return k.ID == t.id.String()
	default:
		return k.Mark != "" && k.Mark == t.mark
	}
}

// keepsakes reads the registry. Without one nothing was made.
func (c *Cluster) keepsakes(ctx context.Context) ([]keepsake, error) {
	name := c.names.full(madeTopic)
	there, err := c.present(ctx, []string{name})
	if err == nil && len(there) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, phrase.Errorf("look up the topic %s, in which labs remember what they made: %w", name, err)
	}
	byKey := map[string]keepsake{}
	var foreign error
	err = c.ReadAll(ctx, []string{madeTopic}, func(r *Record) {
		if r.Value == nil {
			delete(byKey, string(r.Key))
			return
		}
		var k keepsake
		if err := json.Unmarshal(r.Value, &k); err != nil || string(k.key()) != string(r.Key) {
			foreign = phrase.Errorf("offset %d of the topic %s is not a lab's: choose another --topic-prefix", r.Offset, name)
		}
		byKey[string(r.Key)] = k
	})
	if err := firstError(err, foreign); err != nil {
		return nil, err
	}
	all := make([]keepsake, 0, len(byKey))
	for _, k := range byKey {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b keepsake) int { return slices.Compare(a.key(), b.key()) })
	return all, nil
}

// remember writes to the registry, which is created where it is missing.
func (c *Cluster) remember(ctx context.Context, things ...keepsake) error {
	if len(things) == 0 {
		return nil
	}
	if err := c.openRegistry(ctx); err != nil {
		return err
	}
	return c.keep(ctx, false, things)
}

// forget takes things out of the registry.
func (c *Cluster) forget(ctx context.Context, things ...keepsake) error {
	if len(things) == 0 {
		return nil
	}
	return c.keep(ctx, true, things)
}

func (c *Cluster) keep(ctx context.Context, forget bool, things []keepsake) error {
	client, err := c.newClient("registry", c.producing()...)
	if err != nil {
		return err
	}
	defer client.Close()
	return c.keepWith(ctx, client, forget, things)
}

func (c *Cluster) keepWith(ctx context.Context, client *kgo.Client, forget bool, things []keepsake) (err error) {
	records := make([]*Record, len(things))
	for i, k := range things {
		records[i] = &Record{Topic: c.names.full(madeTopic), Key: k.key()}
		if forget {
			continue
		}
		if records[i].Value, err = json.Marshal(k); err != nil {
			return err
		}
	}
	if err := client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return phrase.Errorf("remember in the topic %s what the lab makes: %w", c.names.full(madeTopic), err)
	}
	return nil
}

// openRegistry creates the registry where it is missing, and has it remember itself: only so a clean-up knows it for a lab's.
// One that somebody else created, or a lab that died right then, is used and stays.
func (c *Cluster) openRegistry(ctx context.Context) error {
	if c.registered.Load() {
		return nil
	}
	name := c.names.full(madeTopic)
	there, err := c.look(ctx, name)
	if err != nil {
		return err
	}
	if _, ok := there[name]; !ok {
		err = c.createRegistry(ctx)
	} else if err = c.checkRegistry(there[name]); err == nil {
		err = c.learnTopicIDs(ctx, []string{madeTopic})
	}
	if err == nil {
		c.registered.Store(true)
	}
	return err
}

// checkRegistry refuses a registry that forgets. Whoever may not read its settings has to trust it.
func (c *Cluster) checkRegistry(s standing) error {
	if s.policy == "" || s.policy == compaction {
		return nil
	}
	return phrase.Errorf("the topic %s, in which labs remember what they made, would forget it: its cleanup.policy is %q; set it to %s, or choose another --topic-prefix",
		s.name, s.policy, compaction)
}

func (c *Cluster) createRegistry(ctx context.Context) error {
	name := c.names.full(madeTopic)
	replicas, err := c.replicas(ctx)
	if err != nil {
		return err
	}
	settings := replicated(replicas)
	settings["cleanup.policy"] = kadm.StringPtr(compaction)
	created, err := c.admin.CreateTopic(ctx, 1, int16(replicas), settings, name)
	faster := errors.Is(err, kerr.TopicAlreadyExists) // than this lab was another one
	if err != nil && !faster {
		return phrase.Errorf("create the topic %s, in which the lab remembers what it makes: %w", name, inWords(explained(err, created.ErrMessage)))
	}
	if err := c.learnTopicIDs(ctx, []string{madeTopic}); err != nil {
		return err
	}
	if faster {
		there, err := c.look(ctx, name)
		return firstError(err, c.checkRegistry(there[name]))
	}
	self := keepsake{Kind: registryKind, Name: name, ID: c.TopicID(madeTopic), At: time.Now().UTC()}
	if created.ID != (kadm.TopicID{}) {
		self.ID = created.ID.String()
	}
	return c.keep(ctx, false, []keepsake{self})
}

// replicas is the replication factor of what the lab makes: one on each broker, three at most.
func (c *Cluster) replicas(ctx context.Context) (int, error) {
	cluster, err := c.admin.BrokerMetadata(ctx) // ListBrokers asks for all topics, too, which not everybody may see
	if err != nil {
		return 0, phrase.Errorf("count the brokers: %w", err)
	}
	return min(3, len(cluster.Brokers)), nil
}

// replicated are the settings that make an acknowledgement worth what the replicas allow: with three of them, two hold every
// acknowledged record, and one may be lost. They are given in any case: the cluster's own default may ask for more
// replicas than there are.
func replicated(replicas int) map[string]*string {
	return map[string]*string{"min.insync.replicas": kadm.StringPtr(strconv.Itoa(1 + replicas/3))}
}

// unauthorized says that the brokers refused for want of rights.
func unauthorized(err error) bool {
	return errors.Is(err, kerr.TopicAuthorizationFailed) || errors.Is(err, kerr.ClusterAuthorizationFailed) || errors.Is(err, kerr.GroupAuthorizationFailed)
}

// explained adds what a broker said to an error.
func explained(err error, message string) error {
	if err == nil || message == "" {
		return err
	}
	return phrase.Errorf("%w (%s)", err, message)
}
