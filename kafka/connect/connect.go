// Package connect is the flags that say which Kafka cluster to speak to. Every command that speaks to one has the same.
package connect

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"blackfriday/kafka"
)

// BrokersVariable is the environment variable that stands in for --brokers.
const BrokersVariable = "BLACKFRIDAY_BROKERS"

// Flags are the flags of one command.
type Flags struct {
	brokers string
	prefix  string
	getenv  func(string) string
}

// New returns flags whose values may stand in the environment that getenv reads, such as os.Getenv.
func New(getenv func(string) string) *Flags { return &Flags{getenv: getenv} }

// Register adds the flags to a command's.
func (f *Flags) Register(set *pflag.FlagSet) {
	set.StringVar(&f.brokers, "brokers", "", "real cluster to connect to, host:port[,host:port] (default $"+BrokersVariable+", else an embedded one)")
	set.StringVar(&f.prefix, "topic-prefix", "", "stands before the names of topics, groups and transactional ids: keeps several labs on one cluster apart")
}

// Into sets in cfg what the flags and the environment say of the cluster. Without brokers cfg stays one of an embedded
// cluster. The error names the flag or the variable, and what it takes.
func (f *Flags) Into(cfg *kafka.Config) error {
	cfg.Prefix = f.prefix
	source := "--brokers"
	if f.brokers == "" {
		source = BrokersVariable
	}
	list := cmp.Or(f.brokers, f.getenv(BrokersVariable))
	if list == "" {
		return nil
	}
	for address := range strings.SplitSeq(list, ",") {
		address = strings.TrimSpace(address)
		if err := checkAddress(address); err != nil {
			return fmt.Errorf("%s %q: %w; it takes host:port[,host:port]", source, list, err)
		}
		cfg.Brokers = append(cfg.Brokers, address)
	}
	return nil
}

func checkAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is no address", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || host == "" {
		return fmt.Errorf("%q is no address", address)
	}
	return nil
}
