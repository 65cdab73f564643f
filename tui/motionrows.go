package tui

import (
	"fmt"
	"slices"
	"strings"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// toggleMotion has everything stand still, or move again.
func (m *model) toggleMotion() {
	m.still = !m.still
	if m.still {
		m.tell(phrase.New("Nothing moves now: numbers, words and signs tell the same."), false)
		return
	}
	m.tell(phrase.New("What flows and who hands over moves again."), false)
}

// seats say on which row of a list an instance stands: by its hands. Who has none is on the row of those out of sight.
type seats struct {
	rows   map[int]int
	hidden int // negative: there is no such row
}

// handsIn is what handsOf says of a partition that an instance has.
func handsIn(i lab.Instance) int {
	if i.Outside > 0 {
		return somebody - i.Outside
	}
	return i.Number
}

// seat puts an instance on a row.
func (p *seats) seat(i lab.Instance, row int) {
	if p.rows == nil {
		p.rows = map[int]int{}
	}
	if i.Kind == lab.OrderKind {
		p.rows[handsIn(i)] = row
	}
}

// seatsOf are the rows of the consumers' panel: those at work of which some are in sight, the row of the others, and the bench.
func seatsOf(working, bench []lab.Instance, from, to int) seats {
	out := seats{hidden: -1}
	for n, i := range working[from:to] {
		out.seat(i, n)
	}
	next := to - from
	if next < len(working) {
		out.hidden = next
		next++
	}
	for _, i := range bench {
		out.seat(i, next)
	}
	return out
}

func (p seats) of(hands int) int {
	if row, ok := p.rows[hands]; ok {
		return row
	}
	return p.hidden
}

// passing is what is to be seen of a partition on a row: shortly where there is little room.
type passing struct {
	long, short string
	pen         pen
}

// passings are the partitions that have left a reader, by the row on which they are.
func (mo motion) passings(st *styles, at seats) map[int][]passing {
	out := map[int][]passing{}
	for _, h := range mo.slides {
		name, from, to := fmt.Sprintf("P%d", h.partition), at.of(h.from), at.of(h.to)
		row := to
		var p passing
		switch {
		case h.to == nobody:
			row = from
			p = passing{name + " " + st.g.bad + " " + st.t("nobody"), st.g.bad + name, st.bad}
		case mo.sliding(h) && from >= 0:
			row = h.row(from, to)
			sign := st.g.down
			if to < from {
				sign = st.g.up
			}
			p = passing{sign + name, sign + name, st.inHands(h.to)}
		default:
			p = passing{name + " " + st.g.back + " " + st.hadName(h.from), name + st.g.back + st.hadSign(h.from), st.muted}
		}
		if row >= 0 {
			out[row] = append(out[row], p)
		}
	}
	return out
}

// inHands is the pen of an instance.
func (st *styles) inHands(hands int) pen {
	if hands > 0 {
		return st.cells[st.colour(hands)]
	}
	return st.other
}

// hadName and hadSign are who had a partition in hand.
func (st *styles) hadName(hands int) string {
	if hands > 0 {
		return fmt.Sprintf("order-%d", hands)
	}
	return st.t("outside") + " " + st.hadSign(hands)
}

func (st *styles) hadSign(hands int) string {
	if hands > 0 {
		return fmt.Sprint(hands)
	}
	return st.letter(somebody - hands)
}

// passed draws the partitions that pass a row, in at most w cells: the first pen is the one of what matters most.
func (st *styles) passed(list []passing, w int) string {
	var long, short []string
	style := list[0].pen
	for _, p := range list {
		long, short = append(long, p.long), append(short, p.short)
		if p.pen != st.muted && style != st.bad {
			style = p.pen
		}
	}
	text := strings.Join(long, " ")
	if width(text) > w {
		text = fitted(short, " ", w)
	}
	return style.Render(cut(text, w, st.ascii))
}

// handling is what an instance holds and how fast it works, in so many cells, and between the two what comes to it: the
// partitions that pass, or else the messages that it reads.
func (st *styles) handling(i lab.Instance, c consumerColumns, mo motion, passing []passing, line pen) string {
	const rail = 7 // a usual rate and a blank: where that has room, partitions pass in one column
	rate := cut(st.perSecond(i.Rate), c.rate, st.ascii)
	holds := cut(st.holds(i, c.holds), c.holds, st.ascii)
	room := c.holds + c.rate - width(rate)
	if len(passing) == 0 {
		gap := room - width(holds)
		if mo.still || mo.per == 0 || !instanceFlows(i) || gap < 6 {
			return holds + blank(gap) + rate
		}
		ink := st.curve
		if i.Kind == lab.OrderKind && i.Outside == 0 {
			ink = st.bar(i.Number)
		}
		return holds + " " + st.pipe(mo.dots(i.Processed, i.Rate, gap-3), ink, line) + " " + rate
	}
	edge := max(rail-width(rate), 1)
	if least := width(passing[0].short) + 1 + edge; width(holds) > room-least {
		holds = cut(st.holds(i, max(room-least+1, 4)), max(room-least, 0), st.ascii)
	}
	text := st.passed(passing, room-width(holds)-1-edge)
	return holds + blank(room-width(holds)-width(text)-edge) + text + blank(edge) + rate
}

// pipe is a line on which messages move to the right, to an arrow.
func (st *styles) pipe(dots []bool, ink, line pen) string {
	var b strings.Builder
	for from := 0; from < len(dots); {
		to := from
		for to < len(dots) && dots[to] == dots[from] {
			to++
		}
		if dots[from] {
			b.WriteString(ink.Render(strings.Repeat(st.g.message, to-from)))
		} else {
			b.WriteString(line.Render(strings.Repeat(st.g.rule, to-from)))
		}
		from = to
	}
	return b.String() + st.muted.Render(st.g.head)
}

// legend says what a dot stands for; empty where none is drawn.
func (mo motion) legend(st *styles, long bool) string {
	switch {
	case mo.still || mo.per == 0:
		return ""
	case long:
		return st.curve.Render(st.g.message) + st.muted.Render(" = "+st.count(mo.per, "%s message", "%s messages")+" ")
	}
	return st.curve.Render(st.g.message) + st.muted.Render(" = "+st.compact(mo.per)+" ")
}

// by picks what some instances caught.
func (mo motion) by(list ...lab.Instance) []catch {
	var out []catch
	for _, c := range mo.catches {
		if slices.ContainsFunc(list, func(i lab.Instance) bool { return i.Outside == 0 && i.Name == c.instance }) {
			out = append(out, c)
		}
	}
	return out
}

// caught draws pills that were caught a moment ago on their way to the dead letter queue, in w cells. The word of the newest
// one stands before them.
func (mo motion) caught(st *styles, list []catch, w int, way pen) string {
	const least = 4
	end := st.g.arrow + " DLQ"
	word := st.pillWord(list[0].code, w-width(end)-least-2)
	track := make([]bool, max(w-width(end)-width(word)-2, 0))
	if mo.still || len(track) == 0 {
		return st.dead.Render(cut(word+" "+end, w, st.ascii))
	}
	for _, c := range list {
		if c.age < pillTakes {
			track[int(float64(c.age)/float64(pillTakes)*float64(len(track)))] = true
		}
	}
	line := st.dead.Render(word) + " "
	for _, pill := range track {
		if pill {
			line += st.dead.Render(st.g.bad)
		} else {
			line += way.Render(st.g.rule)
		}
	}
	return line + " " + st.dead.Render(end)
}

// behind is what moves on the row of the instances that are out of sight, in w cells.
func (st *styles) behind(mo motion, hidden []lab.Instance, passing []passing, w int) string {
	if len(passing) > 0 {
		return st.passed(passing, w)
	}
	if list := mo.by(hidden...); len(list) > 0 {
		return mo.caught(st, list, min(w, 24), st.rule)
	}
	return ""
}

// pillWord names a pill in w cells by what is wrong with it, and where that has no room, as a pill.
func (st *styles) pillWord(code string, w int) string {
	for _, word := range []string{st.t("pill %s", code), code} {
		if width(word) <= w {
			return word
		}
	}
	return st.t("a pill")
}
