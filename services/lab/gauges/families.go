package gauges

import (
	"maps"
	"slices"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// put hands out one sample of a family: its value, and its label values in the family's order.
type put func(value float64, labels ...string)

// family is one metric name: what it says, and where it stands in a Snapshot. What a Snapshot does not know has no
// sample: never a silent zero.
type family struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(s *lab.Snapshot, out put)
}

func gauge(name, help string, labels []string, read func(*lab.Snapshot, put)) family {
	return family{prometheus.NewDesc("blackfriday_"+name, help, labels, nil), prometheus.GaugeValue, read}
}

func counter(name, help string, labels []string, read func(*lab.Snapshot, put)) family {
	return family{prometheus.NewDesc("blackfriday_"+name, help, labels, nil), prometheus.CounterValue, read}
}

// families are all metrics that are read from a Snapshot.
func families() []family {
	return slices.Concat(clusterFamilies(), groupFamilies(), ledgerFamilies())
}

func clusterFamilies() []family {
	return []family{
		gauge("info", "Always 1: which cluster the lab stands on (embedded, embedded-elsewhere for that of another process, real), and what its order consumers promise.",
			[]string{"cluster", "cluster_id", "protocol", "guarantee"}, func(s *lab.Snapshot, out put) {
				out(1, string(s.Cluster.Kind()), event.Visible(s.Cluster.ID), s.Settings.Protocol, s.Settings.Guarantee)
			}),
		gauge("reading_age_seconds", "Age of the newest complete reading of the brokers; the brokers' numbers are that old.",
			nil, func(s *lab.Snapshot, out put) {
				if !s.Reading.At.IsZero() {
					out(max(0, s.At.Sub(s.Reading.At).Seconds()))
				}
			}),
		counter("topic_records_total", "Committed records of a topic that the lab's auditor has read: "+
			"payments, orders, e-mails and dead letters.", []string{"topic"}, audited(func(s *lab.Snapshot, out put) {
			for _, t := range s.Topics {
				if t.Known {
					out(float64(s.Ledger.Records[t.Name]), t.Name)
				}
			}
		})),
		counter("dead_letters_total", "Dead letters of payments by error code, as the lab's auditor read them.",
			[]string{"code"}, audited(func(s *lab.Snapshot, out put) {
				// Codes are anybody's to write: two of them may look the same.
				counts := map[string]int64{}
				for code, n := range s.Ledger.Codes {
					counts[event.Visible(code)] += n
				}
				for _, code := range slices.Sorted(maps.Keys(counts)) {
					out(float64(counts[code]), code)
				}
			})),
		counter("order_dead_letters_total", "Dead letters that the e-mail service wrote about orders, as the lab's auditor read them.",
			nil, audited(func(s *lab.Snapshot, out put) { out(float64(s.Ledger.LettersOfOrder)) })),
	}
}

// audited reads what the auditor counted, once it has read everything there was: what it reads to catch up when it starts is
// older, and a counter that showed that would seem to rise by it.
func audited(read func(*lab.Snapshot, put)) func(*lab.Snapshot, put) {
	return func(s *lab.Snapshot, out put) {
		if s.Ledger != nil && s.Ledger.Known {
			read(s, out)
		}
	}
}

func groupFamilies() []family {
	partition := []string{"group", "topic", "partition"}
	return []family{
		gauge("partition_lag_records", "Payments of a partition that order-service-group has not committed yet.",
			partition, partitions(func(p lab.Partition) (float64, bool) { return float64(p.Lag), p.Known })),
		gauge("partition_committed_offset", "Next offset of a partition that order-service-group will read.",
			partition, partitions(func(p lab.Partition) (float64, bool) { return float64(p.Committed), p.Known })),
		gauge("partition_end_offset", "Next offset of a partition to be written.",
			partition, partitions(func(p lab.Partition) (float64, bool) { return float64(p.End), p.Known })),
		gauge("partition_orphan", "1 while nobody reads a partition, whatever the brokers believe; else 0. None while no broker can be asked.",
			partition, partitions(func(p lab.Partition) (float64, bool) { return truth(p.Orphan), !p.Unknown })),
		gauge("group_lag_records", "Records that a consumer group has not committed yet, all its topics together.",
			[]string{"group"}, func(s *lab.Snapshot, out put) {
				if s.Lag.Known {
					out(float64(s.Lag.Total), kafka.OrderGroup)
				}
				if s.Email.LagKnown {
					out(float64(s.Email.Lag), kafka.EmailGroup)
				}
				if s.Analytics.LagKnown {
					out(float64(s.Analytics.Lag), kafka.AnalyticsGroup)
				}
			}),
		gauge("group_members", "Members that the brokers count in a consumer group, dead ones that they believe in too.",
			[]string{"group"}, func(s *lab.Snapshot, out put) {
				for _, group := range slices.Sorted(maps.Keys(s.Reading.Members)) {
					out(float64(s.Reading.Members[group]), group)
				}
			}),
		gauge("instances", "Instances that this process has started, by what they do at present.",
			[]string{"service", "state"}, instances),
		counter("instance_records_total", "Records that an instance of this process has finished, redeliveries included.",
			[]string{"service", "client_id"}, func(s *lab.Snapshot, out put) {
				for _, i := range members(s) {
					out(float64(i.Processed), serviceOf(i.Kind), i.Name)
				}
			}),
		counter("two_readers_total", "Batches begun by a reader after its partition had been given to another one.",
			nil, func(s *lab.Snapshot, out put) { out(float64(s.TwoReaders)) }),
	}
}

func partitions(read func(lab.Partition) (value float64, known bool)) func(*lab.Snapshot, put) {
	return func(s *lab.Snapshot, out put) {
		for _, p := range s.Partitions {
			if value, known := read(p); known {
				out(value, kafka.OrderGroup, kafka.PaymentSuccessful, strconv.Itoa(int(p.ID)))
			}
		}
	}
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// members are the instances that have been started.
func members(s *lab.Snapshot) []lab.Instance {
	all := append(slices.Clone(s.Orders), s.Email, s.Analytics)
	return slices.DeleteFunc(all, func(i lab.Instance) bool { return i.Name == "" })
}

func serviceOf(k lab.Kind) string {
	return map[lab.Kind]string{lab.OrderKind: "order", lab.EmailKind: "email", lab.AnalyticsKind: "analytics"}[k]
}

// instances counts in every state of every service, so that none vanishes when the last instance leaves it.
func instances(s *lab.Snapshot, out put) {
	counts := map[lab.Kind]map[lab.Health]int{lab.OrderKind: {}}
	for _, i := range members(s) {
		if counts[i.Kind] == nil {
			counts[i.Kind] = map[lab.Health]int{}
		}
		counts[i.Kind][i.Health]++
	}
	for kind, byHealth := range counts {
		for h := lab.Joining; h <= lab.Left; h++ {
			out(float64(byHealth[h]), serviceOf(kind), h.String())
		}
	}
}

// states are the parts into which the ledger's payments fall: together they are all payments.
func states() []struct {
	name string
	sum  func(ledger.Entry) ledger.Sum
} {
	return []struct {
		name string
		sum  func(ledger.Entry) ledger.Sum
	}{
		{"done", func(e ledger.Entry) ledger.Sum { return e.Done }},
		{"dlq", func(e ledger.Entry) ledger.Sum { return e.DLQ }},
		{"in_flight", func(e ledger.Entry) ledger.Sum { return e.InFlight }},
		{"waiting", func(e ledger.Entry) ledger.Sum { return e.Waiting }},
		{"lost", func(e ledger.Entry) ledger.Sum { return e.Lost }},
		{"foreign", func(e ledger.Entry) ledger.Sum { return e.Foreign }},
		{"expired", func(e ledger.Entry) ledger.Sum { return e.Expired }},
	}
}

func ledgerFamilies() []family {
	known := func(read func(*ledger.Picture, put)) func(*lab.Snapshot, put) {
		return audited(func(s *lab.Snapshot, out put) { read(s.Ledger, out) })
	}
	const cents = 100
	return []family{
		gauge("ledger_payments", "Payments by what became of them, each counted once by its identity; the states add up to all payments.",
			[]string{"state"}, known(func(p *ledger.Picture, out put) {
				for _, state := range states() {
					out(float64(state.sum(p.Total).Count), state.name)
				}
			})),
		gauge("ledger_euros", "What the payments of ledger_payments are worth.",
			[]string{"state"}, known(func(p *ledger.Picture, out put) {
				for _, state := range states() {
					out(float64(state.sum(p.Total).Cents)/cents, state.name)
				}
			})),
		gauge("ledger_duplicates", "Orders and dead letters beyond the first one of each payment.",
			nil, known(func(p *ledger.Picture, out put) { out(float64(p.Total.Duplicates.Count)) })),
		gauge("ledger_emails_twice", "E-mails beyond the first one of each payment.",
			nil, known(func(p *ledger.Picture, out put) { out(float64(p.EmailsTwice)) })),
		gauge("ledger_behind_records", "Offsets that the auditor has not read yet, or that an open transaction hides from it.",
			nil, known(func(p *ledger.Picture, out put) { out(float64(p.Behind + p.Held)) })),
	}
}
