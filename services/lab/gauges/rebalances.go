package gauges

import (
	"github.com/prometheus/client_golang/prometheus"

	"blackfriday/services/lab"
)

// rebalances counts the rebalances of order-service-group that are over, and what they cost. A Snapshot lists the newest
// ones only, so each is counted when it is first seen: some are missed when more than fit the list pass between two
// scrapes.
type rebalances struct {
	total  *prometheus.CounterVec
	unread *prometheus.HistogramVec

	last     int           // the newest that was counted
	measured map[move]bool // the moves that were
}

// move is a partition that changed hands in a rebalance.
type move struct {
	rebalance int
	place     int // in Rebalance.Moved
}

func newRebalances() *rebalances {
	label := []string{"cause"}
	r := &rebalances{
		measured: map[move]bool{},
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "blackfriday_rebalances_total",
			Help: "Rebalances of order-service-group that are over, by what caused them.",
		}, label),
		unread: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "blackfriday_rebalance_unread_seconds",
			Help: "How long nobody worked on a partition that changed hands in a rebalance, " +
				"from the last record that its old reader began to the first of the new one; outage where no broker answered meanwhile.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 7.5, 10, 30, 60},
		}, label),
	}
	// A counter that appears with its first event shows no increase.
	for _, cause := range []lab.Cause{lab.CauseJoin, lab.CauseLeave, lab.CauseCrash} {
		r.total.WithLabelValues(string(cause))
		r.unread.WithLabelValues(string(cause))
	}
	return r
}

// Describe implements prometheus.Collector.
func (r *rebalances) Describe(out chan<- *prometheus.Desc) {
	r.total.Describe(out)
	r.unread.Describe(out)
}

// Collect implements prometheus.Collector.
func (r *rebalances) Collect(out chan<- prometheus.Metric) {
	r.total.Collect(out)
	r.unread.Collect(out)
}

// look counts what is new in a list. It stops at the first entry that is open: one that follows it may yet become a part
// of it.
func (r *rebalances) look(list []lab.Rebalance) {
	listed := map[move]bool{}
	for _, b := range list {
		if b.Open {
			break
		}
		cause, price := string(b.Cause), string(b.Cause)
		if b.Outage {
			price = string(lab.CauseOutage)
		}
		if b.ID > r.last {
			r.last = b.ID
			r.total.WithLabelValues(cause).Inc()
		}
		for i, m := range b.Moved {
			id := move{b.ID, i}
			if !m.Measured {
				continue
			}
			if listed[id] = true; !r.measured[id] {
				r.unread.WithLabelValues(price).Observe(m.Unread.Seconds())
			}
		}
	}
	r.measured = listed
}
