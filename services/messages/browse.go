package messages

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

const (
	// maxScan is how many records are looked at for one page: about a second's work.
	maxScan = 300_000
	// atOnce is how many partitions are read at the same time.
	atOnce = 4
)

// Browse returns a page of a topic. Its memory is bounded whatever the topic holds, and the newest messages are found
// without reading the older ones. Pages that continue each other by their cursors hold every message once, also while
// more are written. The error names the topic or partition that could not be read.
func (d *Desk) Browse(ctx context.Context, q Query) (Page, error) {
	if q.Before != nil && q.After != nil {
		return Page{}, phrase.Errorf("browse: a page continues towards older or newer messages, not both")
	}
	if q.Limit <= 0 || q.Limit > MaxPage {
		q.Limit = MaxPage
	}
	bounds, err := d.browser.Bounds(ctx, q.Topic)
	if err != nil {
		return Page{}, phrase.Errorf("browse: %w", err)
	}
	partitions, err := asked(q, bounds)
	if err != nil {
		return Page{}, err
	}
	starts, err := d.begin(ctx, q, bounds)
	if err != nil {
		return Page{}, phrase.Errorf("browse: %w", err)
	}
	backward := q.Before != nil || q.After == nil && q.Origin == FromEnd
	runs := make([]*run, len(partitions))
	for i, p := range partitions {
		at := min(max(starts[p], bounds.Partitions[p].Start), bounds.Partitions[p].Stable)
		runs[i] = &run{
			browser: d.browser, partition: kafka.TopicPartition{Topic: q.Topic, Partition: p}, backward: backward,
			match: matcher(q.Filter, q.Match), count: q.Limit, room: max(maxBytes/len(partitions), 1<<20),
			began: at, from: at, to: bounds.Partitions[p].Stable,
			window: firstWindow, widest: max(firstWindow, min(lastWindow, maxScan/int64(len(partitions)))),
		}
		if backward {
			runs[i].from, runs[i].to = bounds.Partitions[p].Start, at
		}
	}
	return compose(ctx, q, bounds, runs)
}

// asked is which partitions a query is about.
func asked(q Query, bounds kafka.TopicBounds) ([]int32, error) {
	if q.Partition != AllPartitions {
		if q.Partition < 0 || int(q.Partition) >= len(bounds.Partitions) {
			return nil, phrase.Errorf("browse %s partition %d: it has the partitions 0 to %d", q.Topic, q.Partition, len(bounds.Partitions)-1)
		}
		return []int32{q.Partition}, nil
	}
	partitions := make([]int32, len(bounds.Partitions))
	for i := range partitions {
		partitions[i] = int32(i)
	}
	return partitions, nil
}

// begin is the offset where a page begins in each partition, as wanted: it may be beyond what there is. A partition that
// was added after the page that is continued has only newer messages.
func (d *Desk) begin(ctx context.Context, q Query, bounds kafka.TopicBounds) ([]int64, error) {
	if q.Before == nil && q.After == nil && q.Origin == FromTime {
		at, err := d.browser.OffsetsAt(ctx, q.Topic, q.Time)
		if err != nil {
			return nil, err
		}
		return append(at, make([]int64, max(0, len(bounds.Partitions)-len(at)))...), nil
	}
	starts := make([]int64, len(bounds.Partitions))
	for i, b := range bounds.Partitions {
		switch {
		case q.Before != nil:
			starts[i] = q.Before[int32(i)].First
		case q.After != nil:
			starts[i] = q.After[int32(i)].Next
		case q.Origin == FromEnd:
			starts[i] = b.Stable
		case q.Origin == FromOffset:
			starts[i] = q.Offset
		}
	}
	return starts, nil
}

// compose merges what the runs find, nearest first, until the page is full.
func compose(ctx context.Context, q Query, bounds kafka.TopicBounds, runs []*run) (Page, error) {
	page := Page{Cursor: Cursor{}}
	room := maxBytes
	for len(page.Messages) < q.Limit {
		complete, err := feed(ctx, runs)
		if err != nil {
			return Page{}, phrase.Errorf("browse %s: %w", q.Topic, err)
		}
		r := nearest(runs)
		if complete && r == nil {
			break
		}
		if !complete || len(page.Messages) > 0 && r.head().size() > room {
			page.Bounded = true
			break
		}
		room -= r.head().size()
		page.Messages = append(page.Messages, r.take())
	}
	for _, r := range runs {
		edge, b := r.edge(), bounds.Partitions[r.partition.Partition]
		page.Cursor[r.partition.Partition] = edge
		page.Scanned += r.scanned
		page.Older = page.Older || edge.First > b.Start
		page.Newer = page.Newer || edge.Next < b.Stable
		page.Hidden += b.End - b.Stable
	}
	if len(runs) > 0 && runs[0].backward {
		slices.Reverse(page.Messages)
	}
	return page, nil
}

// feed loads until no run is hungry. complete is false when as much was looked at as one page may, and some still are.
func feed(ctx context.Context, runs []*run) (complete bool, err error) {
	for {
		var hungry []*run
		scanned := int64(0)
		for _, r := range runs {
			scanned += r.scanned
			if r.hungry() {
				hungry = append(hungry, r)
			}
		}
		if len(hungry) == 0 {
			return true, nil
		}
		if scanned >= maxScan {
			return false, nil
		}
		loads, ctx := errgroup.WithContext(ctx)
		loads.SetLimit(atOnce)
		for _, r := range hungry {
			loads.Go(func() error { return r.load(ctx) })
		}
		if err := loads.Wait(); err != nil {
			return false, err
		}
	}
}

// nearest is the run whose next message comes first on the way; nil when all are at their ends.
func nearest(runs []*run) *run {
	var best *run
	for _, r := range runs {
		m := r.head()
		if m == nil {
			continue
		}
		if best == nil || r.backward && m.At.After(best.head().At) || !r.backward && m.At.Before(best.head().At) {
			best = r
		}
	}
	return best
}
