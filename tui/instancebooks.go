package tui

import (
	"cmp"
	"slices"

	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// serviceBooks are what each instance wrote.
func serviceBooks(st *styles, s *lab.Snapshot, w int) []string {
	heads := []string{"", st.t("letters"), st.t("e-mails"), st.t("twice")}
	const sign, name = 5, 15
	cell := min(max((w-sign-name-1)/len(heads), 7), 12)
	heads[0] = st.ordersWithin(cell - 1)
	line := blank(sign + name)
	for _, h := range heads {
		line += st.right(cut(h, cell-1, st.ascii), cell)
	}
	out := []string{st.heading(st.t("INSTANCES"), st.t("what each one wrote"), w), st.muted.Render(line)}
	for _, x := range likeDashboard(s) {
		row := " " + st.signOf(s, x.Name) + " " + st.strong.Render(st.left(visible(x.Name, name-1, st.ascii), name))
		out = append(out, row+st.amount(x.Orders, cell, st.done)+st.amount(x.Letters, cell, st.dead)+
			st.amount(x.Emails, cell, st.strong)+st.amount(x.Duplicates, cell, st.warn))
	}
	if len(s.Ledger.Services) == 0 {
		out = append(out, st.muted.Render(" "+st.t("Nobody has written anything yet.")))
	}
	return out
}

// ordersWithin names orders in at most w cells.
func (st *styles) ordersWithin(w int) string {
	if long := st.t("orders"); width(long) <= w {
		return long
	}
	return st.once("orders ")
}

// likeDashboard are the books of the instances in the order of the dashboard, and those of others at the end.
func likeDashboard(s *lab.Snapshot) []ledger.Service {
	ours := slices.Concat(s.Orders, services(s))
	place := func(x ledger.Service) int {
		if i := slices.IndexFunc(ours, func(i lab.Instance) bool { return i.Name == x.Name }); i >= 0 {
			return i
		}
		return len(ours)
	}
	return slices.SortedStableFunc(slices.Values(s.Ledger.Services), func(a, b ledger.Service) int { return cmp.Compare(place(a), place(b)) })
}

// signOf is the coloured cell of the instance with a name, or of somebody outside this lab.
func (st *styles) signOf(s *lab.Snapshot, name string) string {
	for _, i := range instances(s) {
		if i.Name == name {
			return st.sign(i)
		}
	}
	return st.other.Render(" " + st.g.foreign + " ")
}
