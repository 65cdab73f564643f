//go:build synctests

package kafka

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// heard says whether a member told of something.
func (w *world) heard(what string) bool {
	for _, e := range w.events {
		if strings.Contains(e, what) {
			return true
		}
	}
	return false
}

func TestWorkThatOutlastsAHandoverIsNotDoneTwice(t *testing.T) {
	eachProtocol(t, func(t *testing.T, p Protocol) {
		w := newWorld(t, p, 3)
		w.join("order-1", 5*time.Second)
		w.until("a reader", 20*time.Second, func() bool { return len(w.owners()) == 1 })
		w.produce(12)
		<-time.After(7 * time.Second)
		w.join("order-2", 5*time.Second)
		w.join("order-3", 5*time.Second)
		w.until("all of it", 2*time.Minute, func() bool { d, _ := w.done(); return d == 12 })
		if _, again := w.done(); again > 0 {
			t.Errorf("%d records worked on twice", again)
		}
		if w.heard("failing") {
			t.Errorf("being interrupted was called a failure: %v", w.events)
		}
	})
}

func TestReadingGoesOnBehindDeletedRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ConsumerProtocol, 1)
		w.produce(50)
		var committed, deleted kadm.Offsets
		committed.Add(kadm.Offset{Topic: testPrefix + PaymentSuccessful, Partition: 0, At: 20, LeaderEpoch: -1})
		deleted.Add(kadm.Offset{Topic: testPrefix + PaymentSuccessful, Partition: 0, At: 30, LeaderEpoch: -1})
		if _, err := w.cluster.admin.CommitOffsets(t.Context(), testPrefix+OrderGroup, committed); err != nil {
			t.Fatal(err)
		}
		if _, err := w.cluster.admin.DeleteRecords(t.Context(), deleted); err != nil {
			t.Fatal(err)
		}
		w.join("order-1", time.Millisecond)
		w.until("the records that are left", 20*time.Second, func() bool { d, _ := w.done(); return d == 20 })
		if !w.heard("OFFSET_OUT_OF_RANGE") {
			t.Error("nobody was told that records had been deleted unread")
		}
	})
}

func TestRefusedCommitsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ConsumerProtocol, 1)
		w.join("order-1", time.Millisecond)
		w.until("a reader", 20*time.Second, func() bool { return len(w.owners()) == 1 })
		refuse := true
		w.cluster.fake.ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
			w.cluster.fake.KeepControl()
			w.mu.Lock()
			defer w.mu.Unlock()
			if !refuse {
				return nil, nil, false
			}
			return refused(r.(*kmsg.OffsetCommitRequest)), nil, true
		})
		w.produce(10)
		w.until("the refusal", 5*time.Second, func() bool { return w.heard("failing commit the offsets of " + OrderGroup) })
		w.mu.Lock()
		refuse = false
		w.mu.Unlock()
		w.produce(10)
		w.until("the end of it", 5*time.Second, func() bool { return w.heard("failing <nil>") })
	})
}

// refused answers a commit as a broker does that does not let the client commit.
func refused(req *kmsg.OffsetCommitRequest) kmsg.Response {
	resp := req.ResponseKind().(*kmsg.OffsetCommitResponse)
	for _, t := range req.Topics {
		rt := kmsg.NewOffsetCommitResponseTopic()
		rt.Topic, rt.TopicID = t.Topic, t.TopicID
		for _, p := range t.Partitions {
			rp := kmsg.NewOffsetCommitResponseTopicPartition()
			rp.Partition, rp.ErrorCode = p.Partition, kerr.TopicAuthorizationFailed.Code
			rt.Partitions = append(rt.Partitions, rp)
		}
		resp.Topics = append(resp.Topics, rt)
	}
	return resp
}
