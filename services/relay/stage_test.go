package relay_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/relay"
	"blackfriday/services/relay/relaytest"
)

// job returns a job for the payment at an offset of partition 2.
func job(offset int64, value string, refused *event.Rejection) relay.Job {
	source := &kafka.Record{
		Topic: kafka.PaymentSuccessful, Partition: 2, Offset: offset, Value: []byte("original"),
		Timestamp: time.UnixMilli(1_700_000_000_123),
	}
	return relay.Job{
		Source: source, Root: relay.Root(source, "topic-id"),
		Topic: kafka.OrderCreated, Value: []byte(value), Refused: refused,
	}
}

// stage returns a stage and where it reports to.
func stage() (*relay.Stage, *relay.Rejections) {
	rejections := new(relay.Rejections)
	return &relay.Stage{Instance: "order-2", TooLarge: event.CodeOrderTooLarge, Rejections: rejections}, rejections
}

func TestStageWritesResultsAndDeadLetters(t *testing.T) {
	s, rejections := stage()
	out := new(relaytest.Writer)
	jobs := []relay.Job{job(40, "order", nil), job(41, "", &event.Rejection{Code: "bad", Reason: phrase.New("it is bad")})}
	errs := s.Write(t.Context(), out, jobs)
	if n, err := relay.Finished(jobs, errs); n != 2 || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	orders, dead := out.Acked(kafka.OrderCreated), out.Acked(kafka.DLQPayment)
	if len(orders) != 1 || string(orders[0].Value) != "order" || len(dead) != 1 {
		t.Fatalf("orders %v, dead letters %v", orders, dead)
	}
	want := map[string]string{
		"source-topic": "payment-successful", "source-partition": "2", "source-offset": "40",
		"payment-topic-id": "topic-id", "payment-partition": "2", "payment-offset": "40", "payment-time": "1700000000123",
		"instance": "order-2",
	}
	checkHeaders(t, orders[0], want)
	want["source-offset"], want["payment-offset"], want["error-code"] = "41", "41", "bad"
	want["attempts"] = "1"
	checkHeaders(t, dead[0], want)
	d, err := event.ParseDeadLetter(dead[0].Value)
	if err != nil || d.Original == nil || *d.Original != "original" || d.Error != "it is bad" || d.Timestamp < 1e9 {
		t.Errorf("dead letter %+v, %v", d, err)
	}
	newest, total := rejections.Newest()
	if newest.Instance != "order-2" || newest.Topic != kafka.PaymentSuccessful || newest.Partition != 2 ||
		newest.Offset != 41 || newest.Code != "bad" || newest.Reason.String() != "it is bad" || newest.At.IsZero() || total != 1 {
		t.Errorf("newest rejection %+v of %d", newest, total)
	}
	if counts := rejections.Counts(); counts["bad"] != 1 || len(counts) != 1 {
		t.Errorf("counts %v", counts)
	}
}

func TestTheNewestRejectionsAreKept(t *testing.T) {
	const kept, all = 30, 40
	s, rejections := stage()
	for offset := range int64(all) {
		s.Write(t.Context(), new(relaytest.Writer), []relay.Job{job(offset, "", &event.Rejection{Code: "bad", Reason: phrase.New("it is bad")})})
	}
	recent := rejections.Recent()
	if len(recent) != kept || recent[0].Offset != all-kept || recent[kept-1].Offset != all-1 {
		t.Fatalf("%d rejections are kept: %+v", len(recent), recent)
	}
	if newest, total := rejections.Newest(); newest.Offset != recent[kept-1].Offset || total != all {
		t.Errorf("the newest of %d is %+v", total, newest)
	}
	rejections.Reset()
	if left := rejections.Recent(); len(left) != 0 {
		t.Errorf("after a reset there are %v", left)
	}
}

func TestADeadLetterKeepsTheKey(t *testing.T) {
	for key, want := range map[string]string{"": "", "bob": "bob", strings.Repeat("k", 5000): ""} {
		s, _ := stage()
		out := new(relaytest.Writer)
		j := job(1, "", &event.Rejection{Code: "bad"})
		j.Source.Key = []byte(key)
		s.Write(t.Context(), out, []relay.Job{j})
		if got := string(out.Acked(kafka.DLQPayment)[0].Key); got != want {
			t.Errorf("key %.10q became %.10q", key, got)
		}
	}
}

// checkHeaders fails unless a record has exactly the wanted headers.
func checkHeaders(t *testing.T, r *kafka.Record, want map[string]string) {
	t.Helper()
	got := relaytest.Headers(r)
	if fmt.Sprint(got) != fmt.Sprint(want) || len(r.Headers) != len(want) {
		t.Errorf("headers of %s\n got %v\nwant %v", r.Topic, r.Headers, want)
	}
}

func TestDeadLettersSayAttemptsAndRedrives(t *testing.T) {
	header := func(key, value string) kafka.Header { return kafka.Header{Key: key, Value: []byte(value)} }
	tests := map[string]struct {
		attempts int
		headers  []kafka.Header
		want     string // attempts, then redrives
	}{
		"nothing known":      {0, nil, "1 -"},
		"tried three times":  {3, nil, "3 -"},
		"sent again twice":   {1, []kafka.Header{header("redrive-count", "2")}, "1 2"},
		"the largest":        {1, []kafka.Header{header("redrive-count", "999999")}, "1 999999"},
		"too large":          {1, []kafka.Header{header("redrive-count", "1000000")}, "1 -"},
		"leading zeros":      {1, []kafka.Header{header("redrive-count", "007")}, "1 7"},
		"zero":               {1, []kafka.Header{header("redrive-count", "0")}, "1 -"},
		"negative":           {1, []kafka.Header{header("redrive-count", "-1")}, "1 -"},
		"with a sign":        {1, []kafka.Header{header("redrive-count", "+1")}, "1 -"},
		"underscores":        {1, []kafka.Header{header("redrive-count", "1_0")}, "1 -"},
		"other digits":       {1, []kafka.Header{header("redrive-count", "٣")}, "1 -"},
		"hexadecimal":        {1, []kafka.Header{header("redrive-count", "0x1")}, "1 -"},
		"a word":             {1, []kafka.Header{header("redrive-count", "\x1b[2J")}, "1 -"},
		"empty":              {1, []kafka.Header{header("redrive-count", "")}, "1 -"},
		"null":               {1, []kafka.Header{{Key: "redrive-count"}}, "1 -"},
		"a megabyte":         {1, []kafka.Header{header("redrive-count", strings.Repeat("1", 1<<20))}, "1 -"},
		"twice, first valid": {1, []kafka.Header{header("redrive-count", "1"), header("redrive-count", "9")}, "1 1"},
		"twice, first not":   {1, []kafka.Header{header("redrive-count", "x"), header("redrive-count", "9")}, "1 -"},
		"in other case":      {1, []kafka.Header{header("Redrive-Count", "1")}, "1 -"},
		"attempts of others": {2, []kafka.Header{header("attempts", "99"), header("error-code", "x")}, "2 -"},
	}
	for name, tt := range tests {
		s, _ := stage()
		out := new(relaytest.Writer)
		refused := job(0, "", &event.Rejection{Code: "bad"})
		refused.Attempts, refused.Source.Headers = tt.attempts, tt.headers
		if n, err := relay.Finished([]relay.Job{refused}, s.Write(t.Context(), out, []relay.Job{refused})); n != 1 {
			t.Fatalf("%s: %v", name, err)
		}
		h := relaytest.Headers(out.Acked(kafka.DLQPayment)[0])
		if _, carried := h["redrive-count"]; !carried {
			h["redrive-count"] = "-"
		}
		if got := h["attempts"] + " " + h["redrive-count"]; got != tt.want || h["error-code"] != "bad" {
			t.Errorf("%s: attempts and redrives %q, code %q; want %q", name, got, h["error-code"], tt.want)
		}
	}
}

func TestOrdersDoNotSayAttempts(t *testing.T) {
	s, _ := stage()
	out := new(relaytest.Writer)
	fine := job(0, "order", nil)
	fine.Source.Headers = []kafka.Header{{Key: "redrive-count", Value: []byte("1")}}
	s.Write(t.Context(), out, []relay.Job{fine})
	h := relaytest.Headers(out.Acked(kafka.OrderCreated)[0])
	if h["attempts"] != "" || h["redrive-count"] != "" || h["error-code"] != "" {
		t.Errorf("headers of an order: %v", h)
	}
}

func TestStageFinishesOnlyThePrefix(t *testing.T) {
	s, rejections := stage()
	down := errors.New("broker down")
	out := &relaytest.Writer{Answer: func(r *kafka.Record) error {
		if relaytest.Headers(r)[kafka.HeaderSourceOffset] == "1" {
			return down
		}
		return nil
	}}
	jobs := []relay.Job{job(0, "a", nil), job(1, "", &event.Rejection{Code: "bad"}), job(2, "c", nil)}
	n, err := relay.Finished(jobs, s.Write(t.Context(), out, jobs))
	if n != 1 || !errors.Is(err, down) || !strings.Contains(err.Error(), "partition 2 offset 1") {
		t.Errorf("finished %d, %v; want 1 and why", n, err)
	}
	if _, total := rejections.Newest(); total != 0 {
		t.Error("a dead letter that was not acknowledged was reported")
	}
}

// tooLarge refuses what is longer than limit bytes.
func tooLarge(limit int) func(*kafka.Record) error {
	return func(r *kafka.Record) error {
		if len(r.Value) > limit {
			return fmt.Errorf("write: %w", kafka.ErrTooLarge)
		}
		return nil
	}
}

func TestStageSendsWhatIsTooLargeToTheDLQ(t *testing.T) {
	s, rejections := stage()
	out := &relaytest.Writer{Answer: tooLarge(1000)}
	jobs := []relay.Job{job(0, "small", nil), job(1, strings.Repeat("x", 1001), nil)}
	if n, err := relay.Finished(jobs, s.Write(t.Context(), out, jobs)); n != 2 || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	dead := out.Acked(kafka.DLQPayment)
	if len(dead) != 1 || relaytest.Headers(dead[0])["error-code"] != "order-too-large" {
		t.Fatalf("dead letters %v", dead)
	}
	if jobs[0].Refused != nil || jobs[1].Refused == nil || rejections.Counts()[event.CodeOrderTooLarge] != 1 {
		t.Errorf("refused %v and %v; counts %v", jobs[0].Refused, jobs[1].Refused, rejections.Counts())
	}
}

// Brokers refuse a whole batch for its weight, though each record in it would be taken.
func TestStageTriesRecordsOfARefusedBatchAlone(t *testing.T) {
	s, _ := stage()
	out := new(relaytest.Writer)
	jobs := []relay.Job{job(0, "a", nil), job(1, "b", nil), job(2, "c", nil)}
	if n, err := relay.Finished(jobs, s.Write(t.Context(), wholeBatch{out}, jobs)); n != 3 || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	if orders, dead := out.Acked(kafka.OrderCreated), out.Acked(kafka.DLQPayment); len(orders) != 3 || len(dead) != 0 {
		t.Errorf("%d orders, %d dead letters; want 3 and 0", len(orders), len(dead))
	}
}

// wholeBatch refuses every write of more than one record.
type wholeBatch struct{ *relaytest.Writer }

func (w wholeBatch) Write(ctx context.Context, records ...*kafka.Record) []error {
	if len(records) == 1 {
		return w.Writer.Write(ctx, records...)
	}
	errs := make([]error, len(records))
	for i := range errs {
		errs[i] = kafka.ErrTooLarge
	}
	return errs
}

// A DLQ that takes less than the lab's own must not stop the consumer.
func TestStageCutsDeadLettersForASmallDLQ(t *testing.T) {
	for _, limit := range []int{600 << 10, 20 << 10} {
		s, _ := stage()
		out := &relaytest.Writer{Answer: tooLarge(limit)}
		jobs := []relay.Job{job(0, "", &event.Rejection{Code: "bad"})}
		jobs[0].Source.Value = []byte(strings.Repeat("x", 2<<20))
		if n, err := relay.Finished(jobs, s.Write(t.Context(), out, jobs)); n != 1 || err != nil {
			t.Fatalf("limit %d: finished %d, %v", limit, n, err)
		}
		d, err := event.ParseDeadLetter(out.Acked(kafka.DLQPayment)[0].Value)
		if err != nil || !d.Truncated {
			t.Errorf("limit %d: truncated %v, %v", limit, d.Truncated, err)
		}
	}
}

func TestStageGivesUpOnADLQThatTakesNothing(t *testing.T) {
	s, _ := stage()
	jobs := []relay.Job{job(0, "order", nil)}
	n, err := relay.Finished(jobs, s.Write(t.Context(), &relaytest.Writer{Answer: tooLarge(0)}, jobs))
	if n != 0 || !errors.Is(err, kafka.ErrTooLarge) {
		t.Errorf("finished %d, %v; want 0 and ErrTooLarge", n, err)
	}
}

func TestRootOfCopiesTheRoot(t *testing.T) {
	header := func(key, value string) kafka.Header { return kafka.Header{Key: key, Value: []byte(value)} }
	r := &kafka.Record{Headers: []kafka.Header{
		header("instance", "somebody"), header("payment-offset", "7"), header("payment-offset", "8"),
		header("payment-topic-id", strings.Repeat("x", 1000)), header("Payment-Partition", "9"),
	}}
	root := relay.RootOf(r)
	if len(root) != 1 || root[0].Key != "payment-offset" || string(root[0].Value) != "7" {
		t.Errorf("root %v; want the first payment-offset alone", root)
	}
}

func TestProgress(t *testing.T) {
	var p relay.Progress
	if _, ok := p.Last(); ok || p.Finished() != 0 {
		t.Error("progress before the first record")
	}
	p.Begin(&kafka.Record{Topic: "t", Partition: 1, Offset: 5}, `"bo\u001bb"`)
	p.Finish(3)
	last, ok := p.Last()
	if want := (relay.Last{Topic: "t", Partition: 1, Offset: 5, User: `bo\x1bb`}); !ok || last != want || p.Finished() != 3 {
		t.Errorf("last %+v, finished %d", last, p.Finished())
	}
}

func TestRefusal(t *testing.T) {
	_, err := event.ParsePayment(nil)
	if r := relay.Refusal(err); r == nil || r.Code != event.CodeNullValue {
		t.Errorf("refusal %v", r)
	}
	if r := relay.Refusal(nil); r != nil {
		t.Errorf("refusal of no error: %v", r)
	}
	if r := relay.Refusal(errors.New("other\x1b")); r == nil || r.Reason.String() != `other\x1b` {
		t.Errorf("refusal of another error: %v", r)
	}
}

func TestSinceBelievesOnlyWhatThisLabWrites(t *testing.T) {
	now := time.UnixMilli(1_700_000_010_000)
	tests := []struct {
		time  string
		since time.Duration
		ok    bool
	}{
		{"1700000009999", time.Millisecond, true},
		{"1700000000000", 10 * time.Second, true},
		{"1700000010500", 0, true}, // the clock of the other machine is half a second ahead
		{"1700000080000", 0, false},
		{"1600000000000", 0, false},
		{"-1", 0, false},
		{"0", 0, false},
		{"9223372036854775807", 0, false},
		{"-9223372036854775808", 0, false},
		{"99999999999999999999", 0, false},
		{"1.7e12", 0, false},
		{"", 0, false},
	}
	for _, tt := range tests {
		root := []kafka.Header{{Key: kafka.HeaderPaymentOffset, Value: []byte("1")}, {Key: kafka.HeaderPaymentTime, Value: []byte(tt.time)}}
		if since, ok := relay.Since(root, now); ok != tt.ok || ok && since != tt.since {
			t.Errorf("%q: %v, %v; want %v, %v", tt.time, since, ok, tt.since, tt.ok)
		}
	}
	if _, ok := relay.Since(nil, now); ok {
		t.Error("a record without headers has an age")
	}
}
