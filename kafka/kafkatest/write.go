package kafkatest

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka"
)

// Write writes the records, each to the partition that it names and with its own timestamp, however old: the lab's
// producers give up a record by its timestamp.
func Write(t testing.TB, c *kafka.Cluster, records ...*kafka.Record) {
	t.Helper()
	client := open(t, c)
	defer client.Close()
	if err := produce(t.Context(), c, client, records); err != nil {
		t.Fatal(err)
	}
}

// produce writes the records under the full names of their topics; afterwards they say where they stand.
func produce(ctx context.Context, c *kafka.Cluster, client *kgo.Client, records []*kafka.Record) error {
	for _, r := range records {
		topic := r.Topic
		r.Topic = c.Config().Prefix + topic
		defer func() { r.Topic = topic }()
	}
	return client.ProduceSync(ctx, records...).FirstErr()
}

// open opens a client that writes where it is told.
func open(t testing.TB, c *kafka.Cluster, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(c.Brokers()...), kgo.Dialer(c.Config().Dial),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0), kgo.ProducerBatchMaxBytes(64<<20))...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

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
	client := open(t, c, kgo.TransactionalID(t.Name()+end), kgo.TransactionTimeout(time.Minute))
	t.Cleanup(client.Close)
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := produce(t.Context(), c, client, records); err != nil {
		t.Fatal(err)
	}
	if end == Open {
		return
	}
	if err := client.EndTransaction(context.Background(), kgo.TransactionEndTry(end == Commit)); err != nil {
		t.Fatal(err)
	}
}
