package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// assigned opens lanes. kgo calls it with what is new, often with nothing.
func (m *Member) assigned(_ context.Context, _ *kgo.Client, topics map[string][]int32) {
	<-m.ready
	tps := m.names.flatten(topics)
	for _, tp := range tps {
		m.lanes.add(tp)
	}
	m.report(outRefused, nil)
	id, generation := m.client.GroupMetadata()
	m.cfg.Watch.Assigned(Assignment{time.Now(), tps, id, generation})
}

// revoked hands partitions over: it drops what is queued, waits for the batch in hand, and commits what is finished, so
// that the next reader begins exactly where this one ended.
func (m *Member) revoked(ctx context.Context, _ *kgo.Client, topics map[string][]int32) {
	m.release(ctx, topics, false)
}

// lost is revoked without the right to commit: the group has given the partitions away already.
func (m *Member) lost(ctx context.Context, _ *kgo.Client, topics map[string][]int32) {
	m.release(ctx, topics, true)
}

func (m *Member) release(ctx context.Context, topics map[string][]int32, lost bool) {
	<-m.ready
	tps := m.names.flatten(topics)
	if len(tps) == 0 {
		return
	}
	if lost {
		// At once: a commit that is under way must not succeed in the member's next generation.
		m.keeper.spoil()
	}
	m.takeBack(ctx, tps)
	if !lost {
		m.settleOrSpoil(ctx)
	}
	for _, tp := range tps {
		m.report(fmt.Sprint("work on ", tp), nil)
	}
	if m.died.Err() == nil {
		m.cfg.Watch.Released(time.Now(), tps, lost)
	}
}

// settleOrSpoil commits what is finished; what cannot be committed before the partitions are gone never may be.
func (m *Member) settleOrSpoil(ctx context.Context) {
	if m.died.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, handOver)
	defer cancel()
	err := m.keeper.settle(ctx)
	if err != nil {
		m.keeper.spoil()
	}
	m.reportCommit(err)
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
