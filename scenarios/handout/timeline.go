package handout

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// nearby is how many lines back the turn of a crash loop before is looked for: several consumers may crash at once, and each
// turn has a few lines.
const nearby = 16

// looping says that a sentence is about a consumer that crashes on the same payment again and again.
func looping(s *lab.Snapshot, says phrase.Phrase) bool {
	return slices.ContainsFunc(s.Orders, func(o lab.Instance) bool {
		return o.Crashes >= 2 && strings.HasPrefix(says.String(), o.Name+" crashed")
	})
}

// row is one line of the timeline: what happened once, or each turn of a crash loop.
type row struct {
	happening // the newest
	from      time.Time
	times     int64
	shape     string
}

// tell writes down what happened; a turn of a crash loop goes to the one before, or loops would fill pages.
func (d *Diary) tell(e happening) {
	figures := regexp.MustCompile(`\d[\d,.]*( m?s\b| messages?\b| payments?\b| times?\b)`)
	shape := ""
	if e.loop {
		shape = figures.ReplaceAllString(e.says.String(), "#")
	}
	recent := d.events[max(0, len(d.events)-nearby):]
	i := slices.IndexFunc(recent, func(r row) bool { return e.loop && r.shape == shape })
	if i < 0 {
		d.events = append(d.events, row{e, e.at, 1, shape})
		return
	}
	recent[i].happening, recent[i].times = e, recent[i].times+1
}

// timeline tells what happened, oldest first.
func (r Report) timeline(t *text) {
	t.heading(phrase.New("What happened"))
	if r.Diary.dropped > 0 {
		t.line(phrase.Count(int64(r.Diary.dropped), "%s older event is not listed.", "%s older events are not listed."))
		t.WriteString("\n")
	}
	var rows [][]phrase.Speaker
	for _, e := range r.Diary.events {
		at, says := raw(e.from.Format(dayTime)), phrase.Speaker(quoted{e.says})
		if e.times > 1 {
			at += raw("–" + e.at.Format(dayTime))
			says = phrase.Count(e.times, "%s time, the last: %s", "%s times, the last: %s", says)
		}
		rows = append(rows, []phrase.Speaker{at, says})
	}
	t.table([]phrase.Speaker{phrase.New("at"), phrase.New("what")}, rows)
}
