package lab_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/kafka/realtest"
	"blackfriday/services/lab"
	"blackfriday/services/lab/labtest"
)

// stranger is somebody else's Kafka client, which writes payments or joins the order group.
type stranger interface {
	// produce writes so many good payments and waits for their acknowledgement.
	produce(t *testing.T, brokers []string, topic string, count int)
	// member prepares a member of the group that reads and commits.
	member(ctx context.Context, brokers []string, group, topic, clientID, protocol string) (*exec.Cmd, error)
}

type pythonClient struct{ *realtest.Python }

func (p pythonClient) produce(t *testing.T, brokers []string, topic string, count int) {
	t.Helper()
	if out, err := p.Command(t.Context(), "testdata/producer.py", strings.Join(brokers, ","), topic, fmt.Sprint(count)).CombinedOutput(); err != nil {
		t.Fatalf("producer.py: %v\n%s", err, out)
	}
}

func (p pythonClient) member(ctx context.Context, brokers []string, group, topic, clientID, protocol string) (*exec.Cmd, error) {
	return p.Command(ctx, "testdata/consumer.py", strings.Join(brokers, ","), group, topic, clientID, protocol), nil
}

type apacheClient struct{ *realtest.Tools }

func (a apacheClient) produce(t *testing.T, brokers []string, topic string, count int) {
	t.Helper()
	var lines strings.Builder
	for user := range count {
		fmt.Fprintf(&lines, `{"user_id":%d,"cart":[{"name":"MacBook","price":1999.99}]}`+"\n", user)
	}
	if _, err := a.Run(t.Context(), lines.String(), "console-producer", "--bootstrap-server", strings.Join(brokers, ","), "--topic", topic,
		"--producer-property", "acks=all", "--producer-property", "partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner"); err != nil {
		t.Fatal(err)
	}
}

func (a apacheClient) member(ctx context.Context, brokers []string, group, topic, clientID, protocol string) (*exec.Cmd, error) {
	settings := []string{"group.protocol=consumer"}
	if protocol != string(kafka.ConsumerProtocol) {
		assignor := map[string]string{"range": "RangeAssignor", "cooperative-sticky": "CooperativeStickyAssignor"}[protocol]
		settings = []string{
			"group.protocol=classic", "session.timeout.ms=6000", "heartbeat.interval.ms=500",
			"partition.assignment.strategy=org.apache.kafka.clients.consumer." + assignor,
		}
	}
	args := []string{"--bootstrap-server", strings.Join(brokers, ","), "--group", group, "--topic", topic}
	for _, s := range append(settings, "client.id="+clientID, "auto.commit.interval.ms=100") {
		args = append(args, "--consumer-property", s)
	}
	return a.Command(ctx, "console-consumer", args...)
}

// TestStrangersWorkWithTheLab has other people's clients write payments, join the order group, take partitions and die, on
// the embedded and on a real cluster, while the lab's pictures tell of all of it.
func TestStrangersWorkWithTheLab(t *testing.T) {
	strangers := map[string]stranger{"python": pythonClient{realtest.NeedPython(t)}, "apache": apacheClient{realtest.NeedTools(t)}}
	brokers := realtest.Start(t, realtest.Options{}).Brokers()
	for _, test := range []struct {
		who, theirs string
		ours        kafka.Protocol
		real        bool
	}{
		{"python", "consumer", kafka.ConsumerProtocol, false},
		{"python", "cooperative-sticky", kafka.CooperativeSticky, false},
		{"apache", "consumer", kafka.ConsumerProtocol, false},
		{"apache", "range", kafka.Range, false},
		{"python", "consumer", kafka.ConsumerProtocol, true},
		{"python", "cooperative-sticky", kafka.CooperativeSticky, true},
		{"apache", "consumer", kafka.ConsumerProtocol, true},
		{"apache", "range", kafka.Range, true},
		// Apache Kafka lets classic members into a KIP-848 group (KIP-848, online migration); the embedded brokers do not.
		{"python", "range", kafka.ConsumerProtocol, true},
	} {
		cfg := kafka.Config{Protocol: test.ours, Confirm: kafkatest.Agree}
		where := "embedded"
		if test.real {
			where, cfg.Brokers, cfg.Prefix = "real", brokers, fmt.Sprintf("%s-%s-%s.", test.who, test.theirs, test.ours)
		}
		t.Run(fmt.Sprintf("%s/%s as %s among %s", where, test.who, test.theirs, test.ours), func(t *testing.T) {
			t.Parallel()
			joinAndDie(t, cfg, strangers[test.who], test.who, test.theirs)
		})
	}
}

const (
	payments = 30
	// patience is generous: it only bounds how long a broken test takes.
	patience = 90 * time.Second
)

func joinAndDie(t *testing.T, cfg kafka.Config, other stranger, name, protocol string) {
	l := runLab(t, cfg)
	cluster := l.Snapshot().Cluster
	topic, group := cfg.Prefix+kafka.PaymentSuccessful, cfg.Prefix+kafka.OrderGroup

	other.produce(t, cluster.Brokers, topic, payments)
	wait(t, l, "their payments are ours", func(s *lab.Snapshot) bool {
		return booked(s) == payments && s.Ledger.Total.Done.Count == payments
	})

	cmd, err := other.member(t.Context(), cluster.Brokers, group, topic, name, protocol)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	died := false
	die := func() {
		if !died {
			died = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed: the error is the signal
		}
	}
	t.Cleanup(func() {
		die()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", name, said.String())
		}
	})
	joined := wait(t, l, "they have partitions", func(s *lab.Snapshot) bool { return len(theirs(s, name)) > 0 && everyPartitionOwned(s) })
	held := theirs(joined, name)
	if one := joined.Outsiders[0]; one.Name != name || one.Host == "" || len(one.Partitions) != len(held) || len(held) == len(joined.Partitions) {
		t.Errorf("outsider %+v holds %v of %d partitions", one, held, len(joined.Partitions))
	}

	other.produce(t, cluster.Brokers, topic, payments)
	books := wait(t, l, "everything is committed", func(s *lab.Snapshot) bool {
		return booked(s) == 2*payments && s.Lag.Known && s.Lag.Total == 0 && s.Ledger.Total.Waiting.Count+s.Ledger.Total.InFlight.Count == 0
	}).Ledger
	for id, p := range books.Partitions {
		if foreign := p.Foreign.Count > 0; p.Lost.Count > 0 || p.Done.Count+p.Foreign.Count != p.Payments.Count || foreign != held[int32(id)] {
			t.Errorf("books of P%d, theirs %v: %+v", id, held[int32(id)], p)
		}
	}

	die()
	wait(t, l, "their partitions are ours again", func(s *lab.Snapshot) bool { return len(theirs(s, name)) == 0 && everyPartitionRead(s) })
	other.produce(t, cluster.Brokers, topic, payments)
	last := wait(t, l, "all is done", func(s *lab.Snapshot) bool {
		return booked(s) == 3*payments && s.Ledger.Total.Done.Count+s.Ledger.Total.Foreign.Count == 3*payments
	})
	if last.Ledger.Total.Lost.Count != 0 || last.Ledger.Total.Foreign.Count != books.Total.Foreign.Count {
		t.Errorf("in the end %+v", last.Ledger.Total)
	}
}

// runLab runs a lab of two order consumers on three partitions until the test ends.
func runLab(t *testing.T, cfg kafka.Config) *lab.Lab {
	t.Helper()
	l := lab.New(lab.Config{Kafka: cfg, Partitions: 3, Orders: 2, HTTPPort: lab.NoHTTP, Seed: 1})
	labtest.Run(t, l)
	wait(t, l, "every partition is read", func(s *lab.Snapshot) bool { return s.State == lab.Running && everyPartitionRead(s) })
	return l
}

// wait looks at the lab until it shows what is wanted.
func wait(t *testing.T, l *lab.Lab, what string, holds func(*lab.Snapshot) bool) *lab.Snapshot {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		s := l.Snapshot()
		if holds(s) {
			return s
		}
		select {
		case <-again.C:
		case <-deadline.C:
			for _, e := range s.Events {
				t.Logf("%s %s: %s", e.At.Format(time.TimeOnly), e.Source, e.Text.String())
			}
			t.Fatalf("not within %v: %s\npartitions %+v\nbooks %+v\noutsiders %+v\nreading %+v", patience, what, s.Partitions, s.Ledger, s.Outsiders, s.Reading)
		}
	}
}

// booked is how many payments the books know of, once they know of all.
func booked(s *lab.Snapshot) int64 {
	if s.Ledger == nil || !s.Ledger.Complete() {
		return 0
	}
	return s.Ledger.Total.Payments.Count
}

// theirs are the partitions that the brokers say a client outside the lab owns.
func theirs(s *lab.Snapshot, name string) map[int32]bool {
	held := map[int32]bool{}
	for _, p := range s.Partitions {
		if p.Owner == name && p.OwnerOutside != 0 && !p.Orphan {
			held[p.ID] = true
		}
	}
	return held
}

func everyPartitionOwned(s *lab.Snapshot) bool {
	for _, p := range s.Partitions {
		if !p.Known || p.Owner == "" || p.Orphan {
			return false
		}
	}
	return len(s.Partitions) > 0
}

func everyPartitionRead(s *lab.Snapshot) bool {
	for _, p := range s.Partitions {
		if !p.Known || p.Reader == 0 || p.Reader != p.OwnerInstance {
			return false
		}
	}
	return len(s.Partitions) > 0
}
