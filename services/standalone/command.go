package standalone

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/services/metrics"
	"blackfriday/services/order"
)

// The environment variables of the course's services.
const (
	instanceVariable = "INSTANCE_ID" // stands in for --instance
	portVariable     = "PORT"        // stands in for --port
)

const (
	// maxPort is the highest TCP port.
	maxPort = 65535
	// loopback is where the HTTP side listens unless it is told otherwise.
	loopback = "127.0.0.1"
)

// flags are the flags of `service`.
type flags struct {
	cfg      Config
	cluster  *connect.Flags
	getenv   func(string) string
	protocol string
	promise  string
	remedy   string
	json     bool
	metrics  metrics.Flag
}

// Command returns `service`, which runs one service in this process until the command's context ends. getenv reads the
// environment, such as os.Getenv.
func Command(cluster *connect.Flags, getenv func(string) string) *cobra.Command {
	f := &flags{cluster: cluster, getenv: getenv}
	cmd := &cobra.Command{
		Use:   "service " + strings.Join(Services(), "|"),
		Short: "Run one service in a process of its own",
		Long: "Runs one service in this process, as the course's terminals do, until SIGINT or SIGTERM: then it leaves its group\n" +
			"politely. It joins the lab that runs on this machine, or a cluster named with --brokers: there it asks\n" +
			"before it writes, unless --yes says that it may.",
		Example:   "  blackfriday service order\n  blackfriday service order --instance 4 --port 8011 --brokers kafka1:9092\n  INSTANCE_ID=5 PORT=8021 blackfriday service order",
		Args:      oneService,
		ValidArgs: Services(),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			cfg, err := f.config(cmd.Flags(), args[0])
			if err != nil {
				return err
			}
			_, stop, err := f.metrics.Serve()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, stop()) }()
			journal := NewJournal(cmd.OutOrStdout(), f.json).In(phrase.Of(cmd.Context()))
			defer journal.Close()
			return Run(cmd.Context(), cfg, journal)
		},
	}
	f.register(cmd.Flags())
	cmd.SetFlagErrorFunc(connect.FlagError)
	return cmd
}

// oneService refuses anything but the name of one service.
func oneService(_ *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return phrase.Errorf("which service? It takes %s, such as blackfriday service %s", either(Services()), Order)
	case !slices.Contains(Services(), args[0]):
		return phrase.Errorf("there is no service %s: it takes %s", shown(args[0]), either(Services()))
	case len(args) > 1:
		return phrase.Errorf("%s after the service %s is one too many: a process runs one service", shown(args[1]), args[0])
	}
	return nil
}

// either lists what can be chosen: "a, b or c".
func either[S ~string](choices []S) phrase.Phrase {
	words := make([]string, len(choices))
	for i, c := range choices {
		words[i] = string(c)
	}
	last := len(words) - 1
	return phrase.New("%s or %s", strings.Join(words[:last], ", "), words[last])
}

func (f *flags) register(set *pflag.FlagSet) {
	f.cluster.RegisterRunning(set)
	f.metrics.Register(set)
	set.IntVar(&f.cfg.Number, "instance", 0, "number of this instance (default $"+instanceVariable+", else the first that is free)")
	set.IntVar(&f.cfg.Port, "port", 0, "HTTP port, 0 for any that is free (default $"+portVariable+", else 8000 payment, 8001 order, 8002 email, 8003 analytics, or the next that is free)")
	set.StringVar(&f.cfg.Host, "host", loopback, "address of the HTTP side; a container needs another one, such as 0.0.0.0")
	set.DurationVar(&f.cfg.Delay, "delay", 100*time.Millisecond, "simulated work per payment of an order consumer")
	set.StringVar(&f.promise, "guarantee", string(kafka.AtLeastOnce), "delivery guarantee: at-most-once, at-least-once or exactly-once")
	set.DurationVar(&f.cfg.CommitEvery, "commit-interval", kafka.DefaultCommitInterval, "how often what is finished is committed: 10ms to 5s")
	set.StringVar(&f.remedy, "poison", string(order.ToDLQ), "what an order consumer does with a poison pill: dlq, retry-dlq, retry or crash")
	set.StringVar(&f.protocol, "protocol", "", "group protocol: consumer (KIP-848), cooperative-sticky, range or roundrobin (default: what the group speaks)")
	set.DurationVar(&f.cfg.Kafka.SessionTimeout, "session-timeout", 6*time.Second, "how long a classic group waits for this member when it is silent")
	set.DurationVar(&f.cfg.Kafka.Heartbeat, "heartbeat", 500*time.Millisecond, "how often this member speaks up in a classic group")
	set.BoolVar(&f.cfg.Create, "create-topics", false, "create the topics that are missing, instead of waiting for them")
	set.IntVar(&f.cfg.Partitions, "partitions", 3, "partitions of the topics that --create-topics creates")
	set.BoolVar(&f.json, "json", false, "JSON lines instead of plain ones")
}

// config is what the flags and the environment describe.
func (f *flags) config(set *pflag.FlagSet, service string) (cfg Config, err error) {
	cfg = f.cfg
	cfg.Service, cfg.Attempts = service, retries
	if cfg.Guest, err = f.cluster.IntoRunning(&cfg.Kafka); err != nil {
		return cfg, err
	}
	f.metrics.Into(&cfg.Kafka)
	if cfg.Number, err = f.number(set, "instance", instanceVariable, cfg.Number, 0, 1, maxNumber); err != nil {
		return cfg, err
	}
	standard := 8000 + slices.Index(Services(), service)
	if cfg.Port, err = f.number(set, "port", portVariable, cfg.Port, standard, 0, maxPort); err != nil {
		return cfg, err
	}
	cfg.AnyPort = !set.Changed("port") && f.getenv(portVariable) == ""
	if cfg.Guarantee, err = kafka.ParseGuarantee(f.promise); err != nil {
		return cfg, phrase.Errorf("--guarantee: %w", err)
	}
	if f.protocol != "" {
		if cfg.Kafka.Protocol, err = kafka.ParseProtocol(f.protocol); err != nil {
			return cfg, err
		}
	}
	cfg.Remedy = order.Remedy(f.remedy)
	return cfg, cfg.check()
}

// retries is how often order.RetryThenDLQ tries a payment.
const retries = 3

// number is what a flag gives, else the variable that stands in for it, else the standard.
func (f *flags) number(set *pflag.FlagSet, name, variable string, given, standard, least, most int) (int, error) {
	source, text := "--"+name, strconv.Itoa(given)
	if !set.Changed(name) {
		if source, text = variable, f.getenv(variable); text == "" {
			return standard, nil
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, phrase.Errorf("%s %q: it takes a number between %d and %d", source, text, least, most)
	}
	return n, nil
}

// check refuses what cannot work, naming the flag that sets it.
func (c Config) check() error {
	remedies := []order.Remedy{order.ToDLQ, order.RetryThenDLQ, order.Retry, order.Crash}
	switch {
	case c.Delay < 0 || c.Delay > time.Minute:
		return phrase.Errorf("--delay %v: between 0 and 1m", c.Delay)
	case c.CommitEvery < kafka.MinCommitInterval || c.CommitEvery > kafka.MaxCommitInterval:
		return phrase.Errorf("--commit-interval %v: between %v and %v", c.CommitEvery, kafka.MinCommitInterval, kafka.MaxCommitInterval)
	case !slices.Contains(remedies, cmp.Or(c.Remedy, order.ToDLQ)):
		return phrase.Errorf("--poison %q: it takes %s", c.Remedy, either(remedies))
	case c.Kafka.Heartbeat == 0:
		return phrase.Errorf("--heartbeat 0: a member has to speak up, at least 50ms apart")
	case c.Kafka.SessionTimeout == 0:
		return phrase.Errorf("--session-timeout 0: a group has to wait for its members, at least 1s")
	case c.Partitions < 1:
		return phrase.Errorf("--partitions %d: at least 1", c.Partitions)
	}
	return nil
}
