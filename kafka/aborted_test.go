package kafka

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// TestAbortedRecordsAreNeverRead, not even where an answer ends because it is full: an aborted record that is taken for a
// committed one is a duplicate that never was.
func TestAbortedRecordsAreNeverRead(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c, kgo.TransactionalID("big"))
	value, abort := strings.Repeat("x", 900_000), kgo.TryAbort
	for range 2 * readBytes / len(value) {
		transact(t, client, &abort, "a", value)
	}
	newest, _ := kversion.Stable().LookupMaxKeyVersion(int16(kmsg.Fetch))
	for version := int16(4); version <= newest; version++ {
		for _, size := range []int32{1, 2_000_000, readBytes} {
			if kept := fetchCommitted(t, c, version, size); len(kept) > 0 {
				t.Errorf("version %d, at most %d bytes: aborted offset %d was read", version, size, kept[0].Offset)
			}
		}
	}
	wantRecords(t, readAll(t, c, "a"), map[string][]string{"a/0": nil})
}

// fetchCommitted asks once for the beginning of partition 0 of topic a, in so many bytes at most.
func fetchCommitted(t *testing.T, c *Cluster, version int16, size int32) []*Record {
	t.Helper()
	versions := kversion.Stable()
	versions.SetMaxKeyVersion(int16(kmsg.Fetch), version)
	client := openClient(t, c, kgo.MaxVersions(versions))
	topic, err := lookUp(t.Context(), kadm.NewClient(client), testPrefix+"a")
	if err != nil {
		t.Fatal(err)
	}
	req := (&fetcher{names: testPrefix, span: Span{TopicPartition{"a", 0}, 0, 100}}).request(topic.ID)
	req.MaxBytes = size
	resp, err := req.RequestWith(t.Context(), client.Broker(int(topic.Partitions[0].Leader)))
	if err != nil || req.Version != version {
		t.Fatalf("version %d instead of %d: %v", req.Version, version, err)
	}
	answer := &resp.Topics[0].Partitions[0]
	if len(answer.RecordBatches) == 0 {
		t.Fatalf("version %d, at most %d bytes: nothing was read", version, size)
	}
	fetched, _ := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{
		Topic: "a", IsolationLevel: kgo.ReadCommitted(),
	}, answer, kgo.DefaultDecompressor(), nil)
	return fetched.Records
}
