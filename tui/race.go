package tui

import (
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// raceStays is how long the dashboard shows a race after it is over, before the lag of the last minutes comes back.
const raceStays = time.Minute

// raceOf gives the newest flood and the one to race it against: the newest before it that drained, else the one before.
func raceOf(s *lab.Snapshot) (now, ghost lab.Run, ok bool) {
	last := len(s.Runs) - 1
	if last < 1 {
		return lab.Run{}, lab.Run{}, false
	}
	ghost = s.Runs[last-1]
	for _, r := range s.Runs[:last] {
		if r.Drained {
			ghost = r
		}
	}
	return s.Runs[last], ghost, true
}

// racing says whether a race is on, or was a moment ago.
func racing(s *lab.Snapshot) bool {
	now, _, ok := raceOf(s)
	return ok && (!now.Drained || s.At.Sub(now.StartedAt.Add(now.Took)) < raceStays)
}

// entrant describes a flood in a race: "3 consumers, 3 partitions, 0:33", with a plus while it goes on.
func (st *styles) entrant(r lab.Run) string {
	text := st.count(int64(r.Consumers), "%s consumer", "%s consumers") + ", " + st.count(int64(r.Partitions), "%s partition", "%s partitions") + ", " + clock(r.Took)
	if !r.Drained {
		text += "+"
	}
	return text
}

// differences names what else was not the same in two floods, as far as it explains their times.
func (st *styles) differences(now, ghost lab.Run) string {
	var parts []string
	if now.Payments != ghost.Payments {
		parts = append(parts, st.count(ghost.Payments, "%s payment", "%s payments"))
	}
	if now.Delay != ghost.Delay {
		parts = append(parts, st.t("%s ms each", phrase.Number(ghost.Delay.Milliseconds())))
	}
	if now.Key != ghost.Key {
		parts = append(parts, st.t("key %s", string(ghost.Key)))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}

// raceTitle is the heading of a race, in the same place as that of the lag curve.
func raceTitle(st *styles, s *lab.Snapshot, w int) string {
	now, _, _ := raceOf(s)
	return st.ruled(" "+st.title.Render(st.t("LAG"))+st.strong.Render(" "+st.t("now:")+" ")+st.entrant(now)+" ", "", w-1) + " "
}

// raceCurve draws the lag of the newest flood, and behind it that of an earlier one, each from its own beginning. A line
// above says what the ghost is; a line under them shows the time where there is room.
func raceCurve(st *styles, s *lab.Snapshot, w, h int) []string {
	now, ghost, _ := raceOf(s)
	const axis, rulerFrom = 8, 8
	wide, rows := w-axis-2, h-1
	if rows >= rulerFrom {
		rows--
	}
	if wide < 1 || rows < 1 {
		return st.box(nil, w, h)
	}
	span := raceSpan(now, ghost)
	front, back := sampleRun(now, span, wide), sampleRun(ghost, span, wide)
	peak := int64(10)
	for _, run := range []lab.Run{now, ghost} {
		for _, p := range run.Curve {
			peak = max(peak, p.Lag)
		}
	}
	label := st.muted.Render(st.g.ghost + " " + st.t("before: %s", st.entrant(ghost)) + visible(st.differences(now, ghost), 40, st.ascii))
	out := []string{" " + label}
	for row := range rows {
		name := ""
		switch row {
		case 0:
			name = st.compactUp(peak)
		case rows - 1:
			name = "0"
		}
		out = append(out, st.muted.Render(st.right(name, axis-1))+" "+st.raceRow(front, back, peak, rows, row))
	}
	if rows < h-1 {
		out = append(out, blank(axis)+st.ruler(span, wide))
	}
	return st.box(out, w, h)
}

// raceSpan is the time that a race shows: the longer of both floods, in full ten seconds.
func raceSpan(now, ghost lab.Run) time.Duration {
	const step = 10 * time.Second
	return max((max(now.Took, ghost.Took) + step - 1).Truncate(step), step)
}

// ruler writes times from 0 to span under a picture of w cells.
func (st *styles) ruler(span time.Duration, w int) string {
	const marks = 4
	line := ""
	for i := range marks + 1 {
		word := clock(span * time.Duration(i) / marks)
		at := min(w*i/marks, w-width(word))
		if at > width(line) || i == 0 {
			line += blank(at-width(line)) + word
		}
	}
	return st.muted.Render(line)
}

// sampleRun gives the largest lag of each of n equal slices of a span that begins with the flood.
func sampleRun(r lab.Run, span time.Duration, n int) []int64 {
	return sample(r.Curve, n, func(at time.Time) int {
		return min(int(int64(at.Sub(r.StartedAt))*int64(n)/int64(span)), n-1)
	})
}

// raceRow draws one line of a race of h lines: the area of the newest flood, and the ghost as a line in front of it or
// over it.
func (st *styles) raceRow(front, back []int64, peak int64, h, row int) string {
	var b strings.Builder
	area := []rune(areaRow(st.g, front, peak, h, row))
	for len(area) > 0 {
		at := len(front) - len(area)
		ghostly := ghostIn(back, at, peak, h, row)
		n := 1
		for n < len(area) && ghostIn(back, at+n, peak, h, row) == ghostly {
			n++
		}
		b.WriteString(st.racePart(area[:n], ghostly))
		area = area[n:]
	}
	return b.String()
}

// racePart draws cells of the area, or the ghost in their place: by another sign where it crosses the area.
func (st *styles) racePart(area []rune, ghostly bool) string {
	if !ghostly {
		return st.curve.Render(string(area))
	}
	var b strings.Builder
	for _, r := range area {
		if string(r) == st.g.steps[7] {
			b.WriteString(st.curve.Render(st.g.ghostOver))
		} else {
			b.WriteString(st.muted.Render(st.g.ghost))
		}
	}
	return b.String()
}

// ghostIn says whether the line of the ghost goes through a cell. From one column to the next the line has no holes.
func ghostIn(back []int64, column int, peak int64, h, row int) bool {
	if back[column] < 0 {
		return false
	}
	at := ghostRow(back[column], peak, h)
	from := at
	if column > 0 && back[column-1] >= 0 {
		from = ghostRow(back[column-1], peak, h)
	}
	switch {
	case from < at:
		return row > from && row <= at
	case from > at:
		return row >= at && row < from
	}
	return row == at
}

// ghostRow is the row of a picture of h rows in which a lag stands; the highest is row 0.
func ghostRow(lag, peak int64, h int) int {
	return h - 1 - max(level(lag, peak, h*8)-1, 0)/8
}
