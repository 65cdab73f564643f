//go:build synctests

package lab

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/deadletters"
	"blackfriday/services/lab/labtest"
	"blackfriday/services/messages"
	"blackfriday/services/role"
)

// looking runs a lab that observes a cluster, with a spy on its connections.
func looking(t *testing.T, cfg kafka.Config, brokers []string) (*Lab, *kafkatest.Spy) {
	t.Helper()
	spy := &kafkatest.Spy{}
	cfg.Brokers = brokers
	l := New(Config{Observe: true, Kafka: spy.On(cfg), Partitions: 3, Orders: 3, HTTPPort: 0})
	t.Cleanup(func() { onlyReads(t, spy) }) // after the lab has ended
	labtest.Run(t, l)
	until(t, l, "it looks", 20*time.Second, func(s *Snapshot) bool { return s.State == Running && !s.Reading.At.IsZero() })
	return l, spy
}

// onlyReads fails the test when anything was sent that could change a cluster.
func onlyReads(t *testing.T, spy *kafkatest.Spy) {
	t.Helper()
	reads := []string{
		"ApiVersions", "Metadata", "DescribeCluster", "FindCoordinator", "DescribeGroups", "ConsumerGroupDescribe", "OffsetFetch", "ListOffsets",
		"OffsetForLeaderEpoch", "Fetch", "DescribeConfigs",
	}
	sent := spy.Sent()
	for _, name := range sent {
		if !slices.Contains(reads, name) {
			t.Errorf("it sent a %s request", name)
		}
	}
	if !slices.Contains(sent, "Fetch") && !slices.Contains(sent, "Metadata") {
		t.Errorf("it sent %v: the spy heard nothing", sent)
	}
}

func TestObservingLabSeesAllAndWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worked := start(t, nil)
		do(t, worked, Flood{Count: 100})
		do(t, worked, Poison{Pills: []string{"invalid-json"}})
		l, spy := looking(t, worked.cfg.Kafka, worked.Snapshot().Cluster.Brokers)
		s := until(t, l, "it counts everything and sees the members", 30*time.Second, func(s *Snapshot) bool {
			return s.Ledger != nil && s.Ledger.Complete() && s.Ledger.Total.Done.Count == 100 && s.Ledger.Total.DLQ.Count == 1 && len(s.Outsiders) == 5
		})
		if !s.Observing || len(s.Orders) != 0 || s.Email.Name != "" || s.Ledger.Total.Lost.Count != 0 || s.Ledger.Total.Foreign.Count != 0 {
			t.Errorf("orders %+v, email %+v, books %+v", s.Orders, s.Email, s.Ledger.Total)
		}
		if s.Cluster.Kind() != ClusterElsewhere || s.Cluster.Embedded || !s.Placement.Simulated || !eventAbout(s, "do not replicate") {
			t.Errorf("cluster %+v, placement %+v: want the embedded one of another process", s.Cluster, s.Placement)
		}
		if !s.Shares(AnalyticsKind) {
			t.Errorf("shared are %v, and another process counts", s.Shared)
		}
		for _, p := range s.Partitions {
			if p.Orphan || p.OwnerOutside == 0 {
				t.Errorf("partition %+v", p)
			}
		}
		for _, c := range []Command{
			Flood{Count: 1}, Poison{}, AddConsumer{}, Kill{}, Stop{}, Restart{}, SetDelay{}, SetProtocol{"range"}, GrowPartitions{9},
			RecreateTopics{1}, SetKey{KeyVIP}, SetGuarantee{"exactly-once"}, SetCommitInterval{time.Second}, SetPoison{Policy: PoisonRetry}, KillBetween{Payments: 1},
		} {
			if err := l.Do(t.Context(), c); !errors.Is(err, kafka.ErrReadOnly) {
				t.Errorf("%#v: %v", c, err)
			}
		}
		if _, err := l.Messages().Produce(t.Context(), messages.Draft{Topic: kafka.PaymentSuccessful, Value: []byte("x")}); !errors.Is(err, kafka.ErrReadOnly) {
			t.Errorf("a message by hand: %v", err)
		}
		page, err := l.DeadLetters().List(t.Context(), deadletters.Query{Limit: 10})
		if err != nil || len(page.Letters) != 1 {
			t.Fatalf("dead letters %+v, %v", page, err)
		}
		onlyReads(t, spy)
		before := s.Ledger.Records[kafka.PaymentSuccessful]
		if again := l.Snapshot().Ledger.Records[kafka.PaymentSuccessful]; again != before || before != 101 {
			t.Errorf("%d payments, then %d", before, again)
		}
	})
}

func TestObservingLabDoesNotWaitForTopics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := kafkatest.VirtualConfig()
		cluster, err := kafka.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(cluster.Close)
		l, _ := looking(t, cfg, cluster.Brokers())
		s := l.Snapshot()
		if len(s.Partitions) != 0 || !eventAbout(s, "not there yet, and not created: lab-1.payment-successful, lab-1.order-created, lab-1.email-sent, lab-1.dlq-payment") {
			t.Errorf("partitions %+v, events %+v", s.Partitions, s.Events)
		}
		for _, topic := range s.Topics {
			if !topic.Missing || topic.Known {
				t.Errorf("topic %+v", topic)
			}
		}
		if err := cluster.CreateTopics(t.Context(), role.Topics(4)...); err != nil {
			t.Fatal(err)
		}
		until(t, l, "the topics appear", 10*time.Second, func(s *Snapshot) bool {
			return len(s.Partitions) == 4 && s.Lag.Known && !s.Topics[0].Missing && s.Ledger.Complete()
		})
	})
}

func TestObservingNeedsACluster(t *testing.T) {
	err := New(Config{Observe: true, Partitions: 1}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "--brokers") {
		t.Error(err)
	}
}
