package tui

import (
	"slices"

	"blackfriday/services/lab"
)

// rebalanceSplit shares h lines among the list of the rebalances and the chosen one in full; the rest is the card of the
// protocols and the headings.
func rebalanceSplit(v view, w, h, chosen int) (list, detail int) {
	if r, ok := rebalanceOf(v.s, chosen); ok {
		detail = 2 + min(pieceLines(r, w), max(h/4, 3))
	}
	list = max(h-3-detail-len(protocols())-1, 1)
	return min(list, max(len(v.s.Rebalances), 3)+1), detail
}

// pieceLines is how many lines the partitions of a rebalance take.
func pieceLines(r lab.Rebalance, w int) int {
	each := pieceColumns(w)
	return (len(r.Moved) + len(r.Kept) + each - 1) / each
}

// rebalanceExtent is how many lines of the chosen rebalance's partitions are in sight, and how far they can scroll.
func rebalanceExtent(v view, w, h, chosen int) (step, limit int) {
	r, ok := rebalanceOf(v.s, chosen)
	if !ok {
		return 0, 0
	}
	_, detail := rebalanceSplit(v, w, h, chosen)
	return listExtent(pieceLines(r, w), detail-2)
}

// rebalancesBody is the page of the rebalances: the list, the chosen or newest one in full, and the protocols compared.
func rebalancesBody(v view, w, h, chosen int) []string {
	st, s := v.st, v.s
	list, lines := rebalanceSplit(v, w, h, chosen)
	card := protocolPanel(st, s, w)
	var detail []string
	if r, ok := rebalanceOf(s, chosen); ok {
		detail = rebalanceDetail(st, r, w, lines, v.top)
		chosen = r.ID
	}
	if 2+list+len(detail)+len(card) < h {
		detail = append(detail, "")
	}
	return slices.Concat([]string{rebalanceTitle(st, w), rebalanceLabels(st, w)}, rebalanceRows(st, s, w, list, chosen), detail, card)
}

// rebalanceOf is the rebalance with a number, or the newest one when there is none with it.
func rebalanceOf(s *lab.Snapshot, id int) (lab.Rebalance, bool) {
	n := len(s.Rebalances)
	if n == 0 {
		return lab.Rebalance{}, false
	}
	i := slices.IndexFunc(s.Rebalances, func(r lab.Rebalance) bool { return r.ID == id })
	if i < 0 {
		i = n - 1
	}
	return s.Rebalances[i], true
}
