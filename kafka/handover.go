package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// assigned opens lanes. kgo calls it with what is new, often with nothing.
func (m *Member) assigned(_ context.Context, client *kgo.Client, topics map[string][]int32) {
	tps := flatten(topics)
	for _, tp := range tps {
		m.lanes.add(tp)
	}
	// The first assignment may come before NewMember has returned: m.client is not for callbacks.
	id, generation := client.GroupMetadata()
	m.cfg.Watch.Assigned(Assignment{time.Now(), tps, id, generation})
}

// revoked hands partitions over: it drops what is queued, waits for the batch in hand, and commits what is finished, so
// that the next reader begins exactly where this one ended.
func (m *Member) revoked(ctx context.Context, client *kgo.Client, topics map[string][]int32) {
	m.release(ctx, client, topics, false)
}

// lost is revoked without the right to commit: the group has given the partitions away already.
func (m *Member) lost(ctx context.Context, client *kgo.Client, topics map[string][]int32) {
	m.release(ctx, client, topics, true)
}

func (m *Member) release(ctx context.Context, client *kgo.Client, topics map[string][]int32, lost bool) {
	tps := flatten(topics)
	if len(tps) == 0 {
		return
	}
	m.takeBack(ctx, tps)
	if !lost && m.died.Err() == nil {
		m.report("commit", m.commit(ctx, client))
	}
	for _, tp := range tps {
		m.report(fmt.Sprint("work on ", tp), nil)
	}
	if m.died.Err() == nil {
		m.cfg.Watch.Released(time.Now(), tps, lost)
	}
}

// takeBack closes lanes: it waits for what is in hand of them, and interrupts what takes longer than handOver.
func (m *Member) takeBack(ctx context.Context, tps []TopicPartition) {
	ctx, cancel := context.WithTimeout(ctx, handOver)
	defer cancel()
	var gone []*lane
	var waits []<-chan struct{}
	for _, tp := range tps {
		l, busy := m.lanes.remove(tp)
		if l == nil {
			continue
		}
		gone = append(gone, l)
		if busy != nil {
			waits = append(waits, busy)
		}
	}
	for _, busy := range waits {
		select {
		case <-busy:
		case <-ctx.Done():
		}
	}
	for _, l := range gone {
		m.lanes.abandon(l)
	}
}

func flatten(topics map[string][]int32) []TopicPartition {
	var tps []TopicPartition
	for topic, partitions := range topics {
		for _, p := range partitions {
			tps = append(tps, TopicPartition{topic, p})
		}
	}
	return tps
}
