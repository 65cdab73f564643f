package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// consumerColumns are the widths of the consumer rows; what is left belongs to the last record.
type consumerColumns struct{ name, state, holds, rate, done, detail int }

func (st *styles) consumerLayout(s *lab.Snapshot, w int) consumerColumns {
	c := consumerColumns{name: 10, state: 10, holds: 10, rate: 9, done: 10}
	for _, h := range []lab.Health{lab.Joining, lab.Active, lab.Standby, lab.Leaving, lab.Crashed, lab.Left} {
		c.state = max(c.state, width(st.healthWord(h))+3)
	}
	for _, i := range instances(s) {
		c.name = max(c.name, min(len(i.Name)+1, w/6+2))
	}
	if w >= 96 {
		c.holds = 13
	}
	if w >= 110 {
		c.holds = 22
	}
	c.detail = max(w-(2+4+c.name+c.state+1+c.holds+c.rate+c.done+2+1), 0)
	return c
}

// consumerTitle is the heading of the consumers and names their columns.
// What a dot stands for is said here, too.
func consumerTitle(st *styles, s *lab.Snapshot, w int, mo motion) string {
	c := st.consumerLayout(s, w)
	head := " " + st.title.Render(st.t("CONSUMERS")) + " "
	labels := st.muted.Render(st.left(" "+st.t("holds"), c.holds+1) + st.right(st.t("rate"), c.rate) + st.right(st.t("done"), c.done) + "  " + st.t("last record") + " ")
	fixed := 2 + 4 + c.name + c.state
	whole := st.ruled(head, "", fixed) + labels
	tally := " " + st.muted.Render(st.tally(s)+" ")
	if legend := mo.legend(st, true); legend != "" && width(whole)+width(legend)+width(tally)+2 < w {
		return st.ruled(whole, " "+legend+st.rule.Render(st.g.rule)+tally, w)
	}
	whole = st.ruled(head, mo.legend(st, false), fixed) + labels
	if width(whole)+width(tally) >= w {
		return st.ruled(whole, "", w-1)
	}
	return st.ruled(whole, tally, w)
}

// tally counts the order consumers by state: "2 running, 1 crashed".
func (st *styles) tally(s *lab.Snapshot) string {
	counts := map[lab.Health]int{}
	for _, o := range s.Orders {
		counts[o.Health]++
	}
	var parts []string
	for _, h := range []lab.Health{lab.Active, lab.Standby, lab.Joining, lab.Leaving, lab.Crashed, lab.Left} {
		if counts[h] > 0 {
			parts = append(parts, st.counted(counts[h], h))
		}
	}
	if n := present(s); n > 0 {
		parts = append(parts, st.t("%d outside", n))
	}
	return strings.Join(parts, ", ")
}

// instances are all instances in the order in which the consumers' panel shows them: order consumers at work, members
// outside this lab, those on the bench, then e-mail and analytics.
func instances(s *lab.Snapshot) []lab.Instance {
	working, bench := benched(s)
	return slices.Concat(working, s.Outsiders, bench, services(s))
}

// services are e-mail and analytics.
func services(s *lab.Snapshot) []lab.Instance {
	var out []lab.Instance
	for _, i := range []lab.Instance{s.Email, s.Analytics} {
		if i.Name != "" {
			out = append(out, i)
		}
	}
	return out
}

// benched tells the order consumers on the bench from the others. Who has had no partition for a moment only, because
// the group is sharing them out, does not sit down.
func benched(s *lab.Snapshot) (working, bench []lab.Instance) {
	const moment = time.Second
	for _, o := range s.Orders {
		if o.Health == lab.Standby && s.At.Sub(o.Since) >= moment {
			bench = append(bench, o)
		} else {
			working = append(working, o)
		}
	}
	return working, bench
}

// consumerLines is how many lines the consumers' panel needs for all of them.
func consumerLines(s *lab.Snapshot) int {
	working, bench := benched(s)
	return len(working) + len(s.Outsiders) + min(len(bench), 1) + len(services(s))
}

// consumerRows draws one instance per line, with the selected one marked, and all on the bench in one line. When they
// do not all fit, the bench, e-mail and analytics stay in sight and the others scroll with the selection.
func consumerRows(st *styles, s *lab.Snapshot, w, lines int, selected string, mo motion) []string {
	c := st.consumerLayout(s, w)
	working, bench := benched(s)
	working = append(working, s.Outsiders...)
	below := services(s)
	room := max(lines-len(below)-min(len(bench), 1), 1)
	at := slices.IndexFunc(working, func(i lab.Instance) bool { return idOf(i) == selected })
	from, to, more := window(len(working), room, around(at, len(working), room))
	passing := mo.passings(st, seatsOf(working, bench, from, to))
	var out []string
	for n, i := range working[from:to] {
		out = append(out, st.consumerRow(i, c, w, idOf(i) == selected, mo, passing[n]))
	}
	if more > 0 {
		line := "      " + st.muted.Render(st.t("+%d more of %d", more, len(working))+" "+st.g.dot+" "+st.tally(s)) + " "
		out = append(out, line+st.behind(mo, slices.Concat(working[:from], working[to:]), passing[to-from], w-width(line)-1))
	}
	if len(bench) > 0 {
		line := st.benchLine(s, bench, w, selected)
		if list := passing[len(out)]; len(list) > 0 {
			text := " " + st.passed(list, w/4) + " "
			line = cells(line, 0, w-width(text)) + text
		}
		out = append(out, line)
	}
	for _, i := range below {
		out = append(out, st.consumerRow(i, c, w, idOf(i) == selected, mo, nil))
	}
	return st.box(out, w, lines)
}

// benchLine shows who sits on the bench, and why: there are fewer partitions than consumers.
func (st *styles) benchLine(s *lab.Snapshot, bench []lab.Instance, w int, selected string) string {
	alive := 0
	for _, o := range s.Orders {
		if o.Health != lab.Crashed && o.Health != lab.Left {
			alive++
		}
	}
	why := "  " + st.t("no partition left: %s, %s", st.count(int64(len(s.Partitions)), "%s partition", "%s partitions"), st.count(int64(alive), "%s consumer", "%s consumers")) + " "
	room := max((w-width(why)-8)/4, 1)
	at := slices.IndexFunc(bench, func(i lab.Instance) bool { return idOf(i) == selected })
	from, to, more := window(len(bench), room, around(at, len(bench), room))
	line := "  " + st.warn.Render(st.t("BENCH"))
	for _, i := range bench[from:to] {
		cursor := " "
		if idOf(i) == selected {
			cursor = st.key.Render(st.g.cursor)
		}
		line += cursor + st.sign(i)
	}
	if more > 0 {
		line += fmt.Sprintf(" +%d", more)
	}
	line = st.left(line+st.muted.Render(why), w)
	if at >= 0 {
		return under(line, st.selected)
	}
	return line
}

func (st *styles) consumerRow(i lab.Instance, c consumerColumns, w int, selected bool, mo motion, passing []passing) string {
	cursor, way := "  ", st.rule
	if selected {
		cursor, way = " "+st.key.Render(st.g.cursor), st.muted
	}
	name := st.left(shortName(i.Name, c.name-1, st.ascii), c.name)
	line := cursor + st.sign(i) + " " + st.strong.Render(name) + st.left(st.standing(i), c.state) + " " +
		st.handling(i, c, mo, passing, way) + st.right(st.within(i.Processed, c.done-1), c.done) +
		"  " + st.ends(st.detail(i, c, mo, way), st.restarts(i), c.detail) + " "
	line = st.left(line, w)
	if selected {
		return under(line, st.selected)
	}
	return line
}

// sign is the coloured cell of an instance: its number, or a letter for the services.
func (st *styles) sign(i lab.Instance) string {
	if i.Outside > 0 {
		return st.outsideSign(i.Outside)
	}
	switch i.Kind {
	case lab.EmailKind:
		return st.other.Render(" E ")
	case lab.AnalyticsKind:
		return st.other.Render(" A ")
	}
	return st.cell(i.Number)
}

// standing is the life of an instance. Of one outside this lab nothing is known but that the group counts it.
func (st *styles) standing(i lab.Instance) string {
	switch {
	case i.Outside == 0:
		return st.health(i.Health)
	case i.Health == lab.Left:
		return st.muted.Render(st.g.health[lab.Left] + " " + st.t("gone"))
	}
	return st.other.Render(st.g.health[i.Health] + " " + st.t("member"))
}

func (st *styles) health(h lab.Health) string {
	text := st.g.health[h] + " " + st.healthWord(h)
	switch h {
	case lab.Active:
		return st.good.Render(text)
	case lab.Crashed:
		return st.bad.Render(text)
	case lab.Joining, lab.Leaving:
		return st.warn.Render(text)
	}
	return st.muted.Render(text)
}

// holds lists the partitions of an order consumer, and the lag of the other services' groups.
func (st *styles) holds(i lab.Instance, w int) string {
	if i.Kind != lab.OrderKind && i.Outside == 0 {
		if !i.LagKnown {
			return st.muted.Render(st.t("lag %s", st.g.dash))
		}
		if text := st.t("lag %s", phrase.Number(i.Lag)); width(text) <= w {
			return text
		}
		return st.t("lag %s", st.compact(i.Lag))
	}
	switch {
	case len(i.Partitions) == 0:
		return st.muted.Render(st.g.dash)
	case i.Outside > 0 && !plain(i):
		return st.outsideHolds(i, w)
	}
	names := make([]string, len(i.Partitions))
	for n, p := range i.Partitions {
		names[n] = fmt.Sprintf("P%d", p.Partition)
	}
	return fitted(names, " ", w-1)
}

// detail is what matters most about an instance: its failure, what Kafka believes of a dead one, the pills that it just caught,
// or its last record.
func (st *styles) detail(i lab.Instance, c consumerColumns, mo motion, way pen) string {
	w := c.detail
	switch {
	case i.Outside > 0:
		return st.outsideDetail(i, c)
	case i.Crashes > 0:
		return st.loopDetail(i, w)
	case i.Blocked != nil:
		return st.blockedLine(i.Blocked, w)
	case i.Err != nil:
		return st.bad.Render(st.g.attention + " " + st.reason(i.Err, w-2))
	case i.StillMember:
		return st.warn.Render(st.t("Kafka: %s", st.timeLeft(i)))
	case i.Health == lab.Standby:
		return st.muted.Render(st.t("no partition is left"))
	case len(mo.by(i)) > 0:
		return mo.caught(st, mo.by(i), w-width(st.restarts(i))-1, way)
	case !i.Last.Seen:
		return ""
	}
	return st.muted.Render(st.t("P%d@%d user", i.Last.Partition, i.Last.Offset)+" ") + visible(i.Last.User, w, st.ascii)
}

func (st *styles) restarts(i lab.Instance) string {
	if i.Restarts == 0 {
		return ""
	}
	return " " + st.muted.Render(fmt.Sprintf("%s%d", st.g.restarted, i.Restarts))
}

// reason is an error in so many cells. It says what was tried and then why that failed: where both have no room, why.
func (st *styles) reason(err error, w int) string {
	for short := phrase.Say(st.lang, err); ; {
		_, rest, more := strings.Cut(short, ": ")
		if width(short) <= w || !more {
			return st.told(phrase.New("%s", short), w)
		}
		short = rest
	}
}
