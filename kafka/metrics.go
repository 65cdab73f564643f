package kafka

import (
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kprom"
)

// meters are the Prometheus metrics of a cluster's clients: what each does while it is open, and how long the commits of
// each group took. A nil *meters measures nothing.
type meters struct {
	commits *prometheus.HistogramVec

	mu      sync.Mutex
	clients map[string]*clientMeter // by client id: of several at once the newest
}

// newMeters registers meters; a nil registerer gets none.
func newMeters(r prometheus.Registerer) (*meters, error) {
	if r == nil {
		return nil, nil //nolint:nilnil // nil meters are ready for use
	}
	m := &meters{
		clients: map[string]*clientMeter{},
		commits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "blackfriday", Name: "commit_duration_seconds",
			Help: "How long a group's commits of offsets took until they were acknowledged; " +
				"under exactly-once, until the transaction had ended.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"group"}),
	}
	return m, r.Register(m)
}

// Describe implements prometheus.Collector. It describes nothing, because clients come and go.
func (*meters) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (m *meters) Collect(out chan<- prometheus.Metric) {
	m.commits.Collect(out)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.clients {
		c.collect(out)
	}
}

// committed notes a commit that was acknowledged.
func (m *meters) committed(group string, took time.Duration) {
	if m != nil {
		m.commits.WithLabelValues(group).Observe(took.Seconds())
	}
}

// hooks are the options of a client that is to be measured.
func (m *meters) hooks(id string) []kgo.Opt {
	if m == nil {
		return nil
	}
	counts := kprom.NewMetrics("blackfriday",
		kprom.Subsystem("kafka_client"),
		kprom.WithClientLabel(),
		kprom.Registry(nil), // what it counts is collected here: a registry would refuse a second client of the same id
		kprom.FetchAndProduceDetail(kprom.ByTopic, kprom.Records, kprom.UncompressedBytes, kprom.ConsistentNaming),
	)
	// kprom comes first: what it collects exists once its own hook has been called.
	return []kgo.Opt{kgo.WithHooks(counts, &clientMeter{meters: m, id: id, counts: counts})}
}

// clientMeter is what one client counts, from its opening to its end.
type clientMeter struct {
	meters *meters
	id     string
	counts *kprom.Metrics
}

// OnNewClient implements kgo.HookNewClient.
func (c *clientMeter) OnNewClient(*kgo.Client) {
	c.meters.mu.Lock()
	defer c.meters.mu.Unlock()
	c.meters.clients[c.id] = c
}

// OnClientClosed implements kgo.HookClientClosed.
func (c *clientMeter) OnClientClosed(*kgo.Client) {
	c.meters.mu.Lock()
	defer c.meters.mu.Unlock()
	if c.meters.clients[c.id] == c {
		delete(c.meters.clients, c.id)
	}
}

// collect leaves out the two gauges that kprom names like counters, buffered_…_records_total, which promtool refuses. Their
// siblings in bytes stay.
func (c *clientMeter) collect(out chan<- prometheus.Metric) {
	all, done := make(chan prometheus.Metric), make(chan struct{})
	go func() {
		defer close(done)
		for metric := range all {
			if name := metric.Desc().String(); strings.Contains(name, "_buffered_") && strings.Contains(name, `_records_total"`) {
				continue
			}
			out <- metric
		}
	}()
	c.counts.Collect(all)
	close(all)
	<-done
}
