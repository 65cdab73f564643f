package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"

	"blackfriday/services/lab"
)

// ruled is a heading: text at the left, text at the right, and a thin line between them.
func (st *styles) ruled(l, r string, w int) string {
	return cut(l+st.rule.Render(strings.Repeat(st.g.rule, max(w-width(l)-width(r), 0)))+r, w, st.ascii)
}

// headerLines say what this is, on which cluster it stands and how it is set. standstill says which moment the screen
// shows; it is empty while that is the present one.
func headerLines(st *styles, s *lab.Snapshot, w int, standstill string) []string {
	badge := st.badge.Render(" EMBEDDED ")
	if !s.Cluster.Embedded {
		badge = st.alarm.Render(" REAL CLUSTER ")
	}
	left := " " + st.title.Render("BLACK FRIDAY LAB") + "  " + badge + " " + st.brokers(s.Cluster, w)
	right := st.state(s.State) + " " + st.strong.Render(clock(s.At.Sub(s.Started))) + " "
	if standstill != "" {
		right = " " + st.frozen.Render(" "+standstill+" ") + " "
	}
	flood := st.flood(s.Flood, w)
	return []string{st.ends(left, right, w), st.ends(st.settings(s, w-width(flood)-1), flood, w)}
}

func (st *styles) brokers(c lab.Cluster, w int) string {
	if len(c.Brokers) == 0 {
		return st.muted.Render("no broker yet")
	}
	text := visible(c.Brokers[0], 32, st.ascii)
	if n := len(c.Brokers); n > 1 {
		text = fmt.Sprintf("%d brokers, %s", n, text)
	}
	if w >= 120 && c.Payment != "" {
		text += "   payments " + visible(c.Payment, 32, st.ascii)
	}
	return text
}

func (st *styles) state(s lab.State) string {
	switch s {
	case lab.Starting:
		return st.warn.Render(st.g.waiting + " starting")
	case lab.Running:
		return st.good.Render(st.g.health[lab.Active] + " running")
	case lab.Stopping:
		return st.warn.Render(st.g.health[lab.Leaving] + " stopping")
	}
	return st.muted.Render(st.g.health[lab.Left] + " stopped")
}

// settings are the knobs as they stand, as many as fit: first those that a key changes.
func (st *styles) settings(s *lab.Snapshot, w int) string {
	dot := st.muted.Render(" " + st.g.dot + " ")
	parts := []string{visible(s.Settings.Protocol, 20, st.ascii), fmt.Sprintf("delay %d ms", s.Settings.Delay.Milliseconds())}
	if k := s.Settings.Key; k != "" && k != lab.KeyNone {
		parts = append(parts, st.warn.Render("key "+visible(string(k), 8, st.ascii)))
	}
	parts = append(parts, visible(s.Settings.Guarantee, 20, st.ascii), "session "+seconds(s.Settings.SessionTimeout),
		"heartbeat "+seconds(s.Settings.Heartbeat))
	line := " " + parts[0]
	for _, part := range parts[1:] {
		if width(line)+width(dot)+width(part) > w {
			break
		}
		line += dot + part
	}
	return line
}

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
	case f.Failed > 0 || f.Err != "":
		return st.bad.Render(fmt.Sprintf("flood: %s of %s failed: ", compact(f.Failed), compact(f.Wanted))) +
			visible(f.Err, w/4, st.ascii) + " "
	}
	return st.muted.Render("flood ") + fmt.Sprintf("%s in %s", compact(f.Acked), took(f.Took)) +
		st.muted.Render("  "+perSecond(f.Rate)) + " "
}

// flowLine follows a payment from the left to the right: what came in, what waits, what came out. All of it is measured.
func flowLine(st *styles, s *lab.Snapshot, w int) string {
	byName := map[string]lab.Topic{}
	for _, t := range s.Topics {
		byName[t.Name] = t
	}
	arrow := st.muted.Render(" " + st.g.arrow + " ")
	stage := func(name, topic string) string { return st.stage(name, byName[topic], w) }
	parts := []string{stage("payments", "payment-successful")}
	if w >= 100 {
		waiting := st.g.dash
		if s.Lag.Known {
			waiting = st.amount(s.Lag.Total, w)
		}
		parts = append(parts, st.muted.Render("waiting ")+st.strong.Render(waiting))
	}
	parts = append(parts, stage("orders", "order-created"), stage("emails", "email-sent"))
	dead := st.g.dash
	if s.DLQ.Known {
		dead = st.amount(s.DLQ.Total, w)
	}
	dlq := st.muted.Render("DLQ ") + st.strong.Render(dead) + " "
	if s.DLQ.Total > 0 {
		dlq = st.warn.Render("DLQ "+dead) + " "
	}
	return st.ends(" "+strings.Join(parts, arrow), dlq, w)
}

func (st *styles) stage(name string, t lab.Topic, w int) string {
	if !t.Known {
		return st.muted.Render(name+" ") + st.g.dash
	}
	return st.muted.Render(name+" ") + st.strong.Render(st.amount(t.Total, w)) + st.muted.Render(" "+perSecond(t.Rate))
}

// amount writes a number in full where there is room for it.
func (st *styles) amount(n int64, w int) string {
	if w < 100 {
		return compact(n)
	}
	return comma(n)
}

// statusLine shows the answer to the last command, and the keys that were pressed.
func statusLine(st *styles, message string, style pen, pressed []string, w int) string {
	right := ""
	if len(pressed) > 0 {
		right = st.muted.Render("  keys ") + st.strong.Render(strings.Join(pressed, " ")) + " "
	}
	return st.ends(" "+style.Render(visible(message, max(w-width(right)-1, 0), st.ascii)), right, w)
}

// footerLine lists the keys that work now. Where they do not all fit, the last but two go first: help and quit stay.
func footerLine(st *styles, bindings []key.Binding, w int) string {
	texts := make([]string, len(bindings))
	used := 1
	for i, b := range bindings {
		texts[i] = st.key.Render(b.Help().Key) + " " + st.muted.Render(b.Help().Desc)
		used += width(texts[i]) + 2
	}
	for used-2 > w && len(texts) > 2 {
		last := len(texts) - 3
		used -= width(texts[last]) + 2
		texts = append(texts[:last], texts[last+1:]...)
	}
	return cut(" "+strings.Join(texts, "  "), w, st.ascii)
}
