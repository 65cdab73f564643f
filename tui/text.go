package tui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// visible makes data from records, keys, headers and client ids harmless: whatever could move the cursor, change a
// colour, join its neighbours or turn the reading direction is written out as an escape. The result is one line that is
// at most limit cells wide; no more of s is read than that needs.
func visible(s string, limit int, asciiOnly bool) string {
	var b strings.Builder
	taken := 0
	for len(s) > 0 && taken <= limit {
		r, size := utf8.DecodeRuneInString(s)
		part := s[:size]
		if r == utf8.RuneError && size == 1 {
			part = fmt.Sprintf(`\x%02x`, s[0])
		} else if !drawable(r) || asciiOnly && r >= utf8.RuneSelf {
			part = escape(r)
		}
		b.WriteString(part)
		taken += width(part)
		s = s[size:]
	}
	return cut(b.String(), limit, asciiOnly)
}

// shortName is visible for the name of an instance: where it has no room, the number at its end stays, which tells it from others.
func shortName(s string, limit int, asciiOnly bool) string {
	const digits = 4
	at := strings.LastIndexByte(s, '-')
	number := s[at+1:]
	if at <= 0 || number == "" || len(number) > digits || strings.Trim(number, "0123456789") != "" {
		return visible(s, limit, asciiOnly)
	}
	room := limit - len(number) - 1
	if room < 2 {
		return visible(s, limit, asciiOnly)
	}
	return visible(s[:at], room, asciiOnly) + s[at:]
}

// drawable says whether a rune takes cells of its own. Marks, joiners and emoji modifiers merge with what stands before
// them, and terminals disagree about the width of the result.
func drawable(r rune) bool {
	switch {
	case r == '\u00a0': // French has it before some of its signs
		return true
	case !unicode.IsPrint(r), unicode.Is(unicode.M, r):
		return false
	case r >= 0x1F1E6 && r <= 0x1F1FF, r >= 0x1F3FB && r <= 0x1F3FF: // flags, skin tones
		return false
	case r >= 0x1160 && r <= 0x11FF, r >= 0xD7B0 && r <= 0xD7FF: // Hangul vowels and finals
		return false
	}
	return true
}

// escape writes a rune as Go and JSON people know it, the usual control characters by their names.
func escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// cut shortens a line, styled or not, to w cells and shows that something is missing.
func cut(s string, w int, asciiOnly bool) string {
	if w <= 0 {
		return ""
	}
	if len(s) <= w {
		return s
	}
	tail := "…"
	if asciiOnly {
		tail = "~"
	}
	return ansi.Truncate(s, w, tail)
}

// left fits a line, styled or not, into exactly w cells, starting at the left.
func (st *styles) left(s string, w int) string {
	have := width(s)
	if have > w {
		s = cut(s, w, st.ascii)
		have = width(s)
	}
	return s + blank(w-have)
}

// right fits a line, styled or not, into exactly w cells, ending at the right.
func (st *styles) right(s string, w int) string {
	have := width(s)
	if have > w {
		s = cut(s, w, st.ascii)
		have = width(s)
	}
	return blank(w-have) + s
}

// ends puts one text at each end of a line of exactly w cells. The right one wins when both do not fit, and a blank stays
// between them.
func (st *styles) ends(l, r string, w int) string {
	r = cut(r, w, st.ascii)
	room := w - width(r)
	if r == "" || width(l) < room || strings.HasSuffix(l, " ") && width(l) == room || strings.HasPrefix(ansi.Strip(r), " ") {
		return st.left(l, room) + r
	}
	return st.left(l, room-1) + blank(min(room, 1)) + r
}

// blank is n spaces, none when n is negative.
func blank(n int) string { return strings.Repeat(" ", max(n, 0)) }

// box fits lines into exactly h lines of exactly w cells.
func (st *styles) box(lines []string, w, h int) []string {
	out := make([]string, max(h, 0))
	for i := range out {
		if i < len(lines) {
			out[i] = st.left(lines[i], w)
		} else {
			out[i] = blank(w)
		}
	}
	return out
}

// beside joins two blocks of the same height line by line.
func beside(a, b []string) []string {
	out := make([]string, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] + b[i]
	}
	return out
}

// width is how many cells a line takes, styled or not. Most lines are ASCII, the signs of the dashboard and their
// colours, and looking for graphemes in them took most of the time of a frame.
func width(s string) int {
	n := 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c >= ' ' && c <= '~':
			i, n = i+1, n+1
		case c == ansi.ESC:
			end := strings.IndexByte(s[i:], 'm')
			if !colours(s[i+1 : i+max(end, 1)]) {
				return ansi.StringWidth(s)
			}
			i += end + 1
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if !narrow(r) {
				return ansi.StringWidth(s)
			}
			i, n = i+size, n+1
		}
	}
	return n
}

// colours says whether a text between an escape and the first m is a sequence that sets colours.
func colours(s string) bool {
	return strings.HasPrefix(s, "[") && strings.Trim(s[1:], "0123456789;") == ""
}

// narrow says that a rune takes one cell whatever its neighbours are: those that the dashboard draws with, and the
// letters of western Europe.
func narrow(r rune) bool {
	switch {
	case r >= 0xa0 && r < 0x180:
		return r != 0xad
	case r >= 0x2500 && r < 0x25fb: // lines, blocks and shapes
		return r != 0x25b6 && r != 0x25c0
	}
	return r == '–' || r == '’' || r == '…' || r == '→' || r == '←' || r == '≤' || r == '≈' || r == '✓' || r == '✕' || r == '↻'
}

// cells are the cells of a line from one column up to another, with their styles.
func cells(s string, from, to int) string { return ansi.Cut(s, from, to) }
