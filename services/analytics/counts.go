package analytics

import (
	"sort"
	"time"
)

const (
	// maxSteps is how many steps are remembered of a partition: 64 kB, and at least 40 s.
	maxSteps = 4096
	// stepTime is how exactly the time is remembered. A flood counts many batches in it.
	stepTime = 10 * time.Millisecond
)

// counts is how far the records of one partition are counted, and when each of the newest was.
type counts struct {
	last   int64 // offset counted last
	first  int64 // the first offset of the oldest step
	steps  []step
	oldest int // index of a ring once steps is full
}

// step is a run of records that were counted together.
type step struct {
	last int64 // offset; the run begins behind the step before
	at   int64 // nanoseconds since 1970
}

// add notes that the next record was counted.
func (c *counts) add(offset int64, now time.Time) {
	at := now.UnixNano()
	c.last = offset
	if n := len(c.steps); n > 0 {
		if newest := &c.steps[(c.oldest+n-1)%n]; at-newest.at < int64(stepTime) {
			newest.last = offset
			return
		}
	}
	if len(c.steps) < maxSteps {
		c.steps = append(c.steps, step{offset, at})
		return
	}
	c.first = c.steps[c.oldest].last + 1
	c.steps[c.oldest] = step{offset, at}
	c.oldest = (c.oldest + 1) % maxSteps
}

// at is Handler.Counted for this partition.
func (c *counts) at(offset int64) (at time.Time, known bool) {
	switch {
	case offset > c.last:
		return time.Time{}, true
	case offset < c.first:
		return time.Time{}, false
	}
	n := len(c.steps)
	i := sort.Search(n, func(i int) bool { return c.steps[(c.oldest+i)%n].last >= offset })
	return time.Unix(0, c.steps[(c.oldest+i)%n].at), true
}
