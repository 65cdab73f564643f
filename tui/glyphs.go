package tui

import "blackfriday/services/lab"

// glyphs are the signs of the dashboard. Every one of them is one cell wide in the fonts of ordinary terminals: no
// emoji, no Nerd Font.
type glyphs struct {
	eighths   []string // a bar's last cell, from 1/8 to 8/8
	steps     []string // a column's highest cell, from 1/8 to 8/8
	floor     string   // a column of height zero
	bar       string   // a whole cell; it leaves a gap to the bar above it
	orphanBar string
	half      string // the upper half of a bar's cell
	halfWorn  string // the same for a bar that nobody works on
	track     string // where a bar could be
	rule      string
	cursor    string
	arrow     string
	dot       string
	dash      string
	euro      string
	restarted string
	gauge     [2]string // done, to do
	up, down  string
	steady    string
	stuck     string
	ok        string
	proven    string // ok beside a sum: no sign of arithmetic
	attention string
	bad       string
	waiting   string
	message   string // messages on their way, and the end of it
	head      string
	back      string // what stands after it was there before
	gap       string // a moment in which nobody read
	unknown   string // a moment in which no broker could be asked who reads
	foreign   string // a moment in which somebody outside this lab read
	ghost     string // the line of an earlier flood, and where it crosses the newest one
	ghostOver string
	upTo      string
	about     string // nearly equal: the numbers beside it are rounded
	times     string
	health    map[lab.Health]string
	severity  map[lab.Severity]string
	corners   [4]string // of a dialog: top left, top right, bottom left, bottom right
	side      string
}

func unicodeGlyphs() glyphs {
	return glyphs{
		eighths: []string{"▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"},
		steps:   []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, floor: "▁",
		bar: "▇", orphanBar: "▒", half: "▀", halfWorn: "▘", track: "·", rule: "─", cursor: "▸", arrow: "→", dot: "·", dash: "–", euro: "€", restarted: "↻",
		gauge: [2]string{"▰", "▱"}, up: "▲", down: "▼", steady: "=", stuck: "■",
		ok: "✓", proven: "✓", attention: "!", bad: "✕", waiting: "◔",
		message: "◆", head: "→", back: "←", gap: "·", unknown: "╌", foreign: "?", ghost: "░", ghostOver: "▓", upTo: "≤", about: "≈", times: "×",
		health: map[lab.Health]string{
			lab.Joining: "◔", lab.Active: "●", lab.Standby: "○", lab.Leaving: "◑", lab.Crashed: "✕", lab.Left: "■",
		},
		severity: map[lab.Severity]string{lab.Info: "·", lab.Good: "✓", lab.Warn: "!", lab.Bad: "✕"},
		corners:  [4]string{"╭", "╮", "╰", "╯"}, side: "│",
	}
}

func asciiGlyphs() glyphs {
	return glyphs{
		eighths: []string{" ", " ", " ", "-", "-", "=", "=", "#"},
		steps:   []string{".", ".", ".", ":", ":", ":", "#", "#"}, floor: "_",
		bar: "#", orphanBar: "x", half: " ", halfWorn: " ", track: ".", rule: "-", cursor: ">", arrow: "->", dot: "-", dash: "-", euro: "EUR ", restarted: "@",
		gauge: [2]string{"#", "."}, up: "^", down: "v", steady: "=", stuck: "#",
		ok: "+", proven: "OK", attention: "!", bad: "X", waiting: "~",
		message: "o", head: ">", back: "<", gap: ".", unknown: "~", foreign: "?", ghost: "o", ghostOver: "o", upTo: "<", about: "~", times: "x",
		health: map[lab.Health]string{
			lab.Joining: "~", lab.Active: "*", lab.Standby: "o", lab.Leaving: "<", lab.Crashed: "X", lab.Left: "#",
		},
		severity: map[lab.Severity]string{lab.Info: "-", lab.Good: "+", lab.Warn: "!", lab.Bad: "X"},
		corners:  [4]string{"+", "+", "+", "+"}, side: "|",
	}
}

// counted says how many instances are in a state.
func (st *styles) counted(instances int, h lab.Health) string {
	n := int64(instances)
	switch h {
	case lab.Joining:
		return st.count(n, "%s joining", "%s joining")
	case lab.Active:
		return st.count(n, "%s running", "%s running")
	case lab.Standby:
		return st.count(n, "%s standby", "%s standby")
	case lab.Leaving:
		return st.count(n, "%s leaving", "%s leaving")
	case lab.Crashed:
		return st.count(n, "%s crashed", "%s crashed")
	case lab.Left:
		return st.count(n, "%s stopped", "%s stopped")
	}
	return st.count(n, "%s unknown ", "%s unknown ")
}

// healthWord is how the state of an instance reads.
func (st *styles) healthWord(h lab.Health) string {
	switch h {
	case lab.Joining:
		return st.once("joining ")
	case lab.Active:
		return st.once("running ")
	case lab.Standby:
		return st.once("standby ")
	case lab.Leaving:
		return st.once("leaving ")
	case lab.Crashed:
		return st.once("crashed ")
	case lab.Left:
		return st.once("stopped ")
	}
	return st.t("unknown")
}
