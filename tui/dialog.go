package tui

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// dialog is a question over the dashboard. It returns an answer and never acts by itself.
type dialog struct {
	title   string
	items   []choice
	cursor  int
	again   []string           // keys that move on like the arrows: the one that opened the dialog
	notes   []string           // what else there is to know, under the choices
	typed   func(n int) choice // what a number in the box means, which then has the focus; nil: there is no box
	box     string             // what the box is for
	most    int                // the largest number that the box takes
	digits  string             // what stands in the box
	yes     lab.Command        // what the key for yes commits; Enter does nothing then
	agreed  action             // what it does where that is nothing that the lab is asked for
	quit    bool               // it asks whether to quit
	parting bool               // it asks on the way out, where a no quits, too
	card    bool               // it shows the protocols compared
}

// choice is one line of a dialog.
type choice struct {
	label, detail string
	about         string // a sentence that stands under the list while the cursor is here
	digit         string // the key that takes it, where its place in the list says nothing
	now           bool   // this is how it stands
	command       lab.Command
	act           action  // what is done where that is nothing that the lab is asked for
	next          *dialog // a further question instead of a command
}

// action is what a dialog wants done; the dialog itself never does it.
type action func(m *model) tea.Cmd

// answer is what a key did to a dialog.
type answer struct {
	closed  bool
	quit    bool
	command lab.Command // nil: none
	act     action      // nil: none
	next    *dialog     // the question that follows; nil: none
}

// asks says that the dialog wants a yes and nothing else.
func (d *dialog) asks() bool { return d.quit || d.yes != nil || d.agreed != nil }

// lists says that the dialog is a list without a box: there letters keep their meaning, as far as they have one.
func (d *dialog) lists() bool { return !d.asks() && d.typed == nil }

// press takes one key. Letters mean nothing here: the box has the focus, or the list has.
func (d *dialog) press(msg tea.KeyPressMsg, keys KeyMap) answer {
	switch {
	case key.Matches(msg, keys.Back):
		return answer{closed: true}
	case d.parting && msg.String() == "n":
		return answer{quit: true}
	case d.asks():
		if !key.Matches(msg, keys.Confirm) {
			return answer{}
		}
		return answer{quit: d.quit, closed: !d.quit, command: d.yes, act: d.agreed}
	case key.Matches(msg, keys.Choose):
		return d.take()
	case key.Matches(msg, keys.Next), slices.Contains(d.again, msg.String()):
		d.move(1)
	case key.Matches(msg, keys.Previous):
		d.move(-1)
	case msg.Code == tea.KeyBackspace && d.digits != "":
		d.digits = d.digits[:len(d.digits)-1]
	case d.typed != nil:
		d.enter(msg.Text)
	default:
		return d.number(msg.Text)
	}
	return answer{}
}

// mostDigits is how many digits the box shows: more than any number that it takes.
const mostDigits = 9

// enter appends the digits of a text to the box.
func (d *dialog) enter(text string) {
	if d.typed == nil {
		return
	}
	for _, r := range text {
		if r >= '0' && r <= '9' && len(d.digits) < mostDigits {
			d.digits += string(r)
		}
	}
}

// refused says that the box holds a number that it does not take.
func (d *dialog) refused() bool {
	n, err := strconv.Atoi(d.digits)
	return d.digits != "" && (err != nil || n < 1 || n > d.most)
}

// number takes the line that a digit names.
func (d *dialog) number(text string) answer {
	for i := range d.items {
		if text != "" && text == d.digitOf(i) {
			d.cursor = i
			return d.take()
		}
	}
	return answer{}
}

// digitOf is the digit of a line: 1 is the first, 0 the tenth, unless one of the lines has its own. It is empty for others.
func (d *dialog) digitOf(i int) string {
	switch {
	case slices.ContainsFunc(d.items, func(c choice) bool { return c.digit != "" }):
		return d.items[i].digit
	case i < 10:
		return strconv.Itoa((i + 1) % 10)
	}
	return ""
}

// width is how many cells the longest line of the dialog needs.
func (d *dialog) width() int {
	switch {
	case d.card:
		return 74
	case d.typed != nil:
		return 54
	case slices.ContainsFunc(d.items, func(c choice) bool { return c.about != "" }):
		return 74
	}
	return 66
}

// labels is how wide the longest label is, and some room beside it.
func (d *dialog) labels() int {
	wide := 0
	for _, c := range d.items {
		wide = max(wide, width(c.label))
	}
	return min(wide+2, 26)
}

func (d *dialog) move(by int) {
	if len(d.items) > 0 {
		d.digits = ""
		d.cursor = (d.cursor + by + len(d.items)) % len(d.items)
	}
}

func (d *dialog) take() answer {
	if d.refused() {
		return answer{}
	}
	chosen := choice{}
	if n, err := strconv.Atoi(d.digits); err == nil {
		chosen = d.typed(n)
	} else if d.cursor < len(d.items) {
		chosen = d.items[d.cursor]
	}
	return answer{closed: chosen.next == nil, command: chosen.command, act: chosen.act, next: chosen.next}
}

// dialogLines draws a dialog as a frame of at most w by h cells.
func dialogLines(st *styles, d *dialog, s *lab.Snapshot, w, h int) []string {
	inner := min(w-6, d.width())
	var body []string
	from, to, more := window(len(d.items), h-7, around(d.cursor, len(d.items), h-7))
	for i := from; i < to; i++ {
		body = append(body, st.choiceLine(d, i, inner, s))
	}
	if more > 0 {
		body = append(body, st.muted.Render("    "+st.t("+%d more", more)))
	}
	body = append(body, st.aboutLines(d, inner)...)
	for _, note := range d.notes {
		body = append(body, cut(note, inner, st.ascii))
	}
	switch {
	case d.card:
		body = append(append(body, ""), protocolCard(st, s, inner)...)
	case d.quit:
		reason := cmp.Or(st.say(loss(s)), st.t("Nothing would be lost any more."))
		body = append(body, cut(reason, inner, st.ascii), "", st.offers(st.yes().Help().Key, st.t("quit"), "esc", st.t("stay")))
	case d.parting:
		body = append(body, "", st.offers(st.yes().Help().Key, st.t("write it and quit"), "n", st.t("quit without"), "esc", st.t("stay")))
	case d.asks():
		body = append(body, "", st.offers(st.yes().Help().Key, st.t("yes, do it"), "esc", st.t("no")))
	case d.typed != nil:
		line := st.t("%s:", d.box) + "  " + st.numberBox(d.digits)
		if d.refused() {
			line = st.bad.Render(st.t("between 1 and %s, not:", phrase.Number(d.most))) + "  " + st.numberBox(d.digits)
		}
		body = append(body, "", line)
	}
	return st.frame(d.title, body, inner)
}

// aboutLines are the sentence about the choice under the cursor. They are as many for every choice, so that the frame does
// not jump.
func (st *styles) aboutLines(d *dialog, w int) []string {
	const lines = 2
	if d.cursor >= len(d.items) || d.items[d.cursor].about == "" {
		return nil
	}
	out := []string{""}
	for line := range strings.SplitSeq(ansi.Wrap(d.items[d.cursor].about, w-2, ""), "\n") {
		out = append(out, "  "+line)
	}
	return st.box(out, w, 1+lines)
}

// numberBox is the text box for a number.
func (st *styles) numberBox(digits string) string {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		digits = st.number(n)
	}
	return under(st.left(" "+digits+"_", 12), st.selected)
}

func (st *styles) choiceLine(d *dialog, i, w int, s *lab.Snapshot) string {
	c := d.items[i]
	key := "   "
	if digit := d.digitOf(i); d.typed == nil && digit != "" {
		key = " " + digit + " "
	}
	label := st.left(visible(c.label, d.labels(), st.ascii), d.labels())
	if d.typed != nil {
		label = st.right(c.label, 8)
	}
	chosen := i == d.cursor && d.digits == ""
	line := st.key.Render(key) + st.strong.Render(label) + " " + st.muted.Render(visible(c.detail, w, st.ascii))
	now := ""
	if c.now {
		now = st.good.Render(st.g.health[lab.Active] + " " + st.t("now") + " ")
	}
	if c.command != nil && !s.WhyNot(c.command).Empty() {
		now = st.warn.Render(st.g.attention + " " + st.t("off") + " ")
	}
	if !chosen {
		return "  " + st.ends(line, now, w-2)
	}
	return under(st.ends(st.key.Render(st.g.cursor)+" "+line, now, w), st.selected)
}

// frame puts lines of w cells into a border with a title.
func (st *styles) frame(title string, body []string, w int) []string {
	side := st.key.Render(st.g.side)
	dash := strings.Repeat(st.g.rule, max(w+2-width(title)-3, 0))
	out := []string{st.key.Render(st.g.corners[0]+st.g.rule) + " " + st.title.Render(title) + " " + st.key.Render(dash+st.g.corners[1])}
	for _, line := range append(append([]string{""}, body...), "") {
		out = append(out, side+" "+st.left(line, w)+" "+side)
	}
	return append(out, st.key.Render(st.g.corners[2]+strings.Repeat(st.g.rule, w+2)+st.g.corners[3]))
}

// overlay lays a frame over the lower part of a page: the partitions stay in sight as long as they can.
func (st *styles) overlay(page, frame []string, w int) []string {
	return st.overlayIn(page, frame, w, w)
}

// overlayIn is overlay with the frame in the middle of the first cells of the page, as many as room says.
func (st *styles) overlayIn(page, frame []string, room, w int) []string {
	if len(frame) == 0 || len(frame) > len(page) {
		return page
	}
	wide := width(frame[0])
	x, y := max((room-wide)/2, 0), max(len(page)-len(frame)-3, 0)
	for i, line := range frame {
		row := page[y+i]
		page[y+i] = st.left(cells(row, 0, x), x) + line + st.left(cells(row, x+wide, w), w-x-wide)
	}
	return page
}
