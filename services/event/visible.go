package event

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns s with everything that a terminal would obey, hide or reorder spelled out: control characters and
// escapes as \n, \t or \x1b, bidirectional marks, zero-width and other invisible characters as \u202e, and bytes that
// are not UTF-8 as \xff. What is already visible stays, backslashes too, so Visible(Visible(s)) is Visible(s).
func Visible(s string) string {
	hidden := func(r rune) bool { return r == utf8.RuneError || !visible(r) }
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		b.WriteString(spell(r, s[i:i+size]))
		i += size
	}
	return b.String()
}

// visible says whether r takes up a cell, or joins one, without a say in what is drawn around it.
func visible(r rune) bool {
	return unicode.IsGraphic(r) &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// spell returns how the character r, whose bytes are raw, is shown.
func spell(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case visible(r):
		return raw
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r <= 0xff:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	default:
		return fmt.Sprintf(`\U%08x`, r)
	}
}

// excerpt returns the first limit characters of s, made visible, with an ellipsis where something was cut.
func excerpt(s string, limit int) string {
	for i := range s {
		if limit == 0 {
			return Visible(s[:i]) + "…"
		}
		limit--
	}
	return Visible(s)
}
