package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"blackfriday/services/lab"
)

// Lanes show the last minute. A column is never shorter than a stored Snapshot is apart from the next one.
const (
	laneSpan    = time.Minute
	laneColumns = int(laneSpan / keepEvery)
)

// What a partition is in the hands of, when it is not the number of one of our instances.
const (
	nobody    = 0
	unwatched = -1 // not measured
	unknown   = -2 // no broker could be asked
	somebody  = -3 // a member outside this lab: the first of them is one below, the next two, and so on
)

// handsOf is who reads a partition: our own process is asked first, and the broker about members of others.
func handsOf(p *lab.Partition) int {
	switch {
	case p.Unknown:
		return unknown
	case p.Reader > 0:
		return p.Reader
	case !p.Known && !p.Orphan:
		return unwatched
	case p.Owner != "" && p.OwnerInstance == 0 && !p.Orphan:
		return somebody - p.OwnerOutside
	}
	return nobody
}

// stint is a time during which a partition was in the same hands.
type stint struct {
	from, to time.Time
	hands    int
}

// stints are who had a partition in hand, oldest first, up to the newest Snapshot of past and on until end. Time in
// which no Snapshot was taken is nobody's stint.
func stints(past history, partition int, end time.Time) []stint {
	const most = 2 * time.Second // between two Snapshots of a lab that is awake
	var out []stint
	for i, s := range past {
		hands, to := unwatched, end
		if partition < len(s.Partitions) {
			hands = handsOf(&s.Partitions[partition])
		}
		if i+1 < len(past) {
			to = past[i+1].At
		}
		if to.Sub(s.At) > most {
			to = s.At.Add(keepEvery)
		}
		if n := len(out); n > 0 && out[n-1].hands == hands && out[n-1].to.Equal(s.At) {
			out[n-1].to = to
			continue
		}
		out = append(out, stint{s.At, to, hands})
	}
	return out
}

// corrected are stints with what is known of outages. That one had begun was found out later than it did: what was believed of
// the readers since then is taken back, and where it is certain afterwards that nobody got on with the partition, that is shown.
func corrected(list []stint, outages []lab.Outage, partition int32, end time.Time) []stint {
	for _, o := range outages {
		until := end
		if !o.To.IsZero() {
			until = o.To
		}
		if o.Coordinator {
			until = end // its members come back after it
		} else {
			list = over(list, stint{o.From, until, unknown})
		}
		for _, g := range o.Unread {
			if g.Partition == partition {
				list = over(list, stint{latest(g.From, o.From), earliest(g.To, until), nobody})
			}
		}
	}
	return list
}

// over puts a stint in the place of what the list says of its time; the list begins no earlier than before.
func over(list []stint, s stint) []stint {
	var before, after []stint
	for _, old := range list {
		if old.from.Before(s.from) {
			before = append(before, stint{old.from, earliest(old.to, s.from), old.hands})
		}
		if old.to.After(s.to) {
			after = append(after, stint{latest(old.from, s.to), old.to, old.hands})
		}
	}
	if len(list) == 0 || !s.to.After(latest(s.from, list[0].from)) {
		return list
	}
	s.from = latest(s.from, list[0].from)
	return append(append(before, s), after...)
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// lane places a time in the columns of the lanes. Columns begin at round times, so that what is drawn moves by whole
// columns and does not flicker.
type lane struct {
	start  time.Time // where the first column begins
	end    time.Time // where the last one ends
	column time.Duration
	n      int // columns
}

// laneAt is a lane of at most n columns whose last column holds the time at.
func laneAt(at time.Time, n int) lane {
	n = max(min(n, laneColumns), 1)
	column := laneSpan / time.Duration(n)
	end := at.Truncate(column).Add(column)
	return lane{start: end.Add(-time.Duration(n) * column), end: end, column: column, n: n}
}

// edge is the edge between two columns that is nearest to a time: 0 is the left one of the first column.
func (l lane) edge(t time.Time) int {
	d := t.Sub(l.start)
	if d <= 0 {
		return 0
	}
	return min(int((d+l.column/2)/l.column), l.n)
}

// hands says for each column who has the partition in hand. Both ends of a stint are rounded to columns; a gap is never
// rounded away.
func (l lane) hands(list []stint) []int {
	out := make([]int, l.n)
	for i := range out {
		out[i] = unwatched
	}
	for _, s := range list {
		for i := l.edge(s.from); i < l.edge(s.to); i++ {
			out[i] = s.hands
		}
	}
	for _, s := range list {
		if s.hands == nobody && s.to.After(l.start) && l.edge(s.from) == l.edge(s.to) {
			out[l.middle(s)] = nobody
		}
	}
	return out
}

// middle is the column in which the middle of a stint falls.
func (l lane) middle(s stint) int {
	half := s.to.Sub(s.from) / 2
	return min(max(int(s.from.Add(half).Sub(l.start)/l.column), 0), l.n-1)
}

// laneLabel is how wide the names of the partitions are.
func laneLabel(partitions int) int {
	return len(fmt.Sprintf(" P%d ", max(partitions-1, 10)))
}

// lanes draws who read what: one line per partition, one column per moment, the newest at the right.
func lanes(v view, w, lines int) []string {
	st, label := v.st, laneLabel(len(v.s.Partitions))
	l := laneAt(v.s.At, w-label-1)
	past := v.past[v.since(l.start.Add(-2*time.Second)):]
	from, to, more := window(len(v.s.Partitions), lines, v.top)
	var out []string
	for i := from; i < to; i++ {
		name := " " + st.strong.Render(st.left(fmt.Sprintf("P%d", v.s.Partitions[i].ID), label-1))
		out = append(out, name+st.hands(l.hands(corrected(stints(past, i, l.end), v.s.Outages, v.s.Partitions[i].ID, l.end))))
	}
	if more > 0 {
		hint := blank(label) + st.t("+%d more of %d", more, len(v.s.Partitions))
		if w > asideMost { // else the page scrolls, and they stand beside it
			hint += " " + st.g.dot + " " + st.t("pgup and pgdn scroll")
		}
		out = append(out, st.muted.Render(hint))
	}
	return st.box(out, w, lines)
}

// tallLanes draws every lane so many lines high, its name at the first.
func tallLanes(v view, w, rows, high int) []string {
	label := laneLabel(len(v.s.Partitions))
	var out []string
	for _, line := range lanes(v, w, rows) {
		out = append(out, line)
		for range high - 1 {
			out = append(out, blank(label)+cells(line, label, w))
		}
	}
	return out
}

// hands draws the columns of a lane: runs of the same hands in one go.
func (st *styles) hands(columns []int) string {
	var b strings.Builder
	for len(columns) > 0 {
		n := slices.IndexFunc(columns, func(h int) bool { return h != columns[0] })
		if n < 0 {
			n = len(columns)
		}
		switch h := columns[0]; {
		case h == unwatched:
			b.WriteString(blank(n))
		case h == unknown:
			b.WriteString(st.muted.Render(strings.Repeat(st.g.unknown, n)))
		case h == nobody:
			b.WriteString(st.bad.Render(strings.Repeat(st.g.gap, n)))
		case h <= somebody:
			b.WriteString(st.outsideRun(somebody-h, n))
		default:
			b.WriteString(st.cells[st.colour(h)].Render(strings.Repeat(digit(h), n)))
		}
		columns = columns[n:]
	}
	return b.String()
}

// digit is one character for the number of an instance: 1 to 9, then a for 10, and so on.
func digit(number int) string {
	if number >= 36 {
		return "#"
	}
	return strconv.FormatInt(int64(number), 36)
}

// laneTitle is the heading of the lanes, with the rebalances in the same line where they have none of their own.
func laneTitle(v view, w int, withMarks bool) string {
	st := v.st
	head := " " + st.title.Render(st.t("WHO READ WHAT")) + st.muted.Render(st.t(", last 60 s")) + " "
	if !withMarks {
		legend := st.muted.Render(" ") + st.bad.Render(strings.Repeat(st.g.gap, 2)) + st.muted.Render(" "+st.t("nobody")+" ")
		if n := len(v.s.Outages); n > 0 && !v.s.Outages[n-1].Coordinator && (v.s.Outages[n-1].To.IsZero() || v.s.At.Sub(v.s.Outages[n-1].To) < laneSpan) {
			legend += st.muted.Render(strings.Repeat(st.g.unknown, 2) + " " + st.t("unknown") + " ")
		}
		if width(head)+width(legend) > w {
			legend = ""
		}
		return st.ruled(head, legend, w)
	}
	label := laneLabel(len(v.s.Partitions))
	return head + laneMarks(v, w, width(head)-label)
}

// laneRuler writes how long ago the columns of the lanes are.
func laneRuler(v view, w int) string {
	label := laneLabel(len(v.s.Partitions))
	l := laneAt(v.s.At, w-label-1)
	line := ""
	for age := laneSpan; age >= 0; age -= 15 * time.Second {
		word := fmt.Sprintf("-%d s", age/time.Second)
		if age == 0 {
			word = v.st.once(" now")
		}
		at := min(l.edge(l.end.Add(-age)), l.n-width(word))
		line += blank(at-width(line)) + word
	}
	return blank(label) + v.st.muted.Render(line)
}
