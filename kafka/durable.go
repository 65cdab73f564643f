package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"

	"blackfriday/kafka/datadir"
	"blackfriday/kafka/phrase"
)

// keepForever are broker settings: what was written stays however long the next lesson is away. Kafka's defaults forget
// records and the offsets of an empty group after seven days.
func keepForever() map[string]string {
	return map[string]string{
		"log.retention.ms":          "-1",
		"offsets.retention.minutes": "2147483647",
	}
}

// durable is the disk of an embedded cluster that keeps its records there.
type durable struct {
	dir *datadir.Dir

	mu      sync.Mutex
	trouble error // why something could not be written, the newest
}

// openDurable takes the directory of cfg and finishes what a killed process left there. Without a directory it is nil.
func openDurable(ctx context.Context, cfg Config) (*durable, error) {
	if cfg.DataDir == "" {
		return nil, nil
	}
	dir, err := datadir.Open(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	d := &durable{dir: dir}
	if err := d.abort(ctx, cfg); err != nil {
		return nil, errors.Join(err, dir.Close(false))
	}
	return d, nil
}

// abort ends the transactions that a killed process left open, on a cluster that nobody else can reach: the producers of
// those transactions may be alive and trying.
func (d *durable) abort(ctx context.Context, cfg Config) error {
	open := d.dir.Unfinished()
	if len(open) == 0 {
		return nil
	}
	network := &kfake.VirtualNetwork{}
	cfg.Port, cfg.Listen, cfg.Dial = 1, network.Listen, network.DialContext
	cfg.Classroom, cfg.Security = nil, Security{}
	c := &Cluster{cfg: cfg}
	if err := c.startEmbedded(d); err != nil {
		return err
	}
	defer c.fake.Close()
	if err := c.connect(ctx); err != nil {
		return err
	}
	defer c.admin.Close()
	markers := make([]kadm.TxnMarkers, 0, len(open))
	for _, t := range open {
		m := kadm.TxnMarkers{ProducerID: t.ProducerID, ProducerEpoch: t.Epoch, Topics: kadm.TopicsSet{}}
		m.Topics.Add(t.Topic, t.Partition)
		markers = append(markers, m)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	written, err := c.admin.WriteTxnMarkers(ctx, markers...)
	for _, producers := range written {
		for _, topics := range producers.Topics {
			for _, p := range topics.Partitions {
				err = errors.Join(err, p.Err)
			}
		}
	}
	if err != nil {
		return phrase.Errorf("--data-dir %s: abort %d transactions that were open when the last process was killed: %w",
			cfg.DataDir, len(open), err)
	}
	return nil
}

// options are what kfake is told of the disk. It writes through the page cache, as Kafka does: what was acknowledged
// survives the death of the process, and the loss of power only once the system has written it.
func (d *durable) options() []kfake.Opt {
	if d == nil {
		return nil
	}
	return []kfake.Opt{kfake.DataDir(d.dir.Path()), kfake.BrokerConfigs(keepForever()), kfake.WithLogger(d)}
}

// Logf hears from kfake what it could not write (kfake.Logger). It tells nobody else: an offset that could not be written
// is committed nonetheless, until the process ends.
func (d *durable) Logf(level kfake.LogLevel, format string, args ...any) {
	if level > kfake.LogLevelWarn || !strings.HasPrefix(format, "persist") && !strings.HasPrefix(format, "endTx") {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trouble = phrase.Errorf("--data-dir %s: %s; make room on its disk and start again", d.dir.Path(), fmt.Sprintf(format, args...))
}

// err is why something could not be written, nil when everything was.
func (d *durable) err() error {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.trouble
}

// close gives the directory back once kfake is closed, or did not start.
func (d *durable) close() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trouble = errors.Join(d.trouble, d.dir.Close(d.trouble == nil))
}

// DiskTrouble is why the embedded cluster could not write something to its data directory, nil when it wrote everything
// and where it has none. It does not pass: what it has in memory is not what is on the disk any more.
func (c *Cluster) DiskTrouble() error { return c.disk.err() }
