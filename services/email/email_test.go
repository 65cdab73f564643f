package email_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"blackfriday/kafka"
	"blackfriday/services/email"
	"blackfriday/services/event"
	"blackfriday/services/recent"
	"blackfriday/services/relay"
	"blackfriday/services/relay/relaytest"
)

// The handler is the work of a member.
var _ kafka.Handler = (*email.Handler)(nil)

// orders returns records of partition 2 of order-created, each with the root headers of payment 0@9.
func orders(values ...string) []*kafka.Record {
	batch := make([]*kafka.Record, len(values))
	for i, v := range values {
		batch[i] = &kafka.Record{
			Topic: kafka.OrderCreated, Partition: 2, Offset: int64(i), Value: []byte(v),
			Headers: []kafka.Header{
				{Key: "instance", Value: []byte("order-1")},
				{Key: "source-topic", Value: []byte("payment-successful")},
				{Key: "payment-topic-id", Value: []byte("tid")},
				{Key: "payment-partition", Value: []byte("0")},
				{Key: "payment-offset", Value: []byte("9")},
			},
		}
	}
	return batch
}

// get asks the mailbox.
func get(t *testing.T, mailbox *email.Mailbox) (mails []struct{ To, Subject, Body string }, total int64) {
	t.Helper()
	w := httptest.NewRecorder()
	mailbox.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/emails", nil))
	var reply struct {
		Mails []struct{ To, Subject, Body string } `json:"emails_sent"`
		Total int64
	}
	if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil || w.Code != 200 || reply.Mails == nil {
		t.Fatalf("GET /emails: %d %s, %v", w.Code, w.Body, err)
	}
	return reply.Mails, reply.Total
}

func TestHandleSendsAndSurvivesGarbage(t *testing.T) {
	mailbox, rejections, out := email.NewMailbox(), new(relay.Rejections), new(relaytest.Writer)
	if mails, total := get(t, mailbox); len(mails) != 0 || total != 0 {
		t.Errorf("a new mailbox holds %v", mails)
	}
	h := email.NewHandler("email", mailbox, rejections)
	batch := orders(`{"order_id":10,"user_id":42,"items":[],"status":"confirmed"}`, "garbage", `{"order_id":11,"user_id":"zoé"}`)
	batch[1].Value = []byte("\xff\x00")
	if n, err := h.Handle(t.Context(), out, batch); n != 3 || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	sent, dead := out.Acked(kafka.EmailSent), out.Acked(kafka.DLQPayment)
	const want = `{"user_id":42,"order_id":10,"email_to":"user_42@example.com","subject":"Confirmation de commande #10","status":"sent"}`
	if len(sent) != 2 || string(sent[0].Value) != want || len(dead) != 1 {
		t.Fatalf("sent %v, dead %v", sent, dead)
	}
	wantHeaders := map[string]string{
		"source-topic": "order-created", "source-partition": "2", "source-offset": "0", "payment-topic-id": "tid",
		"payment-partition": "0", "payment-offset": "9", "instance": "email",
	}
	if got := relaytest.Headers(sent[0]); fmt.Sprint(got) != fmt.Sprint(wantHeaders) {
		t.Errorf("headers %v; want %v", got, wantHeaders)
	}
	wantHeaders["source-offset"], wantHeaders["error-code"] = "1", "not-utf8"
	wantHeaders["attempts"] = "1"
	if got := relaytest.Headers(dead[0]); fmt.Sprint(got) != fmt.Sprint(wantHeaders) {
		t.Errorf("headers %v; want %v", got, wantHeaders)
	}
	mails, total := get(t, mailbox)
	if total != 2 || len(mails) != 2 || mails[1].To != "user_zoé@example.com" || mails[1].Body == "" || mailbox.Total() != 2 {
		t.Errorf("mails %+v of %d", mails, total)
	}
	if newest, _ := rejections.Newest(); newest.Topic != kafka.OrderCreated || newest.Code != event.CodeNotUTF8 {
		t.Errorf("newest rejection %+v", newest)
	}
	if last, _ := h.Last(); h.Finished() != 3 || last.User != "zoé" || last.Offset != 2 {
		t.Errorf("finished %d, last %+v", h.Finished(), last)
	}
}

func TestHandleFinishesOnlyWhatIsAcknowledged(t *testing.T) {
	mailbox, down := email.NewMailbox(), errors.New("broker down")
	h := email.NewHandler("email", mailbox, new(relay.Rejections))
	out := &relaytest.Writer{Answer: func(r *kafka.Record) error {
		if relaytest.Headers(r)["source-offset"] == "1" {
			return down
		}
		return nil
	}}
	n, err := h.Handle(t.Context(), out, orders(`{"order_id":1,"user_id":1}`, `{"order_id":2,"user_id":1}`))
	if n != 1 || !errors.Is(err, down) || h.Finished() != 1 || mailbox.Total() != 1 {
		t.Errorf("finished %d, %v, mailbox %d", n, err, mailbox.Total())
	}
	if n, err := h.Handle(t.Context(), out, nil); n != 0 || err != nil {
		t.Errorf("an empty batch: %d, %v", n, err)
	}
}

func TestEmailThatIsTooLargeGoesToTheDLQ(t *testing.T) {
	out := &relaytest.Writer{Answer: func(r *kafka.Record) error {
		if r.Topic == kafka.EmailSent {
			return kafka.ErrTooLarge
		}
		return nil
	}}
	h := email.NewHandler("email", email.NewMailbox(), new(relay.Rejections))
	if n, err := h.Handle(t.Context(), out, orders(`{"order_id":1,"user_id":1}`)); n != 1 || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	if dead := out.Acked(kafka.DLQPayment); len(dead) != 1 || relaytest.Headers(dead[0])["error-code"] != "email-too-large" {
		t.Errorf("dead letters %v", dead)
	}
}

func TestMailboxIsBounded(t *testing.T) {
	mailbox := email.NewMailbox()
	h := email.NewHandler("email", mailbox, new(relay.Rejections))
	values := make([]string, recent.MaxItems+3)
	for i := range values {
		values[i] = fmt.Sprintf(`{"order_id":%d,"user_id":1}`, i)
	}
	if _, err := h.Handle(t.Context(), new(relaytest.Writer), orders(values...)); err != nil {
		t.Fatal(err)
	}
	mails, total := get(t, mailbox)
	if len(mails) != recent.MaxItems || total != recent.MaxItems+3 || mails[0].Subject != "Confirmation de commande #3" {
		t.Errorf("%d mails of %d, the oldest %q", len(mails), total, mails[0].Subject)
	}
}

func TestLatencyRunsFromThePaymentToTheAcknowledgedEmail(t *testing.T) {
	mailbox, out := email.NewMailbox(), new(relaytest.Writer)
	batch := orders(`{"order_id":1,"user_id":42}`, `{"order_id":2,"user_id":42}`, "garbage", `{"order_id":4,"user_id":42}`, `{"order_id":5,"user_id":42}`)
	made := time.Now().Add(-40 * time.Second)
	for _, r := range batch[1:] {
		r.Headers = append(r.Headers, kafka.Header{Key: kafka.HeaderPaymentTime, Value: strconv.AppendInt(nil, made.UnixMilli(), 10)})
	}
	refused := errors.New("refused")
	out.Answer = func(r *kafka.Record) error {
		if strings.Contains(string(r.Value), `"order_id":5`) {
			return refused
		}
		return nil
	}
	h := email.NewHandler("email", mailbox, new(relay.Rejections))
	if n, err := h.Handle(t.Context(), out, batch); n != 4 || !errors.Is(err, refused) {
		t.Fatalf("finished %d, %v", n, err)
	}
	// Not measured are an order that does not say when its payment was made, one that became a dead letter, and one whose
	// e-mail was refused.
	metric := &dto.Metric{}
	if err := mailbox.Latency().(prometheus.Metric).Write(metric); err != nil {
		t.Fatal(err)
	}
	sum, count := metric.GetHistogram().GetSampleSum(), metric.GetHistogram().GetSampleCount()
	if count != 2 || sum < 80 || sum > 120 {
		t.Errorf("%d e-mails took %v s together; want 2, and 80 s or a little more", count, sum)
	}
}

// BenchmarkHandle is the whole work of the service on full batches of a flood, without brokers.
func BenchmarkHandle(b *testing.B) {
	for _, measured := range []bool{false, true} {
		b.Run(fmt.Sprintf("measured=%v", measured), func(b *testing.B) {
			values := slices.Repeat([]string{`{"order_id":1,"user_id":42,"items":[{"name":"A","price":1}],"status":"confirmed"}`}, 500)
			batch := orders(values...)
			if measured {
				for _, r := range batch {
					r.Headers = append(r.Headers, kafka.Header{Key: kafka.HeaderPaymentTime, Value: strconv.AppendInt(nil, time.Now().UnixMilli(), 10)})
				}
			}
			h, out := email.NewHandler("email", email.NewMailbox(), new(relay.Rejections)), acknowledge{}
			b.ReportAllocs()
			for b.Loop() {
				if n, err := h.Handle(b.Context(), out, batch); n != len(batch) || err != nil {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(batch))/b.Elapsed().Seconds(), "emails/s")
		})
	}
}

// acknowledge acknowledges and forgets.
type acknowledge struct{}

func (acknowledge) Write(_ context.Context, records ...*kafka.Record) []error {
	return make([]error, len(records))
}
