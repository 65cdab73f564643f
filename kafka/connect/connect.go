// Package connect is the flags that say which Kafka cluster to speak to. Every command that speaks to one has the same.
package connect

import (
	"cmp"
	"context"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// The environment variables that stand in for flags; the password has no flag, because a command line is public.
const (
	BrokersVariable  = "BLACKFRIDAY_BROKERS"
	UserVariable     = "BLACKFRIDAY_USER"
	PasswordVariable = "BLACKFRIDAY_PASSWORD"
)

// Flags are the flags of one command.
type Flags struct {
	brokers, prefix string
	tls             bool
	ca, cert, key   string // files
	mechanism, user string
	passwordFile    string
	getenv          func(string) string
	ask             func(prompt phrase.Phrase) (string, error)
	yes             bool
	confirm         func(ctx context.Context, question string) error
	dial            func(ctx context.Context, network, address string) (net.Conn, error)
}

// New returns flags whose values may stand in the environment that getenv reads, such as os.Getenv.
func New(getenv func(string) string) *Flags { return &Flags{getenv: getenv} }

// AskWith has ask read a password from the user, who does not see it as it is typed. Without it the password must stand
// in a file or in the environment.
func (f *Flags) AskWith(ask func(prompt phrase.Phrase) (string, error)) *Flags {
	f.ask = ask
	return f
}

// DialWith has brokers reached by dial, such as over a network of a test. Without it that is the machine's.
func (f *Flags) DialWith(dial func(ctx context.Context, network, address string) (net.Conn, error)) *Flags {
	f.dial = dial
	return f
}

// Register adds the flags to a command's.
func (f *Flags) Register(set *pflag.FlagSet) {
	set.StringVar(&f.brokers, "brokers", "", "real cluster to connect to, host:port[,host:port] (default $"+BrokersVariable+", else an embedded one)")
	set.StringVar(&f.prefix, "topic-prefix", "", "stands before the names of topics, groups and transactional ids: keeps several labs on one cluster apart")
	set.BoolVar(&f.tls, "tls", false, "encrypt what goes to the real cluster, and check its certificate")
	set.StringVar(&f.ca, "tls-ca", "", "file (PEM) with the authorities to trust instead of the system's; turns --tls on")
	set.StringVar(&f.cert, "tls-cert", "", "file (PEM) with the client certificate to show; turns --tls on")
	set.StringVar(&f.key, "tls-key", "", "file (PEM) with its key")
	set.StringVar(&f.mechanism, "sasl", "", "how to log in: plain, scram-sha-256 or scram-sha-512")
	set.StringVar(&f.user, "user", "", "who logs in (default $"+UserVariable+")")
	set.StringVar(&f.passwordFile, "password-file", "", "file with the password (default $"+PasswordVariable+", else it is asked for)")
	set.BoolVarP(&f.yes, "yes", "y", false, "write to the real cluster without asking first")
}

// Into sets in cfg what the flags and the environment say of the cluster. Without brokers cfg stays one of an embedded
// cluster. The error names the flag or the variable, and what it takes.
func (f *Flags) Into(cfg *kafka.Config) error {
	cfg.Prefix, cfg.Confirm, cfg.Dial = f.prefix, f.confirmPlan, f.dial
	source := "--brokers"
	if f.brokers == "" {
		source = BrokersVariable
	}
	list := cmp.Or(f.brokers, f.getenv(BrokersVariable))
	if list == "" {
		return f.needless()
	}
	for address := range strings.SplitSeq(list, ",") {
		address = strings.TrimSpace(address)
		if err := checkAddress(address); err != nil {
			return phrase.Errorf("%s %q: %w; it takes host:port[,host:port]", source, list, err)
		}
		cfg.Brokers = append(cfg.Brokers, address)
	}
	var err error
	cfg.Security, err = f.security()
	return err
}

// needless refuses what means nothing without a real cluster: whoever asks for TLS must not get something else.
func (f *Flags) needless() error {
	for flag, set := range map[string]bool{
		"--tls": f.tls, "--tls-ca": f.ca != "", "--tls-cert": f.cert != "", "--tls-key": f.key != "",
		"--sasl": f.mechanism != "", "--user": f.user != "", "--password-file": f.passwordFile != "",
	} {
		if set {
			return phrase.Errorf("%s is for a real cluster: name it with --brokers", flag)
		}
	}
	return nil
}

func checkAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return phrase.Errorf("%q is no address", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || host == "" {
		return phrase.Errorf("%q is no address", address)
	}
	return nil
}
