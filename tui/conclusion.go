package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// theirLoss is said with every verdict on losses while members outside this lab have worked in the group. Under at-most-once ours
// set out to commit before they work: what was taken from them just then, and committed by somebody else, looks like their loss.
func (st *styles) theirLoss() string {
	return st.t("Members outside this lab took part: a loss may be theirs.")
}

// conclusion says what the books prove, how sure they are, and what they cannot tell. It has two lines at least, of
// which the second is mostly empty, so that what stands under it stays where it is.
func (st *styles) conclusion(s *lab.Snapshot, w int) []string {
	style, sign, said := st.findings(s)
	var out []string
	for line := range strings.SplitSeq(ansi.Wrap(strings.Join(said, " "), max(w-6, 1), ""), "\n") {
		out = append(out, "  "+style.Render(sign+" "+line))
		sign = blank(width(sign))
	}
	return st.box(out, w, max(len(out), 2))
}

// findings are the sentences of the conclusion.
func (st *styles) findings(s *lab.Snapshot) (style pen, sign string, said []string) {
	style, sign, text := st.proof(s)
	said = append([]string{text}, st.unproven(s.Ledger)...)
	if s.Shares(lab.OrderKind) && s.Ledger.Total.Lost.Count > 0 {
		said = append(said, st.theirLoss())
	}
	return style, sign, said
}

// proof is the sentence of the conclusion about loss, with its sign.
func (st *styles) proof(s *lab.Snapshot) (style pen, sign, text string) {
	total := s.Ledger.Total
	d, doubted := st.doubt(s)
	others, twice := beyond(total), phrase.Number(total.Duplicates.Count)
	switch {
	case !balanced(total):
		return st.alarm, st.g.bad, st.t("The parts do not add up: the books are wrong, and not the lab.")
	case s.Ledger.Err != nil:
		return st.bad, st.g.attention, st.t("The auditor cannot read on: %s", st.toldOf(s.Ledger.Err, 400))
	case total.Lost.Count > 0:
		return st.alarm, st.g.bad, st.t("Lost: %s. Duplicates: %s. The guarantee now is %s.",
			st.count(total.Lost.Count, "%s payment", "%s payments"), twice, visible(s.Settings.Guarantee, 20, st.ascii))
	case doubted && others:
		return st.warn, st.g.waiting, st.t("No consumer of this lab lost a payment so far: %s.", d.why)
	case doubted:
		return st.warn, st.g.waiting, st.t("Nothing is lost so far: %s.", d.why)
	case twice > 0 && others:
		return st.warn, st.g.attention, st.t("No consumer of this lab lost a payment. Duplicate orders and dead letters: %s.", twice)
	case others:
		return st.warn, st.g.attention, st.t("No consumer of this lab lost a payment.")
	case twice > 0:
		return st.good, st.g.ok, st.t("Nothing is lost. Duplicate orders and dead letters: %s.", twice)
	}
	return st.good, st.g.ok, st.t("Nothing is lost, and no order or dead letter came twice.")
}

// unproven are the sentences about what is not known to be well, and not lost by this lab either.
func (st *styles) unproven(p *ledger.Picture) []string {
	var out []string
	if n := p.Total.Foreign.Count; n > 0 {
		out = append(out, st.count(n, "%s was committed by another program, and what it did with it cannot be seen.",
			"%s were committed by another program, and what it did with them cannot be seen."))
	}
	if n := p.Total.Expired.Count; n > 0 {
		out = append(out, st.count(n, "%s was deleted before anybody read it.", "%s were deleted before anybody read them."))
	}
	if n := p.Unread; n > 0 {
		out = append(out, st.count(n, "%s offset was deleted before the auditor came by, and are not in the sum.",
			"%s offsets were deleted before the auditor came by, and are not in the sum."))
	}
	return out
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
		of = append(of, st.t("%s about orders", phrase.Number(n)))
	}
	if n := more - p.LettersOfOrder; n > 0 {
		of = append(of, st.t("%s second or of other programs", phrase.Number(n)))
	}
	count, besides := equationCells(w), st.t("besides: %s", strings.Join(of, ", "))
	if w >= 100 {
		besides = st.t("besides in %s: %s", topic, strings.Join(of, ", "))
	}
	text := st.dead.Render(st.right(st.within(more, count), count)+" "+st.t("letters")) + st.muted.Render(" "+besides)
	return []string{st.left("   "+text, w)}
}
