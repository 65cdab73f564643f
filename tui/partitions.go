package tui

import (
	"fmt"
	"strings"

	"blackfriday/services/lab"
)

// partitionColumns are the widths of the partition rows. They depend on the width of the panel and on how large the
// numbers are, so that everything lines up and nothing is cut while there is room.
type partitionColumns struct {
	id, leader, reader, owner, bar, lag, rate, drain, position int
	words                                                      bool // the trend as a word beside its sign
	ownerInBar                                                 bool // an owner who is not the reader stands at the end of the bar
}

func (st *styles) partitionLayout(s *lab.Snapshot, w int, double bool) partitionColumns {
	c := partitionColumns{id: 3, reader: 13, lag: 5, rate: 8, drain: 9}
	c.reader = max(c.reader, 4+width(st.t("ORPHAN"))+1)
	if double {
		c.reader = 4 + width(st.t("Kafka: %s", "order-12"))
	}
	if len(s.Partitions) > 100 {
		c.id = 4
	}
	c.lag = max(c.lag, width(st.number(s.Lag.Total)))
	if w >= 100 {
		c.drain, c.words = 17, true
	}
	if w >= 100 && !double {
		c.owner = 13
	}
	if w >= wideFrom {
		c.leader = 8
	}
	c.ownerInBar = c.owner == 0 && !double
	c.position = st.positionWidth(s.Partitions, w < 120)
	fixed := 1 + c.id + 1 + c.leader + c.reader + c.owner + 1 + 2 + c.lag + 1 + c.rate + 2 + c.drain + 1 + c.position + 1
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
func (st *styles) positionWidth(partitions []lab.Partition, tight bool) int {
	committed, end := reach(partitions)
	furthest := int64(0)
	for _, p := range partitions {
		furthest = max(furthest, p.End)
	}
	need := func(short bool) int {
		return max(9, width(st.position(committed, end, short)), width(st.position(furthest, furthest, short)))
	}
	if full := need(false); !tight || full <= 15 {
		return full
	}
	return need(true)
}

func (st *styles) position(committed, end int64, short bool) string {
	if short {
		return st.compact(committed) + "/" + st.compact(end)
	}
	return st.number(committed) + "/" + st.number(end)
}

// partitionTitle is the heading of the partitions; its numbers are the totals and stand over the columns.
func partitionTitle(st *styles, s *lab.Snapshot, w int) string {
	c := st.partitionLayout(s, w, false)
	head := " " + st.title.Render(st.t("PARTITIONS")) + " "
	if w >= 120 {
		head += st.muted.Render(visible(s.Cluster.Prefix, 24, st.ascii)+"payment-successful "+st.g.arrow+" "+visible(s.Cluster.Prefix, 24, st.ascii)+"order-service-group") + " "
	}
	numbers := st.strong.Render(st.t("lag")+" ") + st.totals(s, c)
	if age := st.staleWord(s); age != "" {
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
	if stale(s) {
		weight, drain = st.muted, st.muted.Render(st.old())
	}
	return strings.Join([]string{
		weight.Render(st.right(st.number(s.Lag.Total), c.lag)),
		weight.Render(st.right(st.perSecond(s.Lag.Rate), c.rate)),
		" " + st.left(drain, c.drain),
		st.right(st.offsets(committed, end, c), c.position) + " ",
	}, " ")
}

// partitionLabels names the columns.
func partitionLabels(st *styles, s *lab.Snapshot, w int, double bool) string {
	c := st.partitionLayout(s, w, double)
	line := " " + blank(c.id+1)
	if c.leader > 0 {
		line += st.left(st.t("leader"), c.leader)
	}
	line += st.left(st.t("reader"), c.reader)
	if c.owner > 0 {
		line += st.left(st.t("Kafka names"), c.owner)
	}
	line += " " + blank(c.bar+2) + st.right(st.t("lag"), c.lag) + " " + st.right(st.t("rate"), c.rate) +
		"  " + st.left(st.t("to zero"), c.drain) + " " + st.right(st.t("done/end"), c.position)
	return st.muted.Render(st.left(line, w))
}

// partitionRows draws one partition per line, or per two lines when double. All bars share one scale, where scale is
// the lag of a full bar.
func partitionRows(st *styles, s *lab.Snapshot, w, lines, top int, scale int64, double bool) []string {
	c := st.partitionLayout(s, w, double)
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
		hint := blank(c.id+2) + st.t("+%d more of %d", more, len(s.Partitions)) + " " + st.g.dot + " " + st.t("pgup and pgdn scroll, 5 shows them all")
		out = append(out, st.muted.Render(hint))
	}
	return st.box(out, w, lines)
}

func (st *styles) partitionRow(s *lab.Snapshot, p lab.Partition, c partitionColumns, scale int64) string {
	line := " " + st.strong.Render(st.left(fmt.Sprintf("P%d", p.ID), c.id)) + " "
	if c.leader > 0 {
		line += st.left(st.leader(s, p), c.leader)
	}
	line += st.left(st.reader(p), c.reader)
	if c.owner > 0 {
		line += st.left(st.owner(p), c.owner)
	}
	bar := st.partitionBar(s, p, c.bar, scale)
	if leaderless(s, p) {
		bar = st.leaderInBar(p, c.bar)
	} else if c.ownerInBar && differ(p) {
		bar = st.ownerInBar(p, bar, c.bar)
	} else if p.Blocked != nil {
		bar = st.blockedInBar(p.Blocked, bar, c.bar)
	}
	line += " " + bar + "  "
	if !p.Known && p.AsOf.IsZero() {
		return line + st.right(st.g.dash, c.lag) + " " + st.right(st.g.dash, c.rate) + "  " +
			st.left(st.g.dash, c.drain) + " " + st.right(st.g.dash, c.position) + " "
	}
	lag, rate := st.right(st.number(p.Lag), c.lag), st.right(st.perSecond(p.Rate), c.rate)
	if !p.Known {
		rate = st.right(st.g.dash, c.rate)
	}
	if !p.Known || stale(s) {
		return line + st.muted.Render(lag+" "+rate+"  "+st.left(st.old(), c.drain)) + " " +
			st.right(st.offsets(p.Committed, p.End, c), c.position) + " "
	}
	return line + st.strong.Render(lag) + " " + rate + "  " +
		st.left(st.drain(partitionDrain(p), p.Lag, c.words), c.drain) + " " + st.right(st.offsets(p.Committed, p.End, c), c.position) + " "
}

// ownerInBar writes the broker's word over the end of a bar of w cells, where no column is left for it. The beginning of
// the bar stays in sight.
func (st *styles) ownerInBar(p lab.Partition, bar string, w int) string {
	const least = 3
	word := " " + st.t("Kafka: %s", ownerName(st, p))
	if width(word) > w-least {
		word = " " + ownerName(st, p)
	}
	word = cut(word, w, st.ascii)
	return cells(bar, 0, w-width(word)) + st.warn.Render(word)
}

// differ says that the broker names another owner of a partition than the reader whom we see, or that nobody reads it.
func differ(p lab.Partition) bool {
	return p.Known && !p.Unknown && (p.Reader != p.OwnerInstance || p.Reader == 0)
}

// partitionSecond is the lower line of a partition with two lines: the broker's word, and half a line more of the bar,
// so that the bars of neighbours do not touch.
func (st *styles) partitionSecond(s *lab.Snapshot, p lab.Partition, c partitionColumns, scale int64) string {
	label := blank(1+c.id+1+c.leader+4) + st.left(st.muted.Render(st.t("Kafka: %s", ""))+st.owner(p), c.reader-4)
	style, _ := st.barStyle(s, p)
	if p.Blocked != nil {
		return label + " " + st.blockedLine(p.Blocked, c.bar)
	}
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
	case p.Unknown:
		return st.muted.Render(" " + st.g.unknown + "  " + st.t("unknown"))
	case p.Orphan:
		return st.alarm.Render(" "+st.g.bad+" ") + " " + st.bad.Render(st.t("ORPHAN"))
	case !p.Known && p.Reader == 0:
		return " " + st.g.dash
	case p.Reader > 0:
		return st.cell(p.Reader) + fmt.Sprintf(" order-%d", p.Reader)
	case foreign(p):
		return st.outsideSign(p.OwnerOutside) + " " + st.t("outside")
	}
	return " " + st.g.dash + "  " + st.muted.Render(st.t("nobody"))
}

// owner is the broker's word. It stands out where it differs from ours.
func (st *styles) owner(p lab.Partition) string {
	name := shortName(p.Owner, 12, st.ascii)
	switch {
	case !p.Known:
		return st.g.dash
	case p.Owner == "":
		return st.muted.Render(st.t("nobody"))
	case !p.Unknown && p.OwnerInstance != p.Reader || p.OwnerInstance == 0:
		return st.warn.Render(name)
	}
	return st.muted.Render(name)
}

func (st *styles) offsets(committed, end int64, c partitionColumns) string {
	text := st.position(committed, end, false)
	if width(text) > c.position {
		text = st.position(committed, end, true)
	}
	return st.muted.Render(text)
}
