package payment_test

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/kafka/realtest"
	"blackfriday/services/event"
	"blackfriday/services/payment"
)

// BenchmarkFloodAndApache floods a real broker with half a million payments, and has kafka-producer-perf-test write as many
// records of the same size to the same topic with acks=all, in turns. It reports the medians in records per second, each by
// its own clock (perf-test's begins when its JVM is up), and the lab's as a multiple of Apache's. It fails below 0.95, once
// there are enough turns for a median to mean something:
//
//	go test ./services/payment -run '^$' -bench FloodAndApache -benchtime 5x
func BenchmarkFloodAndApache(b *testing.B) {
	const records = 500_000
	apache := realtest.Start(b, realtest.Options{Heap: "1g"})
	cluster, err := kafka.Open(b.Context(), kafka.Config{Brokers: apache.Brokers(), Confirm: kafkatest.Agree})
	if err != nil {
		b.Fatal(err)
	}
	defer cluster.Close()
	if err := cluster.CreateTopics(b.Context(), kafka.Topic{Name: kafka.PaymentSuccessful, Partitions: 3, MaxBytes: 1 << 20}); err != nil {
		b.Fatal(err)
	}
	producer, err := cluster.NewProducer("payment")
	if err != nil {
		b.Fatal(err)
	}
	defer producer.Close()
	service, size := payment.NewService(producer), meanSize()
	var ours, apaches []float64
	for b.Loop() {
		apaches = append(apaches, perfTest(b, apache, records, size))
		ours = append(ours, flood(b, service, records))
	}
	b.Logf("records of %d bytes per second: payments %.0f, perf-test %.0f", size, ours, apaches)
	b.ReportMetric(median(ours), "payments/s")
	b.ReportMetric(median(apaches), "perf-test/s")
	b.ReportMetric(median(ours)/median(apaches), "ratio")
	if err := asFast(ours, apaches); err != nil {
		b.Error(err)
	}
}

// What the benchmark asks for, and after how many turns.
const (
	leastRatio = 0.95
	turns      = 5
)

// asFast fails where the median of our rates is too far below that of Apache's. Fewer than five turns say nothing.
func asFast(ours, apaches []float64) error {
	if ratio := median(ours) / median(apaches); len(ours) >= turns && !(ratio >= leastRatio) {
		return fmt.Errorf("the lab wrote %.2f times as many records per second as kafka-producer-perf-test, want at least %v", ratio, leastRatio)
	}
	return nil
}

func median(rates []float64) float64 { return slices.Sorted(slices.Values(rates))[len(rates)/2] }

func TestTheBenchmarkFailsWhereApacheIsFaster(t *testing.T) {
	for _, test := range []struct {
		ours, apaches []float64
		fails         bool
	}{
		{[]float64{10, 95, 94, 96, 200}, []float64{100, 99, 101, 1, 500}, false},
		{[]float64{10, 94, 93, 96, 200}, []float64{100, 99, 101, 1, 500}, true},
		{[]float64{0, 0, 0, 0, 0}, []float64{0, 0, 0, 0, 0}, true},
		{[]float64{1, 1, 1, 1}, []float64{100, 100, 100, 100}, false},
	} {
		if err := asFast(test.ours, test.apaches); (err != nil) != test.fails {
			t.Errorf("%v against %v: %v", test.ours, test.apaches, err)
		}
	}
}

// meanSize is how long a payment of a flood is, in bytes, rounded down: the rest is in favour of Apache's.
func meanSize() int {
	const some = 10_000
	g := event.NewGenerator(1)
	var text []byte
	for range some {
		text = g.Append(text, time.Now())
	}
	return len(text) / some
}

func flood(b *testing.B, service *payment.Service, records int) float64 {
	b.Helper()
	f, err := service.NewFlood(records, 1, payment.NoKey)
	if err == nil {
		err = f.Run(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	return float64(records) / f.Progress().Took.Seconds()
}

func perfTest(b *testing.B, apache *realtest.Cluster, records, size int) float64 {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
	defer cancel()
	out, err := apache.Tool(ctx, "producer-perf-test", "--topic", kafka.PaymentSuccessful, "--num-records", fmt.Sprint(records),
		"--record-size", fmt.Sprint(size), "--throughput", "-1", "--producer-props", "acks=all")
	// The last line is the sum; those before it are of a few seconds each.
	found := regexp.MustCompile(`records sent, ([\d.]+) records/sec`).FindAllStringSubmatch(out, -1)
	if err != nil || len(found) == 0 {
		b.Fatalf("%v\n%s", err, out)
	}
	rate, parseErr := strconv.ParseFloat(found[len(found)-1][1], 64)
	if err := cmp.Or(parseErr, ctx.Err()); err != nil {
		b.Fatal(err)
	}
	return rate
}
