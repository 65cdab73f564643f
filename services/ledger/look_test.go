package ledger

import (
	"context"
	"testing"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
)

// TestEndsAreAskedLast: a member that has nothing in hand any more has written its order before, so that it stands before
// the ends.
func TestEndsAreAskedLast(t *testing.T) {
	c, err := kafka.Open(context.Background(), kafka.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	for _, name := range allTopics() {
		if err := c.CreateTopics(context.Background(), kafka.Topic{Name: name, Partitions: 1, MaxBytes: 1 << 20}); err != nil {
			t.Fatal(err)
		}
	}
	a := &auditor{cluster: c, work: func() Work {
		kafkatest.Write(t, c, &kafka.Record{Topic: kafka.OrderCreated})
		return Work{}
	}}
	t.Cleanup(a.close)
	if a.gauge, err = c.NewGauge("ledger", allTopics()...); err != nil {
		t.Fatal(err)
	}
	for written := range int64(5) {
		l, err := a.look(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if end := l.ends(kafka.OrderCreated)[0]; end != written+1 {
			t.Errorf("%d orders are written, order-created ends at %d", written+1, end)
		}
	}
}
