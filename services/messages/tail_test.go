package messages_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/messages"
)

// tail runs a live tail until the test ends, and returns what it tells.
func (b *bench) tail(topic, filter string) <-chan messages.Burst {
	b.Helper()
	bursts, done := make(chan messages.Burst, 10_000), make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { done <- b.Tail(ctx, topic, filter, func(burst messages.Burst) { bursts <- burst }) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Errorf("tail: %v", err)
		}
	})
	return bursts
}

// awaken writes to a partition until the tail tells of it: from then on it has begun.
func (b *bench) awaken(bursts <-chan messages.Burst, topic string) {
	b.Helper()
	for n := 0; ; n++ {
		b.write(&kafka.Record{Topic: topic, Value: []byte("awake")})
		select {
		case burst := <-bursts:
			if len(burst.Messages) > 0 {
				b.quiet(bursts, topic)
				return
			}
		default:
		}
		if n > 10_000 {
			b.Fatal("the tail tells of nothing")
		}
	}
}

// quiet reads bursts until everything written so far was told.
func (b *bench) quiet(bursts <-chan messages.Burst, topic string) {
	b.Helper()
	last := b.write(&kafka.Record{Topic: topic, Value: []byte("quiet")})
	waitFor(b, bursts, "everything told", func(burst messages.Burst) bool {
		for _, m := range burst.Messages {
			if m.Place == last {
				return true
			}
		}
		return false
	})
}

func TestTailTellsOfWhatIsNew(t *testing.T) {
	b := openBench(t, nil)
	b.write(&kafka.Record{Topic: kafka.OrderCreated, Value: []byte("old")})
	bursts := b.tail(kafka.OrderCreated, "")
	b.awaken(bursts, kafka.OrderCreated)
	kafkatest.Transact(t, b.Cluster, kafkatest.Abort, &kafka.Record{Topic: kafka.OrderCreated, Value: []byte("aborted")})
	for i := range 9 {
		b.write(&kafka.Record{Topic: kafka.OrderCreated, Partition: int32(i % 3), Value: fmt.Append(nil, "new-", i)})
	}
	var got []string
	waitFor(t, bursts, "nine messages", func(burst messages.Burst) bool {
		got = append(got, values(burst.Messages)...)
		return len(got) == 9
	})
	if fmt.Sprint(sorted(got)) != "[new-0 new-1 new-2 new-3 new-4 new-5 new-6 new-7 new-8]" {
		t.Errorf("told of %v", got)
	}
}

func TestTailFilters(t *testing.T) {
	b := openBench(t, nil)
	bursts := b.tail(kafka.OrderCreated, "AWAKE")
	for range 10_000 { // a few of them before the tail has begun
		b.write(&kafka.Record{Topic: kafka.OrderCreated, Value: []byte("asleep")},
			&kafka.Record{Topic: kafka.OrderCreated, Value: []byte("awake")})
		select {
		case burst := <-bursts:
			for _, m := range burst.Messages {
				if string(m.Value) != "awake" {
					t.Errorf("told of %q", m.Value)
				}
			}
			if len(burst.Messages) > 0 {
				return
			}
		default:
		}
	}
	t.Error("told of nothing")
}

// TestTailSkipsTheMiddleOfAFlood: it tells of the newest, and everything else is counted as skipped.
func TestTailSkipsTheMiddleOfAFlood(t *testing.T) {
	b := openBench(t, nil)
	bursts := b.tail(kafka.OrderCreated, "")
	b.awaken(bursts, kafka.OrderCreated)
	const n = 60_000
	records := make([]*kafka.Record, n)
	for i := range records {
		records[i] = &kafka.Record{Topic: kafka.OrderCreated, Value: fmt.Append(nil, i)}
	}
	kafkatest.Write(t, b.Cluster, records...)
	told, skipped, last := 0, int64(0), ""
	waitFor(t, bursts, "all told or skipped", func(burst messages.Burst) bool {
		if len(burst.Messages) > 200 {
			t.Errorf("a burst of %d", len(burst.Messages))
		}
		told, skipped = told+len(burst.Messages), skipped+burst.Skipped
		if len(burst.Messages) > 0 {
			last = string(burst.Messages[len(burst.Messages)-1].Value)
		}
		return int64(told)+skipped >= n
	})
	if int64(told)+skipped != n || last != "59999" || skipped == 0 {
		t.Errorf("told of %d, skipped %d, the last is %s", told, skipped, last)
	}
}

func TestTailFollowsATopicThatIsCreatedAnew(t *testing.T) {
	b := openBench(t, nil)
	bursts := b.tail(kafka.OrderCreated, "")
	b.awaken(bursts, kafka.OrderCreated)
	if err := b.DeleteTopics(t.Context(), kafka.OrderCreated); err != nil {
		t.Fatal(err)
	}
	if err := b.CreateTopics(t.Context(), kafka.Topic{Name: kafka.OrderCreated, Partitions: 4, MaxBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	kafkatest.Write(t, b.Cluster, &kafka.Record{Topic: kafka.OrderCreated, Partition: 3, Value: []byte("anew")})
	waitFor(t, bursts, "the message of the new topic", func(burst messages.Burst) bool {
		return strings.Contains(fmt.Sprint(values(burst.Messages)), "anew")
	})
}

func TestTailOfNothingIsAnError(t *testing.T) {
	b := openBench(t, nil)
	if err := b.Tail(t.Context(), "nowhere", "", func(messages.Burst) {}); err == nil || !strings.Contains(err.Error(), `nowhere"`) {
		t.Errorf("error %v", err)
	}
}
