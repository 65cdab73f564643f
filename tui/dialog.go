package tui

import (
	"fmt"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/services/lab"
)

// dialog is a question over the dashboard. It returns an answer and never acts by itself.
type dialog struct {
	title  string
	items  []choice
	cursor int
	typed  bool   // it has a box for a number, which has the focus
	digits string // what stands in the box
	quit   bool   // it asks whether to quit
}

// choice is one line of a dialog.
type choice struct {
	label, detail string
	command       lab.Command
}

// answer is what a key did to a dialog.
type answer struct {
	closed  bool
	quit    bool
	command lab.Command // nil: none
}

func floodDialog() *dialog {
	d := &dialog{title: "How many payments?", typed: true}
	for _, n := range []int64{1, 10, 5_000, 10_000} {
		d.items = append(d.items, choice{label: comma(n), command: lab.Flood{Count: int(n)}})
	}
	return d
}

func pillDialog(pills []Pill) *dialog {
	d := &dialog{title: "Which poison pill?"}
	for _, p := range pills {
		d.items = append(d.items, choice{p.Name, p.Title, lab.Poison{Pills: []string{p.Name}}})
	}
	return d
}

func quitDialog() *dialog { return &dialog{title: "Quit while a flood is running?", quit: true} }

// press takes one key. Letters mean nothing here: the box has the focus, or the list has.
func (d *dialog) press(msg tea.KeyPressMsg, keys KeyMap) answer {
	switch {
	case key.Matches(msg, keys.Back):
		return answer{closed: true}
	case d.quit:
		return answer{quit: key.Matches(msg, keys.Confirm)}
	case key.Matches(msg, keys.Choose):
		return d.take()
	case key.Matches(msg, keys.Next):
		d.move(1)
	case key.Matches(msg, keys.Previous):
		d.move(-1)
	case msg.Code == tea.KeyBackspace && d.digits != "":
		d.digits = d.digits[:len(d.digits)-1]
	case d.typed:
		d.enter(msg.Text)
	default:
		return d.number(msg.Text)
	}
	return answer{}
}

// enter appends the digits of a text to the box, up to the largest flood.
func (d *dialog) enter(text string) {
	if !d.typed {
		return
	}
	for _, r := range text {
		next, err := strconv.Atoi(d.digits + string(r))
		if r < '0' || r > '9' || err != nil || next < 1 || next > lab.MaxFlood {
			continue
		}
		d.digits = strconv.Itoa(next)
	}
}

// number takes the line that a digit names: 1 is the first, 0 the tenth.
func (d *dialog) number(text string) answer {
	n, err := strconv.Atoi(text)
	if err != nil || len(text) != 1 {
		return answer{}
	}
	index := (n + 9) % 10
	if index >= len(d.items) {
		return answer{}
	}
	d.cursor = index
	return d.take()
}

// width is how many cells the longest line of the dialog needs.
func (d *dialog) width() int {
	if d.typed || d.quit {
		return 48
	}
	return 66
}

func (d *dialog) move(by int) {
	if len(d.items) > 0 {
		d.digits = ""
		d.cursor = (d.cursor + by + len(d.items)) % len(d.items)
	}
}

func (d *dialog) take() answer {
	if d.digits != "" {
		n, err := strconv.Atoi(d.digits)
		if err != nil {
			return answer{}
		}
		return answer{closed: true, command: lab.Flood{Count: n}}
	}
	if d.cursor < len(d.items) {
		return answer{closed: true, command: d.items[d.cursor].command}
	}
	return answer{closed: true}
}

// dialogLines draws a dialog as a frame of at most w by h cells.
func dialogLines(st *styles, d *dialog, s *lab.Snapshot, w, h int) []string {
	inner := min(w-6, d.width())
	var body []string
	from, to, more := window(len(d.items), h-7, around(d.cursor, len(d.items), h-7))
	for i := from; i < to; i++ {
		body = append(body, st.choiceLine(d, i, inner))
	}
	if more > 0 {
		body = append(body, st.muted.Render(fmt.Sprintf("    +%d more", more)))
	}
	switch {
	case d.quit:
		body = append(body, fmt.Sprintf("%s of %s payments are acknowledged.", comma(s.Flood.Acked), comma(s.Flood.Wanted)), "",
			st.key.Render("y")+" quit   "+st.key.Render("esc")+" stay")
	case d.typed:
		body = append(body, "", "or type a number up to "+comma(lab.MaxFlood)+":  "+st.numberBox(d.digits))
	}
	return st.frame(d.title, body, inner)
}

// numberBox is the text box for a number.
func (st *styles) numberBox(digits string) string {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		digits = comma(n)
	}
	return under(st.left(" "+digits+"_", 12), st.selected)
}

func (st *styles) choiceLine(d *dialog, i, w int) string {
	c := d.items[i]
	key := "   "
	if !d.typed && i < 10 {
		key = fmt.Sprintf(" %d ", (i+1)%10)
	}
	label := st.left(visible(c.label, 24, st.ascii), 24)
	if d.typed {
		label = st.right(c.label, 8)
	}
	chosen := i == d.cursor && d.digits == ""
	line := st.key.Render(key) + st.strong.Render(label) + " " + st.muted.Render(visible(c.detail, w, st.ascii))
	if !chosen {
		return "  " + st.left(line, w-2)
	}
	return under(st.left(st.key.Render(st.g.cursor)+" "+line, w), st.selected)
}

// frame puts lines of w cells into a border with a title.
func (st *styles) frame(title string, body []string, w int) []string {
	side := st.key.Render(st.g.side)
	dash := strings.Repeat(st.g.rule, max(w+2-len(title)-3, 0))
	out := []string{st.key.Render(st.g.corners[0]+st.g.rule) + " " + st.title.Render(title) + " " + st.key.Render(dash+st.g.corners[1])}
	for _, line := range append(append([]string{""}, body...), "") {
		out = append(out, side+" "+st.left(line, w)+" "+side)
	}
	return append(out, st.key.Render(st.g.corners[2]+strings.Repeat(st.g.rule, w+2)+st.g.corners[3]))
}

// overlay lays a frame over the lower part of a page: the partitions stay in sight as long as they can.
func (st *styles) overlay(page, frame []string, w int) []string {
	if len(frame) == 0 || len(frame) > len(page) {
		return page
	}
	wide := width(frame[0])
	x, y := max((w-wide)/2, 0), max(len(page)-len(frame)-3, 0)
	for i, line := range frame {
		row := page[y+i]
		page[y+i] = st.left(cells(row, 0, x), x) + line + st.left(cells(row, x+wide, w), w-x-wide)
	}
	return page
}
