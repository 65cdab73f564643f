package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"

	"blackfriday/services/lab"
)

// consumersBody is what scrolls on the page of the consumers: every instance on a line of its own, also those on the
// bench, and the rebalances that they caused.
func consumersBody(v view, w int) []string {
	st, s, c := v.st, v.s, v.st.consumerLayout(v.s, w)
	passing := v.motion.passings(st, seatsOf(instances(s), nil, 0, len(instances(s))))
	var out []string
	for n, i := range instances(s) {
		out = append(out, st.consumerRow(i, c, w, idOf(i) == v.selected, v.motion, passing[n]))
	}
	out = append(out, "", rebalanceTitle(st, w), rebalanceLabels(st, w))
	return append(out, rebalanceRows(st, s, w, max(len(s.Rebalances), 1), 0)...)
}

// fullLanes is how many lines the page of the lanes has for them.
func fullLanes(s *lab.Snapshot, h int) int { return min(len(s.Partitions), max(h/2-3, 1)) }

// lanesBody is the page of who read what: every lane there is room for, and under them the lag, as a race against an
// earlier flood when there is one.
// whole is how high the page is without an answer on it: the lanes keep their room.
func lanesBody(v view, w, h, whole int) []string {
	st, s := v.st, v.s
	rows := fullLanes(s, whole)
	high := 1
	if rows == len(s.Partitions) {
		high = min(max((whole/2-3)/max(rows, 1), 1), 3)
	}
	out := append([]string{laneTitle(v, w, false), laneMarkLine(v, w)}, tallLanes(v, w, rows, high)...)
	out = append(out, laneRuler(v, w), clockLine(st, s, w))
	if _, _, ok := raceOf(s); ok {
		return slices.Concat(out, []string{raceTitle(st, s, w)}, raceCurve(st, s, w, h-len(out)-1))
	}
	return slices.Concat(out, []string{curveTitle(st, s, w)}, lagCurve(st, s, w, h-len(out)-1))
}

// topicsBody is what scrolls on the page of the topics and the dead letter queue.
func topicsBody(st *styles, s *lab.Snapshot, w int) []string {
	heading := func(name string) []string { return []string{"", st.ruled(" "+st.title.Render(name)+" ", "", w-1)} }
	return slices.Concat([]string{topicTitle(st, w)}, topicRows(st, s, w),
		transactionLines(st, s, w), heading(st.t("DEAD LETTERS")), []string{dlqLine(st, s, w), ""}, newestRejection(st, s, w), []string{""},
		rejectionCounts(st, s.DLQ, w), heading(st.t("ANALYTICS")), totalLines(st, s, w))
}

// startBody shows how far the lab has come in starting.
func startBody(st *styles, s *lab.Snapshot, w, h int) []string {
	out := []string{"", st.ruled(" "+st.title.Render(st.t("STARTING"))+" ", "", w-1), ""}
	for _, step := range s.Steps {
		sign, time := st.warn.Render(st.g.waiting), st.muted.Render(st.t("under way"))
		if step.Done {
			sign, time = st.good.Render(st.g.ok), st.took(step.Took)
		}
		line := "  " + sign + " " + st.strong.Render(st.left(st.told(step.Name, 16), 16)) + " " +
			st.told(step.Detail, max(w-36, 0))
		out = append(out, st.ends(line, time+"  ", w))
	}
	return st.box(out, w, h)
}

// helpWide is the width from which on the keys stand in two columns.
const helpWide = 190

// helpLines are the keys, section by section, and what the signs mean: side by side where there is room.
func helpLines(st *styles, k KeyMap, w int) []string {
	var keys []string
	var starts []int
	for _, section := range k.Sections() {
		starts = append(starts, len(keys))
		keys = append(keys, " "+st.title.Render(st.say(section.Title)))
		for _, b := range st.named(section.Keys) {
			keys = append(keys, helpLine(st, b))
		}
		keys = append(keys, "")
	}
	signs := signLines(st)
	if w < 110 {
		return append(keys, signs...)
	}
	if w < helpWide {
		n := max(len(keys), len(signs))
		return beside(st.box(keys, w/2, n), st.box(signs, w-w/2, n))
	}
	half := starts[len(starts)/2]
	for _, at := range starts { // the section that begins nearest to the middle begins the second column
		if abs(2*at-len(keys)) < abs(2*half-len(keys)) {
			half = at
		}
	}
	n, third := max(half, len(keys)-half, len(signs)), w/3
	return beside(beside(st.box(keys[:half], third, n), st.box(keys[half:], third, n)), st.box(signs, w-2*third, n))
}

func abs(n int) int { return max(n, -n) }

func helpLine(st *styles, b key.Binding) string {
	if !b.Enabled() {
		return "   " + st.muted.Render(st.left(b.Help().Key, 14)+" "+st.t("%s (off: press it to see why)", b.Help().Desc))
	}
	return "   " + st.key.Render(st.left(b.Help().Key, 14)) + " " + b.Help().Desc
}

// signLines explain the signs of the dashboard.
func signLines(st *styles) []string {
	line := func(sign, means string) string { return "   " + st.left(sign, 14) + " " + means }
	return []string{
		" " + st.title.Render(st.t("What the signs mean")),
		line(st.cell(1)+" "+st.bar(1).Render(bar(st.g, st.g.bar, 1, 1, 6)), st.t("what order-1 reads, in its colour")),
		line(st.alarm.Render(" "+st.g.bad+" ")+" "+st.orphan.Render(bar(st.g, st.g.orphanBar, 1, 1, 6)), st.t("ORPHAN: nobody reads this partition")),
		line(st.health(lab.Active), st.t("it has partitions and works on them")),
		line(st.health(lab.Standby), st.t("a member, but no partition is left for it")),
		line(st.hands([]int{1, 1, 1, nobody, nobody, 2, 2, 2}), st.t("a lane: 1 read, then nobody, then 2")),
		line(st.hands([]int{1, 1, unknown, unknown, nobody, 1, 1, 1}), st.t("no broker answered: unknown who read, but where certain")),
		line(st.hands([]int{somebody - 1, somebody - 1, somebody - 2, somebody - 2}), st.t("members outside this lab read, says Kafka")),
		line(st.strong.Render("#4"), st.t("a rebalance, at its time")),
		line(st.health(lab.Joining), st.t("started, and not assigned anything yet")),
		line(st.health(lab.Leaving), st.t("finishes the record in hand, commits, leaves")),
		line(st.health(lab.Crashed), st.t("lost power: Kafka was not told")),
		line(st.health(lab.Left), st.t("left the group politely")),
		line(st.good.Render(st.g.down+" 0:20"), st.t("the lag falls and is zero in 20 seconds")),
		line(st.warn.Render(st.g.up+" "+st.t("growing")), st.t("more comes in than goes out")),
		line(st.bad.Render(st.g.stuck+" "+st.t("stuck")), st.t("there is lag, and it does not move")),
		line(st.muted.Render("393/594"), st.t("393 of 594 records are committed")),
		line(st.muted.Render("P0@393"), st.t("partition 0, offset 393")),
		line(st.warn.Render("order-2"), st.t("Kafka names another owner than the reader")),
		line(st.done.Render(st.g.proven+" "+st.t("lost 0")), st.t("the auditor has read everything: none is lost")),
		line(st.muted.Render(st.g.waiting+" "+st.t("lost 0")), st.t("none so far, and it has not read everything")),
		line(st.warn.Render(st.g.attention+" "+st.t("lost 0")), st.t("none by us; others, or retention, took some")),
		line(st.alarm.Render(" "+st.t("STALE")+" "), st.t("the brokers' numbers are older than 0.5 s")),
		line(st.muted.Render(st.t("computed")), st.t("not measured: from the session timeout")),
	}
}

// helpPage shows the help from line top on.
func helpPage(st *styles, k KeyMap, w, h, top int) []string {
	all := helpLines(st, k, w)
	room := h - 2
	top = min(max(top, 0), max(len(all)-room, 0))
	hint := st.t("%s closes", st.keys("esc"))
	if len(all) > room {
		hint = st.t("up, down, pgup, pgdn scroll") + " " + st.g.dot + " " + hint
	}
	head := st.ruled(" "+st.title.Render(st.t("HELP"))+" ", " "+st.muted.Render(hint)+" ", w)
	return append([]string{head, ""}, all[top:min(top+room, len(all))]...)
}
