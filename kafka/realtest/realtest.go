// Package realtest starts a real Apache Kafka on this machine for tests: one broker or several, on free ports of the
// loopback, with their data in a directory of the test. Java 17 runs it, and Maven fetches its jars once.
package realtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"testing"
	"time"
)

// Version is the Apache Kafka that is started, and whose tools are run.
const Version = "4.3.0"

// ErrMissing is the error of a machine without Java or Maven: a test skips itself, and one of continuous integration fails.
var ErrMissing = errors.New("a real Kafka cannot run here")

// startWithin is how long a cluster may take to start. One broker needs 4 s on an idle machine.
const startWithin = 3 * time.Minute

// Options say what kind of cluster a test wants.
type Options struct {
	// Brokers is how many there are; 0 means 1. Each is a controller, too, so that one of three can die.
	Brokers int
	// Properties are settings of every broker, as server.properties has them. They win over those of this package.
	Properties map[string]string
	// Security is the protocol of the listener that Brokers names: SSL, SASL_PLAINTEXT or SASL_SSL, which Properties
	// configure under listener.name.client. Empty means PLAINTEXT. The brokers speak PLAINTEXT among themselves and
	// with the tools in any case.
	Security string
	// Scram are users of that listener, as kafka-storage format --add-scram takes them: SCRAM-SHA-256=[name=u,password=p].
	Scram []string
	// Heap is the size of each broker's heap as -Xmx takes it; empty means 512m.
	Heap string
}

// Cluster is a running Apache Kafka.
type Cluster struct {
	tools   *Tools
	brokers []*broker
}

// Start starts a cluster that ends with the test, and skips the test where none can run. What the brokers logged last is
// shown when the test has failed.
func Start(tb testing.TB, opts Options) *Cluster {
	tb.Helper()
	if testing.Short() {
		tb.Skip("-short: no real Kafka is started")
	}
	ctx, cancel := context.WithTimeout(tb.Context(), startWithin)
	defer cancel()
	c, err := Launch(ctx, tb.TempDir(), opts)
	if err != nil {
		Missing(tb, err)
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		c.Stop()
		if tb.Failed() {
			tb.Log(c.Log(20))
		}
	})
	return c
}

// Missing skips the test when err is ErrMissing. In continuous integration nothing may be missing: there it fails.
func Missing(tb testing.TB, err error) {
	tb.Helper()
	switch {
	case !errors.Is(err, ErrMissing):
	case os.Getenv("CI") == "true":
		tb.Fatal(err)
	default:
		tb.Skip(err)
	}
}

// Launch starts a cluster whose data and logs are in dir, and returns when every broker serves. It is for tests that share
// one; the caller stops it.
func Launch(ctx context.Context, dir string, opts Options) (*Cluster, error) {
	tools, err := FindTools(ctx)
	if err != nil {
		return nil, err
	}
	opts.Brokers = max(1, opts.Brokers)
	// The ports are free when they are looked for. Who takes one in between costs another try.
	var errs []error
	for range 3 {
		c, err := launch(ctx, tools, dir, opts)
		if err == nil {
			return c, nil
		}
		if errs = append(errs, err); ctx.Err() != nil {
			break
		}
	}
	return nil, errors.Join(errs...)
}

func launch(ctx context.Context, tools *Tools, dir string, opts Options) (*Cluster, error) {
	ports, err := freePorts(3 * opts.Brokers)
	if err != nil {
		return nil, err
	}
	dir, err = os.MkdirTemp(dir, "kafka-")
	if err != nil {
		return nil, fmt.Errorf("a directory for the brokers: %w", err)
	}
	c := &Cluster{tools: tools}
	for i := range opts.Brokers {
		c.brokers = append(c.brokers, &broker{
			id: i + 1, dir: dir, heap: opts.Heap,
			plain: local(ports[3*i]), controller: local(ports[3*i+1]), client: local(ports[3*i+2]),
		})
	}
	if opts.Security == "" {
		for _, b := range c.brokers {
			b.client = b.plain
		}
	}
	if err := c.format(ctx, opts); err != nil {
		return nil, err
	}
	for _, b := range c.brokers {
		err = errors.Join(err, b.start(c.tools))
	}
	if err == nil {
		err = c.await(ctx)
	}
	if err != nil {
		c.Stop()
		return nil, fmt.Errorf("start %d brokers of Apache Kafka %s: %w\n%s", opts.Brokers, Version, err, c.Log(20))
	}
	return c, nil
}

// Brokers are the addresses for clients, host:port, broker 1 first.
func (c *Cluster) Brokers() []string {
	return c.addresses(func(b *broker) string { return b.client })
}

// Plain are the addresses that take every client without TLS and without a password, broker 1 first.
func (c *Cluster) Plain() []string {
	return c.addresses(func(b *broker) string { return b.plain })
}

func (c *Cluster) addresses(of func(*broker) string) []string {
	list := make([]string, len(c.brokers))
	for i, b := range c.brokers {
		list[i] = of(b)
	}
	return list
}

// Kill ends a broker with SIGKILL. Brokers count from 1. It returns when the process is gone.
func (c *Cluster) Kill(number int) error {
	b, err := c.broker(number)
	if err != nil {
		return err
	}
	return b.kill()
}

// Start starts a broker again on the data that it had, and returns when it serves and knows every broker that lives.
func (c *Cluster) Start(ctx context.Context, number int) error {
	b, err := c.broker(number)
	if err != nil {
		return err
	}
	if err := b.start(c.tools); err != nil {
		return err
	}
	if err := c.await(ctx); err != nil {
		return fmt.Errorf("start broker %d again: %w\n%s", number, err, c.Log(20))
	}
	return nil
}

func (c *Cluster) broker(number int) (*broker, error) {
	i := slices.IndexFunc(c.brokers, func(b *broker) bool { return b.id == number })
	if i < 0 {
		return nil, fmt.Errorf("there is no broker %d: they count from 1 to %d", number, len(c.brokers))
	}
	return c.brokers[i], nil
}

// Stop kills every broker and waits until they are gone. A second time it does nothing.
func (c *Cluster) Stop() {
	for _, b := range c.brokers {
		// One that died by itself is stopped, too.
		_ = b.kill()
	}
}

// Tool runs one of Apache's tools on the cluster and returns what it wrote to stdout; see Tools.Run. It adds
// --bootstrap-server.
func (c *Cluster) Tool(ctx context.Context, name string, args ...string) (string, error) {
	return c.tools.Run(ctx, "", name, append([]string{"--bootstrap-server", c.Plain()[0]}, args...)...)
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// freePorts finds ports of the loopback that nobody listens on.
func freePorts(n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		// Open until all are found, so that each is another one.
		defer func() { _ = l.Close() }()
		address, ok := l.Addr().(*net.TCPAddr)
		if !ok {
			return nil, fmt.Errorf("find a free port: %v is no TCP address", l.Addr())
		}
		ports[i] = address.Port
	}
	return ports, nil
}
