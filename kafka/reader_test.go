package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// openCluster opens an embedded cluster on free ports, with topics of three partitions.
func openCluster(t testing.TB, topics ...string) *Cluster {
	t.Helper()
	c, err := Open(context.Background(), Config{Prefix: testPrefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	for _, name := range topics {
		if err := c.CreateTopics(context.Background(), Topic{Name: name, Partitions: 3, MaxBytes: 8 << 20}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// testPrefix stands before the names of most tests' topics and groups on the brokers.
const testPrefix = "lab-1."

// openClient opens a plain client on the cluster.
func openClient(t testing.TB, c *Cluster, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := c.newClient("test", append([]kgo.Opt{kgo.RecordPartitioner(kgo.ManualPartitioner())}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// produce writes the values to one partition, in order.
func produce(t testing.TB, client *kgo.Client, topic string, partition int32, values ...string) {
	t.Helper()
	for _, v := range values {
		r := &Record{Topic: testPrefix + topic, Partition: partition, Value: []byte(v)}
		if err := client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

// readAll is what ReadAll gives, by "topic/partition", as "offset=value".
func readAll(t testing.TB, c *Cluster, topics ...string) map[string][]string {
	t.Helper()
	got := map[string][]string{}
	if err := c.ReadAll(t.Context(), topics, collect(got)); err != nil {
		t.Fatal(err)
	}
	return got
}

func collect(got map[string][]string) func(*Record) {
	return func(r *Record) {
		key := fmt.Sprintf("%s/%d", r.Topic, r.Partition)
		got[key] = append(got[key], fmt.Sprintf("%d=%s", r.Offset, r.Value))
	}
}

func wantRecords(t testing.TB, got map[string][]string, want map[string][]string) {
	t.Helper()
	for key, records := range want {
		if !slices.Equal(got[key], records) {
			t.Errorf("%s: read %v, want %v", key, got[key], records)
		}
	}
	for key := range got {
		if want[key] == nil {
			t.Errorf("%s: read %v, want nothing", key, got[key])
		}
	}
}

func TestReadAllReadsEveryPartitionToItsEnd(t *testing.T) {
	c := openCluster(t, "a", "b", "empty", "other")
	client := openClient(t, c)
	produce(t, client, "a", 0, "x", "y", "z")
	produce(t, client, "a", 2, "u")
	produce(t, client, "b", 1, "v", "w")
	produce(t, client, "other", 0, "not asked for")
	wantRecords(t, readAll(t, c, "a", "b", "empty"), map[string][]string{
		"a/0": {"0=x", "1=y", "2=z"}, "a/2": {"0=u"}, "b/1": {"0=v", "1=w"},
	})
}

// beforeFetch makes something happen between the look-up of the offsets and the first fetch.
func beforeFetch(c *Cluster, happens func()) {
	c.fake.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.fake.DropControl()
		c.fake.SleepControl(happens)
		return nil, nil, false
	})
}

// TestReadAllStopsWhereTheTopicEndedWhenItBegan: otherwise it would never end beside a producer.
func TestReadAllStopsWhereTheTopicEndedWhenItBegan(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c)
	produce(t, client, "a", 0, "x", "y")
	beforeFetch(c, func() { produce(t, client, "a", 0, "late") })
	wantRecords(t, readAll(t, c, "a"), map[string][]string{"a/0": {"0=x", "1=y"}})
}

func TestReadAllBeginsAtTheLogStart(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c)
	produce(t, client, "a", 0, "gone", "gone", "kept")
	produce(t, client, "a", 1, "gone")
	deleteRecords(t, client, "a", map[int32]int64{0: 2, 1: 1})
	wantRecords(t, readAll(t, c, "a"), map[string][]string{"a/0": {"2=kept"}})
}

func deleteRecords(t testing.TB, client *kgo.Client, topic string, before map[int32]int64) {
	t.Helper()
	offsets := kadm.Offsets{}
	for p, o := range before {
		offsets.AddOffset(testPrefix+topic, p, o, -1)
	}
	if _, err := kadm.NewClient(client).DeleteRecords(context.Background(), offsets); err != nil {
		t.Fatal(err)
	}
}

// TestReadAllReadsWhatWasCommitted: markers take offsets, also the last one of a partition.
func TestReadAllReadsWhatWasCommitted(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c, kgo.TransactionalID("tx"))
	commit, abort := kgo.TryCommit, kgo.TryAbort
	transact(t, client, &commit, "a", "counts")
	transact(t, client, &abort, "a", "aborted", "aborted")
	produce(t, openClient(t, c), "a", 0, "plain")
	transact(t, client, &abort, "a", "aborted")
	wantRecords(t, readAll(t, c, "a"), map[string][]string{"a/0": {"0=counts", "5=plain"}})
}

// TestReadAllWaitsForAnOpenTransaction: what stands before the end counts, or does not, once the transaction has ended.
func TestReadAllWaitsForAnOpenTransaction(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c, kgo.TransactionalID("tx"))
	transact(t, client, nil, "a", "open")
	produce(t, openClient(t, c), "a", 0, "behind it")
	got, ended := map[string][]string{}, make(chan error, 1)
	fetches := make(chan struct{}, 1000)
	c.fake.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.fake.KeepControl()
		fetches <- struct{}{}
		return nil, nil, false
	})
	go func() { ended <- c.ReadAll(t.Context(), []string{"a"}, collect(got)) }()
	<-fetches
	<-fetches // the first one was answered, with nothing
	if err := client.EndTransaction(context.Background(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	wantRecords(t, got, map[string][]string{"a/0": {"0=open", "1=behind it"}})
}

func TestReadAllReadsRecordsLargerThanAFetch(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c, kgo.ProducerBatchMaxBytes(8<<20), kgo.ProducerBatchCompression(kgo.NoCompression()))
	produce(t, client, "a", 0, strings.Repeat("x", readBytes+1), "small")
	n := 0
	if err := c.ReadAll(t.Context(), []string{"a"}, func(r *Record) { n += len(r.Value) }); err != nil {
		t.Fatal(err)
	}
	if want := readBytes + 1 + len("small"); n != want {
		t.Errorf("read %d bytes, want %d", n, want)
	}
}

// answerFetch makes the embedded brokers answer the next fetch so.
func answerFetch(c *Cluster, answer func(*kmsg.FetchResponseTopicPartition)) {
	c.fake.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		r, _ := req.(*kmsg.FetchRequest)
		resp, _ := r.ResponseKind().(*kmsg.FetchResponse)
		for _, rt := range r.Topics {
			topic := kmsg.NewFetchResponseTopic()
			topic.Topic, topic.TopicID = rt.Topic, rt.TopicID
			for _, rp := range rt.Partitions {
				p := kmsg.NewFetchResponseTopicPartition()
				p.Partition = rp.Partition
				answer(&p)
				topic.Partitions = append(topic.Partitions, p)
			}
			resp.Topics = append(resp.Topics, topic)
		}
		return resp, nil, true
	})
}

// TestReadAllEndsInACompactedTail: nothing is left between the last record and the end.
func TestReadAllEndsInACompactedTail(t *testing.T) {
	c := openCluster(t, "a")
	produce(t, openClient(t, c), "a", 0, "x")
	answerFetch(c, func(p *kmsg.FetchResponseTopicPartition) { p.HighWatermark, p.LastStableOffset = 1, 1 })
	wantRecords(t, readAll(t, c, "a"), nil)
}

func TestReadAllTriesAgain(t *testing.T) {
	for name, answer := range map[string]func(*kmsg.FetchResponseTopicPartition){
		"after a leader moved":           func(p *kmsg.FetchResponseTopicPartition) { p.ErrorCode = kerr.NotLeaderForPartition.Code },
		"after an answer out of date":    func(p *kmsg.FetchResponseTopicPartition) { p.HighWatermark = 0 },
		"after an answer cut in a batch": func(p *kmsg.FetchResponseTopicPartition) { p.HighWatermark = 1; p.RecordBatches = make([]byte, 20) },
	} {
		t.Run(name, func(t *testing.T) {
			c := openCluster(t, "a")
			produce(t, openClient(t, c), "a", 0, "x")
			answerFetch(c, answer)
			wantRecords(t, readAll(t, c, "a"), map[string][]string{"a/0": {"0=x"}})
		})
	}
}

// TestReadAllFollowsTheLogStart: the oldest records expire between the look-up and the fetch.
func TestReadAllFollowsTheLogStart(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c)
	produce(t, client, "a", 0, "gone", "kept")
	beforeFetch(c, func() { deleteRecords(t, client, "a", map[int32]int64{0: 1}) })
	wantRecords(t, readAll(t, c, "a"), map[string][]string{"a/0": {"1=kept"}})
}

func TestReadAllSaysWhatItCouldNotRead(t *testing.T) {
	c := openCluster(t, "a")
	produce(t, openClient(t, c), "a", 1, "x")
	answerFetch(c, func(p *kmsg.FetchResponseTopicPartition) { p.ErrorCode = kerr.TopicAuthorizationFailed.Code })
	err := c.ReadAll(t.Context(), []string{"a"}, func(*Record) {})
	if !errors.Is(err, kerr.TopicAuthorizationFailed) || !strings.Contains(err.Error(), "a partition 1 from offset 0") {
		t.Errorf("error %v, want one that names the refusal and a partition 1 from offset 0", err)
	}
	err = c.ReadAll(t.Context(), []string{"missing"}, func(*Record) {})
	if !errors.Is(err, kerr.UnknownTopicOrPartition) || !strings.Contains(err.Error(), "missing") {
		t.Errorf("error %v, want one that names the topic missing", err)
	}
}

func TestReadAllEndsWithItsContext(t *testing.T) {
	c := openCluster(t, "a")
	produce(t, openClient(t, c), "a", 0, "x")
	asked := make(chan struct{})
	c.fake.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		close(asked)
		return nil, nil, true // never answered
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.ReadAll(ctx, []string{"a"}, func(*Record) {}) }()
	<-asked
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still reading 10 s after its context ended")
	}
}
