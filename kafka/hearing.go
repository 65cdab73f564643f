package kafka

import (
	"context"
	"errors"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// hearing notes which brokers answered, on the connections themselves: who is said to lead a partition need not be who answered
// for it.
type hearing struct {
	mu sync.Mutex
	// heard are the brokers that answered anything since begin, offsets those that answered about the partitions they lead.
	heard, offsets map[int32]bool
}

// OnBrokerE2E notes an answer.
func (h *hearing) OnBrokerE2E(broker kgo.BrokerMetadata, key int16, e2e kgo.BrokerE2E) {
	if e2e.Err() != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.heard == nil {
		return
	}
	h.heard[broker.NodeID] = true
	if key == int16(kmsg.ListOffsets) {
		h.offsets[broker.NodeID] = true
	}
}

// begin forgets what was heard before.
func (h *hearing) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard, h.offsets = map[int32]bool{}, map[int32]bool{}
}

// judge sets Answers of every broker. A broker that leads something has to answer for that: a process that still takes
// connections is not one that serves.
func (h *hearing) judge(r *Reading) {
	owes := map[int32]bool{}
	for _, t := range r.Topics {
		for _, p := range t.Partitions {
			if errors.Is(p.Err, ErrNoAnswer) {
				owes[p.Leader] = true
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range r.Brokers {
		b := &r.Brokers[i]
		b.Answers = h.offsets[b.ID] || h.heard[b.ID] && !owes[b.ID]
	}
}

// greet asks the brokers that lead none of these topics, and so are asked nothing else, a question of their own. What they say
// is heard by the hearing.
func (o *Observer) greet(ctx context.Context, meta kadm.Metadata) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout/4)
	defer cancel()
	leads := map[int32]bool{}
	for _, t := range meta.Topics {
		for _, p := range t.Partitions {
			leads[p.Leader] = true
		}
	}
	var all sync.WaitGroup
	for _, b := range meta.Brokers {
		if leads[b.NodeID] {
			continue
		}
		all.Go(func() {
			req := kmsg.NewPtrApiVersionsRequest()
			req.ClientSoftwareName, req.ClientSoftwareVersion = "blackfriday", "1"
			// An error is the absence of an answer, and that is what is looked for.
			_, _ = o.client.Broker(int(b.NodeID)).Request(ctx, req)
		})
	}
	all.Wait()
}
