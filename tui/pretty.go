package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
)

// What of a value is laid out for reading: a message of many megabytes costs no more than one of this size.
const (
	mostRead  = 32 << 10 // bytes
	mostLines = 2_000
	mostDepth = 12 // levels of JSON that are indented; a hostile value has thousands
)

// layOut writes the beginning of a value as lines, JSON with an indentation, and says how many bytes are not in them.
func layOut(value []byte) (lines []string, rest int) {
	head := value[:min(len(value), mostRead)]
	if looksLikeJSON(value) {
		head = indented(head)
	}
	rest = len(value) - min(len(value), mostRead)
	lines = strings.Split(string(head), "\n")
	if len(lines) > mostLines {
		for _, line := range lines[mostLines:] {
			rest += len(line) + 1
		}
		lines = lines[:mostLines]
	}
	return lines, rest
}

// looksLikeJSON says whether an indentation helps: a small value must be JSON, a large one only begin like it.
func looksLikeJSON(value []byte) bool {
	if len(value) <= mostRead {
		return json.Valid(value)
	}
	head := bytes.TrimLeft(value[:64], " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// indented lays JSON out. Unlike json.Indent it takes a beginning of JSON, too, and does not indent without a bound.
func indented(src []byte) []byte {
	var out bytes.Buffer
	depth, inString, escaped := 0, false, false
	newline := func() {
		out.WriteByte('\n')
		for range min(depth, mostDepth) {
			out.WriteString("  ")
		}
	}
	for i, c := range src {
		switch {
		case inString:
			out.WriteByte(c)
			inString = c != '"' || escaped
			escaped = c == '\\' && !escaped
		case c == ' ', c == '\t', c == '\r', c == '\n':
		case c == '{', c == '[':
			out.WriteByte(c)
			depth++
			if !closes(src[i+1:]) {
				newline()
			}
		case c == '}', c == ']':
			depth--
			if !opens(src[:i]) {
				newline()
			}
			out.WriteByte(c)
		case c == ',':
			out.WriteByte(c)
			newline()
		case c == ':':
			out.WriteString(": ")
		default:
			out.WriteByte(c)
			inString = c == '"'
		}
	}
	return out.Bytes()
}

// closes says whether the next thing in JSON ends an object or an array, which is then empty.
func closes(src []byte) bool {
	src = bytes.TrimLeft(src, " \t\r\n")
	return len(src) > 0 && (src[0] == '}' || src[0] == ']')
}

// opens says whether the thing before in JSON begins an object or an array.
func opens(src []byte) bool {
	src = bytes.TrimRight(src, " \t\r\n")
	return len(src) > 0 && (src[len(src)-1] == '{' || src[len(src)-1] == '[')
}

// paper remembers how one value was laid out for one width: it is drawn ten times a second.
type paper struct {
	of    *byte // the first byte of the value, which stays where it is
	size  int
	width int
	ascii bool
	lang  *phrase.Language // of what stands under the value
	lines []string
}

// lines of a value, each at most w cells wide and harmless.
func (p *paper) linesOf(st *styles, value []byte, w int) []string {
	switch {
	case value == nil:
		return []string{st.muted.Render(st.t("null: no value at all"))}
	case len(value) == 0:
		return []string{st.muted.Render(st.t("empty: a value of 0 bytes"))}
	case p.of == &value[0] && p.size == len(value) && p.width == w && p.ascii == st.ascii && p.lang == st.lang:
		return p.lines
	}
	p.of, p.size, p.width, p.ascii, p.lang = &value[0], len(value), w, st.ascii, st.lang
	p.lines = nil
	raw, rest := layOut(value)
	for _, line := range raw {
		p.lines = append(p.lines, wrapped(line, w, st.ascii)...)
	}
	if rest > 0 {
		p.lines = append(p.lines, st.unread(rest))
	}
	return p.lines
}

// unread says how many bytes of a value are not shown.
func (st *styles) unread(rest int) string {
	dots := "… "
	if st.ascii {
		dots = "... "
	}
	return st.muted.Render(dots + st.t("%s more", bytesOf(rest)))
}

// wrapped makes a line harmless and folds it to w cells.
func wrapped(line string, w int, ascii bool) []string {
	safe := visible(line, 12*mostRead, ascii)
	if width(safe) <= w {
		return []string{safe}
	}
	return strings.Split(ansi.Hardwrap(safe, max(w, 2), true), "\n")
}

// oneLine is the beginning of a value as one harmless line of at most w cells.
func oneLine(value []byte, w int, ascii bool) string {
	const most = 8 // bytes of a rune and its indentation
	return visible(string(value[:min(len(value), most*max(w, 0))]), w, ascii)
}

// bytesOf writes a size in the unit that fits.
func bytesOf(n int) phrase.Phrase {
	switch {
	case n < 1_000:
		return phrase.New("%s B", phrase.Number(n))
	case n < 1_000_000:
		return phrase.New("%s kB", phrase.Decimal{Value: float64(n) / 1e3, Digits: 1})
	}
	return phrase.New("%s MB", phrase.Decimal{Value: float64(n) / 1e6, Digits: 1})
}

// mostEdited is the size of the largest value that can be edited by hand, in bytes.
const mostEdited = 16 << 10

// editable is a value as text for a text box. What cannot be drawn is written as JSON writes it, so that in a string it
// still means the same.
func editable(value []byte) string {
	lines, _ := layOut(value)
	return typeable(strings.Join(lines, "\n"))
}

// typeable is text as it may stand in a text box.
func typeable(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n', r == utf8.RuneError || drawable(r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteString("  ")
		case r == '\r':
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return strings.ReplaceAll(b.String(), string(utf8.RuneError), `\ufffd`)
}

// edited is what a text box holds as a value: JSON without the blanks that made it readable.
func edited(text string) []byte {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) == nil {
		return b.Bytes()
	}
	return []byte(text)
}
