package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
	"blackfriday/services/deadletters"
	"blackfriday/services/messages"
)

// edit opens the original of the chosen letter for repair by hand.
func (m *model) edit() {
	l, ok := m.letters.letter()
	switch {
	case !ok:
		return
	case l.Truncated, len(l.Original) > mostEdited:
		m.tell(phrase.New("Letter P%d@%d is too large to be edited here: export it, and write the repaired one with another tool.", l.Partition, l.Offset), true)
		return
	}
	notes := []string{m.st.heard(l.Error, 90), m.t("ctrl+s sends the whole text as a new payment; ctrl+g selects all of it")}
	m.form = newForm(m.t("Repair letter P%d@%d and send it again", l.Partition, l.Offset), notes,
		func(m *model, f *form) (tea.Cmd, error) {
			if m.lettersDesk() == nil {
				return nil, errNoDesk
			}
			o := deadletters.Order{Letters: []messages.Place{l.Place}, Repair: deadletters.Replace, Value: edited(f.text(0)),
				Again: l.SentAs.Topic != ""}
			return m.redrive(o, f), nil
		}, newField(m.t("the whole value"), editable(l.Original), true))
}

// redriven takes the end of sending letters again. A text that was refused comes back to be mended.
func (m *model) redriven(msg redrivenMsg) tea.Cmd {
	r := msg.redrive
	r.done, r.err = true, msg.err
	sent, refused, _, outcomes := r.progress()
	if msg.form != nil && refused > 0 && len(outcomes) > 0 {
		m.letters.sent = nil
		m.reopen(msg.form, outcomes[0].Err)
		return nil
	}
	m.letters.marked = nil
	m.tell(phrase.Count(int64(sent), "%s dead letter sent again, %s refused", "%s dead letters sent again, %s refused",
		phrase.Number(refused)), refused > 0 || msg.err != nil)
	return nil
}

// leaveOutcomes stops sending, or shows the letters again when it has ended.
func (m *model) leaveOutcomes() tea.Cmd {
	b := &m.letters
	if !b.sent.done {
		b.sent.work.end()
		return nil
	}
	b.sent, b.top = nil, 0
	return m.readLetters(b.query, true)
}

// scrollOutcomes scrolls the list of outcomes.
func (m *model) scrollOutcomes(msg tea.KeyPressMsg) bool {
	b := &m.letters
	if !m.scrolls(msg) {
		return false
	}
	_, _, _, outcomes := b.sent.progress()
	b.top = m.scrolled(msg, b.top, m.bodyHeight()/3, len(outcomes)-1)
	return true
}

// outcomesBody is what became of each letter.
func outcomesBody(st *styles, r *redrive, w, h, top int) []string {
	sent, refused, total, outcomes := r.progress()
	state := st.good.Render(st.g.ok + " " + st.t("done"))
	switch {
	case !r.done && total == 0:
		state = st.warn.Render(st.t("%s ... esc stops", phrase.Number(sent+refused)))
	case !r.done:
		state = st.warn.Render(st.t("%s of %s ... esc stops", phrase.Number(sent+refused), phrase.Number(total)))
	case r.err != nil:
		state = st.bad.Render(st.g.bad + " " + st.t("stopped"))
	}
	head := st.ruled(" "+st.title.Render(st.t("SENT AGAIN"))+" ", " "+state+" ", w)
	sum := " " + st.t("%s sent again as new payments", st.strong.Render(st.number(int64(sent))))
	if refused > 0 {
		sum += "  " + st.bad.Render(st.count(int64(refused), "%s refused", "%s refused"))
	}
	if r.err != nil {
		sum += "  " + st.bad.Render(st.toldOf(r.err, max(w-width(sum)-3, 0)))
	}
	lines, shown := []string{head, sum}, 0
	from := min(max(top, 0), max(len(outcomes)-1, 0))
	for _, o := range outcomes[from:] {
		next := outcomeLines(st, o, w)
		if len(lines)+len(next) >= h {
			break
		}
		lines, shown = append(lines, next...), shown+1
	}
	if below := max(sent+refused-from-shown, 0); from+below > 0 {
		lines = append(lines, st.more(from, below, "letter"))
	}
	return st.box(lines, w, h)
}

// outcomeLines are what became of one letter: why it was refused is told in full, within bounds.
func outcomeLines(st *styles, o deadletters.Outcome, w int) []string {
	const most = 3
	head := fmt.Sprintf("P%d@%d", o.Letter.Partition, o.Letter.Offset)
	if o.Err == nil {
		as := st.g.arrow + " " + st.t("payment P%d@%d", o.SentAs.Partition, o.SentAs.Offset)
		return []string{" " + st.good.Render(st.g.ok) + " " + st.strong.Render(st.left(head, 12)) + " " + as}
	}
	room := max(w-18, 1)
	head = " " + st.bad.Render(st.g.bad) + " " + st.strong.Render(st.left(head, 12)) + " "
	var out []string
	for line := range strings.SplitSeq(ansi.Wrap(st.toldOf(o.Err, room*most), room, ""), "\n") {
		if len(out) < most {
			out = append(out, head+line)
		}
		head = blank(width(head))
	}
	return out
}
