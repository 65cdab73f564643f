package tui

import (
	"fmt"
	"strings"
	"time"

	"blackfriday/services/lab"
)

// partitionColumns are the widths of the partition rows. They depend on the width of the panel and on how large the
// numbers are, so that everything lines up and nothing is cut while there is room.
type partitionColumns struct {
	id, reader, owner, bar, lag, rate, drain, position int
	words                                              bool // the trend as a word beside its sign
}

func partitionLayout(s *lab.Snapshot, w int, double bool) partitionColumns {
	c := partitionColumns{id: 3, reader: 13, lag: 5, rate: 8, drain: 9}
	if double {
		c.reader = 4 + len("Kafka: order-12")
	}
	if len(s.Partitions) > 100 {
		c.id = 4
	}
	c.lag = max(c.lag, len(comma(s.Lag.Total)))
	if w >= 100 {
		c.drain, c.words = 17, true
	}
	if w >= 100 && !double {
		c.owner = 13
	}
	c.position = positionWidth(s.Partitions, w < 100)
	fixed := 1 + c.id + 1 + c.reader + c.owner + 1 + 2 + c.lag + 1 + c.rate + 2 + c.drain + 1 + c.position + 1
	c.bar = max(w-fixed, 1)
	return c
}

// reach is how far the group has come and how far it could: committed and end offsets of all partitions, less what was
// deleted before.
func reach(partitions []lab.Partition) (committed, end int64) {
	for _, p := range partitions {
		if p.Known {
			committed += p.Committed - p.Start
			end += p.End - p.Start
		}
	}
	return committed, end
}

// positionWidth is how many cells the offsets need. Where space is short, long ones are written in short.
func positionWidth(partitions []lab.Partition, tight bool) int {
	committed, end := reach(partitions)
	furthest := int64(0)
	for _, p := range partitions {
		furthest = max(furthest, p.End)
	}
	need := func(short bool) int {
		return max(9, len(position(committed, end, short)), len(position(furthest, furthest, short)))
	}
	if full := need(false); !tight || full <= 15 {
		return full
	}
	return need(true)
}

func position(committed, end int64, short bool) string {
	if short {
		return compact(committed) + "/" + compact(end)
	}
	return comma(committed) + "/" + comma(end)
}

// partitionTitle is the heading of the partitions; its numbers are the totals and stand over the columns.
func partitionTitle(st *styles, s *lab.Snapshot, w int) string {
	c := partitionLayout(s, w, false)
	head := " " + st.title.Render("PARTITIONS") + " "
	if w >= 120 {
		head += st.muted.Render("payment-successful "+st.g.arrow+" order-service-group") + " "
	}
	numbers := st.strong.Render("lag ") + st.totals(s, c)
	if age := stale(s); age != "" {
		head += st.alarm.Render(" "+age+" ") + " "
	}
	return st.ruled(head, " "+numbers, w)
}

// totals are the numbers of all partitions together.
func (st *styles) totals(s *lab.Snapshot, c partitionColumns) string {
	if !s.Lag.Known {
		return strings.Join([]string{
			st.right(st.g.dash, c.lag), st.right(st.g.dash, c.rate),
			" " + st.left(st.g.dash, c.drain), st.right(st.g.dash, c.position) + " ",
		}, " ")
	}
	committed, end := reach(s.Partitions)
	weight, drain := st.strong, st.drain(totalDrain(s), s.Lag.Total, c.words)
	if stale(s) != "" {
		weight, drain = st.muted, st.muted.Render(st.old())
	}
	return strings.Join([]string{
		weight.Render(st.right(comma(s.Lag.Total), c.lag)),
		weight.Render(st.right(perSecond(s.Lag.Rate), c.rate)),
		" " + st.left(drain, c.drain),
		st.right(st.offsets(committed, end, c), c.position) + " ",
	}, " ")
}

// partitionLabels names the columns.
func partitionLabels(st *styles, s *lab.Snapshot, w int, double bool) string {
	c := partitionLayout(s, w, double)
	line := " " + blank(c.id+1) + st.left("reader", c.reader)
	if c.owner > 0 {
		line += st.left("Kafka names", c.owner)
	}
	line += " " + blank(c.bar+2) + st.right("lag", c.lag) + " " + st.right("rate", c.rate) +
		"  " + st.left("to zero", c.drain) + " " + st.right("done/end", c.position)
	return st.muted.Render(st.left(line, w))
}

// partitionRows draws one partition per line, or per two lines when double. All bars share one scale, where scale is
// the lag of a full bar.
func partitionRows(st *styles, s *lab.Snapshot, w, lines, top int, scale int64, double bool) []string {
	c := partitionLayout(s, w, double)
	each := 1
	if double {
		each = 2
	}
	from, to, more := window(len(s.Partitions), lines/each, top)
	var out []string
	for _, p := range s.Partitions[from:to] {
		out = append(out, st.partitionRow(s, p, c, scale))
		if double {
			out = append(out, st.partitionSecond(s, p, c, scale))
		}
	}
	if more > 0 {
		hint := fmt.Sprintf("%s+%d more of %d %s pgup and pgdn scroll, 5 shows them all", blank(c.id+2), more, len(s.Partitions), st.g.dot)
		out = append(out, st.muted.Render(hint))
	}
	return st.box(out, w, lines)
}

func (st *styles) partitionRow(s *lab.Snapshot, p lab.Partition, c partitionColumns, scale int64) string {
	line := " " + st.strong.Render(st.left(fmt.Sprintf("P%d", p.ID), c.id)) + " " + st.left(st.reader(p), c.reader)
	if c.owner > 0 {
		line += st.left(st.owner(p), c.owner)
	}
	line += " " + st.partitionBar(s, p, c.bar, scale) + "  "
	if !p.Known {
		return line + st.right(st.g.dash, c.lag) + " " + st.right(st.g.dash, c.rate) + "  " +
			st.left(st.g.dash, c.drain) + " " + st.right(st.g.dash, c.position) + " "
	}
	lag, rate := st.right(comma(p.Lag), c.lag), st.right(perSecond(p.Rate), c.rate)
	if stale(s) != "" {
		return line + st.muted.Render(lag+" "+rate+"  "+st.left(st.old(), c.drain)) + " " +
			st.right(st.offsets(p.Committed, p.End, c), c.position) + " "
	}
	return line + st.strong.Render(lag) + " " + rate + "  " +
		st.left(st.drain(partitionDrain(p), p.Lag, c.words), c.drain) + " " + st.right(st.offsets(p.Committed, p.End, c), c.position) + " "
}

// partitionSecond is the lower line of a partition with two lines: the broker's word, and half a line more of the bar,
// so that the bars of neighbours do not touch.
func (st *styles) partitionSecond(s *lab.Snapshot, p lab.Partition, c partitionColumns, scale int64) string {
	label := blank(1+c.id+1+4) + st.left(st.muted.Render("Kafka: ")+st.owner(p), c.reader-4)
	style, _ := st.barStyle(s, p)
	half := 0
	if p.Known && scale > 0 {
		half = int(min(float64(max(p.Lag, 0))/float64(scale), 1) * float64(c.bar))
	}
	fill := st.g.half
	if p.Orphan {
		fill = st.g.halfWorn
	}
	return label + " " + style.Render(strings.Repeat(fill, half))
}

// reader is our own word: who has the partition in hand.
func (st *styles) reader(p lab.Partition) string {
	switch {
	case p.Orphan:
		return st.alarm.Render(" "+st.g.bad+" ") + " " + st.bad.Render("ORPHAN")
	case !p.Known && p.Reader == 0:
		return " " + st.g.dash
	case p.Reader > 0:
		return st.cell(p.Reader) + fmt.Sprintf(" order-%d", p.Reader)
	}
	return " " + st.g.dash + "  " + st.muted.Render("nobody")
}

// owner is the broker's word. It stands out where it differs from ours.
func (st *styles) owner(p lab.Partition) string {
	name := visible(p.Owner, 12, st.ascii)
	switch {
	case !p.Known:
		return st.g.dash
	case p.Owner == "":
		return st.muted.Render("nobody")
	case p.OwnerInstance == 0 || p.OwnerInstance != p.Reader:
		return st.warn.Render(name)
	}
	return st.muted.Render(name)
}

// partitionDrain is where the lag of a partition is going. The slope looks back a few seconds: for a moment after a crash
// it promises that a lag falls which nobody works on any more.
func partitionDrain(p lab.Partition) lab.Drain {
	if p.Orphan && p.Lag > 0 && p.Drain.Trend == lab.Shrinking {
		return lab.Drain{Trend: lab.Stuck, ToZero: -1}
	}
	return p.Drain
}

// totalDrain is where the lag of all partitions is going. It is never promised to be zero while a part of it does not
// fall, and it does not fall while nobody reads any of it.
func totalDrain(s *lab.Snapshot) lab.Drain {
	d, falls := s.Lag.Drain, false
	for _, p := range s.Partitions {
		switch {
		case p.Lag == 0:
		case partitionDrain(p).Trend == lab.Shrinking:
			falls = true
		default:
			d.ToZero = -1
		}
	}
	if d.Trend == lab.Shrinking && d.ToZero < 0 && !falls && len(orphaned(s)) > 0 {
		d.Trend = lab.Stuck
	}
	return d
}

// drain says where a lag is going: a sign, and the time to zero or a word.
func (st *styles) drain(d lab.Drain, lag int64, words bool) string {
	switch {
	case d.Trend == lab.Growing:
		return st.warn.Render(st.g.up + " growing")
	case d.Trend == lab.Stuck:
		return st.bad.Render(st.g.stuck + " stuck")
	case d.Trend == lab.Shrinking && (words || d.ToZero < 0):
		text := st.g.down + " falling"
		if d.ToZero >= 0 {
			text += " " + clock(roundUp(d.ToZero))
		}
		return st.good.Render(text)
	case d.Trend == lab.Shrinking:
		return st.good.Render(st.g.down + " " + clock(roundUp(d.ToZero)))
	case lag == 0:
		return st.muted.Render(st.g.ok + " empty")
	}
	return st.muted.Render(st.g.steady + " steady")
}

func (st *styles) offsets(committed, end int64, c partitionColumns) string {
	text := position(committed, end, false)
	if len(text) > c.position {
		text = position(committed, end, true)
	}
	return st.muted.Render(text)
}

// old stands where a trend would, while the numbers are out of date.
func (st *styles) old() string { return st.g.attention + " old" }

// stale says in a word or two why the brokers' numbers are not to be trusted; it is empty when they are fresh.
func stale(s *lab.Snapshot) string {
	age := s.At.Sub(s.Reading.At)
	switch {
	case s.Reading.At.IsZero() && s.Reading.Err != "":
		return "NO READING"
	case s.Reading.At.IsZero():
		return ""
	case age > staleAfter:
		return "STALE " + seconds(age)
	case s.Reading.Err != "":
		return "STALE"
	}
	return ""
}

// staleAfter is how old the brokers' word may be before the dashboard says so.
const staleAfter = 500 * time.Millisecond
