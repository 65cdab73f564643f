package serve

import (
	"cmp"
	"math/rand/v2"
	"time"

	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/metrics"
)

// Flags are those of every command that runs a lab: which cluster, and how the lab begins on it.
type Flags struct {
	lab      lab.Config
	cluster  *connect.Flags
	embedded *connect.Embedded
	metrics  *metrics.Flag
	protocol string
	promise  string
	preset   string
}

// NewFlags returns the flags of a lab with those that say which cluster it is on and who publishes its numbers.
func NewFlags(cluster *connect.Flags, embedded *connect.Embedded, published *metrics.Flag) *Flags {
	return &Flags{cluster: cluster, embedded: embedded, metrics: published}
}

// Register adds the flags to those of a command.
func (s *Flags) Register(f *pflag.FlagSet) {
	s.cluster.Register(f)
	s.metrics.Register(f)
	s.embedded.Register(f)
	f.BoolVar(&s.lab.Observe, "observe", false, "run no service and write nothing: look at a cluster, without --brokers at the lab on "+connect.LocalBroker)
	f.IntVar(&s.lab.HTTPPort, "http-port", 8000, "first of four ports of the services, 0 for any that are free")
	f.IntVar(&s.lab.Partitions, "partitions", 3, "partitions of the topics")
	f.IntVar(&s.lab.Orders, "orders", 3, "order consumers")
	f.DurationVar(&s.lab.Delay, "delay", 100*time.Millisecond, "simulated work per payment")
	f.StringVar(&s.protocol, "protocol", "", "group protocol: consumer (KIP-848), cooperative-sticky, range or roundrobin "+
		"(default consumer; on a real cluster only where that gives up a dead member within --session-timeout, else cooperative-sticky)")
	f.StringVar(&s.promise, "guarantee", string(kafka.AtLeastOnce), "delivery guarantee: at-most-once, at-least-once or exactly-once")
	f.DurationVar(&s.lab.CommitInterval, "commit-interval", kafka.DefaultCommitInterval, "how often a consumer commits what it finished, and how long its transactions last: 10ms to 5s")
	f.DurationVar(&s.lab.Kafka.SessionTimeout, "session-timeout", 6*time.Second, "how long a group waits for a silent member")
	f.DurationVar(&s.lab.Kafka.Heartbeat, "heartbeat", 500*time.Millisecond, "how often a member speaks up")
	f.StringVar(&s.preset, "preset", presetLab, "session timeout and heartbeat: lab (6s, 500ms) or course (45s, 3s, the defaults of its Python clients)")
	f.Uint64Var(&s.lab.Seed, "seed", 0, "seed of the floods, 0 for a random one")
}

// RegisterPorts adds to the flags of a command those alone that say where a lab listens, for one that runs in an embedded
// cluster of its own and always begins in the same way.
func (s *Flags) RegisterPorts(f *pflag.FlagSet, b lab.Begin) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.Register(all)
	for _, name := range []string{"kafka-port", "http-port"} {
		f.AddFlag(all.Lookup(name))
	}
	s.lab.Partitions, s.lab.Orders, s.lab.Delay, s.lab.Opening, s.lab.Seed = b.Partitions, b.Orders, b.Delay, b.Opening, b.Seed
}

// The presets of the group's clock.
const (
	presetLab    = "lab"    // a crash is noticed while the class still watches
	presetCourse = "course" // what librdkafka does unless it is told otherwise
)

// clock is the session timeout and the heartbeat that a flag or the preset gives; a flag that was set wins.
func (s *Flags) clock(flags *pflag.FlagSet) (session, heartbeat time.Duration, err error) {
	session, heartbeat = s.lab.Kafka.SessionTimeout, s.lab.Kafka.Heartbeat
	switch s.preset {
	case presetLab:
		return session, heartbeat, nil
	case presetCourse:
		if !flags.Changed("session-timeout") {
			session = 45 * time.Second
		}
		if !flags.Changed("heartbeat") {
			heartbeat = 3 * time.Second
		}
		return session, heartbeat, nil
	default:
		return 0, 0, phrase.Errorf("--preset %q: there are %s and %s", s.preset, presetLab, presetCourse)
	}
}

// Config is the lab that the flags describe. It fails where they contradict each other or the cluster, and says which.
func (s *Flags) Config(flags *pflag.FlagSet) (lab.Config, error) {
	protocol, err := kafka.ParseProtocol(cmp.Or(s.protocol, string(kafka.ConsumerProtocol)))
	if err != nil {
		return lab.Config{}, err
	}
	cfg := s.lab
	if err := s.cluster.Into(&cfg.Kafka); err != nil {
		return lab.Config{}, err
	}
	if cfg.Guest, err = s.embedded.Place(flags, &cfg.Kafka, cfg.Observe); err != nil {
		return lab.Config{}, err
	}
	if cfg.Guarantee, err = kafka.ParseGuarantee(s.promise); err != nil {
		return lab.Config{}, phrase.Errorf("--guarantee: %w", err)
	}
	if cfg.Kafka.SessionTimeout, cfg.Kafka.Heartbeat, err = s.clock(flags); err != nil {
		return lab.Config{}, err
	}
	if flags.Changed("protocol") || len(cfg.Kafka.Brokers) == 0 {
		cfg.Kafka.Protocol = protocol // a real cluster has one that fits its timeouts, unless it is told
	}
	s.metrics.Into(&cfg.Kafka)
	if cfg.Seed == 0 {
		cfg.Seed = rand.Uint64()
	}
	return cfg, nil
}
