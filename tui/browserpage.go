package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/messages"
)

// browserSplit shares a body of w by h cells between the list and the chosen message, which stands beside the list
// where the screen is wide and else under it. Heights are without the headings.
func browserSplit(w, h int) (listWidth, rows, previewWidth, previewRows int) {
	const head, title = 3, 1
	if w >= wideFrom {
		return w * 5 / 9, h - head, w - w*5/9, h - head
	}
	rows = max((h-head-title)*5/9, 3)
	return w, rows, w, max(h-head-title-rows, 0)
}

// listRows is how many rows of a list of the pages of messages and letters are in sight.
func (m *model) listRows() int {
	_, rows, _, _ := browserSplit(m.bodySize())
	return max(rows, 2)
}

// openMessage are the lines of the message that is open.
func (m *model) openMessage() []string {
	msg, ok := m.browser.row(m.browser.cursor)
	if !ok {
		return nil
	}
	return messageLines(m.st, &m.paper, msg, m.bodyWidth()-2)
}

// browserBody is the page of the messages.
func (m *model) browserBody(w, h int) []string {
	st, b := m.st, &m.browser
	msg, ok := b.row(b.cursor)
	if b.open && ok {
		lines := st.scrollable(m.openMessage(), w-2, h-1, b.top)
		return append([]string{messageTitle(st, msg, w)}, indent(lines)...)
	}
	lw, rows, pw, ph := browserSplit(w, h)
	out := []string{browserTitle(st, b, w), topicTabs(st, m.topics(), b.query.Topic, w), browserLine(st, b, w)}
	list := st.box(messageRows(st, b, lw, rows), lw, rows)
	if !ok {
		return append(out, list...)
	}
	if lw < w {
		preview := append([]string{messageTitle(st, msg, pw)}, indent(messageLines(st, &m.paper, msg, pw-2))...)
		return append(out, beside(list, st.box(st.clipped(preview, ph), pw, ph))...)
	}
	preview := indent(messageLines(st, &m.paper, msg, pw-2))
	return append(append(append(out, list...), messageTitle(st, msg, w)), st.box(st.clipped(preview, ph), w, ph)...)
}

// clipped cuts a text to h lines and says how to see the rest.
func (st *styles) clipped(lines []string, h int) []string {
	if len(lines) <= h || h < 1 {
		return lines
	}
	more := st.muted.Render("   " + st.count(int64(len(lines)-h+1), "+%s more line", "+%s more lines") + " " + st.g.dot + " " + st.t("enter opens it"))
	return append(lines[:h-1:h-1], more)
}

// indent sets a block one cell in.
func indent(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = " " + line
	}
	return out
}

// browserTitle says how much of the topic is in the list, and how fresh that is.
func browserTitle(st *styles, b *browser, w int) string {
	right := ""
	switch n := int64(len(b.page.Messages)); {
	case b.live != nil:
		came := int64(b.live.came)
		right = st.say(phrase.Count(came, "%[2]s came", "%[2]s came",
			st.good.Render(st.g.health[lab.Active]+" "+st.t("live: %s", phrase.Number(came)))))
		if n > came {
			right += st.muted.Render(" " + st.g.dot + " " + st.count(n-came, "%s read before", "%s read before"))
		}
		if b.live.skipped > 0 {
			right += st.warn.Render(" " + st.g.dot + " " + st.count(b.live.skipped, "%s too fast to show", "%s too fast to show"))
		}
	case b.work != nil:
		right = st.warn.Render(st.told(phrase.New("%s ...", b.work.doing), w/2))
	case !b.readAt.IsZero() && (b.err == nil || n > 0):
		right = st.muted.Render(st.count(n, "%s message", "%s messages") + " " + st.g.dot + " " + st.t("read at %s", b.readAt.Format("15:04:05")))
	}
	return st.ruled(" "+st.title.Render(st.t("MESSAGES"))+" ", " "+right+" ", w)
}

// topicTabs names the topics, the chosen one on a badge.
func topicTabs(st *styles, names []string, chosen string, w int) string {
	var b strings.Builder
	for _, name := range names {
		text := " " + visible(name, 24, st.ascii) + " "
		if name == chosen {
			b.WriteString(st.badge.Render(text))
		} else {
			b.WriteString(st.muted.Render(text))
		}
	}
	return cut(" "+b.String(), w, st.ascii)
}

// browserLine says which messages of the topic these are.
func browserLine(st *styles, b *browser, w int) string {
	if b.err != nil && len(b.page.Messages) > 0 {
		return st.bad.Render(" " + st.g.bad + " " + st.toldOf(b.err, w-3))
	}
	parts := []string{st.t("all partitions")}
	if b.query.Partition != messages.AllPartitions {
		parts[0] = st.t("only P%d", b.query.Partition)
	}
	switch {
	case b.live != nil:
		parts = append(parts, st.t("newest first"), st.t("what came live has a %s", st.good.Render(st.g.health[lab.Active])))
	case b.query.Origin == messages.FromBeginning:
		parts = append(parts, st.t("from the beginning on"))
	case b.query.Origin == messages.FromOffset:
		parts = append(parts, st.t("from offset %s on", phrase.Number(b.query.Offset)))
	case b.query.Origin == messages.FromTime:
		parts = append(parts, st.t("from %s on", b.query.Time.Format(st.t("2 Jan 15:04:05"))))
	default:
		parts = append(parts, st.t("newest first"))
	}
	line := " " + strings.Join(parts, " "+st.g.dot+" ")
	if b.query.Filter != "" {
		filter := st.strong.Render(visible(b.query.Filter, 24, st.ascii))
		line += " " + st.g.dot + " " + st.say(phrase.Count(b.page.Scanned, "with %[2]s in %[1]s record", "with %[2]s in %[1]s records", filter))
	}
	if b.page.Hidden > 0 {
		line += " " + st.g.dot + " " + st.warn.Render(st.count(b.page.Hidden, "%s offset hidden by open transactions", "%s offsets hidden by open transactions"))
	}
	return cut(line, w, st.ascii)
}

// failed says in full why there is nothing to show, and how to try again.
func (st *styles) failed(why error, w int) []string {
	const most = 5
	var out []string
	for line := range strings.SplitSeq(ansi.Wrap(st.toldOf(why, (w-6)*most), max(w-6, 1), ""), "\n") {
		out = append(out, "   "+st.bad.Render(line))
	}
	out[0] = " " + st.bad.Render(st.g.bad) + out[0][2:]
	return append(out, "   "+st.muted.Render(st.t("%s tries again.", DefaultKeys().Again.Help().Key)))
}

// messageRows is the list: as many rows as fit, the chosen one among them.
func messageRows(st *styles, b *browser, w, rows int) []string {
	n := len(b.page.Messages)
	if n == 0 {
		switch {
		case b.err != nil:
			return st.failed(b.err, w)
		case b.work != nil, b.readAt.IsZero() && b.live == nil:
			return nil
		}
		none := st.t("No messages here.")
		if b.live != nil {
			none = st.t("Nothing came yet: what is written to this topic from now on stands here.")
		}
		if b.page.Bounded {
			none = st.count(b.page.Scanned, "None among the %s record looked at. Down goes on searching.",
				"None among the %s records looked at. Down goes on searching.")
		}
		return []string{"", st.muted.Render("   " + none)}
	}
	from, to, more := window(n, rows, around(b.cursor, n, rows))
	var out []string
	for i := from; i < to; i++ {
		msg, _ := b.row(i)
		out = append(out, messageRow(st, msg, w, i == b.cursor, b.livened(i)))
	}
	if more > 0 {
		out = append(out, st.muted.Render("      "+st.outOfSight(from, n-to, "message")))
	}
	return out
}

// messageRow is one message on one line.
func messageRow(st *styles, msg messages.Message, w int, chosen, live bool) string {
	sign, mark := " ", " "
	if chosen {
		sign = st.key.Render(st.g.cursor)
	}
	if live {
		mark = st.good.Render(st.g.health[lab.Active])
	}
	place := fmt.Sprintf("P%d@%d", msg.Partition, msg.Offset)
	line := sign + mark + st.muted.Render(msg.At.Format("15:04:05.000")) + " " + st.strong.Render(st.left(place, 12)) + " "
	if msg.Key != nil {
		line += st.warn.Render(oneLine(msg.Key, 10, st.ascii)) + " "
	}
	size := " " + st.muted.Render(st.right(st.say(bytesOf(len(msg.Value))), 8)) + " "
	value := st.muted.Render("null")
	if room := w - width(line) - width(size); msg.Value != nil {
		value = oneLine(msg.Value, room, st.ascii)
	}
	line = st.ends(line+value, size, w)
	if chosen {
		return under(line, st.selected)
	}
	return line
}

// messageTitle heads a message in full.
func messageTitle(st *styles, msg messages.Message, w int) string {
	name := fmt.Sprintf(" %s P%d@%d ", visible(msg.Topic, 24, st.ascii), msg.Partition, msg.Offset)
	right := " " + msg.At.Format(st.t("2 Jan 15:04:05.000")) + " " + st.g.dot + " " + st.say(bytesOf(len(msg.Value))) + " "
	return st.ruled(st.title.Render(name), st.muted.Render(right), w)
}

// messageLines is a message in full, but for its title: key, headers and value.
func messageLines(st *styles, p *paper, msg messages.Message, w int) []string {
	label := func(name string) string { return st.muted.Render(st.left(name, 8)) }
	key := st.muted.Render(st.t("none"))
	if msg.Key != nil {
		key = st.warn.Render(oneLine(msg.Key, w-9, st.ascii))
	}
	out := []string{label(st.t("key")) + key}
	const most = 16
	for i, h := range msg.Headers[:min(len(msg.Headers), most)] {
		name := ""
		if i == 0 {
			name = st.t("headers")
		}
		text := st.left(visible(h.Key, 23, st.ascii), 23) + " " + st.strong.Render(oneLine(h.Value, max(w-33, 1), st.ascii))
		out = append(out, label(name)+text)
	}
	if more := len(msg.Headers) - most; more > 0 {
		out = append(out, label("")+st.muted.Render(st.count(int64(more), "+%s more header", "+%s more headers")))
	}
	out = append(out, p.linesOf(st, msg.Value, w)...)
	if msg.Cut > 0 {
		out = append(out, st.warn.Render(st.t("%s more were left out when it was read", bytesOf(msg.Cut))))
	}
	return out
}
