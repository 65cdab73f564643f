package tui

import (
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// ruled is a heading: text at the left, text at the right, and a thin line between them.
func (st *styles) ruled(l, r string, w int) string {
	return cut(l+st.rule.Render(strings.Repeat(st.g.rule, max(w-width(l)-width(r), 0)))+r, w, st.ascii)
}

// headerLines say what this is, on which cluster it stands and how it is set. standstill says which moment the screen
// shows; it is empty while that is the present one.
func headerLines(st *styles, s *lab.Snapshot, w int, standstill string) []string {
	title := "BLACK FRIDAY LAB"
	if s.Cluster.Join != "" && w < 100 { // a class needs its code more
		title = "LAB"
	}
	left := " " + st.title.Render(title) + "  " + st.whose(s.Cluster) + st.brokers(s.Cluster, w)
	right := st.state(s) + " " + st.strong.Render(clock(s.At.Sub(s.Started))) + " "
	if s.Reading.Lost {
		right = st.alarm.Render(st.t(" DISCONNECTED %s ", st.howOld(s.At.Sub(s.Reading.At)))) + " "
	}
	if standstill != "" {
		right = " " + st.frozen.Render(" "+standstill+" ") + " "
	}
	flood := st.flood(s.Flood, w)
	return []string{st.ends(left, right, w), st.ends(st.settings(s, w-width(flood)-1), flood, w)}
}

// whose says whose cluster it is; nothing before there is one.
func (st *styles) whose(c lab.Cluster) string {
	switch {
	case len(c.Brokers) == 0:
		return ""
	case c.Kind() != lab.ClusterReal:
		return st.badge.Render(st.t(" EMBEDDED ")) + " "
	}
	return st.alarm.Render(st.t(" REAL ")) + " "
}

func (st *styles) brokers(c lab.Cluster, w int) string {
	if len(c.Brokers) == 0 {
		return st.muted.Render(st.t("no broker yet"))
	}
	if c.Join != "" {
		return st.classroom(c, w)
	}
	switch c.Kind() {
	case lab.ClusterReal:
		return st.realCluster(c, w)
	case lab.ClusterElsewhere:
		return st.embeddedElsewhere(c, w)
	}
	text := visible(c.Brokers[0], 32, st.ascii)
	if n := len(c.Brokers); n > 1 {
		text = st.t("%d brokers, %s", n, text)
	}
	if w >= 120 && c.Payment != "" {
		text += "   " + st.t("payments") + " " + visible(c.Payment, 32, st.ascii)
	}
	return text
}

func (st *styles) state(s *lab.Snapshot) string {
	switch s.State {
	case lab.Starting:
		return st.warn.Render(st.g.waiting + " " + st.t("starting"))
	case lab.Running:
		if s.Observing {
			return st.warn.Render(st.g.health[lab.Standby] + " " + st.t("observing"))
		}
		return st.good.Render(st.g.health[lab.Active] + " " + st.t("running"))
	case lab.Stopping:
		return st.warn.Render(st.g.health[lab.Leaving] + " " + st.t("stopping"))
	}
	return st.muted.Render(st.g.health[lab.Left] + " " + st.t("stopped"))
}

// settings are the knobs as they stand, as many as fit: first those that a key changes.
func (st *styles) settings(s *lab.Snapshot, w int) string {
	switch {
	case s.Observing:
		return st.left(" "+st.t("only observes: runs no service, writes nothing"), w)
	case s.Settings.Protocol == "":
		return "" // there is no cluster yet
	}
	dot := st.muted.Render(" " + st.g.dot + " ")
	parts := []string{visible(s.Settings.Protocol, 20, st.ascii)}
	if p := s.Cluster.Prefix; p != "" {
		parts = append(parts, st.t("prefix %s", visible(p, 24, st.ascii)))
	}
	clock := []string{st.t("session %s", st.orUnknown(s.Settings.SessionTimeout)), st.t("heartbeat %s", st.orUnknown(s.Settings.Heartbeat))}
	if !s.Cluster.Embedded {
		// There they may not be what the lab asked for.
		parts, clock = append(parts, clock...), nil
	}
	parts = append(parts, st.t("delay %s ms", phrase.Number(s.Settings.Delay.Milliseconds())))
	if k := s.Settings.Key; k != "" && k != lab.KeyNone {
		parts = append(parts, st.warn.Render(st.t("key %s", visible(string(k), 8, st.ascii))))
	}
	if p := poisonOf(s); p != lab.PoisonDLQ {
		parts = append(parts, st.warn.Render(st.t("pills: %s", visible(string(p), 10, st.ascii))))
	}
	parts = append(parts, visible(s.Settings.Guarantee, 20, st.ascii))
	if every := s.Settings.CommitInterval; every > 0 {
		parts = append(parts, st.t("commit %s", exactly(every)))
	}
	parts = append(parts, clock...)
	line := " " + parts[0]
	for _, part := range parts[1:] {
		if width(line)+width(dot)+width(part) > w {
			break
		}
		line += dot + part
	}
	return line
}

// orUnknown writes a time that is 0 where nobody knows it.
func (st *styles) orUnknown(d time.Duration) string {
	if d == 0 {
		return st.t("unknown")
	}
	return st.seconds(d)
}

// statusLine shows the answer to the last command, and the keys that were pressed.
func statusLine(st *styles, message string, style pen, pressed []string, w int) string {
	right := keysPressed(st, pressed)
	return st.ends(" "+style.Render(visible(message, max(w-width(right)-1, 0), st.ascii)), right, w)
}

// keysPressed shows the keys that were pressed, for the class.
func keysPressed(st *styles, pressed []string) string {
	if len(pressed) == 0 {
		return ""
	}
	return st.muted.Render("  "+st.t("keys")+" ") + st.strong.Render(st.keys(strings.Join(pressed, " "))) + " "
}

// footerLine lists the keys that work now. Where they do not all fit, the spare ones go first, the last before the
// others; then those in front lose their words, again from the end; and only then keys go, but never the last two. The
// last cell of the line stays empty.
func footerLine(st *styles, front, spare []key.Binding, w int) string {
	var line strings.Builder
	at := 0
	for _, spot := range footerSpots(st, front, spare, w) {
		b := spot.key
		line.WriteString(blank(spot.from-at) + st.keyName(b, b.Help().Key))
		if spot.worded {
			line.WriteString(" " + st.muted.Render(b.Help().Desc))
		}
		at = spot.to
	}
	return cut(line.String(), w, st.ascii)
}

// footerSpot is where a key stands in the footer: its first cell, and the one after its last.
type footerSpot struct {
	key      key.Binding
	from, to int
	worded   bool
}

// footerSpots lays the footer out.
func footerSpots(st *styles, front, spare []key.Binding, w int) (spots []footerSpot) {
	front, spare = st.named(front), st.named(spare)
	keep := max(len(front)-2, 0)
	all := slices.Concat(front[:keep], spare, front[keep:])
	named := len(all) // so many keys have their words; the last two have them always
	for footerWidth(all, named) >= w && len(all) > 2 {
		switch last := len(all) - 3; {
		case last >= keep:
			all = slices.Delete(all, last, last+1)
			named = len(all) - 2
		case named > 0:
			named--
		default:
			all = slices.Delete(all, last, last+1)
		}
	}
	at := 0
	for i, b := range all {
		gap, worded := footerEntry(i, named, len(all))
		spot := footerSpot{key: b, from: at + gap, to: at + gap + width(b.Help().Key), worded: worded}
		if worded {
			spot.to += 1 + width(b.Help().Desc)
		}
		spots, at = append(spots, spot), spot.to
	}
	return spots
}

// keyName is the name of a key, without its colour where the key is off.
func (st *styles) keyName(b key.Binding, name string) string {
	if !b.Enabled() {
		return st.muted.Render(name)
	}
	return st.key.Render(name)
}

// footerEntry says how the entry i of n stands in the footer when so many have their words: how far from the one before
// it, and whether with its words. Keys without words stand close together.
func footerEntry(i, named, n int) (gap int, worded bool) {
	worded = i < named || i >= n-2
	if i == 0 || !worded && i > named {
		return 1, worded
	}
	return 2, worded
}

// footerWidth is how many cells the footer needs when so many keys have their words.
func footerWidth(all []key.Binding, named int) int {
	cells := 0
	for i, b := range all {
		gap, worded := footerEntry(i, named, len(all))
		cells += gap + width(b.Help().Key)
		if worded {
			cells += 1 + width(b.Help().Desc)
		}
	}
	return cells
}
