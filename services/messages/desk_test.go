package messages_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/messages"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for something.
const patience = 20 * time.Second

// bench is a cluster with the lab's topics, and a desk on it.
type bench struct {
	testing.TB
	*kafka.Cluster
	*messages.Desk
	browser *kafka.Browser
}

func openBench(tb testing.TB, counter messages.Counter) *bench {
	tb.Helper()
	c, err := kafka.Open(context.Background(), kafka.Config{Prefix: kafkatest.Prefix})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	for _, name := range []string{kafka.PaymentSuccessful, kafka.OrderCreated, kafka.EmailSent, kafka.DLQPayment} {
		if err := c.CreateTopics(context.Background(), kafka.Topic{Name: name, Partitions: 3, MaxBytes: 9 << 20}); err != nil {
			tb.Fatal(err)
		}
	}
	browser := c.NewBrowser("desk")
	tb.Cleanup(browser.Close)
	return &bench{tb, c, messages.New(browser, counter), browser}
}

// write writes records and returns where the last one stands.
func (b *bench) write(records ...*kafka.Record) messages.Place {
	b.Helper()
	if err := errors.Join(b.browser.Write(b.Context(), records...)...); err != nil {
		b.Fatal(err)
	}
	last := records[len(records)-1]
	return messages.Place{Topic: last.Topic, Partition: last.Partition, Offset: last.Offset}
}

// dawn is when the first record of a test is written.
func dawn() time.Time { return time.Date(2024, 11, 29, 6, 0, 0, 0, time.UTC) }

// fill writes n orders, one a second from dawn on, in turn to the three partitions: "0", "1", …
func (b *bench) fill(n int) {
	b.Helper()
	records := make([]*kafka.Record, n)
	for i := range records {
		records[i] = &kafka.Record{
			Topic: kafka.OrderCreated, Partition: int32(i % 3), Value: fmt.Append(nil, i),
			Timestamp: dawn().Add(time.Duration(i) * time.Second),
		}
	}
	kafkatest.Write(b, b.Cluster, records...)
}

// browse returns a page and its values.
func (b *bench) browse(q messages.Query) (messages.Page, []string) {
	b.Helper()
	if q.Topic == "" {
		q.Topic = kafka.OrderCreated
	}
	page, err := b.Browse(b.Context(), q)
	if err != nil {
		b.Fatal(err)
	}
	return page, values(page.Messages)
}

func values(ms []messages.Message) []string {
	var vs []string
	for _, m := range ms {
		vs = append(vs, string(m.Value))
	}
	return vs
}

func TestBrowseFromEveryOrigin(t *testing.T) {
	b := openBench(t, nil)
	b.fill(12)
	const all = messages.AllPartitions
	for _, tt := range []struct {
		name  string
		q     messages.Query
		want  string
		older bool
		newer bool
	}{
		{"newest", messages.Query{Partition: all, Limit: 4}, "[8 9 10 11]", true, false},
		{"newest of one partition", messages.Query{Partition: 1, Limit: 2}, "[7 10]", true, false},
		{"oldest", messages.Query{Partition: all, Origin: messages.FromBeginning, Limit: 4}, "[0 1 2 3]", false, true},
		{"everything", messages.Query{Partition: all}, "[0 1 2 3 4 5 6 7 8 9 10 11]", false, false},
		{"offset", messages.Query{Partition: all, Origin: messages.FromOffset, Offset: 2, Limit: 2}, "[6 7]", true, true},
		{"offset below", messages.Query{Partition: 0, Origin: messages.FromOffset, Offset: -5, Limit: 1}, "[0]", false, true},
		{"offset beyond", messages.Query{Partition: 0, Origin: messages.FromOffset, Offset: 1 << 60}, "[]", true, false},
		{"time", messages.Query{Partition: all, Origin: messages.FromTime, Time: dawn().Add(9 * time.Second)}, "[9 10 11]", true, false},
		{"time before all", messages.Query{Partition: all, Origin: messages.FromTime, Limit: 1}, "[0]", false, true},
		{"time after all", messages.Query{Partition: all, Origin: messages.FromTime, Time: time.Now()}, "[]", true, false},
		{"filter", messages.Query{Partition: all, Filter: "1", Limit: 2}, "[10 11]", true, false},
		{"filter forward", messages.Query{Partition: all, Origin: messages.FromBeginning, Filter: "1", Limit: 3}, "[1 10 11]", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page, got := b.browse(tt.q)
			if fmt.Sprint(got) != tt.want || page.Older != tt.older || page.Newer != tt.newer || page.Bounded {
				t.Errorf("%v, older %v, newer %v, bounded %v; want %s, %v, %v", got, page.Older, page.Newer, page.Bounded, tt.want, tt.older, tt.newer)
			}
		})
	}
}

func TestBrowseFiltersKeyValueAndHeadersInAnyCase(t *testing.T) {
	b := openBench(t, nil)
	b.write(&kafka.Record{Topic: kafka.OrderCreated, Key: []byte("k-ÉTÉ"), Value: []byte("a")},
		&kafka.Record{Topic: kafka.OrderCreated, Value: []byte("b \xff Été")},
		&kafka.Record{Topic: kafka.OrderCreated, Value: []byte("c"), Headers: []kafka.Header{{Key: "x", Value: []byte("été!")}}},
		&kafka.Record{Topic: kafka.OrderCreated, Value: []byte("d"), Headers: []kafka.Header{{Key: "été"}}},
		&kafka.Record{Topic: kafka.OrderCreated, Value: []byte("ete")}, &kafka.Record{Topic: kafka.OrderCreated})
	page, got := b.browse(messages.Query{Partition: messages.AllPartitions, Filter: "éTé"})
	if fmt.Sprintf("%q", got) != `["a" "b \xff Été" "c" "d"]` || page.Scanned != 6 {
		t.Errorf("%q, %d looked at", got, page.Scanned)
	}
	_, got = b.browse(messages.Query{Partition: messages.AllPartitions, Match: func(r *kafka.Record) bool { return r.Value == nil }})
	if fmt.Sprintf("%q", got) != `[""]` {
		t.Errorf("%q match", got)
	}
}

func TestBrowseShowsWhatReadersOfCommittedDataSee(t *testing.T) {
	b := openBench(t, nil)
	order := func(v string) *kafka.Record { return &kafka.Record{Topic: kafka.OrderCreated, Value: []byte(v)} }
	b.write(order("a"))
	kafkatest.Transact(t, b.Cluster, kafkatest.Abort, order("aborted"), order("aborted"))
	kafkatest.Transact(t, b.Cluster, kafkatest.Commit, order("b"))
	kafkatest.Transact(t, b.Cluster, kafkatest.Open, order("open"))
	b.write(order("behind"))
	for _, origin := range []messages.Origin{messages.FromEnd, messages.FromBeginning} {
		page, got := b.browse(messages.Query{Partition: 0, Origin: origin})
		if fmt.Sprint(got) != "[a b]" || page.Hidden != 2 || page.Newer || page.Older {
			t.Errorf("origin %d: %v, %d hidden, newer %v, older %v", origin, got, page.Hidden, page.Newer, page.Older)
		}
	}
}

func TestBrowseRefusesWhatIsNotThere(t *testing.T) {
	b := openBench(t, nil)
	for want, q := range map[string]messages.Query{
		"0 to 2":        {Topic: kafka.OrderCreated, Partition: 3},
		"partition -2":  {Topic: kafka.OrderCreated, Partition: -2},
		`nowhere"`:      {Topic: "nowhere"},
		"not both":      {Topic: kafka.OrderCreated, Before: messages.Cursor{}, After: messages.Cursor{}},
		"look up topic": {},
	} {
		if _, err := b.Browse(t.Context(), q); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v; want one with %q", q, err, want)
		}
	}
}

// A page is bounded by what it weighs; what it leaves out is on the next one.
func TestBrowseBoundsItsBytes(t *testing.T) {
	b := openBench(t, nil)
	big := bytes.Repeat([]byte("x"), 8<<20-1000)
	const n = 7
	for i := range n {
		kafkatest.Write(b, b.Cluster, &kafka.Record{Topic: kafka.OrderCreated, Partition: int32(i % 2), Value: big, Timestamp: dawn().Add(time.Duration(i) * time.Second)})
	}
	kafkatest.Write(b, b.Cluster, &kafka.Record{Topic: kafka.OrderCreated, Value: big[:1<<20], Timestamp: dawn().Add(time.Hour)})
	q := messages.Query{Partition: messages.AllPartitions}
	total := 0
	for pages := 1; ; pages++ {
		page, _ := b.browse(q)
		weight := 0
		for _, m := range page.Messages {
			weight += len(m.Value)
			if m.Cut != 0 {
				t.Errorf("%d bytes of %+v were cut", m.Cut, m.Place)
			}
		}
		if total += len(page.Messages); weight > 33<<20 || page.Bounded == (total == n+1) {
			t.Errorf("page %d weighs %d bytes, bounded %v", pages, weight, page.Bounded)
		}
		if !page.Older {
			break
		}
		q.Before = page.Cursor
	}
	if total != n+1 {
		t.Errorf("%d messages on all pages; want %d", total, n+1)
	}
}

func TestMessagesAreCutAndSaySo(t *testing.T) {
	r := &kafka.Record{Value: make([]byte, messages.MaxValue+5), Key: make([]byte, 3<<20)}
	for range 2000 {
		r.Headers = append(r.Headers, kafka.Header{Key: "k", Value: []byte("v")})
	}
	m := messages.Of(r)
	if len(m.Value) != messages.MaxValue || len(m.Key) != 1<<20 || len(m.Headers) != 0 || m.Cut != 5+2<<20+4000 {
		t.Errorf("value %d, key %d, %d headers, %d cut", len(m.Value), len(m.Key), len(m.Headers), m.Cut)
	}
	m = messages.Of(&kafka.Record{Value: []byte{}})
	if m.Value == nil || m.Key != nil {
		t.Errorf("an empty value and a null key became %v and %v", m.Value, m.Key)
	}
	r = &kafka.Record{Value: []byte("abc"), Headers: r.Headers}
	m = messages.Of(r)
	copy(r.Value, "xyz")
	if string(m.Value) != "abc" || len(m.Headers) != 1000 || m.Cut != 2000 {
		t.Errorf("value %q, %d headers, %d cut", m.Value, len(m.Headers), m.Cut)
	}
}

func TestProduceWritesWhatItIsGiven(t *testing.T) {
	b := openBench(t, nil)
	draft := messages.Draft{
		Topic: kafka.PaymentSuccessful, Partition: 2, Key: []byte("\x1b[2J"), Value: []byte("\xff\x00"),
		Headers: []messages.Header{{Key: "a\x07", Value: nil}, {Key: "b", Value: []byte("c")}},
	}
	at, err := b.Produce(t.Context(), draft)
	if err != nil || at != (messages.Place{Topic: kafka.PaymentSuccessful, Partition: 2}) {
		t.Fatalf("produced to %+v, %v", at, err)
	}
	m, found, err := b.Read(t.Context(), at)
	if err != nil || !found || !bytes.Equal(m.Key, draft.Key) || !bytes.Equal(m.Value, draft.Value) || len(m.Headers) != 2 {
		t.Errorf("read %+v, %v, %v", m, found, err)
	}
	if _, err := b.Produce(t.Context(), messages.Draft{Topic: kafka.OrderCreated, Value: make([]byte, 10<<20)}); !errors.Is(err, kafka.ErrTooLarge) {
		t.Errorf("10 MB: %v", err)
	}
	if _, err := b.Produce(t.Context(), messages.Draft{Topic: kafka.OrderCreated, Partition: 3}); !strings.Contains(fmt.Sprint(err), "0 to 2") {
		t.Errorf("partition 3: %v", err)
	}
	if at, err = b.Produce(t.Context(), messages.Draft{Topic: kafka.OrderCreated, Partition: messages.AllPartitions}); err != nil {
		t.Errorf("any partition: %v", err)
	}
	if m, found, err := b.Read(t.Context(), at); err != nil || !found || m.Value != nil || m.Key != nil {
		t.Errorf("a null message came back as %+v, %v, %v", m, found, err)
	}
}

// waitFor takes from a channel until something holds.
func waitFor[T any](t testing.TB, from <-chan T, what string, holds func(T) bool) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case v := <-from:
			if holds(v) {
				return
			}
		case <-late:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func sorted(vs []string) []string { return slices.Sorted(slices.Values(vs)) }
