package messages_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/messages"
)

// book is a topic of a property test, and what is in it.
type book struct {
	*bench
	topic string
	model map[int32][]string // values by partition, in the order of their offsets
	n     int
}

// add writes records of random partitions and timestamps, some of them in aborted transactions.
func (b *book) add(t *rapid.T, most int) {
	var plain []*kafka.Record
	for range rapid.IntRange(0, most).Draw(t, "records") {
		b.n++
		p := rapid.Int32Range(0, 2).Draw(t, "partition")
		value := fmt.Sprintf("%s%d", rapid.SampledFrom([]string{"x", "y"}).Draw(t, "kind"), b.n)
		plain = append(plain, &kafka.Record{
			Topic: b.topic, Partition: p, Value: []byte(value),
			Timestamp: dawn().Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "second")) * time.Second),
		})
		b.model[p] = append(b.model[p], value)
	}
	kafkatest.Write(b, b.Cluster, plain...)
	if rapid.Bool().Draw(t, "aborted") {
		kafkatest.Transact(b, b.Cluster, kafkatest.Abort, &kafka.Record{Topic: b.topic, Partition: 1, Value: []byte("aborted x y")})
	}
}

// wanted is what a query without bounds finds, by partition.
func (b *book) wanted(filter string) string {
	found := map[int32][]string{}
	for p, vs := range b.model {
		for _, v := range vs {
			if filter == "" || v[:1] == filter {
				found[p] = append(found[p], v)
			}
		}
	}
	return fmt.Sprint(found)
}

// turn turns pages from q on until there are no more, and returns all messages in their order, and the first page.
func (b *book) turn(t *rapid.T, q messages.Query, backward bool, between func()) []messages.Message {
	var all []messages.Message
	for range 1000 {
		page, err := b.Browse(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Messages) > q.Limit {
			t.Fatalf("%d messages on a page of %d", len(page.Messages), q.Limit)
		}
		between()
		if backward {
			all = append(page.Messages, all...)
			q.Before = page.Cursor
		} else {
			all = append(all, page.Messages...)
			q.After = page.Cursor
		}
		if backward && !page.Older || !backward && !page.Newer {
			return all
		}
	}
	t.Fatal("the pages never end")
	return nil
}

// byPartition is the values of messages by partition.
func byPartition(ms []messages.Message) string {
	found := map[int32][]string{}
	for _, m := range ms {
		found[m.Partition] = append(found[m.Partition], string(m.Value))
	}
	return fmt.Sprint(found)
}

// TestPagesHoldEveryMessageOnce: whatever is written, from wherever one begins, both ways, with and without a filter.
func TestPagesHoldEveryMessageOnce(t *testing.T) {
	bench := openBench(t, nil)
	cases := 0
	rapid.Check(t, func(rt *rapid.T) {
		cases++
		b := &book{bench: bench, topic: fmt.Sprint("book-", cases), model: map[int32][]string{}}
		if err := b.CreateTopics(context.Background(), kafka.Topic{Name: b.topic, Partitions: 3, MaxBytes: 1 << 20}); err != nil {
			rt.Fatal(err)
		}
		b.add(rt, 40)
		q := messages.Query{
			Topic: b.topic, Partition: messages.AllPartitions, Limit: rapid.IntRange(1, 15).Draw(rt, "limit"),
			Filter: rapid.SampledFrom([]string{"", "x", "y"}).Draw(rt, "filter"),
			Origin: messages.FromOffset, Offset: rapid.Int64Range(-1, 20).Draw(rt, "offset"),
		}
		middle, err := b.Browse(context.Background(), q)
		if err != nil {
			rt.Fatal(err)
		}
		before := q
		before.Before = middle.Cursor
		after := q
		after.After = middle.Cursor
		older := b.turn(rt, before, true, func() {})
		newer := b.turn(rt, after, false, func() {})
		if got, want := byPartition(slices.Concat(older, middle.Messages, newer)), b.wanted(q.Filter); got != want {
			rt.Fatalf("both ways from the middle:\n got %s\nwant %s", got, want)
		}
		want := b.wanted(q.Filter)
		q.Origin = messages.FromEnd
		// What is written meanwhile is newer than the pages, and so on none of them.
		meanwhile := sync.OnceFunc(func() { b.add(rt, 5) })
		if got := byPartition(b.turn(rt, q, true, meanwhile)); got != want {
			rt.Fatalf("back from the end:\n got %s\nwant %s", got, want)
		}
		q.Origin = messages.FromBeginning
		if got, want := byPartition(b.turn(rt, q, false, func() {})), b.wanted(q.Filter); got != want {
			rt.Fatalf("from the beginning:\n got %s\nwant %s", got, want)
		}
	})
}

// TestNewestOfManyAreFoundWithoutTheOthers: a topic may hold a million.
func TestNewestOfManyAreFoundWithoutTheOthers(t *testing.T) {
	b := openBench(t, nil)
	const n = 30_000
	records := make([]*kafka.Record, n)
	for i := range records {
		records[i] = &kafka.Record{Topic: kafka.OrderCreated, Partition: int32(i % 3), Value: fmt.Append(nil, i), Timestamp: dawn().Add(time.Duration(i) * time.Millisecond)}
	}
	kafkatest.Write(t, b.Cluster, records...)
	page, got := b.browse(messages.Query{Partition: messages.AllPartitions, Limit: 100})
	if len(got) != 100 || got[0] != "29900" || got[99] != "29999" || page.Scanned > 3000 {
		t.Errorf("%d messages from %s to %s, %d looked at", len(got), got[0], got[len(got)-1], page.Scanned)
	}
	page, got = b.browse(messages.Query{Partition: messages.AllPartitions, Limit: 100, Filter: "nothing like it"})
	if len(got) != 0 || page.Scanned != n || page.Older || page.Bounded {
		t.Errorf("%d messages, %d looked at, older %v, bounded %v", len(got), page.Scanned, page.Older, page.Bounded)
	}
}

func TestPagesGoOnWhereATopicGrew(t *testing.T) {
	b := openBench(t, nil)
	b.fill(3)
	page, _ := b.browse(messages.Query{Partition: messages.AllPartitions})
	if err := b.GrowTopics(t.Context(), 4, kafka.OrderCreated); err != nil {
		t.Fatal(err)
	}
	kafkatest.Write(t, b.Cluster, &kafka.Record{Topic: kafka.OrderCreated, Partition: 3, Value: []byte("added")})
	late := time.After(patience)
	for {
		newer, got := b.browse(messages.Query{Partition: messages.AllPartitions, After: page.Cursor})
		if fmt.Sprint(got) == "[added]" && !newer.Newer {
			break
		}
		select {
		case <-late:
			t.Fatalf("the pages after show %v", got)
		case <-time.After(10 * time.Millisecond):
		}
	}
	if older, got := b.browse(messages.Query{Partition: messages.AllPartitions, Before: page.Cursor}); len(got) != 0 || older.Older {
		t.Errorf("the pages before show %v", got)
	}
}
