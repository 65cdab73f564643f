package messages

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"blackfriday/kafka"
)

const (
	// maxHops is how many hops a trace holds. Anybody can write records that name a payment.
	maxHops = 1000
	// hopRemains is how much of a value is kept in a trace that holds as much as it may.
	hopRemains = 1 << 10
	// progressEvery is how often progress is told, looked at after every progressRecords.
	progressEvery   = 200 * time.Millisecond
	progressRecords = 4096
)

// search is one Follow under way.
type search struct {
	desk     *Desk
	topicID  string // of payment-successful
	progress func(Trace)
	known    map[Payment]bool // those that are or were looked for

	mu    sync.Mutex // guards what follows while partitions are scanned, and orders the calls of progress
	trace Trace
	room  int // bytes
	told  time.Time
}

// add adds a hop, as far as there is room.
func (s *search) add(h Hop) {
	if len(s.trace.Hops) >= maxHops {
		s.trace.More++
		return
	}
	if s.room -= h.size(); s.room < 0 && len(h.Value) > hopRemains {
		h.Cut += len(h.Value) - hopRemains
		h.Value = slices.Clone(h.Value[:hopRemains])
	}
	s.trace.Hops = append(s.trace.Hops, h)
}

// scan looks at everything that was written to the topics from a time on. match is called by several goroutines at
// once, found by one at a time.
func (s *search) scan(ctx context.Context, from time.Time, match func(*kafka.Record) bool, found func(Message), topics ...string) error {
	spans, err := s.spans(ctx, from, topics)
	if err != nil {
		return err
	}
	for _, span := range spans {
		s.trace.Total += span.Next - span.First
	}
	scans, ctx := errgroup.WithContext(ctx)
	scans.SetLimit(atOnce)
	for _, span := range spans {
		scans.Go(func() error { return s.scanSpan(ctx, span, match, found) })
	}
	err = scans.Wait()
	s.tell(0, true)
	return err
}

// spans is what is to be looked at of the topics.
func (s *search) spans(ctx context.Context, from time.Time, topics []string) ([]kafka.Span, error) {
	var spans []kafka.Span
	for _, topic := range topics {
		at, err := s.desk.browser.OffsetsAt(ctx, topic, from)
		if err != nil {
			return nil, err
		}
		bounds, err := s.desk.browser.Bounds(ctx, topic)
		if err != nil {
			return nil, err
		}
		for i, b := range bounds.Partitions {
			span := kafka.Span{
				TopicPartition: kafka.TopicPartition{Topic: topic, Partition: int32(i)}, First: b.Start, Next: b.Stable,
			}
			if i < len(at) {
				span.First = min(max(at[i], b.Start), b.Stable)
			}
			spans = append(spans, span)
		}
	}
	return spans, nil
}

func (s *search) scanSpan(ctx context.Context, span kafka.Span, match func(*kafka.Record) bool, found func(Message)) error {
	seen, told := 0, span.First
	_, err := s.desk.browser.Read(ctx, span, func(r *kafka.Record) bool {
		if match(r) {
			m := Of(r)
			s.mu.Lock()
			found(m)
			s.mu.Unlock()
		}
		if seen++; seen%progressRecords == 0 {
			s.tell(r.Offset+1-told, false)
			told = r.Offset + 1
		}
		return true
	})
	if err == nil {
		s.tell(span.Next-told, false)
	}
	return err
}

// tell notes that more offsets were looked at, and reports progress if that is due.
func (s *search) tell(scanned int64, now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trace.Scanned += scanned
	if s.progress == nil || !now && time.Since(s.told) < progressEvery {
		return
	}
	s.told = time.Now()
	s.progress(s.picture())
}

// picture is the trace as it stands, its hops in order, judged and independent of what is added later.
func (s *search) picture() Trace {
	t := s.trace
	t.Hops = slices.Clone(t.Hops)
	slices.SortFunc(t.Hops, compareHops)
	markDuplicates(t.Hops)
	for i := range t.Hops {
		h := &t.Hops[i]
		if s.desk.counter != nil && h.Topic != kafka.DLQPayment {
			h.Counted, h.CountedKnown = s.desk.counter.Counted(h.Topic, h.Partition, h.Offset)
		}
	}
	return t
}

// compareHops orders hops as they were written. Within a millisecond, what follows comes after what it follows from.
func compareHops(a, b Hop) int {
	rank := func(h Hop) int {
		switch {
		case h.Topic == kafka.PaymentSuccessful:
			return 0
		case h.Topic == kafka.OrderCreated || ofPayment(h):
			return 1
		default:
			return 2
		}
	}
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Generation, b.Generation), cmp.Compare(rank(a), rank(b)),
		cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
}

// ofPayment says whether a hop is what an order consumer made of a payment: an order, or a dead letter that is not about
// an order.
func ofPayment(h Hop) bool {
	return h.Topic == kafka.OrderCreated || h.Topic == kafka.DLQPayment && h.Parent.Topic != kafka.OrderCreated
}

// markDuplicates marks the second and every further order or dead letter of each payment, and what the e-mail service
// made of an order that is such a one or of which it has made something before.
func markDuplicates(hops []Hop) {
	done := map[Payment]bool{}
	second := map[Place]bool{}
	for i := range hops {
		if h := &hops[i]; ofPayment(*h) {
			h.Duplicate = done[h.Of]
			done[h.Of], second[h.Place] = true, h.Duplicate
		}
	}
	type order struct {
		Place
		of Payment // for e-mails that do not name their order
	}
	mailed := map[order]bool{}
	for i := range hops {
		h := &hops[i]
		if ofPayment(*h) || h.Topic == kafka.PaymentSuccessful {
			continue
		}
		of := order{h.Parent, h.Of}
		h.Duplicate = second[h.Parent] || mailed[of]
		mailed[of] = true
	}
}
