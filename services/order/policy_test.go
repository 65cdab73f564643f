package order_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/order"
	"blackfriday/services/relay/relaytest"
)

// pill is a payment that the validator refuses.
const pill = `{"user_id":666,"cart":[{"name":"A","price":-1000}]}`

// later fails unless err asks for another attempt after a pause, and names the payment.
func later(t *testing.T, err error, pause time.Duration) {
	t.Helper()
	var l *kafka.LaterError
	if !errors.As(err, &l) || l.After != pause {
		t.Errorf("error %#v; want a *kafka.LaterError after %v", err, pause)
	}
	if want := "partition 1 offset"; err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("error %q does not name the payment", err)
	}
}

// letters returns offset and attempts of every dead letter, as "41:3".
func letters(out *relaytest.Writer) string {
	var all []string
	for _, r := range out.Acked(kafka.DLQPayment) {
		h := relaytest.Headers(r)
		all = append(all, h[kafka.HeaderSourceOffset]+":"+h[kafka.HeaderAttempts])
	}
	return strings.Join(all, " ")
}

// blockedOn returns what the instance is blocked on, as "p1@41 attempts 3 crashes 0".
func blockedOn(in *instance) string {
	var all []string
	for _, b := range in.Blocked() {
		all = append(all, fmt.Sprintf("p%d@%d attempts %d crashes %d", b.Partition, b.Offset, b.Attempts, b.Crashes))
	}
	return strings.Join(all, ", ")
}

func TestPolicyBeginsWithTheDLQ(t *testing.T) {
	var p order.Policy
	if remedy, attempts := p.Load(); remedy != order.ToDLQ || attempts != 1 {
		t.Errorf("the zero policy is %q with %d attempts", remedy, attempts)
	}
	p.Set(order.RetryThenDLQ, -3)
	if remedy, attempts := p.Load(); remedy != order.RetryThenDLQ || attempts != 1 {
		t.Errorf("policy %q with %d attempts; want retry-dlq with 1", remedy, attempts)
	}
}

func TestDLQGoesOnAtOnce(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	if n, err := in.Handle(t.Context(), out, payments(0, good, pill, good)); n != 3 || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	if got := letters(out); got != "1:1" || in.Blocked() != nil {
		t.Errorf("dead letters %q, blocked %v", got, in.Blocked())
	}
}

func TestCrashFinishesThePrefixAndDies(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	in.policy.Set(order.Crash, 0)
	for life := 1; life <= 4; life++ {
		// What was finished was not committed, so every life begins with it.
		n, err := in.Handle(t.Context(), out, payments(0, good, good, pill, good))
		var fatal *kafka.FatalError
		if n != 2 || !errors.As(err, &fatal) || !strings.Contains(err.Error(), "partition 1 offset 2 (attempt "+strconv.Itoa(life)) {
			t.Fatalf("life %d: finished %d, %v; want 2 and a *kafka.FatalError", life, n, err)
		}
		var why *event.Rejection
		if !errors.As(err, &why) || why.Code != event.CodePriceNotPositive {
			t.Errorf("life %d: the cause is %v", life, err)
		}
		if want := fmt.Sprintf("p1@2 attempts %d crashes %[1]d", life); blockedOn(in) != want {
			t.Errorf("life %d: blocked on %q; want %q", life, blockedOn(in), want)
		}
	}
	if orders := len(out.Acked(kafka.OrderCreated)); orders != 8 || letters(out) != "" || in.Finished() != 8 {
		t.Errorf("%d orders, dead letters %q, finished %d", orders, letters(out), in.Finished())
	}
}

func TestCrashWithADelay(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	in.delay.Set(time.Nanosecond)
	in.policy.Set(order.Crash, 0)
	n, err := work(t.Context(), in.Handler, out, payments(0, good, pill, good))
	var fatal *kafka.FatalError
	if n != 1 || !errors.As(err, &fatal) {
		t.Fatalf("finished %d, %v", n, err)
	}
	// The next life comes to the payments before it first; that must not end the count.
	if n, err := in.Handle(t.Context(), out, payments(0, good, pill, good)); n != 1 || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	if got := blockedOn(in); got != "p1@1 attempts 1 crashes 1" {
		t.Errorf("blocked on %q", got)
	}
}

func TestRetryBlocksUntilTheRemedyChanges(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	in.policy.Set(order.Retry, 0)
	began := time.Now()
	n, err := in.Handle(t.Context(), out, payments(0, good, pill, good))
	if n != 1 {
		t.Fatalf("finished %d; want the payment before the pill", n)
	}
	later(t, err, 250*time.Millisecond)
	for range 36 {
		n, err := in.Handle(t.Context(), out, payments(1, pill, good))
		if n != 0 {
			t.Fatalf("finished %d", n)
		}
		later(t, err, 250*time.Millisecond)
	}
	if got := blockedOn(in); got != "p1@1 attempts 37 crashes 0" || letters(out) != "" {
		t.Errorf("blocked on %q, dead letters %q", got, letters(out))
	}
	b := in.Blocked()[0]
	if b.Topic != kafka.PaymentSuccessful || b.Since.Before(began) || b.Code != event.CodePriceNotPositive ||
		b.Reason.String() != "the price of item 1 is -1000; it must be above 0" {
		t.Errorf("blocked on %+v", b)
	}
	in.policy.Set(order.ToDLQ, 0)
	if n, err := in.Handle(t.Context(), out, payments(1, pill, good)); n != 2 || err != nil {
		t.Fatalf("finished %d, %v", n, err)
	}
	if letters(out) != "1:38" || in.Blocked() != nil || in.book.Total() != 2 {
		t.Errorf("dead letters %q, blocked %v, %d orders", letters(out), in.Blocked(), in.book.Total())
	}
}

func TestRetryThenDLQBacksOff(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	in.policy.Set(order.RetryThenDLQ, 8)
	for _, ms := range []int{100, 200, 400, 800, 1600, 2000, 2000} {
		n, err := in.Handle(t.Context(), out, payments(7, pill, good, pill))
		if n != 0 {
			t.Fatalf("finished %d", n)
		}
		later(t, err, time.Duration(ms)*time.Millisecond)
	}
	// The eighth attempt is the last: the first pill leaves, what is behind it is worked on, the second begins its own.
	n, err := in.Handle(t.Context(), out, payments(7, pill, good, pill))
	if n != 2 || letters(out) != "7:8" || blockedOn(in) != "p1@9 attempts 1 crashes 0" {
		t.Errorf("finished %d, dead letters %q, blocked on %q", n, letters(out), blockedOn(in))
	}
	later(t, err, 100*time.Millisecond)
}

func TestRetryThenDLQWithOneAttempt(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	in.policy.Set(order.RetryThenDLQ, 1)
	if n, err := in.Handle(t.Context(), out, payments(0, pill)); n != 1 || err != nil || letters(out) != "0:1" {
		t.Errorf("finished %d, %v, dead letters %q", n, err, letters(out))
	}
}

// An attempt counts when it is the payment's own turn, not when something before it failed or the work was interrupted.
func TestAttemptsCountOnlyAtTheHead(t *testing.T) {
	in, down := newInstance(), errors.New("broker down")
	in.policy.Set(order.Crash, 0)
	refusing := &relaytest.Writer{Answer: func(*kafka.Record) error { return down }}
	if n, err := in.Handle(t.Context(), refusing, payments(0, good, pill)); n != 0 || !errors.Is(err, down) {
		t.Errorf("finished %d, %v; want why the write failed", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n, err := in.Handle(ctx, new(relaytest.Writer), payments(1, pill))
	var fatal *kafka.FatalError
	if n != 0 || !errors.Is(err, context.Canceled) || errors.As(err, &fatal) {
		t.Errorf("finished %d, %v; want the context's error", n, err)
	}
	if in.Blocked() != nil {
		t.Errorf("blocked on %q", blockedOn(in))
	}
	// A dead letter that the brokers did not take keeps its payment at the head.
	in.policy.Set(order.RetryThenDLQ, 2)
	for range 3 {
		if n, err := in.Handle(t.Context(), refusing, payments(1, pill)); n != 0 || err == nil {
			t.Fatalf("finished %d, %v", n, err)
		}
	}
	if got := blockedOn(in); got != "p1@1 attempts 1 crashes 0" {
		t.Errorf("blocked on %q", got)
	}
}

func TestBlockedIsPerPartition(t *testing.T) {
	in, out := newInstance(), new(relaytest.Writer)
	in.policy.Set(order.Retry, 0)
	for _, p := range []int32{2, 0, 1, 0} {
		batch := payments(5, pill)
		batch[0].Partition = p
		if n, err := in.Handle(t.Context(), out, batch); n != 0 || err == nil {
			t.Fatalf("finished %d, %v", n, err)
		}
	}
	if got := blockedOn(in); got != "p0@5 attempts 2 crashes 0, p1@5 attempts 1 crashes 0, p2@5 attempts 1 crashes 0" {
		t.Errorf("blocked on %q", got)
	}
	in.Forget(0, 2, 7)
	if got := blockedOn(in); got != "p1@5 attempts 1 crashes 0" {
		t.Errorf("after two partitions went: blocked on %q", got)
	}
	in.Reset()
	if in.Blocked() != nil || in.Finished() != 0 {
		t.Errorf("after a reset: blocked on %q, finished %d", blockedOn(in), in.Finished())
	}
}

// Reasons quote the payload, and nothing in it may reach a terminal raw.
func TestBlockedReasonsAreEscaped(t *testing.T) {
	for _, p := range event.Pills() {
		in := newInstance()
		in.policy.Set(order.Retry, 0)
		batch := payments(0, "")
		batch[0].Value = p.Value
		_, err := in.Handle(t.Context(), new(relaytest.Writer), batch)
		later(t, err, 250*time.Millisecond)
		b := in.Blocked()[0]
		if b.Code != p.Code || b.Reason.Empty() || event.Visible(b.Reason.String()) != b.Reason.String() || len(b.Reason.String()) > 400 {
			t.Errorf("%s: blocked on %+v", p.Name, b)
		}
	}
}

// Whatever the policies, the failures of the brokers and the crashes: when the DLQ is chosen at last, every payment has
// an order or a dead letter, and the dead letter says how often the payment was tried.
func TestPoliciesAgainstAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.SampledFrom([]string{good, pill}), 1, 12).Draw(t, "payments")
		in, out := newInstance(), new(relaytest.Writer)
		down := false
		out.Answer = func(*kafka.Record) error {
			if down {
				return errors.New("broker down")
			}
			return nil
		}
		remedies := []order.Remedy{order.ToDLQ, order.RetryThenDLQ, order.Retry, order.Crash}
		next, tried := 0, map[string]int{}
		step := func() {
			batch := payments(int64(next), values[next:]...)
			before := len(out.Acked(kafka.DLQPayment))
			n, err := in.Handle(t.Context(), out, batch[:rapid.IntRange(1, len(batch)).Draw(t, "batch")])
			for _, r := range out.Acked(kafka.DLQPayment)[before:] {
				h := relaytest.Headers(r)
				offset := h[kafka.HeaderSourceOffset]
				if want := strconv.Itoa(tried[offset] + 1); h[kafka.HeaderAttempts] != want {
					t.Fatalf("the dead letter of %s says %s attempts; want %s", offset, h[kafka.HeaderAttempts], want)
				}
				delete(tried, offset)
			}
			next += n
			var pause *kafka.LaterError
			var fatal *kafka.FatalError
			if errors.As(err, &pause) || errors.As(err, &fatal) {
				if values[next] != pill {
					t.Fatalf("payment %d was held back: %v", next, err)
				}
				// Only one payment of a partition is remembered.
				at := strconv.Itoa(next)
				tried = map[string]int{at: tried[at] + 1}
			}
			if fatal != nil {
				next = rapid.IntRange(0, next).Draw(t, "committed")
			}
		}
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			if next == len(values) {
				break
			}
			down = rapid.Bool().Draw(t, "down")
			in.policy.Set(rapid.SampledFrom(remedies).Draw(t, "remedy"), rapid.IntRange(0, 4).Draw(t, "attempts"))
			step()
		}
		down = false
		in.policy.Set(order.ToDLQ, 0)
		for next < len(values) {
			step()
		}
		checkComplete(t, out, values)
		if in.Blocked() != nil {
			t.Fatalf("blocked on %q though everything is through", blockedOn(in))
		}
	})
}

// checkComplete fails unless every good payment has an order, every pill a dead letter, and none has both.
func checkComplete(t *rapid.T, out *relaytest.Writer, values []string) {
	t.Helper()
	for topic, want := range map[string]string{kafka.OrderCreated: good, kafka.DLQPayment: pill} {
		seen := map[string]bool{}
		for _, r := range out.Acked(topic) {
			seen[relaytest.Headers(r)[kafka.HeaderSourceOffset]] = true
		}
		for i, v := range values {
			if seen[strconv.Itoa(i)] != (v == want) {
				t.Fatalf("payment %d, %s: in %s %v", i, v, topic, seen)
			}
		}
	}
}
