package tui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// form is a question that is answered by typing. While it is open, every key belongs to it.
type form struct {
	title  string
	notes  []string // what else there is to know
	fields []field
	at     int   // the field with the focus
	err    error // why the last answer was not taken
	// take does what was typed, or says why not: then the form stays.
	take func(m *model, f *form) (tea.Cmd, error)
}

// field is one text box of a form.
type field struct {
	label string
	area  textarea.Model
	long  bool // many lines: enter begins a new one
}

// mostTyped is how many characters a field takes.
const mostTyped = 2 * mostEdited

// newField is a text box with a text in it.
func newField(label, text string, long bool) field {
	a := textarea.New()
	a.Prompt, a.ShowLineNumbers, a.CharLimit, a.MaxHeight, a.MaxWidth = "", false, mostTyped, 0, 0
	a.KeyMap.Paste.SetEnabled(false) // it would run a program to reach the clipboard; terminals paste by themselves
	plain := textarea.StyleState{Selection: lipgloss.NewStyle().Reverse(true)}
	a.SetStyles(textarea.Styles{Focused: plain, Blurred: plain, Cursor: textarea.CursorStyle{Color: lipgloss.NoColor{}}})
	a.KeyMap.InsertNewline.SetEnabled(long)
	a.SetValue(oneLined(typeable(text), long))
	a.MoveToBegin()
	if !long {
		a.CursorEnd()
	}
	return field{label: label, area: a, long: long}
}

// oneLined is a text without line ends where there is only one line for it.
func oneLined(text string, long bool) string {
	if long {
		return text
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "\n", " ")), " ")
}

// newForm opens a form with the focus on its first field.
func newForm(title string, notes []string, take func(*model, *form) (tea.Cmd, error), fields ...field) *form {
	f := &form{title: title, notes: notes, fields: fields, take: take}
	f.focus(0)
	return f
}

func (f *form) focus(at int) {
	f.fields[f.at].area.Blur()
	f.at = (at + len(f.fields)) % len(f.fields)
	f.fields[f.at].area.Focus() // it has nothing to do but to blink, and does not
}

// text is what stands in a field.
func (f *form) text(i int) string { return f.fields[i].area.Value() }

// fill takes a key for the form.
func (m *model) fill(msg tea.KeyPressMsg) tea.Cmd {
	f, k := m.form, m.keys
	now := &f.fields[f.at]
	switch {
	case key.Matches(msg, k.Back):
		m.form = nil
	case key.Matches(msg, k.Send), key.Matches(msg, k.Choose) && !now.long:
		return m.send(f)
	case msg.String() == "tab":
		f.focus(f.at + 1)
	case msg.String() == "shift+tab":
		f.focus(f.at - 1)
	default:
		msg.Text = typeable(msg.Text)
		now.area, _ = now.area.Update(msg) // what it would like to do is to read the clipboard
	}
	return nil
}

// send does what a form asks for; it stays open, with the reason, when that cannot be.
func (m *model) send(f *form) tea.Cmd {
	m.form = nil
	cmd, err := f.take(m, f)
	if err != nil {
		m.reopen(f, err)
	}
	return cmd
}

// reopen shows a form again whose answer did not work out, unless the user is somewhere else by now.
func (m *model) reopen(f *form, err error) {
	f.err = err
	if m.form == nil && m.dialog == nil && !m.help {
		m.form = f
	}
}

// paste puts a text into the field with the focus.
func (f *form) paste(text string) {
	now := &f.fields[f.at]
	text = oneLined(typeable(text[:min(len(text), mostTyped)]), now.long)
	now.area, _ = now.area.Update(tea.PasteMsg{Content: text})
}

// formLines draws a form as a frame of at most w by h cells.
func formLines(st *styles, f *form, w, h int) []string {
	inner, room := min(w-6, 96), h-6-len(f.notes)
	var body []string
	for _, note := range f.notes {
		body = append(body, st.muted.Render(cut(note, inner, st.ascii)))
	}
	for i := range f.fields {
		room -= 2
		if !f.fields[i].long {
			room--
		}
	}
	for i := range f.fields {
		body = append(body, st.fieldLines(&f.fields[i], inner, max(room, 2), i == f.at)...)
	}
	if f.err != nil {
		body = append(body, st.bad.Render(st.toldOf(f.err, inner)))
	}
	return st.frame(f.title, body, inner)
}

// fieldLines draws a label and under it the text, of which a long one has at most so many lines.
func (st *styles) fieldLines(f *field, w, most int, focused bool) []string {
	label := st.muted.Render(f.label)
	if focused {
		label = st.key.Render(f.label)
	}
	lines := 1
	if f.long {
		lines = min(most, 14)
	}
	if f.area.Width() != w-1 || f.area.Height() != lines { // the last cell is the cursor's
		f.area.SetWidth(w - 1)
		f.area.SetHeight(lines)
	}
	out := []string{label}
	for line := range strings.SplitSeq(f.area.View(), "\n") {
		if st.ascii {
			line = inASCII(line)
		}
		out = append(out, under(st.left(line, w), st.selected))
	}
	return out[:lines+1]
}

// inASCII draws a question mark for what a terminal of ASCII characters cannot show. What was typed stays as it is.
func inASCII(line string) string {
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return '?'
		}
		return r
	}, line)
}

// formKeys are the keys that work in a form.
func (k KeyMap) formKeys(f *form) []key.Binding {
	out := []key.Binding{short(k.Send, "ctrl+s", "send")}
	if !f.fields[f.at].long {
		out = []key.Binding{short(k.Choose, "enter", "take it")}
	}
	if len(f.fields) > 1 {
		out = append(out, short(k.Next, "tab", "next box"))
	}
	return append(out, short(k.Back, "esc", "back"))
}
