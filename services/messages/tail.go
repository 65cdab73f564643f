package messages

import (
	"context"
	"errors"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

const (
	// burstEvery is how often a live tail looks for new messages.
	burstEvery = 100 * time.Millisecond
	// maxBurst is how many messages a burst may have, and tailScan how many offsets are looked at for it.
	maxBurst = 200
	tailScan = 5000
	// tailPatience is how long a live tail goes on while the topic cannot be read.
	tailPatience = 15 * time.Second
)

// Tail calls tell with what is written to a topic from now on and passes the filter (see Query.Filter), about ten times
// a second while there is something to tell, until ctx ends: then it returns nil. It never falls behind: under a flood
// it jumps to the newest and says how much it skipped. Partitions that are added and a topic that is created anew are
// followed. The error says why the topic could not be read any more.
func (d *Desk) Tail(ctx context.Context, topic, filter string, tell func(Burst)) error {
	bounds, err := d.browser.Bounds(ctx, topic)
	if err != nil {
		return phrase.Errorf("tail: %w", err)
	}
	t := &tailing{desk: d, topic: topic, match: matcher(filter, nil), id: bounds.ID}
	for _, p := range bounds.Partitions {
		t.next = append(t.next, p.Stable)
	}
	ticker := time.NewTicker(burstEvery)
	defer ticker.Stop()
	wentWell := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		burst, err := t.look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, kafka.ErrBrowserClosed) || err != nil && time.Since(wentWell) > tailPatience:
			return phrase.Errorf("tail %s: %w", topic, err)
		case err == nil:
			wentWell = time.Now()
		}
		if len(burst.Messages) > 0 || burst.Skipped > 0 {
			tell(burst)
		}
	}
}

// tailing is one Tail under way.
type tailing struct {
	desk  *Desk
	topic string
	match func(*kafka.Record) bool
	id    string  // of the topic
	next  []int64 // by partition
}

// look reads what was written since the last time. After an error it has told of what it read before that.
func (t *tailing) look(ctx context.Context) (Burst, error) {
	bounds, err := t.desk.browser.Bounds(ctx, t.topic)
	if err != nil {
		return Burst{}, err
	}
	if bounds.ID != t.id {
		t.id, t.next = bounds.ID, nil
	}
	for i := len(t.next); i < len(bounds.Partitions); i++ {
		t.next = append(t.next, bounds.Partitions[i].Start)
	}
	var burst Burst
	for i, b := range bounds.Partitions {
		if t.next[i] >= b.Stable {
			continue
		}
		if err = t.follow(ctx, int32(i), b, len(bounds.Partitions), &burst); err != nil {
			break
		}
	}
	slices.SortStableFunc(burst.Messages, func(a, b Message) int { return a.At.Compare(b.At) })
	return burst, err
}

// follow adds what is new in one partition of several to the burst: the newest, if there is too much.
func (t *tailing) follow(ctx context.Context, partition int32, b kafka.Bounds, of int, burst *Burst) error {
	// What retention deleted before it was looked at was skipped, too.
	first := max(t.next[partition], b.Start, b.Stable-int64(max(1, tailScan/of)))
	burst.Skipped += first - t.next[partition]
	kept := keeper{count: max(1, maxBurst/of), room: maxBytes / of}
	span := kafka.Span{TopicPartition: kafka.TopicPartition{Topic: t.topic, Partition: partition}, First: first, Next: b.Stable}
	next, err := t.desk.browser.Read(ctx, span, func(r *kafka.Record) bool {
		if t.match == nil || t.match(r) {
			kept.add(Of(r))
		}
		return true
	})
	t.next[partition] = next
	burst.Messages = append(burst.Messages, kept.messages...)
	burst.Skipped += kept.dropped
	return err
}
