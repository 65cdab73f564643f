package messages

import (
	"context"

	"blackfriday/kafka"
)

const (
	// firstWindow is how many offsets a run towards older messages reads first: few, because each may be 8 MB.
	firstWindow = 16
	// lastWindow is how many offsets a run reads at most at a time.
	lastWindow = 1 << 16
)

// run walks over one partition, from where a page begins, one way: backward to older messages or forward to newer ones.
type run struct {
	browser   *kafka.Browser
	partition kafka.TopicPartition
	backward  bool
	match     func(*kafka.Record) bool
	count     int // how many messages it need hold at a time
	room      int // and how many bytes

	began   int64 // the offset where it began, on the near side
	from    int64 // what it has not looked at yet
	to      int64
	window  int64     // how many offsets it looks at next, on the way to older messages
	widest  int64     // and at most at a time
	loaded  []Message // looked at and not taken yet, in the order of their offsets
	scanned int64
}

// hungry says that it must load before it can tell its next message.
func (r *run) hungry() bool { return len(r.loaded) == 0 && r.from < r.to }

// head is the next message; there is one once the run is not hungry, unless it is at its end.
func (r *run) head() *Message {
	switch {
	case len(r.loaded) == 0:
		return nil
	case r.backward:
		return &r.loaded[len(r.loaded)-1]
	default:
		return &r.loaded[0]
	}
}

// take removes the next message and returns it.
func (r *run) take() Message {
	m := *r.head()
	if r.backward {
		r.loaded = r.loaded[:len(r.loaded)-1]
	} else {
		r.loaded = r.loaded[1:]
	}
	return m
}

// edge is what a page covers of the partition: everything in it was taken or did not match.
func (r *run) edge() Edge {
	first, next := r.from, r.to
	if m := r.head(); m != nil {
		first, next = m.Offset, m.Offset+1
	}
	if r.backward {
		return Edge{First: next, Next: r.began}
	}
	return Edge{First: r.began, Next: first}
}

// load looks at the next window.
func (r *run) load(ctx context.Context) error {
	if r.backward {
		return r.loadOlder(ctx)
	}
	return r.loadNewer(ctx)
}

// loadOlder looks at the window before what it has seen. Kafka reads forward only, so the window begins small and grows
// until it brings something; what does not fit in memory is read again when its turn comes.
func (r *run) loadOlder(ctx context.Context) error {
	first := max(r.from, r.to-r.window)
	kept := keeper{count: r.count, room: r.room}
	_, err := r.browser.Read(ctx, r.span(first, r.to), func(record *kafka.Record) bool {
		if r.passes(record) {
			kept.add(Of(record))
		}
		return true
	})
	if err != nil {
		return err
	}
	r.loaded, r.to = kept.messages, first
	r.window = min(4*r.window, r.widest)
	if kept.dropped > 0 {
		r.to = kept.messages[0].Offset
		r.window = max(firstWindow, int64(len(kept.messages)))
	}
	return nil
}

// loadNewer looks at what follows, until it holds enough.
func (r *run) loadNewer(ctx context.Context) error {
	room := r.room
	next, err := r.browser.Read(ctx, r.span(r.from, min(r.to, r.from+r.widest)), func(record *kafka.Record) bool {
		if r.passes(record) {
			m := Of(record)
			room -= m.size()
			r.loaded = append(r.loaded, m)
		}
		return len(r.loaded) < r.count && room > 0
	})
	if next == r.from && err == nil {
		// Committed data ends before it did when the run began: the topic was created anew.
		next = r.to
	}
	r.from = next
	return err
}

// passes counts a record and says whether it is wanted.
func (r *run) passes(record *kafka.Record) bool {
	r.scanned++
	return r.match == nil || r.match(record)
}

func (r *run) span(first, next int64) kafka.Span {
	return kafka.Span{TopicPartition: r.partition, First: first, Next: next}
}
