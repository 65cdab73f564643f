package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// ledgerTitle is the heading of the page of the books: of which topic, and up to when.
func ledgerTitle(st *styles, s *lab.Snapshot, w int) string {
	head, right := " "+st.title.Render(st.t("LEDGER"))+" ", ""
	if p := s.Ledger; p != nil && p.Known {
		head += st.muted.Render(st.t("every payment, by identity")) + " "
		right = st.muted.Render(" " + st.t("as of %s", p.At.Format("15:04:05")) + " ")
		if w >= 120 {
			right = st.muted.Render(" "+st.t("topic %s", visible(p.TopicID, 36, st.ascii))) + right
		}
	}
	return st.ruled(head, right, w)
}

// ledgerBody is what scrolls on the page of the books: the equation with what each part means, then the details. Tables
// stand beside each other where the screen is wide.
func ledgerBody(st *styles, s *lab.Snapshot, w int) []string {
	p := s.Ledger
	if p == nil || !p.Known {
		return []string{"", balanceLine(st, s, w)}
	}
	top := st.equationLines(s, w)
	if w < wideFrom {
		return slices.Concat(top, trialBooks(st, s, w), partitionBooks(st, p, w), []string{""}, serviceBooks(st, s, w), []string{""},
			emailBooks(st, p, w), []string{""}, codeBooks(st, p, w), []string{""}, auditBooks(st, p, w), []string{""}, st.meanings(w))
	}
	left := slices.Concat(trialBooks(st, s, w*5/8), partitionBooks(st, p, w*5/8), []string{""}, emailBooks(st, p, w*5/8),
		[]string{""}, st.meanings(w*5/8))
	r := w - w*5/8
	right := slices.Concat(serviceBooks(st, s, r), []string{""}, codeBooks(st, p, r), []string{""}, auditBooks(st, p, r))
	n := max(len(left), len(right))
	return slices.Concat(top, beside(st.box(left, w-r, n), st.box(right, r, n)))
}

// equationLines are the balance in large: one part per line, in payments and in euros, with what it means.
func (st *styles) equationLines(s *lab.Snapshot, w int) []string {
	total := s.Ledger.Total
	out := []string{st.equationLine(" ", part{name: st.plural(total.Payments.Count, "%s payment", "%s payments"), means: st.t("in payment-successful"), sum: total.Payments, style: st.strong}, total, w)}
	sign := "="
	for _, p := range st.partsOf(total) {
		if p.sum == (ledger.Sum{}) {
			p.style = p.none
		}
		out = append(out, st.equationLine(sign, p, total, w))
		sign = "+"
	}
	out = append(out, "",
		st.equationLine(" ", part{name: st.plural(total.Duplicates.Count, "%s duplicate", "%s duplicates"), means: st.t("second effects of the same payment"), sum: total.Duplicates,
			style: st.duplicates(total.Duplicates.Count)}, total, w),
		st.equationLine(" ", part{name: st.plural(total.Redriven.Count, "%s redriven", "%s redriven"), means: st.t("dead letters that were sent again"), sum: total.Redriven,
			style: st.muted}, total, w))
	out = append(append(out, st.otherLetters(s.Ledger, w)...), "")
	return append(out, st.conclusion(s, w)...)
}

// duplicates is how loudly a number of duplicates is named.
func (st *styles) duplicates(n int64) pen {
	if n > 0 {
		return st.warn
	}
	return st.muted
}

// equationCells is how wide the numbers of payments are in the large balance.
func equationCells(w int) int {
	if w < 100 {
		return 11
	}
	return 14
}

func (st *styles) equationLine(sign string, p part, total ledger.Entry, w int) string {
	const name, share = 11, 24
	count, euros := equationCells(w), 19
	if w < 100 {
		euros = 16
	}
	line := "  " + st.key.Render(sign) + p.style.Render(st.right(st.within(p.sum.Count, count), count)+" "+st.left(p.name, name)) +
		st.right(st.centsWithin(p.sum.Cents, euros-1), euros) + "  "
	if w >= 120 {
		line += st.left(p.style.Render(bar(st.g, st.g.bar, p.sum.Count, total.Payments.Count, share)), share) + "  "
	}
	return st.left(line+st.muted.Render(p.means), w)
}

// meanings explain the words that are easily taken for one another.
func (st *styles) meanings(w int) []string {
	out := []string{st.heading(st.t("WHAT THE WORDS MEAN"), "", w)}
	for _, sentence := range []string{
		st.t("Lost: a consumer of this lab committed the payment and works on it no longer, and it became neither an order nor a dead letter."),
		st.t("Duplicate: a second order or dead letter of one payment. It is no loss: the payment is counted once, and the copy beside it."),
		st.t("Foreign: another program committed the payment, or its traces were deleted early. What became of it cannot be seen."),
		st.t("Expired: retention deleted the payment before anybody had read it."),
	} {
		for line := range strings.SplitSeq(ansi.Wrap(sentence, max(w-3, 1), ""), "\n") {
			out = append(out, " "+st.muted.Render(line))
		}
	}
	return out
}

// partitionBooks are the parts of every partition.
func partitionBooks(st *styles, p *ledger.Picture, w int) []string {
	heads := []string{st.t("payments "), st.t("orders "), "DLQ", st.t("flight"), st.t("waiting "), st.t("lost"), st.t("foreign "), st.t("expired"), st.t("twice ")}
	const id = 6
	cell := max((w-id-1)/len(heads), 7)
	line := " " + blank(id-1)
	for i, h := range heads {
		line += st.right(cut(strings.TrimSpace(h), cell-min(i, 1), st.ascii), cell)
	}
	out := []string{st.heading(st.t("PARTITIONS"), st.t("every part adds up in each of them"), w), st.muted.Render(line)}
	for i, e := range p.Partitions {
		row := " " + st.strong.Render(st.left(fmt.Sprintf("P%d", i), id-1)) + st.strong.Render(st.right(st.within(e.Payments.Count, cell-1), cell))
		for _, part := range st.partsOf(e) {
			row += st.amount(part.sum.Count, cell, part.style)
		}
		out = append(out, row+st.amount(e.Duplicates.Count, cell, st.warn))
	}
	return out
}

// amount is a number of a table that ends at the right of its cell: a zero stands back.
func (st *styles) amount(n int64, w int, style pen) string {
	text := st.within(n, w-1)
	if n == 0 {
		style = st.muted
	}
	return blank(w-width(text)) + style.Render(text)
}

// heading is the title of a part of a page, with what it is about.
func (st *styles) heading(title, about string, w int) string {
	return st.ruled(" "+st.title.Render(title)+" "+st.muted.Render(about)+" ", "", w-1)
}

// emailBooks say how far the orders were mailed.
func emailBooks(st *styles, p *ledger.Picture, w int) []string {
	return []string{
		st.heading(st.t("E-MAILS"), st.t("one for each payment with an order"), w),
		st.fact(p.Emails, st.done, st.t("payments were mailed about")),
		st.fact(p.Unmailed, st.waits, st.t("have an order and no e-mail, yet")),
		st.fact(p.EmailsTwice, st.warn, st.t("e-mails were a second one or more")),
		st.fact(p.LettersOfOrder, st.dead, st.t("orders were refused by the e-mail service")),
	}
}

// fact is a number with what it counts.
func (st *styles) fact(n int64, style pen, means string) string {
	return st.amount(n, 13, style) + " " + means
}

// codeBooks count the dead letters by their error code, the most frequent first.
func codeBooks(st *styles, p *ledger.Picture, w int) []string {
	out := []string{st.heading(st.t("REASONS"), st.t("dead letters of payments by error code"), w)}
	for _, code := range byCount(p.Codes) {
		out = append(out, st.amount(p.Codes[code], 13, st.dead)+" "+visible(code, max(w-15, 0), st.ascii))
	}
	if len(p.Codes) == 0 {
		out = append(out, st.muted.Render(" "+st.t("Nothing was refused.")))
	}
	return out
}

// auditBooks say what the auditor read, and what it could not put into its books.
func auditBooks(st *styles, p *ledger.Picture, w int) []string {
	out := []string{st.heading(st.t("AUDIT"), st.t("what was read, and offsets without a record"), w)}
	for _, topic := range []string{"payment-successful", "order-created", "email-sent", "dlq-payment"} {
		markers := ""
		if n := p.Markers[topic]; n > 0 {
			markers = st.muted.Render(" + " + st.count(n, "%s marker", "%s markers"))
		}
		out = append(out, st.amount(p.Records[topic], 13, st.strong)+" "+topic+markers)
	}
	return append(out,
		st.fact(p.Anonymous, st.warn, st.t("name no payment: written by other programs")),
		st.fact(p.Forged, st.warn, st.t("name a payment that was never written")),
		st.fact(p.Unread, st.warn, st.t("were deleted before the auditor came by")),
		st.muted.Render(strings.TrimRight(st.right(st.memory(p.Bytes), 13)+" "+st.t("of memory hold these books"), " ")))
}
