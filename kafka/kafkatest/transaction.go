package kafkatest

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka"
)

// How a transaction of Transact ends.
const (
	Commit = "commit"
	Abort  = "abort"
	Open   = "open" // it stays open until the test ends
)

// Transact writes the records, each to the partition that it names, in one transaction of a client of its own, and ends
// it as told.
func Transact(t testing.TB, c *kafka.Cluster, end string, records ...*kafka.Record) {
	t.Helper()
	client, err := kgo.NewClient(
		kgo.SeedBrokers(c.Brokers()...), kgo.Dialer(c.Config().Dial), kgo.TransactionalID(t.Name()+end),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionTimeout(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if end == Open {
		return
	}
	if err := client.EndTransaction(context.Background(), kgo.TransactionEndTry(end == Commit)); err != nil {
		t.Fatal(err)
	}
}
