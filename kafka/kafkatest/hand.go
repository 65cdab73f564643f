package kafkatest

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka"
)

// Begin writes records, each to the partition it names, in a transaction that stays open until end is called.
func Begin(tb testing.TB, c *kafka.Cluster, id string, records ...*kafka.Record) (end func(commit bool)) {
	tb.Helper()
	client := open(tb, c, kgo.TransactionalID(id), kgo.TransactionTimeout(time.Minute))
	tb.Cleanup(client.Close)
	if err := client.BeginTransaction(); err != nil {
		tb.Fatal(err)
	}
	if err := produce(context.Background(), c, client, records); err != nil {
		tb.Fatal(err)
	}
	return func(commit bool) {
		tb.Helper()
		if err := client.EndTransaction(context.Background(), kgo.TransactionEndTry(commit)); err != nil {
			tb.Fatal(err)
		}
	}
}

// DeleteRecords deletes the records of a partition before an offset, as retention does.
func DeleteRecords(tb testing.TB, c *kafka.Cluster, topic string, partition int32, before int64) {
	tb.Helper()
	offsets := kadm.Offsets{}
	offsets.AddOffset(c.Config().Prefix+topic, partition, before, -1)
	client := open(tb, c)
	defer client.Close()
	deleted, err := kadm.NewClient(client).DeleteRecords(context.Background(), offsets)
	if err != nil || deleted.Error() != nil {
		tb.Fatal(err, deleted.Error())
	}
}

// CommitOffset commits an offset for a group that has no members.
func CommitOffset(tb testing.TB, c *kafka.Cluster, group, topic string, partition int32, next int64) {
	tb.Helper()
	offsets := kadm.Offsets{}
	offsets.AddOffset(c.Config().Prefix+topic, partition, next, -1)
	client := open(tb, c)
	defer client.Close()
	committed, err := kadm.NewClient(client).CommitOffsets(context.Background(), c.Config().Prefix+group, offsets)
	if err != nil || committed.Error() != nil {
		tb.Fatal(err, committed.Error())
	}
}

// Forget empties the registry of what labs made, so that what is there is somebody else's to them.
func Forget(tb testing.TB, c *kafka.Cluster) {
	tb.Helper()
	client := open(tb, c)
	defer client.Close()
	if _, err := kadm.NewClient(client).DeleteTopics(context.Background(), c.Config().Prefix+"blackfriday-made"); err != nil {
		tb.Fatal(err)
	}
}
