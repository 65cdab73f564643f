// Package gauges are the lab's numbers as Prometheus metrics. It reads the same Snapshot as the screen.
package gauges

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"blackfriday/services/lab"
)

// collector gives Prometheus what the newest Snapshot knows.
type collector struct {
	snapshot func() *lab.Snapshot
	families []family

	mu         sync.Mutex // of what a scrape adds to rebalances
	rebalances *rebalances
}

// New returns the metrics of the lab whose newest picture snapshot gives.
func New(snapshot func() *lab.Snapshot) prometheus.Collector {
	return &collector{snapshot: snapshot, families: families(), rebalances: newRebalances()}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, f := range c.families {
		out <- f.desc
	}
	c.rebalances.Describe(out)
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	s := c.snapshot()
	for _, f := range c.families {
		f.read(s, func(value float64, labels ...string) {
			out <- prometheus.MustNewConstMetric(f.desc, f.kind, value, labels...)
		})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebalances.look(s.Rebalances)
	c.rebalances.Collect(out)
}
