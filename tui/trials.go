package tui

import (
	"slices"

	"blackfriday/services/lab"
)

// trialBooks compare the guarantees that were in force: what the same kills cost under each. Before anybody was killed and
// anything was changed there is nothing to compare.
func trialBooks(st *styles, s *lab.Snapshot, w int) []string {
	kills := int64(0)
	for _, t := range s.Trials {
		kills += t.Kills
	}
	if len(s.Trials) < 2 && kills == 0 {
		return nil
	}
	heads := []string{"", st.once("kills "), st.t("lost"), st.t("twice")}
	const sign, name = 5, 15
	cell := min(max((w-sign-name-1)/len(heads), 7), 14)
	heads[0] = st.ordersWithin(cell - 1)
	line := blank(sign + name)
	for _, h := range heads {
		line += st.right(cut(h, cell-1, st.ascii), cell)
	}
	out := []string{st.heading(st.t("UNDER EACH GUARANTEE"), st.t("counted while it was in force"), w), st.muted.Render(line)}
	for _, t := range s.Trials {
		now, pen := blank(sign), st.strong
		if t.Guarantee == s.Settings.Guarantee {
			now = " " + st.key.Render(st.left(st.g.cursor, sign-1))
		}
		lost := st.amount(t.Lost, cell, st.alarm)
		if t.Lost == 0 && t.Payments > 0 {
			lost = blank(cell-1) + st.good.Render("0")
		}
		out = append(out, now+pen.Render(st.left(visible(t.Guarantee, name-1, st.ascii), name))+st.amount(t.Payments, cell, st.done)+
			st.amount(t.Kills, cell, st.dead)+lost+st.amount(t.Duplicates, cell, st.warn))
	}
	if s.Shares(lab.OrderKind) && slices.ContainsFunc(s.Trials, func(t lab.Trial) bool { return t.Lost > 0 }) {
		out = append(out, st.muted.Render(cut(blank(sign)+st.theirLoss(), w, st.ascii)))
	}
	return append(out, "")
}
