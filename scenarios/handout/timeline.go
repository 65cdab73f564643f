package handout

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// nearby is how many lines back the turn of a crash loop before is looked for: a few lines follow one another in each.
const nearby = 4

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

// rows gathers the turns of crash loops, which would fill pages.
func (d *Diary) rows() (rows []row) {
	figures := regexp.MustCompile(`\d[\d,.]*( m?s\b| messages?\b| payments?\b| times?\b)`)
	for _, e := range d.events {
		shape := figures.ReplaceAllString(e.says.String(), "#")
		recent := rows[max(0, len(rows)-nearby):]
		i := slices.IndexFunc(recent, func(r row) bool { return e.loop && r.loop && r.shape == shape })
		if i < 0 {
			rows = append(rows, row{e, e.at, 1, shape})
			continue
		}
		recent[i].happening, recent[i].times = e, recent[i].times+1
	}
	return rows
}

// timeline tells what happened, oldest first.
func (r Report) timeline(t *text) {
	t.heading(phrase.New("What happened"))
	if r.Diary.dropped > 0 {
		t.line(phrase.Count(int64(r.Diary.dropped), "%s older event is not listed.", "%s older events are not listed."))
		t.WriteString("\n")
	}
	var rows [][]phrase.Speaker
	for _, e := range r.Diary.rows() {
		at, says := raw(e.from.Format(dayTime)), phrase.Speaker(quoted{e.says})
		if e.times > 1 {
			at += raw("–" + e.at.Format(dayTime))
			says = phrase.Count(e.times, "%s time, the last: %s", "%s times, the last: %s", says)
		}
		rows = append(rows, []phrase.Speaker{at, says})
	}
	t.table([]phrase.Speaker{phrase.New("at"), phrase.New("what")}, rows)
}
