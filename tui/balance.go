package tui

import (
	"slices"
	"strings"

	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// part is one of the parts that the payments are the sum of.
type part struct {
	name, short string // short is for where there is little room
	means       string // a few words
	sum         ledger.Sum
	style       pen
	usual       bool // it stands in the sum even when it is 0
	none        pen  // its style where there is nothing of it
}

// partsOf are the parts of an entry of the books, in the order in which a payment goes through them, each called as so many
// of them are.
func (st *styles) partsOf(e ledger.Entry) []part {
	lost, expired := st.plural(e.Lost.Count, "%s lost", "%s lost"), st.plural(e.Expired.Count, "%s expired", "%s expired")
	return []part{
		{st.plural(e.Done.Count, "%s order", "%s orders"), st.plural(e.Done.Count, "%s order ", "%s orders "),
			st.t("became at least one order"), e.Done, st.done, true, st.muted},
		{"DLQ", "DLQ", st.t("a dead letter, and no order"), e.DLQ, st.dead, true, st.muted},
		{st.t("in flight"), st.t("flight"), st.t("in hand, or too fresh to judge"), e.InFlight, st.strong, true, st.muted},
		{st.t("waiting"), st.once("waiting "), st.t("no order yet, and not committed"), e.Waiting, st.waits, true, st.muted},
		{lost, lost, st.t("committed, and nothing came of it"), e.Lost, st.alarm, false, st.good},
		{st.plural(e.Foreign.Count, "%s foreign", "%s foreign"), st.once("foreign "), st.t("committed by another program"),
			e.Foreign, st.warn, false, st.muted},
		{expired, expired, st.t("deleted before anybody read it"), e.Expired, st.warn, false, st.muted},
	}
}

// others are the payments that this lab could do nothing about, as one part.
func (st *styles) others(e ledger.Entry) part {
	sum := ledger.Sum{Count: e.Foreign.Count + e.Expired.Count, Cents: e.Foreign.Cents + e.Expired.Cents}
	word := st.plural(sum.Count, "%s other", "%s other")
	return part{name: word, short: word, sum: sum, style: st.warn}
}

// balanced says that the parts add up, in payments and in cents.
func balanced(e ledger.Entry) bool {
	var sum ledger.Sum
	for _, p := range []ledger.Sum{e.Done, e.DLQ, e.InFlight, e.Waiting, e.Lost, e.Foreign, e.Expired} {
		sum.Count += p.Count
		sum.Cents += p.Cents
	}
	return sum == e.Payments
}

// equation says how the line of the balance is written.
type equation struct {
	euros   bool // every number also in euros
	words   bool // names in full
	brief   bool // "dup", and what stands there closer together
	short   bool // the short names of the parts
	doubt   int  // cells for a word of doubt; 0: its sign alone
	bare    bool // without the number of duplicates
	merged  bool // what is neither usual nor a loss as one part
	tight   bool // no blanks around the signs
	rounded bool // 123k for long numbers: then it is no equation any more, and says so
}

// The room for a word of doubt, where there is much of it and where there is little.
const (
	longDoubt  = 16
	shortDoubt = 7
)

// equations are the ways to write the line, from the longest to the shortest. The signs keep the blanks around them as
// long as there is anything else to leave out: a sum is read from the last row.
func equations() []equation {
	return []equation{
		{euros: true, words: true, doubt: longDoubt}, {words: true, doubt: longDoubt}, {words: true, brief: true, doubt: longDoubt},
		{words: true, brief: true, doubt: shortDoubt}, {brief: true, short: true, doubt: shortDoubt},
		{brief: true, short: true}, {short: true, bare: true, doubt: shortDoubt}, {short: true, bare: true}, {short: true, bare: true, merged: true},
		{short: true, bare: true, tight: true}, {short: true, bare: true, merged: true, tight: true},
		{short: true, bare: true, merged: true, tight: true, rounded: true},
	}
}

// balanceLine is the books in one line: every payment that was written is in one of the parts. What cannot be known yet
// is not shown as a number.
func balanceLine(st *styles, s *lab.Snapshot, w int) string {
	p := s.Ledger
	switch {
	case p == nil || !p.Known && p.Err == nil:
		return st.left(st.muted.Render(" "+st.g.waiting+" "+st.t("The auditor reads the topics: no balance yet.")), w)
	case !p.Known && slices.ContainsFunc(s.Topics, func(t lab.Topic) bool { return t.Missing }):
		// Nothing is wrong with the auditor, and the line under the partitions names the topics.
		return st.left(st.muted.Render(" "+st.g.waiting+" "+st.t("The auditor waits for topics that are not there yet.")), w)
	case !p.Known:
		head := " " + st.g.attention + " " + st.t("The auditor cannot read:") + " "
		return st.left(st.bad.Render(head)+st.toldOf(p.Err, max(w-width(head)-1, 0)), w)
	}
	const gap = 2
	left, right := "", ""
	for _, e := range equations() {
		left, right = " "+st.equation(p.Total, e), st.verdict(s, e)
		if 1+width(st.equation(widest(p.Total), e))+gap+width(right) <= w {
			break
		}
	}
	return st.ends(left, right, w)
}

// widest is an entry with room for what changes with every frame, so that the line does not change its form with it.
func widest(e ledger.Entry) ledger.Entry {
	e.InFlight.Count = max(e.InFlight.Count, 10)
	return e
}

// equation writes the payments as the sum of their parts.
func (st *styles) equation(e ledger.Entry, how equation) string {
	term := func(s ledger.Sum, name string, style pen) string {
		number, euros := st.number(s.Count), ""
		if how.rounded {
			number = st.compact(s.Count)
		}
		if how.euros {
			euros = " " + st.muted.Render(st.cents(s.Cents))
		}
		return style.Render(strings.TrimSpace(number+" "+name)) + euros
	}
	name, equals, plus := "", " = ", " + "
	if how.words {
		name = st.plural(e.Payments.Count, "%s payment", "%s payments")
	}
	if how.rounded {
		equals = " " + st.g.about + " "
	}
	if how.tight {
		equals, plus = strings.TrimSpace(equals), strings.TrimSpace(plus)
	}
	var terms []string
	parts := st.partsOf(e)
	if how.merged {
		parts = append(parts[:5], st.others(e))
	}
	for _, p := range parts {
		word := p.name
		if how.short {
			word = p.short
		}
		if p.usual || p.sum != (ledger.Sum{}) {
			terms = append(terms, term(p.sum, word, p.style))
		}
	}
	return term(e.Payments, name, st.strong) + st.muted.Render(equals) + strings.Join(terms, st.muted.Render(plus))
}

// verdict is what the class asks for: is anything lost? And how sure the auditor can be. It is as wide with a doubt as
// without, and nothing in it changes its place.
func (st *styles) verdict(s *lab.Snapshot, how equation) string {
	name, between := st.t("duplicates")+" ", "  "
	if how.brief || how.bare {
		name, between = st.t("dup")+" ", " "
	}
	line := st.lost(s)
	if n := s.Ledger.Total.Duplicates.Count; !how.bare {
		line += between + st.duplicates(n).Render(name+st.number(n))
	}
	if how.doubt == 0 {
		return line + " "
	}
	return st.right(st.doubtWord(s, how.doubt), how.doubt) + between + line + " "
}

// lost says how many payments are lost: none of them is certain only when the auditor has read everything, and when
// nobody else had his hands on them.
func (st *styles) lost(s *lab.Snapshot) string {
	p := s.Ledger
	_, doubted := st.doubt(s)
	switch {
	case !balanced(p.Total):
		return st.alarm.Render(" " + st.g.bad + " " + st.t("DOES NOT ADD UP") + " ")
	case p.Total.Lost.Count > 0:
		return st.alarm.Render(" " + st.g.bad + " " + st.count(p.Total.Lost.Count, "LOST %s", "LOST %s") + " ")
	case p.Err != nil:
		return st.bad.Render(st.g.attention + " " + st.t("lost 0"))
	case doubted:
		return st.muted.Render(st.g.waiting + " " + st.t("lost 0"))
	case beyond(p.Total):
		return st.warn.Render(st.g.attention + " " + st.t("lost 0"))
	}
	return st.done.Render(st.g.proven + " " + st.t("lost 0"))
}

// beyond says that there are payments of which nobody can tell what became of them, or that nobody ever read.
func beyond(e ledger.Entry) bool { return e.Foreign.Count > 0 || e.Expired.Count > 0 }
