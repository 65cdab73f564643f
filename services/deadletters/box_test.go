package deadletters_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/deadletters"
	"blackfriday/services/event"
	"blackfriday/services/messages"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	goodPayment = `{"user_id":1,"cart":[{"name":"Casque","price":99.9}]}`
	noUser      = `{"cart":[{"name":"Casque","price":99.9}]}`
)

// desk is a cluster with the lab's topics, and a box on it.
type desk struct {
	testing.TB
	*kafka.Cluster
	*deadletters.Box
	browser *kafka.Browser
	at      time.Time // of the next letter
}

func openDesk(tb testing.TB) *desk {
	tb.Helper()
	c, err := kafka.Open(context.Background(), kafka.Config{Prefix: kafkatest.Prefix})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	d := &desk{TB: tb, Cluster: c, browser: c.NewBrowser("desk"), at: time.Date(2024, 11, 29, 6, 0, 0, 0, time.UTC)}
	tb.Cleanup(d.browser.Close)
	d.Box = deadletters.New(d.browser)
	d.create()
	return d
}

func (d *desk) create() {
	d.Helper()
	for _, name := range []string{kafka.PaymentSuccessful, kafka.OrderCreated, kafka.DLQPayment} {
		if err := d.CreateTopics(context.Background(), kafka.Topic{Name: name, Partitions: 3, MaxBytes: 9 << 20}); err != nil {
			d.Fatal(err)
		}
	}
}

func header(key string, value any) kafka.Header {
	return kafka.Header{Key: key, Value: []byte(fmt.Sprint(value))}
}

// raw writes a record to dlq-payment, a second after the one before.
func (d *desk) raw(value []byte, headers ...kafka.Header) messages.Place {
	d.Helper()
	r := &kafka.Record{Topic: kafka.DLQPayment, Partition: int32(d.at.Second() % 3), Value: value, Headers: headers, Timestamp: d.at}
	d.at = d.at.Add(time.Second)
	kafkatest.Write(d, d.Cluster, r)
	return messages.Place{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset}
}

// letter writes a letter about a payment as order-2 does.
func (d *desk) letter(original []byte, code event.Code, more ...kafka.Header) messages.Place {
	d.Helper()
	value := event.AppendDeadLetter(nil, original, "the reason is "+string(code), d.at, event.MaxEnvelope)
	return d.raw(value, append(more, header(kafka.HeaderErrorCode, code), header(kafka.HeaderInstance, "order-2"),
		header(kafka.HeaderSourceTopic, kafka.PaymentSuccessful), header(kafka.HeaderSourcePartition, 1),
		header(kafka.HeaderSourceOffset, 42), header(kafka.HeaderAttempts, 3))...)
}

// list lists letters and fails on an error.
func (d *desk) list(q deadletters.Query) deadletters.Page {
	d.Helper()
	page, err := d.List(d.Context(), q)
	if err != nil {
		d.Fatal(err)
	}
	return page
}

// originals is the originals of a page, newest first.
func originals(p deadletters.Page) string {
	var all []string
	for _, l := range p.Letters {
		all = append(all, string(l.Original))
	}
	return strings.Join(all, " ")
}

func TestListShowsTheNewestFirstWithTheirReasons(t *testing.T) {
	d := openDesk(t)
	for i := range 5 {
		d.letter(fmt.Append(nil, i), []event.Code{"a", "b"}[i%2])
	}
	page := d.list(deadletters.Query{Limit: 2})
	if originals(page) != "4 3" || page.Total != 5 || fmt.Sprint(page.Counts) != "map[a:3 b:2]" || !page.Older {
		t.Errorf("%s of %d, %v, older %v", originals(page), page.Total, page.Counts, page.Older)
	}
	if older := d.list(deadletters.Query{Before: page.Cursor}); originals(older) != "2 1 0" || older.Older {
		t.Errorf("before that: %s, older %v", originals(older), older.Older)
	}
	if a := d.list(deadletters.Query{Code: "a"}); originals(a) != "4 2 0" || a.Total != 5 {
		t.Errorf("with code a: %s of %d", originals(a), a.Total)
	}
	l := page.Letters[0]
	if l.Code != "a" || l.Error != "the reason is a" || l.Instance != "order-2" || l.Attempts != 3 || l.Foreign ||
		l.Source != (messages.Place{Topic: kafka.PaymentSuccessful, Partition: 1, Offset: 42}) || !l.RefusedAt.Equal(l.At) {
		t.Errorf("letter %+v", l)
	}
	d.letter([]byte("5"), "b")
	if page = d.list(deadletters.Query{Limit: 1}); originals(page) != "5" || page.Total != 6 || page.Counts["b"] != 3 {
		t.Errorf("then %s of %d, %v", originals(page), page.Total, page.Counts)
	}
}

// An original is escaped in its envelope, or in base64; it is found all the same.
func TestListFiltersByWhatTheOriginalSays(t *testing.T) {
	d := openDesk(t)
	d.letter([]byte(`{"user_id": "Ünal"}`), "a")
	d.letter([]byte("\xff hidden \x1b[2J"), "a")
	d.letter([]byte("neither"), "a")
	for filter, want := range map[string]string{
		`"USER_ID": "ünal"`: `{"user_id": "Ünal"}`, "HIDDEN": "\xff hidden \x1b[2J", "reason is A": "neither \xff hidden \x1b[2J " + `{"user_id": "Ünal"}`,
		"order-2 ": "",
	} {
		if got := originals(d.list(deadletters.Query{Filter: filter})); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
}

// Anybody can write to the queue.
func TestListShowsForeignAndHostileLetters(t *testing.T) {
	d := openDesk(t)
	d.raw(nil)
	d.raw([]byte("{}"))
	d.raw([]byte(`{"original_message":7,"error":"x"}`))
	d.raw([]byte(`{"original_message":"!","error":"x","encoding":"base64"}`))
	d.raw([]byte(`{"original_message":null,"error":"x","timestamp":1e300}`), header(kafka.HeaderAttempts, -1))
	d.raw([]byte(`{"original_message":"beg","error":"x","truncated":true}`), header(kafka.HeaderRedriveCount, "∞"))
	d.raw([]byte("\x1b[31m\xff"), header(kafka.HeaderErrorCode, strings.Repeat("c", 5000)), header(kafka.HeaderSourceTopic, "t"),
		header(kafka.HeaderSourcePartition, "-1"), header(kafka.HeaderSourceOffset, "1"))
	page := d.list(deadletters.Query{})
	if len(page.Letters) != 7 {
		t.Fatalf("%d letters", len(page.Letters))
	}
	hostile, cut, null := page.Letters[0], page.Letters[1], page.Letters[2]
	if !hostile.Foreign || string(hostile.Original) != "\x1b[31m\xff" || len(hostile.Code) != 100 || hostile.Source.Topic != "" {
		t.Errorf("hostile: %+v", hostile)
	}
	if cut.Foreign || !cut.Truncated || string(cut.Original) != "beg" || cut.Redrives != deadletters.MostRedrives {
		t.Errorf("cut: %+v", cut)
	}
	if null.Foreign || !null.Null || null.Original != nil || !null.RefusedAt.IsZero() || null.Attempts != 0 {
		t.Errorf("null: %+v", null)
	}
	for _, l := range page.Letters[3:] {
		if !l.Foreign || l.Null != (l.Value == nil) || string(l.Original) != string(l.Value) {
			t.Errorf("foreign: %+v", l)
		}
	}
}

func TestCountsAreBoundedAndBeginAnewWithTheTopic(t *testing.T) {
	d := openDesk(t)
	records := make([]*kafka.Record, 250)
	for i := range records {
		records[i] = &kafka.Record{Topic: kafka.DLQPayment, Headers: []kafka.Header{header(kafka.HeaderErrorCode, i%150)}}
	}
	kafkatest.Write(t, d.Cluster, records...)
	page := d.list(deadletters.Query{Limit: 1})
	if len(page.Counts) != 101 || page.Counts[deadletters.OtherCodes] != 50 || page.Counts["0"] != 2 || page.Total != 250 {
		t.Errorf("%d codes, %d others, %d letters", len(page.Counts), page.Counts[deadletters.OtherCodes], page.Total)
	}
	if err := d.DeleteTopics(t.Context(), kafka.DLQPayment); err != nil {
		t.Fatal(err)
	}
	d.create()
	late := time.After(20 * time.Second)
	for {
		page, err := d.List(t.Context(), deadletters.Query{}) // for a moment the old topic is still known
		if err == nil && page.Total == 0 && len(page.Counts) == 0 && len(page.Letters) == 0 {
			return
		}
		select {
		case <-late:
			t.Fatalf("the new topic has %d letters, %v, %v", page.Total, page.Counts, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestListEndsWithItsContext(t *testing.T) {
	d := openDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.List(ctx, deadletters.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
