package tui

// The smallest terminal that the dashboard is drawn on, the width from which panels stand side by side, and the height
// from which there is a line for labels: it must not come and go with the number of consumers.
const (
	minWidth   = 80
	minHeight  = 24
	wideFrom   = 140
	labelsFrom = 28
)

// chrome is what every page has around its body: two header lines, the flow, the status line and the footer.
const chrome = 5

// balance is the one line on the dashboard that says what became of all payments.
const balance = 1

// notices is how many lines under the partitions say what matters about them now.
const notices = 2

// layout says how large each panel of the dashboard is. Heights count the lines below a panel's title.
type layout struct {
	width  int
	wide   bool // what came out of the pipeline stands beside who works and what waits
	labels bool // a line of column labels above the partitions
	marks  bool // a line of rebalances above the lanes; else they stand in the title
	double bool // every partition has two lines
	gaps   bool // an empty line between panels
	tall   bool // the lanes are two lines high, with a ruler under them

	partitions int // lines for partitions, without the notices under them
	lanes      int
	consumers  int
	middle     int // curve, and results beside it; 0: there is no room for the panel
	events     int
	left       int // width of the left one of two panels that stand side by side
}

// bare is a layout with headings and nothing under them, and how many lines are free.
func bare(w, h int) (l layout, free int) {
	const titles = 4
	l = layout{width: w, wide: classOf(w, h).sides, labels: h >= labelsFrom, left: w * 9 / 20}
	if l.wide {
		l.left = w * 5 / 8
	}
	free = h - chrome - balance - titles - notices
	if l.labels {
		free--
	}
	return l, free
}

// arrange shares a terminal of w by h cells among the panels: first what each cannot do without, then the rest in the
// order of how much one more line helps.
func arrange(w, h, partitions, consumers int) layout {
	l, free := bare(w, h)
	grow := func(lines *int, limit int) {
		more := max(0, min(free, limit-*lines))
		*lines += more
		free -= more
	}
	grow(&l.partitions, min(partitions, 4))
	grow(&l.lanes, min(partitions, 3))
	grow(&l.consumers, min(consumers, 4))
	grow(&l.events, 1)
	grow(&l.consumers, min(consumers, 8))
	most := min(partitions, h*4/15) // twelve at 45 lines, the most that the course grows to
	grow(&l.partitions, most)
	grow(&l.lanes, most)
	if free >= 4 {
		free--
		grow(&l.middle, 3)
	}
	grow(&l.events, 3)
	if free > 0 && l.labels {
		l.marks = true
		free--
	}
	grow(&l.consumers, min(consumers, h/4))
	if l.middle > 0 {
		grow(&l.middle, 6)
	}
	grow(&l.events, 5)
	if l.partitions == partitions && free >= partitions {
		l.double = true
		free -= partitions
		l.partitions *= 2
	}
	if free >= 4 {
		l.gaps = true
		free -= 4
	}
	if classOf(w, h).tall && l.lanes == partitions && free > partitions {
		l.tall = true
		free -= partitions + 1
	}
	if l.middle > 0 {
		grow(&l.middle, 8)
		grow(&l.events, 8)
		grow(&l.middle, 12)
	}
	l.events += max(free, 0)
	return l
}

// window chooses which of n rows stand in a list of height lines. When they do not all fit, the last line is left for
// "+N more", and more is how many rows are hidden.
func window(n, lines, top int) (from, to, more int) {
	if n <= lines {
		return 0, n, 0
	}
	shown := max(lines-1, 0)
	from = min(max(top, 0), n-shown)
	return from, from + shown, n - shown
}

// around is the top row of a window of height lines that shows the row at index.
func around(index, n, lines int) int {
	shown := lines - 1
	if n <= lines || index < shown {
		return 0
	}
	return index - shown + 1
}
