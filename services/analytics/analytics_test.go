package analytics_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"blackfriday/kafka"
	"blackfriday/services/analytics"
)

// The handler is the work of a member.
var _ kafka.Handler = (*analytics.Handler)(nil)

// record returns a record of partition 0.
func record(topic string, offset int64, value string) *kafka.Record {
	return &kafka.Record{Topic: topic, Offset: offset, Value: []byte(value)}
}

// handle hands records over one batch at a time.
func handle(t *testing.T, h *analytics.Handler, batch ...*kafka.Record) {
	t.Helper()
	if n, err := h.Handle(t.Context(), nil, batch); n != len(batch) || err != nil {
		t.Fatalf("finished %d of %d, %v", n, len(batch), err)
	}
}

// paid returns a payment of one item.
func paid(user string, price float64, quantity int) string {
	return fmt.Sprintf(`{"user_id":%s,"cart":[{"name":"A","price":%v,"quantity":%d}]}`, user, price, quantity)
}

func TestTotals(t *testing.T) {
	h := analytics.NewHandler()
	handle(t, h,
		record(kafka.PaymentSuccessful, 0, paid("1", 10.5, 2)),
		record(kafka.PaymentSuccessful, 1, paid(`"1"`, 1, 1)),
		record(kafka.PaymentSuccessful, 3, `{"user_id":1,"cart":[{"name":"A","price":4},{"name":"B","price":1,"quantity":"x"}]}`),
		record(kafka.PaymentSuccessful, 4, paid("2", -5, 1)),
		record(kafka.PaymentSuccessful, 5, "garbage"))
	handle(t, h, record(kafka.OrderCreated, 0, `{"order_id":1,"user_id":1}`), record(kafka.OrderCreated, 1, "\xff"))
	handle(t, h, record(kafka.EmailSent, 0, `{"order_id":1,"user_id":1,"email_to":"x"}`), record(kafka.EmailSent, 1, "{}"))
	handle(t, h)
	want := analytics.Totals{
		Payments: 3, Orders: 1, Emails: 1, Revenue: 26, UniqueUsers: 2, UsersComplete: true, Rejected: 4, UnpricedItems: 1,
	}
	if got := h.Totals(); got != want {
		t.Errorf("totals %+v\nwant %+v", got, want)
	}
	if last, _ := h.Last(); h.Finished() != 9 || last.Topic != kafka.EmailSent || last.Offset != 1 {
		t.Errorf("finished %d, last %+v", h.Finished(), last)
	}
}

func TestRedeliveriesCountOnce(t *testing.T) {
	h := analytics.NewHandler()
	batch := []*kafka.Record{
		record(kafka.PaymentSuccessful, 0, paid("1", 1, 1)),
		record(kafka.PaymentSuccessful, 1, "garbage"),
		record(kafka.PaymentSuccessful, 2, paid("2", 1, 1)),
	}
	handle(t, h, batch...)
	handle(t, h, batch[1:]...)
	other := record(kafka.PaymentSuccessful, 0, paid("3", 1, 1))
	other.Partition = 1
	handle(t, h, other, record(kafka.OrderCreated, 0, `{"order_id":1,"user_id":1}`))
	got := h.Totals()
	if got.Payments != 3 || got.Orders != 1 || got.Revenue != 3 || got.Rejected != 1 || got.Redelivered != 2 {
		t.Errorf("totals %+v", got)
	}
}

func TestRevenueStaysFinite(t *testing.T) {
	h := analytics.NewHandler()
	for i := range int64(3) {
		handle(t, h, record(kafka.PaymentSuccessful, i, paid("1", 1.7e308, 1)))
	}
	if got := h.Totals(); got.Payments != 3 || got.Revenue != 1.7e308 {
		t.Errorf("totals %+v", got)
	}
	report(t, h)
}

func TestUsersAreBounded(t *testing.T) {
	h := analytics.NewHandler()
	const bound = 100_000
	batch := make([]*kafka.Record, bound+1)
	for i := range batch {
		batch[i] = record(kafka.PaymentSuccessful, int64(i), fmt.Sprintf(`{"user_id":%d,"cart":[]}`, i))
	}
	handle(t, h, batch[:bound]...)
	if got := h.Totals(); got.UniqueUsers != bound || !got.UsersComplete {
		t.Errorf("totals %+v", got)
	}
	handle(t, h, batch[bound:]...)
	if got := h.Totals(); got.UniqueUsers != bound || got.UsersComplete || got.Payments != bound+1 {
		t.Errorf("totals %+v beyond the bound", got)
	}
	if got := report(t, h); len(got.Users) != 10_000 || got.Unique != bound || got.Complete {
		t.Errorf("%d users listed, %d counted, complete %v", len(got.Users), got.Unique, got.Complete)
	}
}

func TestHugeUsersAreBounded(t *testing.T) {
	h := analytics.NewHandler()
	huge := strings.Repeat("x", 800_000)
	for i := range int64(40) {
		handle(t, h, record(kafka.PaymentSuccessful, i, fmt.Sprintf(`{"user_id":"%s%d","cart":[]}`, huge, i)))
	}
	if got := h.Totals(); got.Payments != 40 || got.UniqueUsers != 20 || got.UsersComplete {
		t.Errorf("totals %+v", got)
	}
}

// reply is what GET /analytics answers.
type reply struct {
	Revenue  float64 `json:"total_revenue"`
	Unique   int64   `json:"unique_users"`
	Users    []any
	Complete bool `json:"users_complete"`
}

// report asks for the report.
func report(t *testing.T, h *analytics.Handler) reply {
	t.Helper()
	w := httptest.NewRecorder()
	h.Report().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/analytics", nil))
	var r reply
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil || w.Code != 200 {
		t.Fatalf("GET /analytics: %d %.200s, %v", w.Code, w.Body, err)
	}
	return r
}

func TestReport(t *testing.T) {
	h := analytics.NewHandler()
	w := httptest.NewRecorder()
	h.Report().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/analytics", nil))
	const empty = `{"total_payments":0,"total_orders":0,"total_emails":0,"total_revenue":0,"unique_users":0,"users":[],` +
		`"users_complete":true,"rejected":0,"redelivered":0,"unpriced_items":0}`
	if w.Body.String() != empty {
		t.Errorf("got %s\nwant %s", w.Body, empty)
	}
	for i := range int64(3) {
		handle(t, h, record(kafka.PaymentSuccessful, i, paid(fmt.Sprintf(`"u%d"`, i), 0.1, 1)))
	}
	if got := report(t, h); got.Revenue != 0.3 || fmt.Sprint(got.Users) != "[u0 u1 u2]" || got.Unique != 3 {
		t.Errorf("report %+v", got)
	}
}
