package realtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// broker is one process of Kafka: a broker and a controller in one.
type broker struct {
	id                        int
	dir                       string // holds the files of every broker
	heap                      string
	plain, controller, client string

	mu     sync.Mutex
	cmd    *exec.Cmd // nil: it does not run
	exited chan struct{}
	err    error // of the process, once it has exited
}

func (b *broker) file(name string) string {
	return filepath.Join(b.dir, fmt.Sprintf("broker-%d%s", b.id, name))
}

// start starts the process. It does not wait until it serves.
func (b *broker) start(tools *Tools) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cmd != nil {
		return fmt.Errorf("broker %d runs already", b.id)
	}
	log, err := os.OpenFile(b.file(".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("the log of broker %d: %w", b.id, err)
	}
	defer func() { _ = log.Close() }() // the process has its own descriptor
	heap := b.heap
	if heap == "" {
		heap = "512m"
	}
	// The context of a test must not end it: whoever stops the cluster does.
	cmd := exec.Command("java", tools.args("info", heap, "kafka.Kafka", b.file(".properties"))...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = dieWithParent()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start broker %d: %w", b.id, err)
	}
	exited := make(chan struct{})
	b.cmd, b.exited = cmd, exited
	go func() {
		b.err = cmd.Wait()
		close(exited)
	}()
	return nil
}

// kill ends the process at once and waits until it is gone.
func (b *broker) kill() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cmd == nil {
		return fmt.Errorf("broker %d does not run", b.id)
	}
	err := b.cmd.Process.Kill()
	<-b.exited
	b.cmd = nil
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill broker %d: %w", b.id, err)
	}
	return nil
}

// gone says why the process ended; nil while it runs, or when it was killed.
func (b *broker) gone() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cmd == nil {
		return nil
	}
	select {
	case <-b.exited:
		return fmt.Errorf("broker %d ended by itself: %w", b.id, b.err)
	default:
		return nil
	}
}

func (b *broker) runs() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cmd != nil
}

// await asks every broker that runs, until each answers and lists all of them.
func (c *Cluster) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	var running []*broker
	var seeds []string
	for _, b := range c.brokers {
		if b.runs() {
			running, seeds = append(running, b), append(seeds, b.plain)
		}
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(seeds...), kgo.RequestTimeoutOverhead(time.Second), kgo.DisableClientMetrics())
	if err != nil {
		return fmt.Errorf("a client for %v: %w", seeds, err)
	}
	defer client.Close()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		said := asked(ctx, client, running)
		if said == nil {
			return nil
		}
		for _, b := range running {
			if err := b.gone(); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not all of them serve: %w", said)
		case <-again.C:
		}
	}
}

// asked is nil when each broker knows all that run. It asks them themselves: kadm and kgo would answer from what they knew.
func asked(ctx context.Context, client *kgo.Client, running []*broker) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for _, seed := range client.SeedBrokers() {
		resp, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, seed)
		if err != nil {
			return fmt.Errorf("a broker does not answer: %w", err)
		}
		known := map[int32]bool{}
		for _, b := range resp.Brokers {
			known[b.NodeID] = true
		}
		for _, b := range running {
			if !known[int32(b.id)] {
				return fmt.Errorf("a broker does not know broker %d", b.id)
			}
		}
	}
	return nil
}

// Log is what each broker logged last, so many lines of each.
func (c *Cluster) Log(lines int) string {
	var text strings.Builder
	for _, b := range c.brokers {
		content, err := os.ReadFile(b.file(".log"))
		if err != nil {
			fmt.Fprintf(&text, "broker %d logged nothing: %v\n", b.id, err)
			continue
		}
		all := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
		fmt.Fprintf(&text, "broker %d logged last:\n%s\n", b.id, strings.Join(all[max(0, len(all)-lines):], "\n"))
	}
	return text.String()
}
