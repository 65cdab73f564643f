package deadletters_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/deadletters"
	"blackfriday/services/event"
	"blackfriday/services/messages"
)

// redrive sends one letter again.
func (d *desk) redrive(at messages.Place, o deadletters.Order) deadletters.Outcome {
	d.Helper()
	o.Letters = []messages.Place{at}
	outcomes := d.Redrive(d.Context(), o)
	if len(outcomes) != 1 || outcomes[0].Letter != at {
		d.Fatalf("outcomes %+v of one letter", outcomes)
	}
	return outcomes[0]
}

// payment reads a payment that was sent.
func (d *desk) payment(at messages.Place) messages.Message {
	d.Helper()
	m, found, err := messages.New(d.browser, nil).Read(d.Context(), at)
	if err != nil || !found || at.Topic != kafka.PaymentSuccessful {
		d.Fatalf("no payment at %+v: %v", at, err)
	}
	return m
}

// payments is how many payments there are.
func (d *desk) payments() int {
	d.Helper()
	n := 0
	if err := d.ReadAll(d.Context(), []string{kafka.PaymentSuccessful}, func(*kafka.Record) { n++ }); err != nil {
		d.Fatal(err)
	}
	return n
}

func TestRedriveSendsACopyThatNamesItsLetter(t *testing.T) {
	d := openDesk(t)
	d.letter(nil, "other")
	at := d.letter([]byte(noUser), event.CodeUserIDMissing, header(kafka.HeaderRedriveCount, 1))
	for _, tt := range []struct {
		order deadletters.Order
		valid bool
	}{
		{deadletters.Order{Repair: deadletters.AsIs}, false},
		{deadletters.Order{Repair: deadletters.Fix, Again: true}, true},
		{deadletters.Order{Repair: deadletters.Replace, Value: []byte(goodPayment), Again: true}, true},
	} {
		out := d.redrive(at, tt.order)
		if out.Err != nil {
			t.Fatal(out.Err)
		}
		m := d.payment(out.SentAs)
		if _, err := event.ParsePayment(m.Value); (err == nil) != tt.valid {
			t.Errorf("repair %d sent %s: %v", tt.order.Repair, m.Value, err)
		}
		want := []messages.Header{header("redriven-from-partition", at.Partition), header("redriven-from-offset", at.Offset), header("redrive-count", 2)}
		if fmt.Sprint(m.Headers) != fmt.Sprint(want) {
			t.Errorf("headers %s", m.Headers)
		}
		if l := d.list(deadletters.Query{}).Letters[0]; l.SentAs != out.SentAs || l.Redrives != 1 {
			t.Errorf("the letter says that it was sent as %+v, want %+v", l.SentAs, out.SentAs)
		}
	}
}

func TestRedriveRefuses(t *testing.T) {
	d := openDesk(t)
	ours := []kafka.Header{header(kafka.HeaderSourceTopic, kafka.OrderCreated), header(kafka.HeaderSourcePartition, 0), header(kafka.HeaderSourceOffset, 0)}
	envelope := func(original string) []byte {
		return event.AppendDeadLetter(nil, []byte(original), "x", d.at, event.MaxEnvelope)
	}
	truncated := []byte(`{"original_message":"beg","error":"x","truncated":true}`)
	fix, asIs := deadletters.Order{Repair: deadletters.Fix}, deadletters.Order{Repair: deadletters.AsIs}
	replace := deadletters.Order{Repair: deadletters.Replace, Value: []byte(goodPayment)}
	nowhere := messages.Place{Topic: kafka.DLQPayment, Partition: 1, Offset: 9999}
	for _, tt := range []struct {
		name   string
		letter messages.Place
		order  deadletters.Order
		want   error
	}{
		{"three times", d.letter([]byte(noUser), "a", header(kafka.HeaderRedriveCount, 3)), replace, deadletters.ErrLoop},
		{"an unreadable count", d.letter([]byte(noUser), "a", header(kafka.HeaderRedriveCount, "-1")), replace, deadletters.ErrLoop},
		{"an order's letter", d.raw(envelope("{}"), ours...), replace, deadletters.ErrNoPayment},
		{"a foreign letter", d.raw([]byte("hello")), asIs, deadletters.ErrNoPayment},
		{"a foreign letter to be fixed", d.raw([]byte(noUser)), fix, deadletters.ErrNoPayment},
		{"a letter without a source", d.raw(envelope(noUser)), fix, deadletters.ErrNoPayment},
		{"the beginning of a foreign one", d.raw(truncated), asIs, deadletters.ErrNotWhole},
		{"no letter", nowhere, asIs, deadletters.ErrNoLetter},
		{"no dead letter", messages.Place{Topic: kafka.OrderCreated}, asIs, deadletters.ErrNoLetter},
		{"a null original", d.letter(nil, "a"), fix, nil},
		{"nothing to replace with", d.letter(nil, "a"), deadletters.Order{Repair: deadletters.Replace}, nil},
	} {
		out := d.redrive(tt.letter, tt.order)
		place := fmt.Sprintf("partition %d offset %d", tt.letter.Partition, tt.letter.Offset)
		if out.Err == nil || tt.want != nil && !errors.Is(out.Err, tt.want) || !strings.Contains(out.Err.Error(), place) || out.SentAs.Topic != "" {
			t.Errorf("%s: %+v", tt.name, out)
		}
	}
	if n := d.payments(); n != 0 {
		t.Errorf("%d payments were sent all the same", n)
	}
}

func TestRedriveTakesWhatOtherProgramsWrote(t *testing.T) {
	d := openDesk(t)
	envelope := event.AppendDeadLetter(nil, []byte(goodPayment), "x", d.at, event.MaxEnvelope)
	for name, at := range map[string]messages.Place{
		"a bare payment": d.raw([]byte(goodPayment)), "an envelope without headers": d.raw(envelope),
	} {
		if out := d.redrive(at, deadletters.Order{}); out.Err != nil || string(d.payment(out.SentAs).Value) != goodPayment {
			t.Errorf("%s: %+v", name, out)
		}
	}
	hello := d.raw([]byte("hello"))
	if out := d.redrive(hello, deadletters.Order{Repair: deadletters.Replace, Value: []byte("new")}); out.Err != nil || string(d.payment(out.SentAs).Value) != "new" {
		t.Errorf("replaced: %+v", out)
	}
}

// What a letter holds the beginning of may still stand in payment-successful.
func TestRedriveFindsTheWholeOfWhatWasCut(t *testing.T) {
	d := openDesk(t)
	whole := []byte(strings.Repeat("\x01", 2<<20)) // six times as long once escaped
	source := &kafka.Record{Topic: kafka.PaymentSuccessful, Partition: 1, Value: whole}
	kafkatest.Write(t, d.Cluster, source)
	at := d.raw(event.AppendDeadLetter(nil, whole, "x", d.at, event.MaxEnvelope),
		header(kafka.HeaderSourceTopic, source.Topic), header(kafka.HeaderSourcePartition, 1), header(kafka.HeaderSourceOffset, source.Offset))
	if l := d.list(deadletters.Query{}).Letters[0]; !l.Truncated {
		t.Fatalf("the letter holds %d of %d bytes", len(l.Original), len(whole))
	}
	if out := d.redrive(at, deadletters.Order{}); out.Err != nil || len(d.payment(out.SentAs).Value) != len(whole) {
		t.Errorf("%+v", out)
	}
}

// TestRedriveSendsNothingTwice: neither what this box sent, nor what was sent before it was made.
func TestRedriveSendsNothingTwice(t *testing.T) {
	d := openDesk(t)
	at := d.letter([]byte(noUser), "a")
	outcomes := d.Redrive(t.Context(), deadletters.Order{Letters: []messages.Place{at, at}, Repair: deadletters.Fix})
	if outcomes[0].Err != nil || !errors.Is(outcomes[1].Err, deadletters.ErrSentBefore) {
		t.Errorf("named twice: %+v", outcomes)
	}
	for name, box := range map[string]*deadletters.Box{"the same box": d.Box, "a new one": deadletters.New(d.browser)} {
		out := box.Redrive(t.Context(), deadletters.Order{Letters: []messages.Place{at}})[0]
		if !errors.Is(out.Err, deadletters.ErrSentBefore) {
			t.Errorf("%s: %+v", name, out)
		}
		page, err := box.List(t.Context(), deadletters.Query{})
		if err != nil || page.Letters[0].SentAs != outcomes[0].SentAs || page.Unsearched != 0 {
			t.Errorf("%s lists %+v, %v", name, page, err)
		}
	}
	if n := d.payments(); n != 1 {
		t.Errorf("%d payments", n)
	}
}

// TestLoopsEnd: a payment that never becomes valid goes round as often as is allowed.
func TestLoopsEnd(t *testing.T) {
	d := openDesk(t)
	at := d.letter([]byte(noUser), "a")
	sent := 0
	for range 10 {
		out := d.redrive(at, deadletters.Order{})
		if out.Err != nil {
			if !errors.Is(out.Err, deadletters.ErrLoop) {
				t.Fatal(out.Err)
			}
			break
		}
		sent++
		m := d.payment(out.SentAs) // what an order consumer makes of it
		at = d.letter(m.Value, "a", header(kafka.HeaderRedriveCount, string(messages.HeaderValue(m.Headers, kafka.HeaderRedriveCount))))
	}
	if sent != deadletters.MostRedrives {
		t.Errorf("sent %d times", sent)
	}
}

// TestRedriveAllStopsWhereTheQueueEndedWhenItBegan: what fails again comes back to the queue meanwhile.
func TestRedriveAllStopsWhereTheQueueEndedWhenItBegan(t *testing.T) {
	d := openDesk(t)
	const n = 250
	var records []*kafka.Record
	for i := range n {
		code := []string{"a", "b"}[i%5/4]
		records = append(records, &kafka.Record{
			Topic: kafka.DLQPayment, Partition: int32(i % 3), Value: event.AppendDeadLetter(nil, fmt.Append(nil, i), "x", d.at, event.MaxEnvelope),
			Headers: []kafka.Header{header(kafka.HeaderErrorCode, code), header(kafka.HeaderSourceTopic, kafka.PaymentSuccessful),
				header(kafka.HeaderSourcePartition, 0), header(kafka.HeaderSourceOffset, i)},
		})
	}
	kafkatest.Write(t, d.Cluster, records...)
	seen := map[messages.Place]bool{}
	err := d.RedriveAll(t.Context(), deadletters.Query{Code: "a"}, deadletters.Order{}, func(out deadletters.Outcome) {
		if out.Err != nil || seen[out.Letter] {
			t.Errorf("outcome %+v, seen before %v", out, seen[out.Letter])
		}
		if seen[out.Letter] = true; len(seen)%50 == 1 {
			d.letter([]byte("back again"), "a")
		}
	})
	if err != nil || len(seen) != n*4/5 || d.payments() != n*4/5 {
		t.Errorf("%d letters, %d payments, %v", len(seen), d.payments(), err)
	}
	again, refused := 0, 0
	err = d.RedriveAll(t.Context(), deadletters.Query{Code: "a"}, deadletters.Order{}, func(out deadletters.Outcome) {
		if again++; errors.Is(out.Err, deadletters.ErrSentBefore) {
			refused++
		}
	})
	if err != nil || refused != n*4/5 || again <= refused {
		t.Errorf("the second time %d outcomes, %d refused, %v", again, refused, err)
	}
}

func TestRedriveEndsWithItsContext(t *testing.T) {
	d := openDesk(t)
	places := []messages.Place{d.letter([]byte("1"), "a"), d.letter([]byte("2"), "a")}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	outcomes := d.Redrive(ctx, deadletters.Order{Letters: places})
	if len(outcomes) != 2 || slices.ContainsFunc(outcomes, func(o deadletters.Outcome) bool { return !errors.Is(o.Err, context.Canceled) }) {
		t.Errorf("outcomes %+v", outcomes)
	}
	d.browser.Close()
	if err := d.RedriveAll(t.Context(), deadletters.Query{}, deadletters.Order{}, nil); !errors.Is(err, kafka.ErrBrowserClosed) {
		t.Errorf("error %v", err)
	}
}
