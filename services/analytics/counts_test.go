package analytics_test

import (
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/analytics"
)

// whenCounted checks when a record of order-created partition 0 was counted; a negative time means not yet, nil unknown.
func whenCounted(t *testing.T, h *analytics.Handler, offset int64, want *time.Time) {
	t.Helper()
	at, known := h.Counted(kafka.OrderCreated, 0, offset)
	if known != (want != nil) || known && !at.Equal(*want) {
		t.Errorf("offset %d was counted at %v, known %v; want %v", offset, at, known, want)
	}
}

func TestCountedRemembersWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := analytics.NewHandler()
		var notYet time.Time
		whenCounted(t, h, 0, nil)
		first := time.Now()
		handle(t, h, record(kafka.OrderCreated, 5, "{}"), record(kafka.OrderCreated, 7, "{}"))
		<-time.After(time.Second)
		second := time.Now()
		handle(t, h, record(kafka.OrderCreated, 7, "{}"), record(kafka.OrderCreated, 8, "{}"))
		for offset, want := range map[int64]*time.Time{4: nil, 5: &first, 6: &first, 7: &first, 8: &second, 9: &notYet} {
			whenCounted(t, h, offset, want)
		}
		h.Reset()
		whenCounted(t, h, 8, nil)
	})
}

func TestCountedIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := analytics.NewHandler()
		const surplus, bound = 100, 4096
		began := time.Now()
		for i := range int64(bound + surplus) {
			handle(t, h, record(kafka.OrderCreated, i, "{}"))
			<-time.After(10 * time.Millisecond)
		}
		whenCounted(t, h, surplus-1, nil)
		for _, offset := range []int64{surplus, surplus + 1, bound, bound + surplus - 1} {
			want := began.Add(time.Duration(offset) * 10 * time.Millisecond)
			whenCounted(t, h, offset, &want)
		}
	})
}

func TestCountedOfAFloodIsExactToTenMilliseconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := analytics.NewHandler()
		var counted []time.Time
		for i := range int64(3_000) {
			counted = append(counted, time.Now())
			handle(t, h, record(kafka.OrderCreated, i, "{}"))
			<-time.After(time.Millisecond)
		}
		for i, want := range counted {
			at, known := h.Counted(kafka.OrderCreated, 0, int64(i))
			if !known || want.Sub(at) < 0 || want.Sub(at) >= 10*time.Millisecond {
				t.Fatalf("offset %d was counted at %v, known %v; want %v or up to 10 ms before", i, at, known, want)
			}
		}
	})
}
