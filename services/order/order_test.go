package order_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/order"
	"blackfriday/services/recent"
	"blackfriday/services/relay"
	"blackfriday/services/relay/relaytest"
)

// The handler is the work of a member.
var _ kafka.Handler = (*order.Handler)(nil)

// ids knows one topic.
type ids struct{}

func (ids) TopicID(topic string) string { return "id-of-" + topic }

// instance is a handler and everything it shares.
type instance struct {
	*order.Handler
	delay      order.Delay
	policy     order.Policy
	book       *order.Book
	rejections relay.Rejections
}

// newInstance returns order-2.
func newInstance() *instance {
	in := &instance{book: order.NewBook()}
	in.Handler = order.NewHandler(order.Config{
		Number: 2, Name: "order-2", Delay: &in.delay, Policy: &in.policy, Topics: ids{}, Book: in.book,
		Rejections: &in.rejections,
	})
	return in
}

// payments returns records of partition 1 from an offset on.
func payments(from int64, values ...string) []*kafka.Record {
	batch := make([]*kafka.Record, len(values))
	for i, v := range values {
		batch[i] = &kafka.Record{
			Topic: kafka.PaymentSuccessful, Partition: 1, Offset: from + int64(i), Value: []byte(v),
		}
	}
	return batch
}

const good = `{"user_id":"bob","cart":[{"name":"A","price":1.50,"gift":true}],"timestamp":1}`

func TestHandleWritesOrders(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	batch := payments(41, good)
	batch[0].Timestamp = time.UnixMilli(1_700_000_000_123)
	n, err := in.Handle(t.Context(), out, batch)
	if n != 1 || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	orders := out.Acked(kafka.OrderCreated)
	const want = `{"order_id":1000000042,"user_id":"bob","items":[{"name":"A","price":1.50,"gift":true}],"status":"confirmed"}`
	if len(orders) != 1 || string(orders[0].Value) != want {
		t.Fatalf("orders %v; want %s", orders, want)
	}
	headers := fmt.Sprint(relaytest.Headers(orders[0]))
	wantHeaders := fmt.Sprint(map[string]string{
		"source-topic": "payment-successful", "source-partition": "1", "source-offset": "41",
		"payment-topic-id": "id-of-payment-successful", "payment-partition": "1", "payment-offset": "41",
		"payment-time": "1700000000123", "instance": "order-2",
	})
	if headers != wantHeaders {
		t.Errorf("headers %s\nwant %s", headers, wantHeaders)
	}
	last, _ := in.Last()
	if in.Finished() != 1 || last.Offset != 41 || last.User != "bob" || in.book.Total() != 1 {
		t.Errorf("finished %d, last %+v, book %d", in.Finished(), last, in.book.Total())
	}
}

func TestEveryPillEndsInTheDLQ(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	pills := event.Pills()
	batch := payments(0, make([]string, len(pills))...)
	for i, p := range pills {
		batch[i].Value = p.Value
	}
	batch = append(batch, payments(100, good)...)
	if n, err := in.Handle(t.Context(), out, batch); n != len(batch) || err != nil {
		t.Fatalf("finished %d of %d, %v", n, len(batch), err)
	}
	dead := out.Acked(kafka.DLQPayment)
	if len(dead) != len(pills) || len(out.Acked(kafka.OrderCreated)) != 1 {
		t.Fatalf("%d dead letters, %d orders", len(dead), len(out.Acked(kafka.OrderCreated)))
	}
	for i, p := range pills {
		d, err := event.ParseDeadLetter(dead[i].Value)
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		value, err := d.Value()
		if err != nil || string(value) != string(p.Value) || (value == nil) != (p.Value == nil) {
			t.Errorf("%s came back as %.40q, %v", p.Name, value, err)
		}
		if code := relaytest.Headers(dead[i])["error-code"]; code != string(p.Code) || d.Error == "" {
			t.Errorf("%s has code %q and error %q", p.Name, code, d.Error)
		}
	}
	if total := in.book.Total(); total != 1 {
		t.Errorf("%d orders in the book; want 1", total)
	}
	newest, total := in.rejections.Newest()
	if total != int64(len(pills)) || newest.Instance != "order-2" || newest.Code != pills[len(pills)-1].Code {
		t.Errorf("newest rejection %+v of %d", newest, total)
	}
}

// work hands a batch over until all of it is finished or something fails, as a member does.
func work(ctx context.Context, h *order.Handler, out kafka.Writer, batch []*kafka.Record) (finished int, err error) {
	for finished < len(batch) && err == nil {
		var n int
		n, err = h.Handle(ctx, out, batch[finished:])
		finished += n
	}
	return finished, err
}

func TestDelayIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out := newInstance(), new(relaytest.Writer)
		in.delay.Set(100 * time.Millisecond)
		started := time.Now()
		n, err := work(t.Context(), in.Handler, out, payments(0, good, "pill", good, good))
		if took := time.Since(started); n != 4 || err != nil || took != 300*time.Millisecond {
			t.Errorf("finished %d, %v after %v; want 4 after 300ms, the pill without delay", n, err, took)
		}
	})
}

func TestWritesArePartOfTheDelay(t *testing.T) {
	const delay, written = 100 * time.Millisecond, 5
	for _, test := range []struct {
		write, took time.Duration
		why         string
	}{
		{3 * time.Millisecond, written*delay + 3*time.Millisecond, "500ms and the last write"},
		{80 * time.Millisecond, written*delay + 80*time.Millisecond, "500ms and the last write, however slow it is"},
		{300 * time.Millisecond, delay + written*300*time.Millisecond, "the first payment's work and every write: they are all that takes time"},
	} {
		synctest.Test(t, func(t *testing.T) {
			in := newInstance()
			in.delay.Set(delay)
			out := &relaytest.Writer{Answer: func(*kafka.Record) error { <-time.After(test.write); return nil }}
			started := time.Now()
			n, err := work(t.Context(), in.Handler, out, payments(0, good, good, good, good, good))
			if took := time.Since(started); n != written || err != nil || took != test.took {
				t.Errorf("writes of %v: finished %d, %v after %v; want %d after %v: %s", test.write, n, err, took, written, test.took, test.why)
			}
		})
	}
}

func TestAPaymentThatComesLaterIsWorkedOnInFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out := newInstance(), new(relaytest.Writer)
		in.delay.Set(100 * time.Millisecond)
		for range 2 {
			started := time.Now()
			if _, err := in.Handle(t.Context(), out, payments(0, good)); err != nil || time.Since(started) != 100*time.Millisecond {
				t.Errorf("%v after %v, want 100ms", err, time.Since(started))
			}
			<-time.After(30 * time.Millisecond)
		}
	})
}

func TestOnePaymentAtATimeWithADelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newInstance()
		in.delay.Set(100 * time.Millisecond)
		if n, err := in.Handle(t.Context(), new(relaytest.Writer), payments(0, good, good)); n != 1 || err != nil {
			t.Errorf("finished %d, %v; want 1, so that it can be marked before the next", n, err)
		}
	})
}

func TestDelayEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out := newInstance(), new(relaytest.Writer)
		in.delay.Set(100 * time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
		defer cancel()
		started := time.Now()
		n, err := work(ctx, in.Handler, out, payments(0, good, good, good, good))
		if took := time.Since(started); n != 2 || !errors.Is(err, context.DeadlineExceeded) || took != 250*time.Millisecond {
			t.Errorf("finished %d, %v after %v; want 2 and the context's error after 250ms", n, err, took)
		}
		if got := len(out.Acked(kafka.OrderCreated)); got != 2 {
			t.Errorf("%d orders written; want 2", got)
		}
	})
}

func TestDelayChangesFromTheNextPaymentOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newInstance()
		in.delay.Set(time.Second)
		out := &relaytest.Writer{Answer: func(*kafka.Record) error { in.delay.Set(-time.Second); return nil }}
		started := time.Now()
		n, err := work(t.Context(), in.Handler, out, payments(0, good, good, good))
		if took := time.Since(started); n != 3 || err != nil || took != time.Second {
			t.Errorf("finished %d, %v after %v; want 3 after 1s", n, err, took)
		}
	})
}

func TestWritesThatFailStayUnfinished(t *testing.T) {
	in := newInstance()
	down := errors.New("broker down")
	out := &relaytest.Writer{Answer: func(r *kafka.Record) error {
		if relaytest.Headers(r)["source-offset"] == "1" {
			return down
		}
		return nil
	}}
	n, err := in.Handle(t.Context(), out, payments(0, good, good, good))
	if n != 1 || !errors.Is(err, down) || in.Finished() != 1 {
		t.Errorf("finished %d (%d counted), %v; want 1 and why", n, in.Finished(), err)
	}
	if total := in.book.Total(); total != 2 {
		t.Errorf("%d orders in the book; want the 2 that the brokers acknowledged", total)
	}
}

// get asks the book.
func get(t *testing.T, book *order.Book, target string, into any) int {
	t.Helper()
	w := httptest.NewRecorder()
	book.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("GET %s: %s: %v", target, w.Body, err)
	}
	return w.Code
}

// listed is the reply of GET /orders.
type listed struct {
	Orders []struct {
		OrderID int64           `json:"order_id"`
		UserID  json.RawMessage `json:"user_id"`
		Items   []any
		Status  string
	}
	Total int64
	Error string
}

func TestBookListsByInstance(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	other := order.NewHandler(order.Config{
		Number: 1, Name: "order-1", Delay: &in.delay, Topics: ids{}, Book: in.book, Rejections: &in.rejections,
	})
	for _, h := range []*order.Handler{in.Handler, other, in.Handler} {
		if _, err := h.Handle(t.Context(), out, payments(h.Finished(), good)); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		query  string
		status int
		ids    string
		total  int64
	}{
		{"", 200, "[1000000001 1000000001 1000000002]", 3},
		{"?instance=2", 200, "[1000000001 1000000002]", 2},
		{"?instance=1", 200, "[1000000001]", 1},
		{"?instance=9", 200, "[]", 0},
		{"?instance=0", 400, "[]", 0},
		{"?instance=two", 400, "[]", 0},
		{"?instance=", 400, "[]", 0},
	}
	for _, tt := range tests {
		var got listed
		status := get(t, in.book, "/orders"+tt.query, &got)
		ids := []int64{}
		for _, o := range got.Orders {
			ids = append(ids, o.OrderID)
			if o.Status != "confirmed" || string(o.UserID) != `"bob"` || len(o.Items) != 1 {
				t.Errorf("GET /orders%s: order %+v", tt.query, o)
			}
		}
		if status != tt.status || fmt.Sprint(ids) != tt.ids || got.Total != tt.total || (status == 400) != (got.Error != "") {
			t.Errorf("GET /orders%s: %d %v total %d %q; want %+v", tt.query, status, ids, got.Total, got.Error, tt)
		}
	}
}

func TestBookIsBounded(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	const surplus = 7
	batch := payments(0, strings.Split(strings.Repeat(good+"\n", recent.MaxItems+surplus-1)+good, "\n")...)
	if n, err := in.Handle(t.Context(), out, batch); n != len(batch) || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	var got listed
	get(t, in.book, "/orders", &got)
	if len(got.Orders) != recent.MaxItems || got.Total != recent.MaxItems+surplus ||
		got.Orders[0].OrderID != event.OrderID(1, surplus) {
		t.Errorf("%d orders, total %d, the oldest %d", len(got.Orders), got.Total, got.Orders[0].OrderID)
	}
}

func BenchmarkHandle(b *testing.B) {
	in := newInstance()
	generator := event.NewGenerator(1)
	batch := make([]*kafka.Record, 500)
	for i := range batch {
		batch[i] = &kafka.Record{
			Topic: kafka.PaymentSuccessful, Offset: int64(i), Value: generator.Append(nil, time.Now()),
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := in.Handle(b.Context(), nowhere{}, batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(batch))/b.Elapsed().Seconds(), "payments/s")
}

// nowhere acknowledges and forgets.
type nowhere struct{}

func (nowhere) Write(_ context.Context, records ...*kafka.Record) []error {
	return make([]error, len(records))
}

// What the brokers take for a write is told apart from the simulated work, so that a slow cluster is no slow consumer.
func TestWritingIsMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newInstance()
		in.delay.Set(20 * time.Millisecond)
		out := &relaytest.Writer{Answer: func(*kafka.Record) error { <-time.After(50 * time.Millisecond); return nil }}
		for i := range int64(4) {
			if n, err := in.Handle(t.Context(), out, payments(i, good)); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
		if got := in.Writing(); got != 200*time.Millisecond {
			t.Errorf("%v for four writes of 50 ms", got)
		}
		if in.Reset(); in.Writing() != 0 {
			t.Error("it is not forgotten with the records")
		}
	})
}
