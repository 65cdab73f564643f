//go:build synctests

package gauges_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"blackfriday/kafka/kafkatest"
	"blackfriday/services/lab"
	"blackfriday/services/lab/gauges"
	"blackfriday/services/lab/labtest"
	"blackfriday/services/ledger"
)

// samples are what a scrape gives: the value by name and labels, such as `name{a="b"}`; of a histogram its count and sum.
func samples(t *testing.T, g prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := make([]string, 0, 3)
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+`="`+l.GetValue()+`"`)
			}
			series := func(suffix string) string {
				if len(labels) == 0 {
					return f.GetName() + suffix
				}
				return f.GetName() + suffix + "{" + strings.Join(labels, ",") + "}"
			}
			if f.GetType() == dto.MetricType_HISTOGRAM {
				all[series("_count")] = float64(m.GetHistogram().GetSampleCount())
				all[series("_sum")] = m.GetHistogram().GetSampleSum()
				continue
			}
			all[series("")] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return all
}

// expect fails unless a scrape shows these values.
func expect(t *testing.T, got, want map[string]float64) {
	t.Helper()
	for name, value := range want {
		if v, ok := got[name]; !ok || v != value {
			t.Errorf("%s is %v (there: %v), want %v", name, v, ok, value)
		}
	}
}

// measured runs a lab in virtual time whose numbers a registry has.
func measured(t *testing.T) (*lab.Lab, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	cfg := lab.Config{Partitions: 3, Orders: 3, Delay: 100 * time.Millisecond, HTTPPort: lab.NoHTTP, Seed: 1, Kafka: kafkatest.VirtualConfig()}
	cfg.Kafka.Metrics = registry
	l := lab.New(cfg)
	registry.MustRegister(gauges.New(l.Snapshot))
	labtest.Run(t, l)
	return l, registry
}

func pass(d time.Duration) { <-time.After(d) }

func do(t *testing.T, l *lab.Lab, c lab.Command) {
	t.Helper()
	if err := l.Do(t.Context(), c); err != nil {
		t.Fatalf("%#v: %v", c, err)
	}
}

func TestTheNumbersOfALesson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, registry := measured(t)
		if got := samples(t, registry); len(got) > 60 || got[`blackfriday_partition_lag_records{group="order-service-group",partition="0",topic="payment-successful"}`] != 0 {
			t.Errorf("before the first reading there are %d samples: %v", len(got), got)
		}
		pass(10 * time.Second)
		do(t, l, lab.Flood{Count: 300})
		do(t, l, lab.Poison{})
		pass(3 * time.Second)
		do(t, l, lab.Kill{Name: "order-2"})
		pass(time.Second)

		during := samples(t, registry)
		expect(t, during, map[string]float64{
			`blackfriday_info{cluster="embedded",cluster_id="blackfriday-embedded",guarantee="at-least-once",protocol="KIP-848"}`: 1,
			`blackfriday_topic_records_total{topic="payment-successful"}`:                                                         314,
			`blackfriday_instances{service="order",state="crashed"}`:                                                              1,
			`blackfriday_instances{service="order",state="running"}`:                                                              2,
			`blackfriday_group_members{group="order-service-group"}`:                                                              3,
		})
		orphans, lag := 0.0, 0.0
		for name, value := range during {
			switch {
			case strings.HasPrefix(name, "blackfriday_partition_orphan"):
				orphans += value
			case strings.HasPrefix(name, "blackfriday_partition_lag_records"):
				lag += value
			}
		}
		if orphans != 1 || lag != during[`blackfriday_group_lag_records{group="order-service-group"}`] || lag < 100 {
			t.Errorf("%v orphans, lag %v of %v", orphans, lag, during[`blackfriday_group_lag_records{group="order-service-group"}`])
		}

		pass(time.Minute)
		after := samples(t, registry)
		expect(t, after, map[string]float64{
			`blackfriday_group_lag_records{group="order-service-group"}`:            0,
			`blackfriday_topic_records_total{topic="dlq-payment"}`:                  14,
			`blackfriday_dead_letters_total{code="price-not-positive"}`:             1,
			`blackfriday_ledger_payments{state="done"}`:                             300,
			`blackfriday_ledger_payments{state="dlq"}`:                              14,
			`blackfriday_ledger_payments{state="waiting"}`:                          0,
			`blackfriday_ledger_payments{state="lost"}`:                             0,
			`blackfriday_rebalances_total{cause="start"}`:                           1,
			`blackfriday_rebalances_total{cause="crash"}`:                           1,
			`blackfriday_rebalances_total{cause="leave"}`:                           0,
			`blackfriday_rebalance_unread_seconds_count{cause="crash"}`:             1,
			`blackfriday_group_members{group="order-service-group"}`:                2,
			`blackfriday_instance_records_total{client_id="email",service="email"}`: after[`blackfriday_payment_to_email_seconds_count`],
		})
		unread := after[`blackfriday_rebalance_unread_seconds_sum{cause="crash"}`]
		if unread < 5 || unread > 7 {
			t.Errorf("the partition of the dead was unread for %v s, want about its session timeout of 6 s", unread)
		}
		// 314 payments at 100 ms each: the last of them wait for 10 s and more.
		if count, sum := after[`blackfriday_payment_to_email_seconds_count`], after[`blackfriday_payment_to_email_seconds_sum`]; count < 300 || sum < count {
			t.Errorf("%v e-mails took %v s together", count, sum)
		}
		// A second look counts nothing twice.
		expect(t, samples(t, registry), map[string]float64{
			`blackfriday_rebalances_total{cause="crash"}`:               1,
			`blackfriday_rebalance_unread_seconds_count{cause="crash"}`: 1,
			`blackfriday_rebalance_unread_seconds_sum{cause="crash"}`:   unread,
		})
		problems, err := testutil.GatherAndLint(registry)
		if err != nil || len(problems) > 0 {
			t.Errorf("lint: %v, %v", problems, err)
		}
	})
}

func TestOddDeadLettersBreakNoScrape(t *testing.T) {
	// Two codes that are told apart as bytes, and look the same.
	s := &lab.Snapshot{Ledger: &ledger.Picture{Known: true, Codes: map[string]int64{"\xff\x1b[2J": 1, `\xff\x1b[2J`: 2, "": 4}}}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(gauges.New(func() *lab.Snapshot { return s }))
	expect(t, samples(t, registry), map[string]float64{
		`blackfriday_dead_letters_total{code="\xff\x1b[2J"}`: 3,
		`blackfriday_dead_letters_total{code=""}`:            4,
	})
}

// What the auditor reads to catch up when a lab starts is no news: a counter that rose by it would be taken for a flood of dead
// letters. Nor do books that are not known yet say that nothing is lost.
func TestTheNumbersOfTheAuditor(t *testing.T) {
	s := &lab.Snapshot{
		At: time.Unix(100, 0), Reading: lab.Reading{At: time.Unix(93, 0)},
		Topics: []lab.Topic{{Name: "dlq-payment", Known: true}, {Name: "email-sent"}},
		Ledger: &ledger.Picture{
			Codes: map[string]int64{"empty-cart": 2160}, Records: map[string]int64{"dlq-payment": 2167, "email-sent": 5},
			LettersOfOrder: 7, EmailsTwice: 3, Behind: 800, Held: 33,
		},
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(gauges.New(func() *lab.Snapshot { return s }))
	for name := range samples(t, registry) {
		for _, audited := range []string{"topic_records", "dead_letters", "order_dead_letters", "ledger"} {
			if strings.HasPrefix(name, "blackfriday_"+audited+"_") {
				t.Errorf("%s is published before the auditor has caught up", name)
			}
		}
	}
	known := *s.Ledger
	known.Known = true
	s.Ledger = &known
	got := samples(t, registry)
	expect(t, got, map[string]float64{
		`blackfriday_topic_records_total{topic="dlq-payment"}`: 2167,
		`blackfriday_dead_letters_total{code="empty-cart"}`:    2160,
		`blackfriday_order_dead_letters_total`:                 7,
		`blackfriday_ledger_emails_twice`:                      3,
		`blackfriday_ledger_behind_records`:                    833,
		`blackfriday_reading_age_seconds`:                      7,
	})
	if v, there := got[`blackfriday_topic_records_total{topic="email-sent"}`]; there {
		t.Errorf("%v records of a topic that nobody could read", v)
	}
}

// Nothing is claimed that nobody knows: no orphan while no broker can be asked, no price of a crash with an outage in it, and no
// real cluster where the brokers are embedded ones of another process.
func TestTheNumbersOfAnOutage(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	s := &lab.Snapshot{
		Cluster:    lab.Cluster{Simulated: true, ID: "blackfriday-embedded"},
		Settings:   lab.Settings{Protocol: "KIP-848", Guarantee: "at-least-once"},
		Partitions: []lab.Partition{{ID: 0, Unknown: true}, {ID: 1, Orphan: true}},
		Rebalances: []lab.Rebalance{{ID: 1, Cause: lab.CauseCrash, Outage: true, Moved: []lab.Move{{Unread: 20 * time.Second, Measured: true}}}},
	}
	registry.MustRegister(gauges.New(func() *lab.Snapshot { return s }))
	got := samples(t, registry)
	expect(t, got, map[string]float64{
		`blackfriday_info{cluster="embedded-elsewhere",cluster_id="blackfriday-embedded",guarantee="at-least-once",protocol="KIP-848"}`: 1,
		`blackfriday_partition_orphan{group="order-service-group",partition="1",topic="payment-successful"}`:                            1,
		`blackfriday_rebalances_total{cause="crash"}`:              1,
		`blackfriday_rebalance_unread_seconds_sum{cause="crash"}`:  0,
		`blackfriday_rebalance_unread_seconds_sum{cause="outage"}`: 20,
	})
	if v, ok := got[`blackfriday_partition_orphan{group="order-service-group",partition="0",topic="payment-successful"}`]; ok {
		t.Errorf("partition 0 is an orphan: %v, and nobody knows", v)
	}
}
