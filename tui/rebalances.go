package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// rebalanceColumns are the widths of the rebalance rows; a width of 0 leaves the column out.
type rebalanceColumns struct{ id, at, cause, who, generation, protocol, moved, longest, sum, again, callbacks, brokers int }

func (st *styles) rebalanceLayout(w int) rebalanceColumns {
	c := rebalanceColumns{id: 6, at: 9, cause: 11, generation: 8, protocol: 12, moved: 6, longest: 8, again: 6}
	c.cause = max(c.cause, width(st.causeWord(lab.CauseLeave)+"+"+st.causeWord(lab.CauseJoin))+1)
	c.longest, c.again = max(c.longest, width(st.t("unread"))+1), max(c.again, width(st.once("again "))+1)
	if w >= 100 {
		c.sum = 9
	}
	if w >= 118 {
		c.callbacks, c.brokers, c.protocol = 10, 9, 19
	}
	rest := c.id + c.at + c.cause + c.generation + c.protocol + c.moved + c.longest + c.sum + c.again + c.callbacks + c.brokers
	c.who = min(w-rest-1, 30)
	return c
}

// rebalanceTitle is the heading of the rebalances.
func rebalanceTitle(st *styles, w int) string {
	return st.ruled(" "+st.title.Render(st.t("REBALANCES"))+" "+st.muted.Render(st.t("newest first"))+" ", "", w-1) + " "
}

// rebalanceLabels names the columns of the rebalances.
func rebalanceLabels(st *styles, w int) string {
	c := st.rebalanceLayout(w)
	line := blank(c.id) + st.left(st.t("time"), c.at) + st.left(st.t("cause"), c.cause) + st.left(st.t("who"), c.who) +
		st.left(st.t("epoch"), c.generation) + st.left(st.t("protocol"), c.protocol) + st.right(st.t("moved"), c.moved) + st.right(st.t("unread"), c.longest) +
		st.right(st.t("sum"), c.sum) + st.right(st.once("again "), c.again) + st.right(st.t("callbacks"), c.callbacks) + st.right(st.t("brokers"), c.brokers)
	return st.muted.Render(st.left(line, w))
}

// rebalanceRows draws one rebalance per line with the newest at the top, and marks the one with the number chosen.
func rebalanceRows(st *styles, s *lab.Snapshot, w, lines, chosen int) []string {
	n := len(s.Rebalances)
	at := slices.IndexFunc(s.Rebalances, func(r lab.Rebalance) bool { return r.ID == chosen })
	top := 0
	if at >= 0 {
		top = around(n-1-at, n, lines)
	}
	from, to, more := window(n, lines, top)
	var out []string
	for i := from; i < to; i++ {
		r := s.Rebalances[n-1-i]
		row := st.rebalanceRow(r, st.rebalanceLayout(w), w)
		if r.ID == chosen {
			row = under(st.key.Render(st.g.cursor)+row[1:], st.selected)
		}
		out = append(out, row)
	}
	if more > 0 {
		out = append(out, st.muted.Render("      "+st.t("+%d more of %d", more, n)+" "+st.g.dot+" "+st.t("up and down choose one")))
	}
	if n == 0 {
		out = append(out, st.muted.Render(" "+st.t("None so far.")))
	}
	return st.box(out, w, lines)
}

func (st *styles) rebalanceRow(r lab.Rebalance, c rebalanceColumns, w int) string {
	longest, sum, n := r.Idle()
	measured := func(d time.Duration) string {
		if n == 0 {
			return st.g.dash
		}
		return st.took(d)
	}
	moved := fmt.Sprintf("%d/%d", len(r.Moved), len(r.Moved)+len(r.Kept))
	line := " " + st.strong.Render(st.left(fmt.Sprintf("#%d", r.ID), c.id-1)) + st.muted.Render(st.left(r.At.Format("15:04:05"), c.at)) +
		st.causeStyle(r).Render(st.left(st.causes(r), c.cause)) + st.left(st.who(r, c.who-1), c.who) +
		st.left(st.generations(r), c.generation) + st.left(visible(r.Protocol, c.protocol-1, st.ascii), c.protocol) +
		st.right(moved, c.moved) + st.strong.Render(st.right(measured(longest), c.longest)) + st.right(measured(sum), c.sum) +
		st.right(st.again(r), c.again)
	if c.callbacks > 0 {
		line += st.right(st.callbacks(r), c.callbacks) + st.right(st.known(r), c.brokers)
	}
	return st.left(line, w)
}

// who are the members that came or went, each named once.
func (st *styles) who(r lab.Rebalance, w int) string {
	names := []string{}
	for _, c := range changes(r) {
		if c.Member != "" && !slices.Contains(names, c.Member) {
			names = append(names, c.Member)
		}
	}
	if len(names) == 0 {
		return st.g.dash
	}
	if len(names) == 1 {
		return shortName(names[0], w, st.ascii)
	}
	return visible(strings.Join(names, ", "), w, st.ascii)
}

// changes are all changes of membership that the group settled in one rebalance.
func changes(r lab.Rebalance) []lab.Change {
	return append([]lab.Change{{At: r.At, Cause: r.Cause, Member: r.Member}}, r.Also...)
}

// generations are those of the group before and after.
func (st *styles) generations(r lab.Rebalance) string {
	name := func(g int32) string {
		if g < 0 {
			return st.g.dash
		}
		return fmt.Sprint(g)
	}
	return name(r.FromGeneration) + st.g.arrow + name(r.ToGeneration)
}

// again is how many records were begun twice; a dash while no move is measured.
func (st *styles) again(r lab.Rebalance) string {
	n, measured := int64(0), false
	for _, m := range r.Moved {
		if m.Measured {
			n, measured = n+m.Redelivered, true
		}
	}
	if !measured {
		return st.g.dash
	}
	return st.compact(n)
}

// callbacks is how long it took until our own members had been given all that was on its way.
func (st *styles) callbacks(r lab.Rebalance) string {
	switch {
	case r.Open:
		return st.t("under way")
	case r.Settled.IsZero(), r.Outside:
		return st.g.dash // nobody here saw it begin
	}
	return st.took(r.Settled.Sub(r.At))
}

// known is how long it took until the brokers named the new members.
func (st *styles) known(r lab.Rebalance) string {
	if r.BrokerAt.IsZero() || r.Outside {
		return st.g.dash
	}
	return st.took(r.BrokerAt.Sub(r.At))
}

// rebalanceDetail is one rebalance in full, by both clocks, on some lines: how it went, and for every partition what it
// went through, from line top on.
func rebalanceDetail(st *styles, r lab.Rebalance, w, lines, top int) []string {
	dot := st.muted.Render(" " + st.g.dot + " ")
	head := " " + st.title.Render(fmt.Sprintf("#%d", r.ID)) + " " + st.causeStyle(r).Render(st.causes(r)+" "+st.who(r, 30)) + " "
	clocks := st.muted.Render(" "+st.t("callbacks")+" ") + st.callbacks(r) + dot + st.muted.Render(st.t("brokers")+" ") + st.known(r) + " "
	summary := " " + st.exchange(r, w)
	if longest, sum, n := r.Idle(); n > 0 {
		summary += dot + st.mixed(st.muted, phrase.New("unread %s at most, %s in all", drawn(st.strong.Render(st.took(longest))), drawn(st.took(sum)))) +
			dot + st.mixed(st.muted, phrase.New("%s begun twice", drawn(st.again(r))))
	}
	if r.Outage {
		summary += dot + st.warn.Render(st.t("in an outage"))
	}
	var pieces []string
	for _, m := range r.Moved {
		pieces = append(pieces, st.move(m))
	}
	for _, k := range r.Kept {
		pieces = append(pieces, st.keep(k))
	}
	return append([]string{st.ruled(head, clocks, w), summary}, st.scrollable(columns(st, pieces, w), w, lines-2, top)...)
}

// exchange says how many partitions of a rebalance changed hands, and how many stayed.
func (st *styles) exchange(r lab.Rebalance, w int) string {
	n := int64(len(r.Moved))
	moved, kept := drawn(st.strong.Render(st.number(n))), phrase.Count(int64(len(r.Kept)), "%s kept", "%s kept")
	said := phrase.Count(n, "%[2]s partition moved, %[3]s", "%[2]s partitions moved, %[3]s", moved, kept)
	if w < 100 {
		said = phrase.Count(n, "%[2]s moved, %[3]s", "%[2]s moved, %[3]s", moved, kept)
	}
	return st.mixed(st.muted, said)
}

// once is a word that means something else elsewhere: its name ends in a blank.
func (st *styles) once(word string) string { return strings.TrimSpace(st.t(word)) }

// plural is what goes with a number of things that stands before it in another style.
func (st *styles) plural(n int64, one, other string) string {
	_, word, _ := strings.Cut(st.count(n, one, other), " ")
	return strings.TrimSpace(word)
}

// move is what a partition went through that changed hands.
func (st *styles) move(m lab.Move) string {
	text := st.strong.Render(fmt.Sprintf("P%d", m.Partition)) + " " + st.party(m.From, m.FromOutside) + " " + st.g.arrow + " " + st.party(m.To, m.ToOutside)
	unread := phrase.New("unread %s", drawn(st.took(m.Unread)))
	switch {
	case !m.Measured:
		unread = phrase.New("unread %s", st.g.dash)
	case m.Redelivered > 0:
		unread = phrase.Count(m.Redelivered, "unread %[2]s, %[3]s again", "unread %[2]s, %[3]s again",
			drawn(st.took(m.Unread)), drawn(st.compact(m.Redelivered)))
	}
	return text + " " + st.mixed(st.muted, unread)
}

// keep is what a partition went through that stayed.
func (st *styles) keep(k lab.Kept) string {
	text := st.strong.Render(fmt.Sprintf("P%d", k.Partition)) + " " + st.hand(k.Reader) + " "
	if k.Measured {
		return text + st.mixed(st.muted, phrase.New("kept, paused %s", drawn(st.took(k.Pause))))
	}
	return text + st.muted.Render(st.t("kept"))
}

// party is who had a partition, or has it: one of ours by its sign, and a member outside this lab by its name.
func (st *styles) party(instance int, outside string) string {
	if outside != "" {
		return st.other.Render(visible(outside, 8, st.ascii))
	}
	return st.hand(instance)
}

// hand is the sign of a reader, or nobody's.
func (st *styles) hand(instance int) string {
	if instance <= 0 {
		return " " + st.g.dash + " "
	}
	return st.cell(instance)
}

// pieceColumns is how many pieces stand beside each other.
func pieceColumns(w int) int {
	const wide = 38
	return max(w/wide, 1)
}

// columns lays pieces out beside each other, from the left to the right and then down.
func columns(st *styles, pieces []string, w int) []string {
	each := pieceColumns(w)
	var out []string
	for chunk := range slices.Chunk(pieces, each) {
		line := ""
		for _, piece := range chunk {
			line += st.left(" "+piece, max(w/each, 1))
		}
		out = append(out, line)
	}
	return out
}

// rebalanceBriefs are the newest rebalances in short, for where there is little room beside something else.
func rebalanceBriefs(st *styles, s *lab.Snapshot, w, lines int) []string {
	var out []string
	for i := len(s.Rebalances) - 1; i >= 0 && len(out) < lines; i-- {
		r := s.Rebalances[i]
		right := st.mixed(st.muted, phrase.New("unread %s", drawn(st.g.dash)))
		if longest, _, n := r.Unread(); n > 0 {
			right = st.mixed(st.muted, phrase.New("unread %s", drawn(st.strong.Render(st.took(longest)))))
		}
		if r.Open {
			right = st.warn.Render(st.t("under way"))
		}
		left := " " + st.strong.Render(st.left(fmt.Sprintf("#%d", r.ID), 5)) + st.causeStyle(r).Render(st.causes(r)) + " " +
			st.who(r, 20) + st.muted.Render(", "+st.count(int64(len(r.Moved)), "%s moved", "%s moved"))
		out = append(out, st.ends(left, right+" ", w))
	}
	if len(out) == 0 {
		out = append(out, st.muted.Render(" "+st.t("None so far.")))
	}
	return st.box(out, w, lines)
}
