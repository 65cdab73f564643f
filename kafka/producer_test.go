package kafka

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// What became of a write that failed is certain only where a broker said so, or nothing was sent since it was asked for.
func TestOutcomeOfAWrite(t *testing.T) {
	sent := &wire{}
	sent.OnBrokerWrite(kgo.BrokerMetadata{}, int16(kmsg.Produce), 100, 0, 0, nil)
	at := time.Unix(0, sent.last.Load())
	sent.OnBrokerWrite(kgo.BrokerMetadata{}, int16(kmsg.Produce), 0, 0, 0, errors.New("connection refused"))
	sent.OnBrokerWrite(kgo.BrokerMetadata{}, int16(kmsg.Metadata), 100, 0, 0, nil)
	before, after := at.Add(-time.Second), at.Add(time.Second)
	for _, tt := range []struct {
		sent  *wire
		asked time.Time
		err   error
		want  error
	}{
		{sent, before, kgo.ErrRecordTimeout, ErrUnknownOutcome},
		{sent, at.Truncate(time.Millisecond), kgo.ErrRecordTimeout, ErrUnknownOutcome},
		{sent, after, kgo.ErrRecordTimeout, ErrNotWritten},
		{sent, after, context.Canceled, ErrNotWritten},
		{nil, after, context.Canceled, ErrUnknownOutcome},
		{sent, before, kerr.NotEnoughReplicas, kerr.NotEnoughReplicas},
		{sent, before, kerr.NotEnoughReplicasAfterAppend, ErrUnknownOutcome},
		{sent, before, kerr.MessageTooLarge, ErrTooLarge},
	} {
		w := writer{sent: tt.sent}
		if got := w.outcome(&Record{Topic: "a", Timestamp: tt.asked}, tt.err); !errors.Is(got, tt.want) {
			t.Errorf("%v of a write asked for %v after the last was sent: %v, want %v", tt.err, tt.asked.Sub(at), got, tt.want)
		}
	}
	if err := (writer{}).outcome(&Record{}, nil); err != nil {
		t.Error(err)
	}
}
