//go:build synctests

package kafka

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/twmb/franz-go/pkg/kfake"
)

// measured opens a cluster in virtual time whose clients are measured.
func measured(t *testing.T) (*world, *prometheus.Registry) {
	t.Helper()
	network, registry := &kfake.VirtualNetwork{}, prometheus.NewPedanticRegistry()
	c, err := Open(t.Context(), Config{Port: 9094, Listen: network.Listen, Dial: network.DialContext, Metrics: registry})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.CreateTopics(t.Context(), Topic{PaymentSuccessful, 3, 1 << 20}, Topic{OrderCreated, 3, 1 << 20}); err != nil {
		t.Fatal(err)
	}
	return &world{t: t, cluster: c, begun: map[TopicPartition][]turn{}, seen: map[string]int{}}, registry
}

// gather scrapes a registry: metrics by family, and the clients that any of them is about.
func gather(t *testing.T, r *prometheus.Registry) (families map[string][]*dto.Metric, clients []string) {
	t.Helper()
	all, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	families, ids := map[string][]*dto.Metric{}, map[string]bool{}
	for _, f := range all {
		families[f.GetName()] = f.GetMetric()
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "client_id" {
					ids[l.GetValue()] = true
				}
			}
		}
	}
	return families, slices.Sorted(maps.Keys(ids))
}

func TestClientsAreMeasuredWhileTheyAreOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, registry := measured(t)
		for range 3 {
			w.produce(30)
			// Each life is a client of its own with the same id; a crash closes no connection.
			m := w.join("order-1", 0)
			<-time.After(10 * time.Second)
			families, clients := gather(t, registry)
			if want := []string{"admin", "order-1"}; !slices.Equal(clients, want) {
				t.Errorf("measured are %v, want %v", clients, want)
			}
			if read := families["blackfriday_kafka_client_fetch_records_total"]; len(read) == 0 {
				t.Error("no records read")
			}
			m.Crash()
			<-m.ended
			if _, clients := gather(t, registry); !slices.Equal(clients, []string{"admin"}) {
				t.Errorf("after the crash, measured are %v", clients)
			}
			m.Release()
		}
		problems, err := testutil.GatherAndLint(registry)
		if err != nil || len(problems) > 0 {
			t.Errorf("lint: %v, %v", problems, err)
		}
	})
}

func TestTwoClientsOfOneIDBreakNoScrape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, registry := measured(t)
		var open [2]*Producer
		for i := range open {
			p, err := w.cluster.NewProducer("twin")
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			open[i] = p
			if errs := p.Write(t.Context(), &Record{Topic: PaymentSuccessful, Value: []byte("x")}); errs[0] != nil {
				t.Fatal(errs[0])
			}
		}
		twins := func() (n float64) {
			families, _ := gather(t, registry)
			for _, m := range families["blackfriday_kafka_client_produce_records_total"] {
				n += m.GetCounter().GetValue()
			}
			return n
		}
		if n := twins(); n != 1 {
			t.Errorf("the newer twin has written %v records, want 1", n)
		}
		// The end of the older one is not the end of the newer one.
		open[0].Close()
		if n := twins(); n != 1 {
			t.Errorf("after the older twin was closed %v records, want 1", n)
		}
	})
}

func TestCommitsAreTimedUnderEveryGuarantee(t *testing.T) {
	for _, g := range Guarantees() {
		t.Run(string(g), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, registry := measured(t)
				w.produce(30)
				worked := make(chan int, 30)
				m, err := w.cluster.NewMember(MemberConfig{
					ClientID: "order-1", Group: OrderGroup, Topics: []string{PaymentSuccessful}, Guarantee: g,
					Handler: countsTo(worked), Batch: func() int { return 5 }, Watch: idle{},
				})
				if err != nil {
					t.Fatal(err)
				}
				ctx, stop := context.WithCancel(context.Background())
				ended := make(chan error, 1)
				go func() { ended <- m.Run(ctx) }()
				<-time.After(10 * time.Second)
				stop()
				if err := <-ended; err != nil {
					t.Fatal(err)
				}
				families, _ := gather(t, registry)
				commits := families["blackfriday_commit_duration_seconds"]
				if len(worked) != 30 || len(commits) != 1 || commits[0].GetLabel()[0].GetValue() != OrderGroup {
					t.Fatalf("%d payments worked on, commits %v", len(worked), commits)
				}
				if n := commits[0].GetHistogram().GetSampleCount(); n < 1 || n > 30 {
					t.Errorf("%d commits of 30 payments", n)
				}
			})
		})
	}
}

// countsTo writes an order for every payment.
type countsTo chan int

func (c countsTo) Handle(ctx context.Context, out Writer, batch []*Record) (int, error) {
	for i, r := range batch {
		if errs := out.Write(ctx, &Record{Topic: OrderCreated, Value: r.Value}); errs[0] != nil {
			return i, errs[0]
		}
		c <- 1
	}
	return len(batch), nil
}
