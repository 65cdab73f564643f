package kafka

import (
	"context"
	"crypto/rand"
	"net"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/phrase"
)

// Protocol is how a consumer group agrees on who reads what.
type Protocol string

// The group protocols. Consumer is KIP-848's: the broker assigns. The others are the classic protocol with one of
// Kafka's client-side assignors.
const (
	ConsumerProtocol  Protocol = "consumer"
	CooperativeSticky Protocol = "cooperative-sticky"
	Range             Protocol = "range"
	RoundRobin        Protocol = "roundrobin"
)

// Protocols lists every Protocol in the order in which they are offered.
func Protocols() []Protocol {
	return []Protocol{ConsumerProtocol, CooperativeSticky, Range, RoundRobin}
}

// ParseProtocol reads a Protocol as the --protocol flag gives it. The error names those that exist.
func ParseProtocol(s string) (Protocol, error) {
	names := make([]string, 0, len(Protocols()))
	for _, p := range Protocols() {
		if s == string(p) {
			return p, nil
		}
		names = append(names, string(p))
	}
	return "", phrase.Errorf("no group protocol is named %q: --protocol takes %s", s, strings.Join(names, ", "))
}

// String names the protocol as people say it.
func (p Protocol) String() string {
	if p == ConsumerProtocol {
		return "KIP-848"
	}
	return string(p)
}

// balancer is the option that makes a kgo member speak the protocol.
func (p Protocol) balancer() kgo.GroupOpt {
	switch p {
	case CooperativeSticky:
		return kgo.Balancers(kgo.CooperativeStickyBalancer())
	case Range:
		return kgo.Balancers(kgo.RangeBalancer())
	case RoundRobin:
		return kgo.Balancers(kgo.RoundRobinBalancer())
	default:
		return kgo.ServerSideBalancer()
	}
}

// Config says which cluster to open, and how its groups behave.
type Config struct {
	// Brokers are the seed brokers of a real cluster, host:port. Empty: open an embedded one.
	Brokers []string
	// Security is how the brokers and the client prove to each other who they are.
	Security Security
	// Identity becomes part of every transactional id, so that two labs on one cluster do not fence each other. Whoever is
	// to take the place of an earlier process, and to end its transactions, has the same. Empty: a random one for each Open.
	Identity string
	// ReadOnly: the cluster is only looked at. Everything that would write to it, or join a group of it, fails with
	// ErrReadOnly.
	ReadOnly bool
	// Port is the first port of the embedded brokers, the others follow; 0 takes any that are free.
	Port int
	// Nodes is the number of embedded brokers; 0 means 3.
	Nodes int

	// Classroom opens the embedded brokers to other machines. Nil: they listen on the loopback, and everybody there may do
	// everything.
	Classroom *Classroom
	// DataDir is the directory in which the embedded brokers keep what they are told, so that the next process goes on
	// from there. Empty: they keep it in memory.
	DataDir string

	// Protocol is the group protocol of every Member. Empty means ConsumerProtocol on the embedded cluster, and on a real
	// one too if its brokers give a silent member up within SessionTimeout; else CooperativeSticky, which takes its
	// timeouts from the client.
	Protocol Protocol
	// SessionTimeout is how long a group waits for a silent member before it gives its partitions away; Heartbeat is
	// how often a member speaks up. Under KIP-848 both belong to the broker: the embedded one is told, a real one is
	// not. Zero means 6 s and 500 ms.
	SessionTimeout time.Duration
	Heartbeat      time.Duration

	// Prefix stands before the names of all topics, groups and transactional ids of this lab on the brokers, and keeps
	// several labs on one cluster apart. Only there: everybody else names them without it.
	Prefix string

	// Metrics is where the clients of the cluster count what they do, and how long commits take. Nil: nobody asks. A
	// registry is for one open cluster.
	Metrics prometheus.Registerer

	// Confirm is asked once, before the first write to a cluster that somebody else runs, with what the lab finds there and
	// would make. Its error keeps the lab from writing. Nil: nothing is ever written there.
	Confirm func(ctx context.Context, p Plan) error

	// Listen and Dial replace the network, for tests in virtual time. Nil means TCP.
	Listen func(network, address string) (net.Listener, error)
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

// maxPort is the highest TCP port.
const maxPort = 65535

// withDefaults fills in what was left zero, and refuses what cannot work.
func (c Config) withDefaults() (Config, error) {
	if c.Nodes == 0 {
		c.Nodes = 3
	}
	if c.Protocol == "" && len(c.Brokers) == 0 {
		c.Protocol = ConsumerProtocol
	}
	if c.SessionTimeout == 0 {
		c.SessionTimeout = 6 * time.Second
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = 500 * time.Millisecond
	}
	if c.Identity == "" {
		c.Identity = strings.ToLower(rand.Text()[:8])
	}
	if c.Listen == nil {
		c.Listen = net.Listen
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{Timeout: 3 * time.Second}).DialContext
	}
	c.Dial = paced(c.Dial)
	if err := namespace(c.Prefix).check(); err != nil {
		return c, err
	}
	if c.Classroom != nil {
		room, err := c.Classroom.check(c.Brokers)
		if err != nil {
			return c, err
		}
		c.Classroom, c.Security = &room, room.teacher()
	}
	switch {
	case c.DataDir != "" && len(c.Brokers) > 0:
		return c, phrase.Errorf("--data-dir belongs to the embedded cluster: leave it out, or --brokers")
	case c.Port < 0 || c.Port > maxPort-c.Nodes+1:
		return c, phrase.Errorf("--kafka-port %d: %d brokers need ports between 1 and %d, or 0 for any that are free",
			c.Port, c.Nodes, maxPort)
	case c.SessionTimeout < time.Second:
		return c, phrase.Errorf("--session-timeout %v is too short: at least 1s", c.SessionTimeout)
	case c.Heartbeat < 50*time.Millisecond:
		return c, phrase.Errorf("--heartbeat %v is too short: at least 50ms", c.Heartbeat)
	case c.Heartbeat*2 > c.SessionTimeout:
		return c, phrase.Errorf("--heartbeat %v is too long for --session-timeout %v: at most half of it",
			c.Heartbeat, c.SessionTimeout)
	}
	return c, nil
}
