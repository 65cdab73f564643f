package connect

import (
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// The environment variables of a classroom.
const (
	// CodeVariable is the join code: for the teacher instead of a random one, for a student instead of being asked.
	CodeVariable = "BLACKFRIDAY_CODE"
	// TeacherVariable is the password of kafka.TeacherUser.
	TeacherVariable = "BLACKFRIDAY_TEACHER_PASSWORD"
)

// FirstPort is the port of the first embedded broker unless another one is asked for.
const FirstPort = 9094

// Embedded are the flags of a command that can run the embedded cluster.
type Embedded struct {
	port    int
	dataDir string
	listen  string
	getenv  func(string) string
}

// NewEmbedded returns flags whose secrets stand in the environment that getenv reads, such as os.Getenv.
func NewEmbedded(getenv func(string) string) *Embedded { return &Embedded{getenv: getenv} }

// Register adds the flags to a command's.
func (e *Embedded) Register(set *pflag.FlagSet) {
	set.IntVar(&e.port, "kafka-port", FirstPort, "first of three ports of the embedded brokers, 0 for any that are free")
	set.StringVar(&e.dataDir, "data-dir", "", "directory in which the embedded brokers keep the lab, to go on with it another day (default: in memory)")
	set.StringVar(&e.listen, "listen", "", "address of this machine, HOST[:PORT], where the classroom may join with a code: as order consumers by Kafka, and as customers, who pay and look, over HTTP (default: this machine only)")
}

// Into sets in cfg, which has its prefix, what the flags say of the embedded cluster. The error names the flag and what it takes.
func (e *Embedded) Into(set *pflag.FlagSet, cfg *kafka.Config) error {
	cfg.Port, cfg.DataDir = e.port, e.dataDir
	if e.listen == "" {
		return nil
	}
	host, port, err := hostAndPort(e.listen)
	if err != nil {
		return phrase.Errorf("--listen %q: %w", e.listen, err)
	}
	if port != "" {
		if set.Changed("kafka-port") && port != strconv.Itoa(e.port) {
			return phrase.Errorf("--listen %s and --kafka-port %d name two ports: leave one out", e.listen, e.port)
		}
		if cfg.Port, err = strconv.Atoi(port); err != nil {
			return phrase.Errorf("--listen %q: %w", e.listen, err)
		}
	}
	if err := ours(host); err != nil {
		return phrase.Errorf("--listen %s: %w", e.listen, err)
	}
	room := &kafka.Classroom{Host: host, Code: kafka.NewJoinCode(), Teacher: kafka.NewSecret(e.getenv(TeacherVariable))}
	if code := strings.TrimSpace(e.getenv(CodeVariable)); code != "" {
		room.Code = kafka.NewSecret(code)
	}
	cfg.Classroom = room
	return nil
}

// Place says in cfg where the cluster is: that of --brokers if it has some, else, for who only observes, that of a lab on this
// machine, whose guest it is then, else an embedded one. The error names the flag that does not go with that.
func (e *Embedded) Place(set *pflag.FlagSet, cfg *kafka.Config, observe bool) (guest bool, err error) {
	switch {
	case len(cfg.Brokers) > 0:
		return false, e.idle(phrase.New("the cluster is that of --brokers or %s", BrokersVariable))
	case observe:
		cfg.Brokers = []string{e.local()}
		return true, e.idle(phrase.New("--observe starts no cluster"))
	}
	return false, e.Into(set, cfg)
}

// idle refuses the flags that mean nothing where this process runs no brokers; why is the reason.
func (e *Embedded) idle(why phrase.Phrase) error {
	for flag, value := range map[string]string{"--data-dir": e.dataDir, "--listen": e.listen} {
		if value != "" {
			return phrase.Errorf("%s %s is for brokers that this process runs, but %s: leave one of them out", flag, value, why)
		}
	}
	return nil
}

// local is where a lab on this machine has its first broker, if it was started with the same --kafka-port.
func (e *Embedded) local() string {
	port := e.port
	if port <= 0 {
		port = FirstPort
	}
	return net.JoinHostPort("localhost", strconv.Itoa(port))
}

// hostAndPort splits an address whose port may be left out.
func hostAndPort(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), ""
	}
	_, number := strconv.ParseUint(port, 10, 16)
	if host == "" || strings.Contains(host, ":") && net.ParseIP(host) == nil || port != "" && number != nil {
		return "", "", phrase.Errorf("it takes HOST or HOST:PORT")
	}
	return host, port, nil
}

// lookupTimeout is how long a name may take to be looked up.
const lookupTimeout = 5 * time.Second

// ours returns an error unless host is one address of this machine, by which others can reach it.
func ours(host string) error {
	own, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	ips := []net.IP{net.ParseIP(host)}
	if ips[0] == nil {
		ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
		defer cancel()
		if ips, err = net.DefaultResolver.LookupIP(ctx, "ip", host); err != nil {
			return phrase.Errorf("%w; it takes an address of this machine, such as %s", err, addresses(own))
		}
	}
	for _, ip := range ips {
		if ip.IsUnspecified() {
			return phrase.Errorf("students cannot connect to it: name the address by which they reach this machine, such as %s", addresses(own))
		}
		if !slices.ContainsFunc(own, func(a net.Addr) bool { return has(a, ip) }) {
			return phrase.Errorf("that is no address of this machine: it has %s", addresses(own))
		}
	}
	return nil
}

// has says whether ip is the address of an interface: on the loopback all of 127.0.0.0/8 is.
func has(own net.Addr, ip net.IP) bool {
	network, ok := own.(*net.IPNet)
	return ok && (network.IP.Equal(ip) || network.IP.IsLoopback() && network.Contains(ip))
}

// addresses lists those of this machine, the ones that others reach first.
func addresses(own []net.Addr) string {
	var there, loopback []string
	for _, a := range own {
		network, ok := a.(*net.IPNet)
		switch {
		case !ok || network.IP.IsLinkLocalUnicast():
		case network.IP.IsLoopback():
			loopback = append(loopback, network.IP.String())
		default:
			there = append(there, network.IP.String())
		}
	}
	return strings.Join(append(there, loopback...), ", ")
}

// Address is where a student joins: HOST, or HOST:PORT. The error says what it takes.
func Address(text string) (string, error) {
	host, port, err := hostAndPort(text)
	if err != nil {
		return "", phrase.Errorf("%q: %w, as the projector shows it", text, err)
	}
	if port == "" {
		port = strconv.Itoa(FirstPort)
	}
	return net.JoinHostPort(host, port), nil
}
