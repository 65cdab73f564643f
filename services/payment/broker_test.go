package payment_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/payment"
)

// The lab's producer is what the service writes with.
var _ payment.Producer = (*kafka.Producer)(nil)

// service returns a service on an embedded cluster with three partitions, whose clients are counted if there is a
// registry.
func service(tb testing.TB, registry prometheus.Registerer) *payment.Service {
	tb.Helper()
	cluster, err := kafka.Open(tb.Context(), kafka.Config{Metrics: registry})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(cluster.Close)
	topic := kafka.Topic{Name: kafka.PaymentSuccessful, Partitions: 3, MaxBytes: 1 << 20}
	if err := cluster.CreateTopics(tb.Context(), topic); err != nil {
		tb.Fatal(err)
	}
	producer, err := cluster.NewProducer("payment")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(producer.Close)
	return payment.NewService(producer)
}

// A flood on real brokers is spread over the partitions evenly, and nothing of it is refused.
func TestFloodOnABroker(t *testing.T) {
	s := service(t, nil)
	const n = 60_000
	flood, err := s.NewFlood(n, 1, payment.NoKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := flood.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	ranges := flood.Ranges()
	if p := flood.Progress(); p.Acked != n || p.Failed != 0 || len(ranges) != 3 {
		t.Fatalf("progress %+v, ranges %v", p, ranges)
	}
	for _, r := range ranges {
		if r.First != 0 || r.Count != n/3 || r.Last != n/3-1 {
			t.Errorf("partition %d has %d payments from %d to %d; want %d", r.Partition, r.Count, r.First, r.Last, n/3)
		}
	}
	if err := s.Poison(t.Context(), event.Pills()); err != nil {
		t.Error(err)
	}
	if newest, total := s.Deliveries(); total != 14 || newest[0].Offset != n/3 {
		t.Errorf("deliveries %+v of %d", newest, total)
	}
}

// BenchmarkFloodOnABroker measures floods of 1,000 payments, each until its last acknowledgement: as they are, and while
// what the clients do is counted for Prometheus.
func BenchmarkFloodOnABroker(b *testing.B) {
	for name, registry := range map[string]prometheus.Registerer{"plain": nil, "counted": prometheus.NewRegistry()} {
		b.Run(name, func(b *testing.B) {
			s := service(b, registry)
			for b.Loop() {
				flood, err := s.NewFlood(1000, 1, payment.NoKey)
				if err != nil {
					b.Fatal(err)
				}
				if err := flood.Run(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "payments/s")
		})
	}
}
