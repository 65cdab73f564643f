package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// answerTimeout is how long a broker may stay silent before an open or an administrative request is given up.
const answerTimeout = 5 * time.Second

// Cluster is an open Kafka cluster: the embedded one, which it owns, or somebody else's.
type Cluster struct {
	cfg     Config
	brokers []string
	fake    *kfake.Cluster // nil on a real cluster
	admin   *kadm.Client
	id      string

	mu       sync.Mutex
	topicIDs map[string]string
	limits   map[string]int32 // max.message.bytes by topic
}

// Topic is a topic to be created.
type Topic struct {
	Name       string
	Partitions int
	MaxBytes   int // max.message.bytes, at least 1
}

// Open starts the embedded cluster, or connects to the brokers of cfg. The error names the address and the flag that
// changes it.
func Open(ctx context.Context, cfg Config) (*Cluster, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Cluster{cfg: cfg, brokers: cfg.Brokers, topicIDs: map[string]string{}, limits: map[string]int32{}}
	if len(cfg.Brokers) == 0 {
		if c.fake, err = startEmbedded(cfg); err != nil {
			return nil, err
		}
		c.brokers = c.fake.ListenAddrs()
	}
	if err := c.connect(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// connect opens the administrative client and learns who is there.
func (c *Cluster) connect(ctx context.Context) error {
	// kadm answers metadata from a cache: without a small MetadataMinAge a topic just created is not seen.
	client, err := c.newClient("admin", kgo.MetadataMinAge(10*time.Millisecond))
	if err != nil {
		return err
	}
	c.admin = kadm.NewClient(client)
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	meta, err := c.admin.BrokerMetadata(ctx)
	if err != nil {
		return fmt.Errorf("no Kafka broker answers at %v: check --brokers: %w", c.brokers, err)
	}
	c.id = meta.Cluster
	return nil
}

// newClient opens a client that is known to the brokers as id.
func (c *Cluster) newClient(id string, opts ...kgo.Opt) (*kgo.Client, error) {
	common := []kgo.Opt{
		kgo.ClientID(id),
		kgo.SeedBrokers(c.brokers...),
		kgo.Dialer(c.cfg.Dial),
		// A broker that is mute must be noticed in seconds: kgo's default adds 10 s to every request.
		kgo.RequestTimeoutOverhead(3 * time.Second),
		// Added partitions and moved leaders are noticed within a second; kgo's default needs up to 5 minutes.
		kgo.MetadataMaxAge(time.Second),
		kgo.MetadataMinAge(250 * time.Millisecond),
		// The lab's clients have nothing to tell the brokers about themselves (KIP-714).
		kgo.DisableClientMetrics(),
	}
	client, err := kgo.NewClient(append(common, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("open the Kafka client %q: %w", id, err)
	}
	return client, nil
}

// Embedded says whether the brokers run in this process.
func (c *Cluster) Embedded() bool { return len(c.cfg.Brokers) == 0 }

// ID is the cluster id as the brokers give it.
func (c *Cluster) ID() string { return c.id }

// Brokers are the addresses to connect to, host:port.
func (c *Cluster) Brokers() []string { return slices.Clone(c.brokers) }

// Config is the configuration in force, defaults filled in.
func (c *Cluster) Config() Config { return c.cfg }

// CreateTopics creates the topics that are missing and learns the ids of all of them. A topic that is there already is
// left as it is.
func (c *Cluster) CreateTopics(ctx context.Context, topics ...Topic) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	names := make([]string, 0, len(topics))
	for _, t := range topics {
		names = append(names, t.Name)
		c.limit(t)
		maxBytes := fmt.Sprint(t.MaxBytes)
		_, err := c.admin.CreateTopic(ctx, int32(t.Partitions), -1, map[string]*string{"max.message.bytes": &maxBytes}, t.Name)
		if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s with %d partitions: %w", t.Name, t.Partitions, err)
		}
	}
	return c.learnTopicIDs(ctx, names)
}

func (c *Cluster) learnTopicIDs(ctx context.Context, names []string) error {
	details, err := c.admin.ListTopics(ctx, names...)
	if err != nil {
		return fmt.Errorf("look up the topics %v: %w", names, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range details {
		if d.Err != nil {
			return fmt.Errorf("look up topic %s: %w", d.Topic, d.Err)
		}
		c.topicIDs[d.Topic] = d.ID.String()
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
	c.limits[t.Name] = int32(t.MaxBytes)
}

// maxBytes is the largest batch that the topic takes.
func (c *Cluster) maxBytes(topic string) int32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok := c.limits[topic]; ok {
		return n
	}
	return defaultMaxBytes
}

// Close ends the administrative client and, where the cluster is embedded, the brokers. Every other client must be
// closed before it.
func (c *Cluster) Close() {
	if c.admin != nil {
		c.admin.Close()
		c.admin = nil
	}
	if c.fake != nil {
		c.fake.Close()
		c.fake = nil
	}
}
