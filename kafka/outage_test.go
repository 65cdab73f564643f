//go:build synctests

package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
)

// A write that finds no broker is certainly not written; one that was on its way may be. Nothing hangs.
func TestWritesDuringAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := kafkatest.VirtualConfig()
		outage := kafkatest.NewOutage(&cfg)
		c, err := kafka.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.CreateTopics(t.Context(), kafka.Topic{Name: "a", Partitions: 3, MaxBytes: 1 << 20}); err != nil {
			t.Fatal(err)
		}
		p, err := c.NewProducer("payment")
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		outcomes := map[string]error{}
		write := func() {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			value, began := fmt.Sprint(len(outcomes)), time.Now()
			outcomes[value] = p.Write(ctx, &kafka.Record{Topic: "a", Value: []byte(value)})[0]
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("write %s took %v", value, took)
			}
		}
		write()
		<-time.After(time.Second)
		outage.Begin()
		for range 6 {
			write()
		}
		outage.End()
		<-time.After(2 * time.Second)
		write()
		written := map[string]int{}
		if err := c.ReadAll(t.Context(), []string{"a"}, func(r *kafka.Record) { written[string(r.Value)]++ }); err != nil {
			t.Fatal(err)
		}
		certain := 0
		for value, err := range outcomes {
			n := written[value]
			switch {
			case err == nil && n == 1, errors.Is(err, kafka.ErrUnknownOutcome) && n <= 1:
			case errors.Is(err, kafka.ErrNotWritten) && n == 0:
				certain++
			default:
				t.Errorf("write %s stands there %d times, its outcome was: %v", value, n, err)
			}
		}
		if outcomes["0"] != nil || outcomes["7"] != nil || certain < 1 {
			t.Errorf("outcomes %v: want the first and the last written, and some of the others certainly not", outcomes)
		}
	})
}
