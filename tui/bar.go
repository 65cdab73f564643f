package tui

import (
	"strings"

	"blackfriday/services/lab"
)

// partitionBar is the lag of a partition as a bar, on a track that leads the eye to its number.
func (st *styles) partitionBar(s *lab.Snapshot, p lab.Partition, w int, scale int64) string {
	if !p.Known && p.AsOf.IsZero() {
		return blank(w)
	}
	style, fill := st.barStyle(s, p)
	text := bar(st.g, fill, p.Lag, scale, w)
	rest := w - width(text)
	line := style.Render(text) + st.rule.Render(blank(rest%2)+strings.Repeat(" "+st.g.track, rest/2))
	if hot, _, ok := hotPartition(s); ok && hot.ID == p.ID {
		word := " " + st.t("hot") + " "
		return cells(line, 0, w-len(word)) + st.frozen.Render(cut(word, w, st.ascii))
	}
	return line
}

// barStyle is how the lag of a partition is drawn: in its reader's colour, and in another pattern when nobody reads it.
func (st *styles) barStyle(s *lab.Snapshot, p lab.Partition) (style pen, fill string) {
	switch {
	case p.Orphan:
		return st.orphan, st.g.orphanBar
	case p.Known && !stale(s) && p.Reader > 0 && !p.Unknown:
		return st.bar(p.Reader), st.g.bar
	}
	return st.quiet, st.g.bar
}

// bar draws value as part of scale, in at most w cells, to an eighth of a cell. A value above 0 is never invisible.
func bar(g glyphs, fill string, value, scale int64, w int) string {
	if value <= 0 || scale <= 0 || w <= 0 {
		return ""
	}
	n := int(min(float64(value)/float64(scale), 1) * float64(w*8))
	n = max(n, 1)
	full, rest := n/8, n%8
	text := strings.Repeat(fill, full)
	if rest == 0 {
		return text
	}
	if fill == g.orphanBar || full == 0 && g.eighths[rest-1] == " " {
		return text + fill
	}
	return text + g.eighths[rest-1]
}
