package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
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
func (s station) word() phrase.Phrase {
	return [...]phrase.Phrase{phrase.New("payment"), phrase.New("sent again"), phrase.New("order"), phrase.New("dead letter"),
		phrase.New("e-mail"), phrase.New("record")}[s]
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
	left := " " + st.title.Render(st.t("FOLLOW ONE PAYMENT")) + " " + st.strong.Render(fmt.Sprintf("P%d@%d", t.payment.Partition, t.payment.Offset)) + " "
	right := ""
	switch {
	case t.work != nil && t.trace.Total > 0:
		done := int(min(t.trace.Scanned*10/t.trace.Total, 10))
		right = st.warn.Render(st.t("searching")+" ") + st.curve.Render(gauge(st.g, time.Duration(max(done, 0)), 10, 10)) + " " +
			st.muted.Render(st.t("%s of %s records", st.compact(t.trace.Scanned), st.compact(t.trace.Total)))
	case t.work != nil:
		right = st.warn.Render(st.t("searching") + " ...")
	case !t.readAt.IsZero():
		right = st.muted.Render(st.t("as of %s", t.readAt.Format("15:04:05")) + " " + st.g.dot + " " + st.count(t.trace.Scanned, "%s record searched", "%s records searched"))
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
		return cut(" "+st.bad.Render(st.g.attention+" "+st.second(stationOf(hops[twice])))+" "+
			st.t("the first was not committed, so the work was done again."), w, st.ascii)
	case t.trace.Gone && len(hops) > 0:
		return st.warn.Render(" " + st.g.attention + " " + st.t("The payment itself is not there: it was deleted, or never committed."))
	case t.trace.Gone:
		return st.warn.Render(" " + st.g.attention + " " + st.t("No payment stands there: it was never written, is not committed, or was deleted."))
	case t.work == nil && len(hops) > 0:
		took := strings.TrimPrefix(st.after(hops[len(hops)-1].At.Sub(hops[0].At)), "+")
		text := st.t("From the payment to the last of its %d records: %s.", len(hops), took)
		if len(hops) == 1 {
			text = st.t("Nothing but this record belongs to the payment so far.")
		}
		return cut(st.muted.Render(" "+text), w, st.ascii)
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
		lines = append(lines, cut("   "+st.muted.Render(st.left(st.say(missing.word()), 12)+" "+st.g.waiting+" "+st.t("not yet")), w, st.ascii))
	}
	if n := t.trace.More; n > 0 {
		lines = append(lines, st.muted.Render("   "+st.count(n, "and %s more record that names it", "and %s more records that name it")))
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

// second says that there are two of a station.
func (st *styles) second(s station) string {
	switch s {
	case orderStation:
		return st.t("There is a second order of this payment:")
	case emailStation:
		return st.t("There is a second e-mail of this payment:")
	case letterStation:
		return st.t("There is a second dead letter of this payment:")
	}
	return st.t("There is a second %s of this payment:", s.word())
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
		by = st.muted.Render(st.t("from")+" ") + fmt.Sprintf("DLQ P%d@%d", h.Parent.Partition, h.Parent.Offset)
	} else if h.Instance != "" {
		by = st.muted.Render(st.t("by")+" ") + visible(h.Instance, 12, st.ascii)
	}
	later := ""
	if !before.IsZero() {
		later = st.after(h.At.Sub(before))
	}
	place, room, byRoom := fmt.Sprintf("P%d@%d", h.Partition, h.Offset), 10, 15
	if w >= 100 || s == otherStation {
		place, room, byRoom = visible(h.Topic, 20, st.ascii)+" "+place, 30, 17
	}
	line := sign + " " + style.Render(st.left(st.say(s.word()), 12)) + " " + st.left(place, room) + " " + st.left(by, byRoom)
	right := st.muted.Render(h.At.Format("15:04:05.000")) + " " + st.strong.Render(st.right(later, 9)) + " "
	if h.Duplicate {
		line += " " + st.alarm.Render(" "+st.t("DUPLICATE")+" ")
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
		return cut(head+st.muted.Render(st.g.waiting+" "+st.t("has not counted it yet")), w, st.ascii)
	case h.CountedKnown:
		// No record was counted before it stood there: the memory of when is coarser than that.
		at := h.At
		if h.Counted.After(at) {
			at = h.Counted
		}
		right := st.muted.Render(at.Format("15:04:05.000")) + " " + st.right(st.countedAfter(h.Counted.Sub(h.At)), 9) + " "
		return st.ends(head+st.good.Render(st.g.ok)+" "+st.t("counted it"), right, w)
	}
	return ""
}

// after writes how long after another something happened. Clocks of different machines differ, so it may be before it.
// Records tell milliseconds only, so nothing finer is told of them.
func (st *styles) after(d time.Duration) string {
	sign := "+"
	if d <= -time.Millisecond {
		sign, d = "-", -d
	}
	if d = max(d, 0); d < time.Second {
		return sign + st.t("%s ms", phrase.Number(d.Milliseconds()))
	}
	return sign + st.took(d)
}

// countedTo is how exactly analytics remembers when it counted a record.
const countedTo = 10 * time.Millisecond

// countedAfter writes how long after a record analytics had counted it, no more exactly than that is known.
func (st *styles) countedAfter(d time.Duration) string {
	if d < countedTo {
		return "<" + st.after(countedTo)[1:]
	}
	return st.after(d)
}
