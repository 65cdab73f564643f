package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
	"blackfriday/services/deadletters"
	"blackfriday/services/lab"
)

// which says which letters the query asks for.
func (b *letterBox) which() phrase.Phrase {
	switch filtered := b.query.Filter != ""; {
	case filtered && b.query.Code != "":
		return phrase.New("those with this reason that match the filter")
	case filtered:
		return phrase.New("all dead letters that match the filter")
	case b.query.Code != "":
		return phrase.New("those with this reason")
	}
	return phrase.New("all dead letters")
}

// whole names the same in a choice.
func (b *letterBox) whole() phrase.Phrase {
	switch {
	case b.query.Filter != "":
		return phrase.New("all that match")
	case b.query.Code != "":
		return phrase.New("all with this reason")
	}
	return phrase.New("all %s", phrase.Number(b.page.Total))
}

// lettersBody is the page of the dead letters.
func (m *model) lettersBody(w, h int) []string {
	st, b := m.st, &m.letters
	if b.sent != nil {
		return outcomesBody(st, b.sent, w, h, b.top)
	}
	l, ok := b.letter()
	if b.open && ok {
		lines := st.scrollable(m.openLetter(), w-2, h-1, b.top)
		return append([]string{letterTitle(st, l, w)}, indent(lines)...)
	}
	lw, rows, pw, ph := browserSplit(w, h)
	out := []string{lettersTitle(st, b, w), reasonTabs(st, b, w), lettersLine(st, b, w)}
	list := st.box(letterRows(st, b, st.emptyQueue(m.live), lw, rows), lw, rows)
	if !ok {
		return append(out, list...)
	}
	if lw < w {
		preview := append([]string{letterTitle(st, l, pw)}, indent(m.letterLines(l, pw-2))...)
		return append(out, beside(list, st.box(st.clipped(preview, ph), pw, ph))...)
	}
	return append(append(append(out, list...), letterTitle(st, l, w)), m.letterBeside(l, w, ph)...)
}

// letterBeside has what is known about a letter at the left and the original at the right.
func (m *model) letterBeside(l deadletters.Letter, w, h int) []string {
	st, left := m.st, w*9/20
	facts := indent(letterFacts(st, l, left-2))
	original := indent(m.originalLines(l, w-left-2))
	return beside(st.box(facts, left, h), st.box(st.clipped(original, h), w-left, h))
}

// openLetter are the lines of the letter that is open.
func (m *model) openLetter() []string {
	l, ok := m.letters.letter()
	if !ok {
		return nil
	}
	return m.letterLines(l, m.bodyWidth()-2)
}

// letterLines is a letter in full, but for its title.
func (m *model) letterLines(l deadletters.Letter, w int) []string {
	out := append(letterFacts(m.st, l, w), "", m.st.muted.Render(m.t("the original")))
	return append(out, m.originalLines(l, w)...)
}

// originalLines is the value that was refused.
func (m *model) originalLines(l deadletters.Letter, w int) []string {
	var out []string
	switch {
	case l.Null:
		return []string{m.st.muted.Render(m.t("null: the payment had no value at all"))}
	case l.Original == nil:
		return []string{m.st.muted.Render(m.t("unknown: the letter does not hold it"))}
	case l.Truncated:
		out = append(out, m.st.warn.Render(m.t("it was too large: only its beginning is kept")))
	case l.Foreign:
		out = append(out, m.st.warn.Render(m.t("not written by this lab: the whole record")))
	}
	return append(out, m.paper.linesOf(m.st, l.Original, w)...)
}

// letterTitle heads a letter in full.
func letterTitle(st *styles, l deadletters.Letter, w int) string {
	name := " " + st.t("LETTER P%d@%d", l.Partition, l.Offset) + " "
	return st.ruled(st.title.Render(name), " "+st.warn.Render(reason(st, l, 40))+" ", w)
}

// reason is the error code of a letter.
func reason(st *styles, l deadletters.Letter, w int) string {
	if l.Code == "" {
		return cut(st.t("no reason given"), w, st.ascii)
	}
	return visible(l.Code, w, st.ascii)
}

// letterFacts says why a letter was refused, where it came from, and what became of it since.
func letterFacts(st *styles, l deadletters.Letter, w int) []string {
	label := func(name, text string) string { return st.muted.Render(st.left(name, 11)) + cut(text, w-11, st.ascii) }
	var out []string
	const most = 4 // lines of the error
	for line := range strings.SplitSeq(ansi.Wrap(st.heard(l.Error, max(w, 0)*most), max(w, 1), ""), "\n") {
		if len(out) < most {
			out = append(out, st.warn.Render(line))
		}
	}
	from := st.muted.Render(st.t("unknown"))
	if l.Source.Topic != "" {
		from = st.t("P%d@%d of %s", l.Source.Partition, l.Source.Offset, visible(l.Source.Topic, 24, st.ascii))
	}
	out = append(out, label(st.t("from"), from))
	by := st.muted.Render(st.t("unknown"))
	if l.Instance != "" {
		by = visible(l.Instance, 24, st.ascii)
	}
	if !l.RefusedAt.IsZero() {
		by += st.muted.Render(" "+st.t("at")+" ") + l.RefusedAt.Format("15:04:05.000")
	}
	out = append(out, label(st.t("refused by"), by))
	if l.Attempts > 0 {
		out = append(out, label(st.t("attempts"), st.number(int64(l.Attempts))))
	}
	if l.Redrives > 0 {
		out = append(out, label(st.t("sent again"), st.say(phrase.Count(int64(l.Redrives), "%s time before it came here, of %d at most",
			"%s times before it came here, of %d at most", deadletters.MostRedrives))))
	}
	if l.SentAs.Topic != "" {
		out = append(out, label(st.t("then"), st.good.Render(st.g.ok+" "+st.t("sent again as P%d@%d", l.SentAs.Partition, l.SentAs.Offset))))
	}
	return out
}

// lettersTitle says how many letters there are and how fresh that is.
func lettersTitle(st *styles, b *letterBox, w int) string {
	left := " " + st.title.Render(st.t("DEAD LETTERS")) + " "
	known := !b.readAt.IsZero() && (b.err == nil || len(b.page.Letters) > 0)
	if known {
		left += st.strong.Render(st.number(b.page.Total)) + " "
	}
	right := ""
	switch {
	case b.work != nil:
		right = " " + st.warn.Render(st.t("reading ...")) + " "
	case known:
		right = st.muted.Render(" " + st.t("newest first") + " " + st.g.dot + " " + st.t("read at %s", b.readAt.Format("15:04:05")) + " ")
	}
	return st.ruled(left, right, w)
}

// reasonTabs are the reasons with their counts, the chosen one on a badge and always in sight.
func reasonTabs(st *styles, b *letterBox, w int) string {
	codes := b.reasons()
	tabs, chosen := make([]string, len(codes)), 0
	for i, code := range codes {
		name, n := st.t("all reasons"), b.page.Total
		if code != "" {
			name, n = visible(code, 24, st.ascii), b.page.Counts[code]
		}
		tabs[i] = " " + name + " " + st.number(n) + " "
		if code == b.query.Code {
			chosen = i
		}
	}
	from := chosen
	for room := w - 2 - width(tabs[chosen]); from > 0 && room >= width(tabs[from-1]); from-- {
		room -= width(tabs[from-1])
	}
	var line strings.Builder
	for i := from; i < len(tabs); i++ {
		if i == chosen {
			line.WriteString(st.badge.Render(tabs[i]))
		} else {
			line.WriteString(st.muted.Render(tabs[i]))
		}
	}
	return cut(" "+line.String(), w, st.ascii)
}

// lettersLine says which letters these are, or what went wrong.
func lettersLine(st *styles, b *letterBox, w int) string {
	if b.err != nil && len(b.page.Letters) > 0 {
		return st.bad.Render(" " + st.g.bad + " " + st.toldOf(b.err, w-3))
	}
	var parts []string
	if n := len(b.marked); n > 0 {
		parts = append(parts, st.good.Render(st.count(int64(n), "%s marked", "%s marked")))
	}
	if b.query.Filter != "" {
		parts = append(parts, st.t("with")+" "+st.strong.Render(visible(b.query.Filter, 24, st.ascii)))
	}
	if b.later {
		parts = append(parts, st.t("older ones; up leads back to the newest"))
	}
	if n := b.page.Unsearched; n > 0 {
		parts = append(parts, st.muted.Render(st.count(n, "not searched for copies: %s payment", "not searched for copies: %s payments")))
	}
	if len(parts) == 0 {
		return cut(st.muted.Render("  "+st.left(st.t("time"), 8)+" "+st.left(st.t("from"), 15)+" "+st.left(st.t("by"), 9)+" "+
			st.left(st.t("reason"), 22)+" "+st.t("what is wrong")), w, st.ascii)
	}
	return cut(" "+strings.Join(parts, " "+st.g.dot+" "), w, st.ascii)
}

// emptyQueue says how dead letters come about, as consumers deal with poison pills now.
func (st *styles) emptyQueue(s *lab.Snapshot) string {
	k, policy := DefaultKeys(), poisonOf(s)
	if policy == lab.PoisonRetry || policy == lab.PoisonCrash {
		return st.t("No dead letters. The policy is %s: no pill comes here. %s changes it.", string(policy), k.Policy.Help().Key)
	}
	return st.t("No dead letters. Poison pills (%s) come here when a consumer meets them.", k.Pills.Help().Key)
}

// letterRows is the list: as many rows as fit, the chosen one among them. An empty queue has a sentence of its own.
func letterRows(st *styles, b *letterBox, empty string, w, rows int) []string {
	n := len(b.page.Letters)
	if n == 0 {
		switch {
		case b.err != nil:
			return st.failed(b.err, w)
		case b.readAt.IsZero():
			return nil
		}
		none := "   " + empty
		if b.page.Total > 0 {
			none = "   " + st.t("None of the dead letters is like this.")
		}
		if b.page.Bounded {
			none = "   " + st.t("None among those looked at. Down goes on searching.")
		}
		return []string{"", st.muted.Render(none)}
	}
	from, to, more := window(n, rows, around(b.cursor, n, rows))
	var out []string
	for i := from; i < to; i++ {
		out = append(out, letterRow(st, b.page.Letters[i], w, i == b.cursor, b.marked[b.page.Letters[i].Place]))
	}
	if more > 0 {
		out = append(out, st.muted.Render("      "+st.outOfSight(from, n-to, "letter")))
	}
	return out
}

// sourceOf is where the refused record stood: a payment's place alone, another record's with its noun.
func sourceOf(st *styles, l deadletters.Letter) string {
	place := fmt.Sprintf("P%d@%d", l.Source.Partition, l.Source.Offset)
	switch l.Source.Topic {
	case "":
		return st.g.dash
	case paymentTopic:
		return st.strong.Render(place)
	}
	return st.warn.Render(st.noun(l.Source.Topic)) + " " + st.strong.Render(place)
}

// letterRow is one letter on one line.
func letterRow(st *styles, l deadletters.Letter, w int, chosen, marked bool) string {
	sign, mark := " ", " "
	if chosen {
		sign = st.key.Render(st.g.cursor)
	}
	if marked {
		mark = st.good.Render("*")
	}
	line := sign + mark + st.muted.Render(l.At.Format("15:04:05")) + " " + st.left(sourceOf(st, l), 15) + " " +
		st.left(visible(l.Instance, 9, st.ascii), 9) + " "
	again := ""
	if l.SentAs.Topic != "" {
		again = " " + st.good.Render(st.g.restarted+" "+st.t("sent again")) + " "
	} else if l.Redrives > 0 {
		again = " " + st.warn.Render(fmt.Sprintf("%s%d", st.g.restarted, l.Redrives)) + " "
	}
	line += st.warn.Render(st.left(reason(st, l, 22), 22)) + " "
	line = st.ends(line+st.heard(l.Error, max(w-width(line)-width(again), 0)), again, w)
	if chosen {
		return under(line, st.selected)
	}
	return line
}
