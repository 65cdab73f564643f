package kafka

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/phrase"
)

// answerTimeout is how long a broker may stay silent before an open or an administrative request is given up.
const answerTimeout = 5 * time.Second

// Cluster is an open Kafka cluster: the embedded one, which it owns, or somebody else's.
type Cluster struct {
	cfg     Config
	names   namespace
	brokers []string
	fake    *kfake.Cluster // nil on a real cluster
	namer   *topicNamer    // likewise
	mixing  *mixing        // likewise
	disk    *durable       // nil where nothing is kept
	client  *kgo.Client    // that of admin
	admin   *kadm.Client
	id      string
	listed  []string      // brokers that the cluster named when it was opened, by the addresses that they advertise
	chosen  phrase.Phrase // why the protocol is what it is, where nobody asked for one
	// implicitTransactions: the brokers begin a transaction with the first record written in it (KIP-890).
	implicitTransactions bool
	meters               *meters // nil: nobody asked for metrics

	confirmed  atomic.Bool // somebody agreed that the lab writes here
	registered atomic.Bool // the registry is there

	// sessions are the session timeouts of KIP-848 groups, by group, as the brokers told them last.
	sessions sync.Map

	mu       sync.Mutex
	topicIDs map[string]string
	limits   map[string]int32 // max.message.bytes by topic, by its full name

	// stopped are the embedded brokers that were stopped, and what each of them led.
	stopped  map[int32][]TopicPartition
	steering sync.Mutex // held while one of them is stopped or started; guards stopped
}

// Open starts the embedded cluster, or connects to the brokers of cfg. The error names the address and the flag that
// changes it.
func Open(ctx context.Context, cfg Config) (*Cluster, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Cluster{cfg: cfg, names: namespace(cfg.Prefix), brokers: cfg.Brokers, topicIDs: map[string]string{}, limits: map[string]int32{},
		stopped: map[int32][]TopicPartition{}}
	if c.meters, err = newMeters(cfg.Metrics); err != nil {
		return nil, phrase.Errorf("register the metrics of Kafka's clients: %w", err)
	}
	if len(cfg.Brokers) == 0 {
		if c.disk, err = openDurable(ctx, cfg); err != nil {
			return nil, err
		}
		if err := c.startEmbedded(c.disk); err != nil {
			c.disk.close()
			return nil, err
		}
	}
	if err := c.connect(ctx); err != nil {
		c.Close()
		return nil, err
	}
	if c.cfg.Protocol == "" {
		c.cfg.Protocol, c.chosen = c.fittingProtocol(ctx)
	}
	return c, nil
}

// fittingProtocol is the group protocol under which a crash is noticed within the session timeout that was asked for, and
// why in a sentence. Brokers that cannot be asked, or do not know KIP-848, get the protocol that every broker knows.
func (c *Cluster) fittingProtocol(ctx context.Context) (p Protocol, why phrase.Phrase) {
	session, _, err := c.GroupTimeouts(ctx, OrderGroup)
	switch {
	case errors.Is(err, ErrNoGroupTimeouts):
		return CooperativeSticky, phrase.New("These brokers have no session timeout for KIP-848 groups.")
	case err != nil:
		return CooperativeSticky, phrase.New("When these brokers give up a dead member of a KIP-848 group is not known: %v.", err)
	case session > c.cfg.SessionTimeout:
		return CooperativeSticky, phrase.New("In a KIP-848 group these brokers give up a dead member after %v, later than --session-timeout %v; "+
			"--protocol consumer takes it all the same.", session, c.cfg.SessionTimeout)
	}
	return ConsumerProtocol, phrase.New("In a KIP-848 group these brokers give up a dead member after %v, within --session-timeout %v.",
		session, c.cfg.SessionTimeout)
}

// connect opens the administrative client and learns who is there.
func (c *Cluster) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	knocker := knocker{c.cfg.Dial, c.cfg.Security}
	if !c.Embedded() {
		if err := knocker.knockAny(ctx, c.brokers); err != nil {
			return err
		}
	}
	// kadm answers metadata from a cache: without a small MetadataMinAge a topic just created is not seen.
	client, err := c.newClient("admin", kgo.MetadataMinAge(10*time.Millisecond))
	if err != nil {
		return err
	}
	c.client, c.admin = client, kadm.NewClient(client)
	if c.mixing != nil {
		c.mixing.renewal.with(c.admin)
	}
	meta, err := c.admin.BrokerMetadata(ctx)
	if err != nil {
		return phrase.Errorf("the brokers at %s do not say who belongs to the cluster: %w", strings.Join(c.brokers, ", "), err)
	}
	c.id = meta.Cluster
	for _, b := range meta.Brokers {
		c.listed = append(c.listed, net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port))))
	}
	if !c.Embedded() {
		if err := knocker.knockAdvertised(ctx, meta.Brokers); err != nil {
			return err
		}
	}
	if err := c.admit(ctx); err != nil {
		return err
	}
	return c.learnTransactions(ctx, client)
}

// newClient opens a client that is known to the brokers as id.
func (c *Cluster) newClient(id string, opts ...kgo.Opt) (*kgo.Client, error) {
	common := []kgo.Opt{
		kgo.ClientID(id),
		kgo.SeedBrokers(c.brokers...),
		kgo.Dialer(c.cfg.Security.over(c.cfg.Dial)),
		// A broker that is mute must be noticed in seconds: kgo's default adds 10 s to every request.
		kgo.RequestTimeoutOverhead(3 * time.Second),
		// Added partitions and moved leaders are noticed within a second; kgo's default needs up to 5 minutes.
		kgo.MetadataMaxAge(time.Second),
		kgo.MetadataMinAge(250 * time.Millisecond),
		// Brokers that are back are noticed within a second; kgo's default waits up to 5 s between two attempts.
		kgo.RetryBackoffFn(func(tries int) time.Duration { return min(time.Duration(tries)*200*time.Millisecond, time.Second) }),
		// The lab's clients have nothing to tell the brokers about themselves (KIP-714).
		kgo.DisableClientMetrics(),
	}
	common = append(common, c.meters.hooks(id)...)
	if login := c.cfg.Security.mechanism(); login != nil {
		common = append(common, kgo.SASL(login))
	}
	client, err := kgo.NewClient(append(common, opts...)...)
	if err != nil {
		return nil, phrase.Errorf("open the Kafka client %q: %w", id, err)
	}
	return client, nil
}

// Embedded says whether the brokers run in this process.
func (c *Cluster) Embedded() bool { return len(c.cfg.Brokers) == 0 }

// Simulated says whether the brokers are embedded ones, of this process or of another one that was named by its address:
// they speak Kafka's protocol and keep every record once, so that their replicas are no copies.
func (c *Cluster) Simulated() bool { return c.Embedded() || c.id == embeddedID }

// ID is the cluster id as the brokers give it.
func (c *Cluster) ID() string { return c.id }

// Brokers are the addresses to connect to, host:port.
func (c *Cluster) Brokers() []string { return slices.Clone(c.brokers) }

// Nodes is how many brokers the cluster had when it was opened.
func (c *Cluster) Nodes() int { return len(c.listed) }

// Named are the brokers that the cluster named when it was opened, host:port as they advertise it: whoever connects need
// not have known all of them, or may have named one twice.
func (c *Cluster) Named() []string { return slices.Clone(c.listed) }

// Chosen is why the protocol of Config is in force, in one sentence; empty where it was asked for.
func (c *Cluster) Chosen() phrase.Phrase { return c.chosen }

// Config is the configuration in force, defaults filled in.
func (c *Cluster) Config() Config { return c.cfg }

// Close ends the administrative client and, where the cluster is embedded, the brokers. Every other client must be
// closed before it. DiskTrouble says afterwards whether a data directory has everything.
func (c *Cluster) Close() {
	if c.admin != nil {
		c.admin.Close()
		c.admin = nil
	}
	if c.fake != nil {
		c.mixing.renewal.with(nil)
		// kfake's methods must not be called once it is closed: they would block for ever.
		c.namer.of(nil)
		c.fake.Close()
		c.fake = nil
		c.disk.close()
	}
}
