package tui

import (
	"strings"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// flood is the progress of the newest flood: how far it is, and the rate that was measured.
func (st *styles) flood(f lab.FloodProgress, w int) string {
	switch {
	case f.ID == 0:
		return ""
	case f.Running:
		text := " " + st.t("%s of %s  %s", st.compact(f.Acked), st.compact(f.Wanted), st.perSecond(f.Rate)) + " "
		done := int64(0)
		if f.Wanted > 0 {
			done = f.Acked * 10 / f.Wanted
		}
		done = min(max(done, 0), 10)
		return st.warn.Render(st.t("flood")+" ") + st.curve.Render(strings.Repeat(st.g.gauge[0], int(done))) +
			st.rule.Render(strings.Repeat(st.g.gauge[1], int(10-done))) + st.strong.Render(text)
	case f.Unknown > 0:
		text := st.t("flood: %s acknowledged, %s not,", st.compact(f.Acked), st.compact(f.Failed))
		return text + " " + st.bad.Render(st.say(phrase.Count(f.Unknown, "%[2]s unknown", "%[2]s unknown", st.compact(f.Unknown)))) + " "
	case f.Failed > 0 || f.Err != nil:
		return st.bad.Render(st.t("flood: %s of %s failed:", st.compact(f.Failed), st.compact(f.Wanted))+" ") +
			st.toldOf(f.Err, w/4) + " "
	}
	return st.muted.Render(st.t("flood")+" ") + st.t("%s in %s", st.compact(f.Acked), st.took(f.Took)) +
		st.muted.Render("  "+st.perSecond(f.Rate)) + " "
}
