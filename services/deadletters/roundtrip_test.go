package deadletters_test

import (
	"context"
	"fmt"
	"testing"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/deadletters"
	"blackfriday/services/messages"
	"blackfriday/services/order"
	"blackfriday/services/relay"
)

// work lets a real order consumer work on a payment.
func (d *desk) work(at messages.Place) {
	d.Helper()
	h := order.NewHandler(order.Config{
		Number: 2, Name: "order-2", Delay: &order.Delay{}, Topics: d, Book: order.NewBook(), Rejections: &relay.Rejections{},
	})
	m := d.payment(at)
	n, err := h.Handle(d.Context(), d.browser, []*kafka.Record{{
		Topic: at.Topic, Partition: at.Partition, Offset: at.Offset, Value: m.Value, Headers: m.Headers, Timestamp: m.At,
	}})
	if n != 1 || err != nil {
		d.Fatalf("the payment at %+v: %d finished, %v", at, n, err)
	}
}

// TestAPaymentGoesRoundThroughARealConsumer: what order consumers write and what is read here must mean the same.
func TestAPaymentGoesRoundThroughARealConsumer(t *testing.T) {
	d := openDesk(t)
	if err := d.CreateTopics(context.Background(), kafka.Topic{Name: kafka.EmailSent, Partitions: 3, MaxBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	r := &kafka.Record{Topic: kafka.PaymentSuccessful, Partition: 2, Value: []byte(noUser)}
	kafkatest.Write(t, d.Cluster, r)
	at := messages.Place{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset}
	first := messages.Payment{Partition: at.Partition, Offset: at.Offset}
	for round := range deadletters.MostRedrives + 1 {
		d.work(at)
		page := d.list(deadletters.Query{Limit: 1000})
		if len(page.Letters) != round+1 {
			t.Fatalf("%d letters in round %d", len(page.Letters), round)
		}
		var newest deadletters.Letter
		for _, l := range page.Letters {
			if l.Source == at {
				newest = l
			}
		}
		if newest.Redrives != round || newest.Code != "user-id-missing" || string(newest.Original) != noUser || newest.Instance != "order-2" {
			t.Fatalf("round %d: letter %+v", round, newest)
		}
		repair := deadletters.AsIs
		if round == deadletters.MostRedrives-1 {
			repair = deadletters.Fix
		}
		out := d.redrive(newest.Place, deadletters.Order{Repair: repair})
		if out.Err != nil {
			t.Fatal(out.Err)
		}
		if at = out.SentAs; repair == deadletters.Fix {
			d.work(at)
			break
		}
	}
	trace, err := messages.New(d.browser, nil).Follow(t.Context(), first, nil)
	var stations []string
	for _, h := range trace.Hops {
		stations = append(stations, fmt.Sprintf("%d:%s", h.Generation, h.Topic))
		if h.Duplicate {
			t.Errorf("%+v is taken for a duplicate", h.Place)
		}
	}
	want := "[0:payment-successful 0:dlq-payment 1:payment-successful 1:dlq-payment 2:payment-successful 2:dlq-payment " +
		"3:payment-successful 3:order-created]"
	if err != nil || fmt.Sprint(stations) != want {
		t.Errorf("%v, %v", stations, err)
	}
}
