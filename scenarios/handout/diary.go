// Package handout writes what a student hands in: what was done in a lesson and what was measured, as Markdown, and the
// curves of the lag with the lanes of who read what, as SVG. Both are made of pictures of the lab and nothing else.
package handout

import (
	"slices"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// How much a Diary keeps, so that a lesson may last all day.
const (
	mostEvents   = 400
	mostRuns     = 24
	mostChapters = 16
	mostLanes    = 12   // partitions whose readers are written down
	mostStints   = 4000 // of each of them
)

// Diary remembers what a hand-out tells, from picture to picture, over all the labs that a lesson goes through. The zero
// Diary is empty. It belongs to one goroutine.
type Diary struct {
	began    time.Time
	chapters []*chapter // one for each lab, oldest first
	events   []row
	dropped  int // events that are older than those
}

// chapter is what one lab did.
type chapter struct {
	last       *lab.Snapshot
	checkpoint int // in which it was, negative for none
	runs       []lab.Run
	rebalances map[int]lab.Rebalance
	stints     [][]stint // by partition
}

// happening is what happened at a moment.
type happening struct {
	at   time.Time
	says phrase.Phrase
	loop bool // it is one more turn of a crash loop
}

// stint is a time in which a partition was in the same hands.
type stint struct {
	from, to time.Time
	hands    hands
}

// hands are who reads a partition.
type hands struct {
	number int    // of an instance of the lab; one of the words below for none
	name   string // of a member outside the lab, hostile until escaped
}

// Hands that are not those of an instance.
const (
	nobody  = 0
	unknown = -1
	outside = -2
)

// Watch looks at a picture; it is cheap where little has happened since the last one. course is where the class is, nil for
// nowhere.
func (d *Diary) Watch(s *lab.Snapshot, course *lesson.Course) {
	if s.State == lab.Starting {
		return
	}
	c := d.chapterOf(s)
	if c.last != nil && !s.At.After(c.last.At) {
		return
	}
	for _, says := range lesson.Narrate(c.last, s) {
		d.tell(happening{s.At, says, looping(s, says)})
	}
	c.watchLanes(s)
	c.last = s
	if course != nil {
		c.checkpoint = course.Checkpoint().Number
	}
	if over := len(d.events) - mostEvents; over > 0 {
		d.dropped += over
		d.events = slices.Delete(d.events, 0, over)
	}
	for _, r := range s.Rebalances {
		c.rebalances[r.ID] = r
	}
	c.watchRuns(s)
}

// chapterOf is the chapter of the lab that a picture shows.
func (d *Diary) chapterOf(s *lab.Snapshot) *chapter {
	if n := len(d.chapters); n > 0 && d.chapters[n-1].last.Started.Equal(s.Started) {
		return d.chapters[n-1]
	}
	if d.began.IsZero() {
		d.began = s.Started
	}
	c := &chapter{checkpoint: -1, rebalances: map[int]lab.Rebalance{}}
	d.chapters = append(d.chapters, c)
	d.chapters = d.chapters[max(0, len(d.chapters)-mostChapters):]
	return c
}

func (c *chapter) watchRuns(s *lab.Snapshot) {
	for _, r := range s.Runs {
		i := slices.IndexFunc(c.runs, func(have lab.Run) bool { return have.Flood == r.Flood })
		if i < 0 {
			c.runs = append(c.runs, r)
		} else {
			c.runs[i] = r
		}
	}
	c.runs = c.runs[max(0, len(c.runs)-mostRuns):]
}

// watchLanes writes down who reads. Time that no picture covers is nobody's stint.
func (c *chapter) watchLanes(s *lab.Snapshot) {
	const awake = 2 * time.Second // between two pictures
	for i := range s.Partitions[:min(len(s.Partitions), mostLanes)] {
		if i == len(c.stints) {
			c.stints = append(c.stints, nil)
		}
		list, now := c.stints[i], handsOf(&s.Partitions[i])
		if n := len(list); n > 0 && s.At.Sub(list[n-1].to) <= awake {
			list[n-1].to = s.At
			if list[n-1].hands == now {
				continue
			}
		}
		list = append(list, stint{s.At, s.At, now})
		c.stints[i] = list[max(0, len(list)-mostStints):]
	}
}

// handsOf is who reads a partition: our own process is asked first, and the brokers about members of others.
func handsOf(p *lab.Partition) hands {
	switch {
	case p.Unknown:
		return hands{number: unknown}
	case p.Reader > 0:
		return hands{number: p.Reader}
	case !p.Known && !p.Orphan:
		return hands{number: unknown}
	case p.Owner != "" && p.OwnerInstance == 0 && !p.Orphan:
		return hands{outside, p.Owner}
	}
	return hands{number: nobody}
}

// Eventful says that there is something to tell: payments were written.
func (d *Diary) Eventful() bool {
	return slices.ContainsFunc(d.chapters, func(c *chapter) bool {
		return len(c.runs) > 0 || c.books() != nil && c.books().Total.Payments.Count > 0
	})
}

// books are those of the lab of a chapter; nil while there are none.
func (c *chapter) books() *ledger.Picture {
	if c.last.Ledger == nil || !c.last.Ledger.Known {
		return nil
	}
	return c.last.Ledger
}

// told is one run with where it was.
type told struct {
	lab.Run
	chapter *chapter
}

// runs are all floods, oldest first.
func (d *Diary) runs() []told {
	var all []told
	for _, c := range d.chapters {
		for _, r := range c.runs {
			all = append(all, told{r, c})
		}
	}
	return all[max(0, len(all)-mostRuns):]
}

// disturbed says that something happened in a flood because of which its figures are not those of so many consumers on so
// many partitions: one of them went or came to work, the work was changed, or brokers were lost.
func (t told) disturbed() bool {
	from, to := t.StartedAt, t.StartedAt.Add(t.Took)
	during := func(at time.Time) bool { return !at.Before(from) && at.Before(to) }
	for _, r := range t.chapter.rebalances {
		if during(r.At) && len(r.Moved) > 0 || r.At.Before(from) && (r.Open || r.Settled.After(from)) {
			return true
		}
	}
	lost := func(l lab.Loss) bool { return during(l.At) }
	out := func(o lab.Outage) bool { return during(o.From) }
	return t.Retimed || slices.ContainsFunc(t.chapter.last.Losses, lost) || slices.ContainsFunc(t.chapter.last.Outages, out)
}
