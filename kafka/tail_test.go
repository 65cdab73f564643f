package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// openTail opens a Tail for as long as the test runs.
func openTail(t testing.TB, c *Cluster, topics ...string) *Tail {
	t.Helper()
	tail, err := c.NewTail("auditor", topics...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tail.Close)
	return tail
}

// follow polls until the Tail has come to these offsets, and checks that stretches join without a gap.
func follow(t testing.TB, tail *Tail, until map[TopicPartition]int64) (got map[string][]string, read []Stretch) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got = map[string][]string{}
	arrived := func() bool {
		for tp, next := range until {
			if tail.Next(tp) < next {
				return false
			}
		}
		return true
	}
	for !arrived() {
		before := map[TopicPartition]int64{}
		for tp := range until {
			before[tp] = tail.Next(tp)
		}
		stretches, err := tail.Poll(ctx)
		if err = errors.Join(err, ctx.Err()); err != nil {
			t.Fatalf("read until %v, came to %v: %v", until, before, err)
		}
		for _, s := range stretches {
			if first, asked := before[s.TopicPartition]; asked && first != s.First {
				t.Errorf("%v: a stretch begins at %d, the one before it ended at %d", s.TopicPartition, s.First, first)
			}
			for _, r := range s.Records {
				collect(got)(r)
			}
		}
		read = append(read, stretches...)
	}
	return got, read
}

func TestTailReadsOnAndOn(t *testing.T) {
	c := openCluster(t, "a", "b")
	client := openClient(t, c)
	produce(t, client, "a", 0, "x", "y")
	produce(t, client, "b", 2, "z")
	tail := openTail(t, c, "a", "b")
	got, _ := follow(t, tail, map[TopicPartition]int64{{"a", 0}: 2, {"b", 2}: 1})
	wantRecords(t, got, map[string][]string{"a/0": {"0=x", "1=y"}, "b/2": {"0=z"}})
	produce(t, client, "a", 0, "later")
	got, _ = follow(t, tail, map[TopicPartition]int64{{"a", 0}: 3})
	wantRecords(t, got, map[string][]string{"a/0": {"2=later"}})
}

func TestTailFindsAddedPartitions(t *testing.T) {
	c := openCluster(t, "a")
	tail := openTail(t, c, "a")
	produce(t, openClient(t, c), "a", 0, "x")
	follow(t, tail, map[TopicPartition]int64{{"a", 0}: 1})
	if err := c.GrowTopics(t.Context(), 5, "a"); err != nil {
		t.Fatal(err)
	}
	produce(t, openClient(t, c), "a", 4, "new")
	got, _ := follow(t, tail, map[TopicPartition]int64{{"a", 4}: 1})
	wantRecords(t, got, map[string][]string{"a/4": {"0=new"}})
}

// TestTailKnowsHowFarItHasCome: markers and aborted records are no records, and yet they are behind it.
func TestTailKnowsHowFarItHasCome(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c, kgo.TransactionalID("tx"))
	commit, abort := kgo.TryCommit, kgo.TryAbort
	transact(t, client, &commit, "a", "counts")
	transact(t, client, &abort, "a", "aborted", "aborted")
	got, _ := follow(t, openTail(t, c, "a"), map[TopicPartition]int64{{"a", 0}: 5})
	wantRecords(t, got, map[string][]string{"a/0": {"0=counts"}})
}

func TestTailWaitsForAnOpenTransaction(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c, kgo.TransactionalID("tx"))
	produce(t, openClient(t, c), "a", 0, "before")
	transact(t, client, nil, "a", "open")
	tail := openTail(t, c, "a")
	got, _ := follow(t, tail, map[TopicPartition]int64{{"a", 0}: 1})
	wantRecords(t, got, map[string][]string{"a/0": {"0=before"}})
	stable, err := tail.gauge.Stable(t.Context())
	if err != nil || stable[TopicPartition{"a", 0}] != 1 || stable[TopicPartition{"a", 1}] != 0 {
		t.Errorf("stable up to %v, %v; want 1 and 0", stable, err)
	}
	if topics, err := tail.gauge.Topics(t.Context()); err != nil || topics["a"].Partitions[0].End != 2 {
		t.Errorf("stands at %v, %v; want the end at 2", topics, err)
	}
	if err := client.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	got, _ = follow(t, tail, map[TopicPartition]int64{{"a", 0}: 3})
	wantRecords(t, got, map[string][]string{"a/0": {"1=open"}})
}

// TestTailGoesOnWhereTheLogStarts: retention was faster.
func TestTailGoesOnWhereTheLogStarts(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprintf("deleted while it read: %v", late), func(t *testing.T) {
			c := openCluster(t, "a")
			client := openClient(t, c)
			produce(t, client, "a", 0, "gone", "gone", "kept")
			expire := func() { deleteRecords(t, client, "a", map[int32]int64{0: 2}) }
			if late {
				beforeFetch(c, expire)
			} else {
				expire()
			}
			got, stretches := follow(t, openTail(t, c, "a"), map[TopicPartition]int64{{"a", 0}: 3})
			wantRecords(t, got, map[string][]string{"a/0": {"2=kept"}})
			if s := stretches[0]; s.First != 0 || s.LogStart != 2 {
				t.Errorf("the stretch begins at %d and knows of a log start at %d, want 0 and 2", s.First, s.LogStart)
			}
		})
	}
}

func TestTailSkips(t *testing.T) {
	c := openCluster(t, "a")
	produce(t, openClient(t, c), "a", 0, "x", "y", "z")
	tail := openTail(t, c, "a")
	tail.Skip(TopicPartition{"a", 0}, 2)
	tail.Skip(TopicPartition{"a", 0}, 1)
	got, _ := follow(t, tail, map[TopicPartition]int64{{"a", 0}: 3})
	wantRecords(t, got, map[string][]string{"a/0": {"2=z"}})
}

// TestTailNeverHandsOutARecordTwice: clients rewind after a leader has moved.
func TestTailNeverHandsOutARecordTwice(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c)
	tail := openTail(t, c, "a")
	all := map[string][]string{}
	for i := range 4 {
		produce(t, client, "a", 0, fmt.Sprint(i))
		got, _ := follow(t, tail, map[TopicPartition]int64{{"a", 0}: int64(i) + 1})
		all["a/0"] = append(all["a/0"], got["a/0"]...)
		if err := c.fake.MoveTopicPartition(testPrefix+"a", 0, int32(i)%3); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"0=0", "1=1", "2=2", "3=3"}; !slices.Equal(all["a/0"], want) {
		t.Errorf("read %v, want %v", all["a/0"], want)
	}
}

func TestTailSaysWhatItCannotRead(t *testing.T) {
	c := openCluster(t, "a")
	produce(t, openClient(t, c), "a", 1, "x")
	answerFetch(c, func(p *kmsg.FetchResponseTopicPartition) { p.ErrorCode = kerr.TopicAuthorizationFailed.Code })
	tail := openTail(t, c, "a")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		_, err := tail.Poll(ctx)
		if err == nil && ctx.Err() == nil {
			continue
		}
		if !errors.Is(err, kerr.TopicAuthorizationFailed) || !errors.Is(err, ErrGivenUp) || !strings.Contains(err.Error(), "read a partition") {
			t.Errorf("error %v, want one that names the refusal and the partition", err)
		}
		return
	}
}

func TestTailEndsWithItsContext(t *testing.T) {
	tail := openTail(t, openCluster(t, "a"), "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if read, err := tail.Poll(ctx); len(read) != 0 || err != nil {
		t.Errorf("polled %v, %v; want nothing", read, err)
	}
}

func TestGaugeAnswers(t *testing.T) {
	c := openCluster(t, "a")
	produce(t, openClient(t, c), "a", 1, "x", "y")
	g, err := c.NewGauge("auditor", "a", "missing")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	if committed, err := g.Committed(t.Context(), OrderGroup); err != nil || len(committed) != 0 {
		t.Errorf("committed %v, %v; want nothing", committed, err)
	}
	topics, err := g.Topics(t.Context())
	if err != nil || len(topics) != 1 || topics["a"].ID != c.TopicID("a") || topics["a"].Partitions[1].End != 2 {
		t.Errorf("topics %v, %v", topics, err)
	}
}
