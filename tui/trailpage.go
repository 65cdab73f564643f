package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/services/messages"
)

// station is what a hop is on the way of a payment.
type station int

const (
	paymentStation station = iota
	againStation           // the payment sent again from the dead letter queue
	orderStation
	letterStation
	emailStation
	otherStation
)

// stationOf tells the station of a hop by its topic.
func stationOf(h messages.Hop) station {
	switch h.Topic {
	case paymentTopic:
		if h.Generation > 0 {
			return againStation
		}
		return paymentStation
	case "order-created":
		return orderStation
	case "dlq-payment":
		return letterStation
	case "email-sent":
		return emailStation
	}
	return otherStation
}

// word names a station.
func (s station) word() string {
	return [...]string{"payment", "sent again", "order", "dead letter", "e-mail", "record"}[s]
}

// trailBody is the page that follows one payment.
func (m *model) trailBody(w, h int) []string {
	st, t := m.st, &m.trail
	if t.open && t.cursor < len(t.trace.Hops) {
		msg := t.trace.Hops[t.cursor].Message
		lines := st.scrollable(m.openHop(), w-2, h-1, t.top)
		return append([]string{messageTitle(st, msg, w)}, indent(lines)...)
	}
	lines, at := trailLines(st, t, min(w, 112)) // further apart, the eye loses the line
	room := h - 2
	if len(t.trace.Hops) > 0 {
		room = min(len(lines), max(h*3/5, h-10)) // some of the chosen record stands under it
	}
	top := max(min(at-room/2, len(lines)-room), 0)
	out := append([]string{trailTitle(st, t, w), trailLine(st, t, w)}, lines[top:min(top+room, len(lines))]...)
	if t.cursor >= len(t.trace.Hops) {
		return out
	}
	msg := t.trace.Hops[t.cursor].Message
	rest := h - len(out) - 2
	if rest < 1 {
		return out
	}
	out = append(out, "", messageTitle(st, msg, w))
	return append(out, st.clipped(indent(messageLines(st, &m.paper, msg, w-2)), rest)...)
}

// openHop are the lines of the record that is open.
func (m *model) openHop() []string {
	t := &m.trail
	if t.cursor >= len(t.trace.Hops) {
		return nil
	}
	return messageLines(m.st, &m.paper, t.trace.Hops[t.cursor].Message, m.bodyWidth()-2)
}

// trailTitle says which payment it is and how far the search is.
func trailTitle(st *styles, t *trail, w int) string {
	left := " " + st.title.Render("FOLLOW ONE PAYMENT") + " " + st.strong.Render(fmt.Sprintf("P%d@%d", t.payment.Partition, t.payment.Offset)) + " "
	right := ""
	switch {
	case t.work != nil && t.trace.Total > 0:
		done := int(min(t.trace.Scanned*10/t.trace.Total, 10))
		right = st.warn.Render("searching ") + st.curve.Render(gauge(st.g, time.Duration(max(done, 0)), 10, 10)) + " " +
			st.muted.Render(fmt.Sprintf("%s of %s records", compact(t.trace.Scanned), compact(t.trace.Total)))
	case t.work != nil:
		right = st.warn.Render("searching ...")
	case !t.readAt.IsZero():
		right = st.muted.Render(fmt.Sprintf("as of %s %s %s searched", t.readAt.Format("15:04:05"), st.g.dot, count(t.trace.Scanned, "record")))
	}
	return st.ruled(left, " "+right+" ", w)
}

// trailLine sums the way up in one sentence.
func trailLine(st *styles, t *trail, w int) string {
	hops := t.trace.Hops
	switch twice := slices.IndexFunc(hops, func(h messages.Hop) bool { return h.Duplicate }); {
	case t.err != nil:
		return st.bad.Render(" " + st.g.bad + " " + st.toldOf(t.err, w-3))
	case twice >= 0:
		word := stationOf(hops[twice]).word()
		return cut(" "+st.bad.Render(fmt.Sprintf("%s There is a second %s of this payment:", st.g.attention, word))+
			" the first was not committed, so the work was done again.", w, st.ascii)
	case t.trace.Gone && len(hops) > 0:
		return st.warn.Render(" " + st.g.attention + " The payment itself is not there: it was deleted, or never committed.")
	case t.trace.Gone:
		return st.warn.Render(" " + st.g.attention + " No payment stands there: it was never written, is not committed, or was deleted.")
	case t.work == nil && len(hops) > 0:
		took := strings.TrimPrefix(after(hops[len(hops)-1].At.Sub(hops[0].At)), "+")
		text := " From the payment to the last of its " + count(int64(len(hops)), "record") + ": " + took + "."
		if len(hops) == 1 {
			text = " Nothing but this record belongs to the payment so far."
		}
		return cut(st.muted.Render(text), w, st.ascii)
	}
	return ""
}

// trailLines are the stations from the top to the bottom, what is missing at the end; at is the line of the chosen one.
func trailLines(st *styles, t *trail, w int) (lines []string, at int) {
	var before time.Time
	for i, h := range t.trace.Hops {
		if i == t.cursor {
			at = len(lines)
		}
		lines = append(lines, hopLine(st, h, before, w, i == t.cursor))
		before = h.At
		if line := countedLine(st, h, w); line != "" {
			lines = append(lines, line)
		}
	}
	for _, missing := range missingStations(t) {
		lines = append(lines, cut("   "+st.muted.Render(st.left(missing.word(), 12)+" "+st.g.waiting+" not yet"), w, st.ascii))
	}
	if n := t.trace.More; n > 0 {
		lines = append(lines, st.muted.Render("   and "+comma(n)+" more records that name it"))
	}
	return lines, at
}

// missingStations are those that a payment normally comes to and has not. A search under way says nothing about it.
func missingStations(t *trail) []station {
	if t.work != nil || t.err != nil || len(t.trace.Hops) == 0 {
		return nil
	}
	newest, seen := 0, map[station]bool{} // what became of an older copy is told by its dead letter
	for _, h := range t.trace.Hops {
		if h.Generation > newest {
			newest, seen = h.Generation, map[station]bool{}
		}
		if h.Generation == newest {
			seen[stationOf(h)] = true
		}
	}
	switch {
	case seen[orderStation] && !seen[emailStation]:
		return []station{emailStation}
	case !seen[orderStation] && !seen[letterStation]:
		return []station{orderStation, emailStation}
	}
	return nil
}

// hopLine is one station: where, by whom, when, and how long after the one before.
func hopLine(st *styles, h messages.Hop, before time.Time, w int, chosen bool) string {
	sign := "  "
	if chosen {
		sign = st.key.Render(st.g.cursor) + " "
	}
	s := stationOf(h)
	style := st.strong
	switch {
	case h.Duplicate:
		style = st.bad
	case s == letterStation, s == againStation:
		style = st.warn
	}
	by := ""
	if s == againStation && h.Parent.Topic != "" {
		by = st.muted.Render("from ") + fmt.Sprintf("DLQ P%d@%d", h.Parent.Partition, h.Parent.Offset)
	} else if h.Instance != "" {
		by = st.muted.Render("by ") + visible(h.Instance, 12, st.ascii)
	}
	later := ""
	if !before.IsZero() {
		later = after(h.At.Sub(before))
	}
	place, room, byRoom := fmt.Sprintf("P%d@%d", h.Partition, h.Offset), 10, 15
	if w >= 100 || s == otherStation {
		place, room, byRoom = visible(h.Topic, 20, st.ascii)+" "+place, 30, 17
	}
	line := sign + " " + style.Render(st.left(s.word(), 12)) + " " + st.left(place, room) + " " + st.left(by, byRoom)
	right := st.muted.Render(h.At.Format("15:04:05.000")) + " " + st.strong.Render(st.right(later, 9)) + " "
	if h.Duplicate {
		line += " " + st.alarm.Render(" DUPLICATE ")
	}
	line = st.ends(line, right, w)
	if chosen {
		return under(line, st.selected)
	}
	return line
}

// countedLine says when analytics had counted a record; it is empty for what analytics does not read.
func countedLine(st *styles, h messages.Hop, w int) string {
	head := "     " + st.muted.Render(st.left("analytics", 10)) + " "
	switch {
	case h.CountedKnown && h.Counted.IsZero():
		return cut(head+st.muted.Render(st.g.waiting+" has not counted it yet"), w, st.ascii)
	case h.CountedKnown:
		// No record was counted before it stood there: the memory of when is coarser than that.
		at := h.At
		if h.Counted.After(at) {
			at = h.Counted
		}
		right := st.muted.Render(at.Format("15:04:05.000")) + " " + st.right(counted(h.Counted.Sub(h.At)), 9) + " "
		return st.ends(head+st.good.Render(st.g.ok)+" counted it", right, w)
	}
	return ""
}

// after writes how long after another something happened. Clocks of different machines differ, so it may be before it.
// Records tell milliseconds only, so nothing finer is told of them.
func after(d time.Duration) string {
	sign := "+"
	if d <= -time.Millisecond {
		sign, d = "-", -d
	}
	if d = max(d, 0); d < time.Second {
		return fmt.Sprintf("%s%d ms", sign, d.Milliseconds())
	}
	return sign + took(d)
}

// countedTo is how exactly analytics remembers when it counted a record.
const countedTo = 10 * time.Millisecond

// counted writes how long after a record analytics had counted it, no more exactly than that is known.
func counted(d time.Duration) string {
	if d < countedTo {
		return "<" + after(countedTo)[1:]
	}
	return after(d)
}
