package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// theirLoss is said with every verdict on losses while members outside this lab have worked in the group. Under at-most-once ours
// set out to commit before they work: what was taken from them just then, and committed by somebody else, looks like their loss.
const theirLoss = "Members outside this lab took part: a loss may be theirs."

// conclusion says what the books prove, how sure they are, and what they cannot tell. It has two lines at least, of
// which the second is mostly empty, so that what stands under it stays where it is.
func (st *styles) conclusion(s *lab.Snapshot, w int) []string {
	style, sign, text := st.proof(s)
	sentences := append([]string{text}, unproven(s.Ledger)...)
	if s.Shares(lab.OrderKind) && s.Ledger.Total.Lost.Count > 0 {
		sentences = append(sentences, theirLoss)
	}
	text = strings.Join(sentences, " ")
	var out []string
	for line := range strings.SplitSeq(ansi.Wrap(text, max(w-6, 1), ""), "\n") {
		out = append(out, "  "+style.Render(sign+" "+line))
		sign = blank(width(sign))
	}
	return st.box(out, w, max(len(out), 2))
}

// proof is the sentence of the conclusion about loss, with its sign.
func (st *styles) proof(s *lab.Snapshot) (style pen, sign, text string) {
	total := s.Ledger.Total
	d, doubted := st.doubt(s)
	claim := "Nothing is lost"
	if beyond(total) {
		claim = "No consumer of this lab lost a payment"
	}
	switch twice := total.Duplicates.Count; {
	case !balanced(total):
		return st.alarm, st.g.bad, "The parts do not add up: the books are wrong, and not the lab."
	case s.Ledger.Err != "":
		return st.bad, st.g.attention, "The auditor " + d.why
	case total.Lost.Count > 0:
		return st.alarm, st.g.bad, "Lost: " + count(total.Lost.Count, "payment") + ". Duplicates: " + comma(twice) +
			". The guarantee now is " + visible(s.Settings.Guarantee, 20, st.ascii) + "."
	case doubted:
		return st.warn, st.g.waiting, claim + " so far: the auditor " + d.why + "."
	case twice > 0 && beyond(total):
		return st.warn, st.g.attention, claim + ". Duplicate orders and dead letters: " + comma(twice) + "."
	case beyond(total):
		return st.warn, st.g.attention, claim + "."
	case twice > 0:
		return st.good, st.g.ok, claim + ". Duplicate orders and dead letters: " + comma(twice) + "."
	}
	return st.good, st.g.ok, claim + ", and no order or dead letter came twice."
}

// unproven are the sentences about what is not known to be well, and not lost by this lab either.
func unproven(p *ledger.Picture) []string {
	var out []string
	if n := p.Total.Foreign.Count; n > 0 {
		out = append(out, comma(n)+" "+were(n)+" committed by another program, and what it did with "+them(n)+" cannot be seen.")
	}
	if n := p.Total.Expired.Count; n > 0 {
		out = append(out, comma(n)+" "+were(n)+" deleted before anybody read "+them(n)+".")
	}
	if n := p.Unread; n > 0 {
		out = append(out, count(n, "offset")+" "+were(n)+" deleted before the auditor came by, and are not in the sum.")
	}
	return out
}

func were(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func them(n int64) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// otherLetters tell how many records there are in dlq-payment beside those in the sum, and why: none when they are the
// same.
func (st *styles) otherLetters(p *ledger.Picture, w int) []string {
	const topic = "dlq-payment"
	more := p.Records[topic] - p.Total.DLQ.Count
	if more <= 0 {
		return nil
	}
	var of []string
	if n := p.LettersOfOrder; n > 0 {
		of = append(of, comma(n)+" about orders")
	}
	if n := more - p.LettersOfOrder; n > 0 {
		of = append(of, comma(n)+" second or of other programs")
	}
	count, where := equationCells(w), ""
	if w >= 100 {
		where = " in " + topic
	}
	text := st.dead.Render(st.right(within(more, count), count)+" letters") + st.muted.Render(" besides"+where+": "+strings.Join(of, ", "))
	return []string{st.left("   "+text, w)}
}
