package tui

// sizeClass is what a terminal of its size is used for, beyond what every smaller one has. Each is designed: what it adds is
// chosen by what a class wants to see at once.
type sizeClass struct {
	width, height int  // from which on; the width is what the guide beside it leaves
	sides         bool // the lower half of the dashboard is two stacks: who works and what waits, and what came out of it
	aside         bool // a page has the dashboard in small beside it
	tall          bool // the lanes are two lines high and have a ruler, to be read from the last row
}

// sizeClasses are all of them, the smallest first.
func sizeClasses() []sizeClass {
	return []sizeClass{
		{width: minWidth, height: minHeight}, // lanes, lag, consumers and keys: all that a lesson cannot do without
		{width: 100, height: labelsFrom},     // and the names of the columns, the lag over time, and results
		{width: guideFrom, height: labelsFrom},
		{width: wideFrom, height: minHeight, sides: true},
		{width: asideFrom, height: asideHigh, sides: true, aside: true},
		{width: asideFrom, height: tallFrom, sides: true, aside: true, tall: true},
	}
}

// classOf is the largest class that a body fits, with what stands around it.
func classOf(w, h int) (class sizeClass) {
	for _, c := range sizeClasses() {
		if w >= c.width && h >= c.height {
			class = c
		}
	}
	return class
}

// panel is a part of a stack: how many lines it needs at least, with its heading, how many it makes use of, and what it draws.
type panel struct {
	least, most int
	whole       bool // nothing between the two is of use
	draw        func(w, h int) []string
}

// stacked shares h lines among panels: each in turn what it needs at least, then an empty line between every two, then what
// they make use of, again in turn. Those that have no room are left out.
func (st *styles) stacked(panels []panel, w, h int) []string {
	var kept []panel
	free := h
	for _, p := range panels {
		if p.least > 0 && p.least <= free {
			kept, free = append(kept, p), free-p.least
		}
	}
	gaps := len(kept) - 1
	if gaps > free {
		gaps = 0
	}
	free -= max(gaps, 0)
	var out []string
	for i, p := range kept {
		more := max(min(free, p.most-p.least), 0)
		if p.whole && p.least+more < p.most {
			more = 0
		}
		free -= more
		if i > 0 && gaps > 0 {
			out = append(out, "")
		}
		out = append(out, st.box(p.draw(w, p.least+more), w, p.least+more)...)
	}
	return st.box(out, w, h)
}
