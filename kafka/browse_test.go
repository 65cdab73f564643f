package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// openBrowser opens a browser on the cluster.
func openBrowser(t testing.TB, c *Cluster) *Browser {
	t.Helper()
	b := c.NewBrowser("desk")
	t.Cleanup(b.Close)
	return b
}

// transact writes the values in one transaction and ends it, unless end is nil.
func transact(t testing.TB, client *kgo.Client, end *kgo.TransactionEndTry, topic string, values ...string) {
	t.Helper()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	produce(t, client, topic, 0, values...)
	if end == nil {
		return
	}
	if err := client.EndTransaction(context.Background(), *end); err != nil {
		t.Fatal(err)
	}
}

// mixed is a topic whose partition 0 holds a, aborted b, committed c, d, and an open e: offsets 0, 1–2, 3–4, 5, 6.
func mixed(t testing.TB) (*Cluster, *Browser) {
	t.Helper()
	c := openCluster(t, "a")
	plain, tx := openClient(t, c), openClient(t, c, kgo.TransactionalID("tx"))
	commit, abort := kgo.TryCommit, kgo.TryAbort
	produce(t, plain, "a", 0, "a")
	transact(t, tx, &abort, "a", "b")
	transact(t, tx, &commit, "a", "c")
	produce(t, plain, "a", 0, "d")
	transact(t, tx, nil, "a", "e")
	return c, openBrowser(t, c)
}

// readSpan is what Read gives, as "offset=value", and where it ended.
func readSpan(t testing.TB, b *Browser, topic string, first, next int64) ([]string, int64) {
	t.Helper()
	var got []string
	end, err := b.Read(t.Context(), Span{TopicPartition{topic, 0}, first, next}, func(r *Record) bool {
		got = append(got, fmt.Sprintf("%d=%s", r.Offset, r.Value))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, end
}

func TestBrowserSeesCommittedRecordsOnly(t *testing.T) {
	c, b := mixed(t)
	bounds, err := b.Bounds(t.Context(), "a")
	if want := (Bounds{0, 6, 7}); err != nil || len(bounds.Partitions) != 3 || bounds.Partitions[0] != want || bounds.ID != c.TopicID("a") {
		t.Fatalf("bounds %+v, %v; want %+v", bounds, err, want)
	}
	for _, tt := range []struct {
		first, next int64
		want        string
		end         int64
	}{
		{0, 7, "[0=a 3=c 5=d]", 6},
		{0, 100, "[0=a 3=c 5=d]", 6},
		{1, 3, "[]", 3},
		{2, 4, "[3=c]", 4},
		{5, 6, "[5=d]", 6},
		{6, 7, "[]", 6},
		{3, 3, "[]", 3},
	} {
		if got, end := readSpan(t, b, "a", tt.first, tt.next); fmt.Sprint(got) != tt.want || end != tt.end {
			t.Errorf("read %d to %d: %v up to %d, want %s up to %d", tt.first, tt.next, got, end, tt.want, tt.end)
		}
	}
}

func TestBrowserStopsWhereItIsTold(t *testing.T) {
	_, b := mixed(t)
	n := 0
	next, err := b.Read(t.Context(), Span{TopicPartition{"a", 0}, 0, 6}, func(*Record) bool { n++; return n < 2 })
	if n != 2 || next != 4 || err != nil {
		t.Errorf("%d records up to %d, %v; want 2 up to 4", n, next, err)
	}
}

func TestBrowserPassesOverWhatWasDeleted(t *testing.T) {
	c := openCluster(t, "a")
	client, b := openClient(t, c), openBrowser(t, c)
	produce(t, client, "a", 0, "gone", "gone", "kept")
	deleteRecords(t, client, "a", map[int32]int64{0: 2})
	if got, end := readSpan(t, b, "a", 0, 3); !slices.Equal(got, []string{"2=kept"}) || end != 3 {
		t.Errorf("read %v up to %d", got, end)
	}
	if got, end := readSpan(t, b, "a", 0, 1); len(got) != 0 || end != 1 {
		t.Errorf("read %v up to %d of what is gone", got, end)
	}
}

func TestBrowserFindsOffsetsByTime(t *testing.T) {
	c := openCluster(t, "a")
	client, b := openClient(t, c), openBrowser(t, c)
	noon := time.Date(2024, 11, 29, 12, 0, 0, 0, time.UTC)
	for i := range 3 {
		r := &Record{Topic: testPrefix + "a", Partition: 1, Timestamp: noon.Add(time.Duration(i) * time.Second), Value: []byte("x")}
		if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	for at, want := range map[time.Time]int64{
		{}: 0, noon: 0, noon.Add(time.Millisecond): 1, noon.Add(2 * time.Second): 2, noon.Add(time.Hour): 3,
	} {
		got, err := b.OffsetsAt(t.Context(), "a", at)
		if err != nil || !slices.Equal(got, []int64{0, want, 0}) {
			t.Errorf("at %v: %v, %v; want %d in partition 1", at, got, err, want)
		}
	}
}

func TestBrowserWritesWhereItIsTold(t *testing.T) {
	c := openCluster(t, "a")
	b := openBrowser(t, c)
	records := []*Record{
		{Topic: "a", Partition: 2, Key: []byte("k"), Value: []byte("x")},
		{Topic: "a", Partition: 7, Value: []byte("nowhere")},
		{Topic: "missing", Partition: AnyPartition},
		{Topic: "a", Partition: 2, Value: []byte("y")},
		{Topic: "a", Partition: AnyPartition, Value: []byte("z")},
	}
	errs := b.Write(t.Context(), records...)
	if errs[0] != nil || errs[3] != nil || errs[4] != nil {
		t.Fatal(errs)
	}
	if !strings.Contains(fmt.Sprint(errs[1]), "0 to 2") || !strings.Contains(fmt.Sprint(errs[2]), `"`+testPrefix+`missing"`) {
		t.Errorf("errors %q and %q", errs[1], errs[2])
	}
	if records[3].Partition != 2 || records[3].Offset != records[0].Offset+1 {
		t.Errorf("the second record stands at %d@%d", records[3].Partition, records[3].Offset)
	}
	if n := len(readAll(t, c, "a")["a/2"]); n < 2 {
		t.Errorf("%d records in partition 2", n)
	}
}

// kgo goes on writing to a topic by its id, and so to nowhere once the topic was created anew.
func TestBrowserWritesToATopicCreatedAnew(t *testing.T) {
	c := openCluster(t, "a")
	b := openBrowser(t, c)
	for range 2 {
		r := &Record{Topic: "a", Partition: 1, Value: []byte("x")}
		if err := errors.Join(b.Write(t.Context(), r)...); err != nil || r.Offset != 0 {
			t.Fatalf("offset %d, %v", r.Offset, err)
		}
		before, err := b.Bounds(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.DeleteTopics(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if err := c.CreateTopics(t.Context(), Topic{Name: "a", Partitions: 2, MaxBytes: 1 << 20}); err != nil {
			t.Fatal(err)
		}
		waitUntil(t, "the topic is seen by its new id", func() bool {
			now, err := b.Bounds(t.Context(), "a")
			return err == nil && now.ID != before.ID
		})
	}
}

// waitUntil waits with long patience until something holds.
func waitUntil(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !holds() {
		if pause(ctx, 10*time.Millisecond) != nil {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

func TestBrowserSaysWhatItCannotDo(t *testing.T) {
	c := openCluster(t, "a")
	b := openBrowser(t, c)
	everything := func(*Record) bool { return true }
	if _, err := b.Read(t.Context(), Span{TopicPartition{"a", 9}, 0, 1}, everything); !strings.Contains(fmt.Sprint(err), "partition 9") {
		t.Errorf("a partition that is not there: %v", err)
	}
	if _, err := b.Read(t.Context(), Span{TopicPartition{"a", 0}, 5, 6}, everything); !strings.Contains(fmt.Sprint(err), "created anew") {
		t.Errorf("an offset beyond the end: %v", err)
	}
	if _, err := b.Bounds(t.Context(), "missing"); !strings.Contains(fmt.Sprint(err), `"`+testPrefix+`missing"`) {
		t.Errorf("a topic that is not there: %v", err)
	}
	b.Close()
	if _, err := b.Bounds(t.Context(), "a"); !errors.Is(err, ErrBrowserClosed) {
		t.Errorf("after Close: %v", err)
	}
	if errs := b.Write(t.Context(), &Record{Topic: "a"}); !errors.Is(errs[0], ErrBrowserClosed) {
		t.Errorf("after Close: %v", errs)
	}
	b.Close()
}

func TestBrowserFollowsAPartitionToItsNewLeader(t *testing.T) {
	c := openCluster(t, "a")
	client, b := openClient(t, c), openBrowser(t, c)
	for i := range 3 {
		produce(t, client, "a", 0, fmt.Sprint(i))
		if got, _ := readSpan(t, b, "a", int64(i), int64(i)+1); !slices.Equal(got, []string{fmt.Sprintf("%d=%d", i, i)}) {
			t.Errorf("read %v at leader %d", got, i)
		}
		if err := c.fake.MoveTopicPartition(testPrefix+"a", 0, int32(i)); err != nil {
			t.Fatal(err)
		}
	}
}
