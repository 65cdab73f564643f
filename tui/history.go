package tui

import (
	"slices"
	"sort"
	"time"

	"blackfriday/services/lab"
)

// How much the dashboard remembers. Two minutes are lanes of 60 s that end 60 s ago; the count bounds the memory when
// readers change at every frame.
const (
	remembered = 2 * time.Minute
	keepEvery  = 250 * time.Millisecond
	mostKept   = 720
)

// history holds the Snapshots of the last two minutes, oldest first: four a second, and every one on which a partition
// changes hands or a rebalance begins, so that short gaps keep their length.
type history []*lab.Snapshot

// with is the history after another Snapshot. It may reuse the memory of h.
func (h history) with(s *lab.Snapshot) history {
	if n := len(h); n > 0 {
		newest := h[n-1]
		age := s.At.Sub(newest.At)
		if age <= 0 || age < keepEvery && !differs(newest, s) {
			return h
		}
	}
	h = append(h, s)
	old := max(len(h)-mostKept, sort.Search(len(h), func(i int) bool { return s.At.Sub(h[i].At) <= remembered }))
	return slices.Delete(h, 0, old)
}

// differs says whether a partition is in other hands, or a rebalance began, between two Snapshots.
func differs(a, b *lab.Snapshot) bool {
	if len(a.Partitions) != len(b.Partitions) || newestID(a) != newestID(b) {
		return true
	}
	for i := range a.Partitions {
		if handsOf(&a.Partitions[i]) != handsOf(&b.Partitions[i]) {
			return true
		}
	}
	return false
}

// newestID is the number of the newest rebalance, 0 for none.
func newestID(s *lab.Snapshot) int {
	if n := len(s.Rebalances); n > 0 {
		return s.Rebalances[n-1].ID
	}
	return 0
}

// replay is a part of the history that the screen stands still in. It is a copy: the history goes on meanwhile.
type replay struct {
	past   history
	at     int   // index of the Snapshot that is shown
	before int64 // the lag of a full bar when the screen was stopped
	scale  int64 // and at the moment that is shown
}

// newReplay stops at the newest Snapshot.
func newReplay(past history, live *lab.Snapshot, scale int64) *replay {
	past = slices.Clone(past)
	if n := len(past); n == 0 || past[n-1] != live {
		past = append(past, live)
	}
	return &replay{past: past, at: len(past) - 1, before: scale, scale: scale}
}

func (r *replay) shown() *lab.Snapshot { return r.past[r.at] }

// atEnd says that the moment is shown at which the screen was stopped.
func (r *replay) atEnd() bool { return r.at == len(r.past)-1 }

// step goes by a number of stored Snapshots. It says whether there was a way to go.
func (r *replay) step(by int) bool { return r.show(r.at + by) }

// skip goes by a time: at least one Snapshot, and then to the nearest one that is not closer.
func (r *replay) skip(by time.Duration) bool {
	to := r.shown().At.Add(by)
	if by < 0 {
		return r.show(min(r.at-1, r.after(to.Add(1))-1))
	}
	return r.show(max(r.at+1, r.after(to)))
}

// after is the index of the first Snapshot that was taken at t or later.
func (r *replay) after(t time.Time) int {
	return sort.Search(len(r.past), func(i int) bool { return !r.past[i].At.Before(t) })
}

// jump goes to the beginning of the rebalance before or after the moment that is shown; after the newest one it goes to
// the end. It says whether there was a way to go.
func (r *replay) jump(forward bool) bool {
	to := -1
	for _, b := range r.past[len(r.past)-1].Rebalances {
		at := r.after(b.At)
		switch {
		case b.At.Before(r.past[0].At): // before what is remembered
		case forward && at > r.at:
			return r.show(at)
		case !forward && at < r.at:
			to = at
		}
	}
	if forward {
		to = len(r.past) - 1
	}
	return to >= 0 && r.show(to)
}

// show goes to a Snapshot, or as near as there is one.
func (r *replay) show(at int) bool {
	at = min(max(at, 0), len(r.past)-1)
	moved := at != r.at
	r.at, r.scale = at, r.before
	for _, s := range r.past[:at+1] {
		r.scale = nextScale(r.scale, s)
	}
	return moved
}
