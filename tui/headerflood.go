package tui

import (
	"fmt"
	"strings"

	"blackfriday/services/lab"
)

// flood is the progress of the newest flood: how far it is, and the rate that was measured.
func (st *styles) flood(f lab.FloodProgress, w int) string {
	switch {
	case f.ID == 0:
		return ""
	case f.Running:
		text := fmt.Sprintf(" %s of %s  %s ", compact(f.Acked), compact(f.Wanted), perSecond(f.Rate))
		done := int64(0)
		if f.Wanted > 0 {
			done = f.Acked * 10 / f.Wanted
		}
		done = min(max(done, 0), 10)
		return st.warn.Render("flood ") + st.curve.Render(strings.Repeat(st.g.gauge[0], int(done))) +
			st.rule.Render(strings.Repeat(st.g.gauge[1], int(10-done))) + st.strong.Render(text)
	case f.Unknown > 0:
		text := fmt.Sprintf("flood: %s acknowledged, %s not, ", compact(f.Acked), compact(f.Failed))
		return text + st.bad.Render(compact(f.Unknown)+" unknown") + " "
	case f.Failed > 0 || f.Err != nil:
		return st.bad.Render(fmt.Sprintf("flood: %s of %s failed: ", compact(f.Failed), compact(f.Wanted))) +
			st.toldOf(f.Err, w/4) + " "
	}
	return st.muted.Render("flood ") + fmt.Sprintf("%s in %s", compact(f.Acked), took(f.Took)) +
		st.muted.Render("  "+perSecond(f.Rate)) + " "
}
