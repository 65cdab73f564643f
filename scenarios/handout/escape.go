package handout

import (
	"encoding/xml"
	"strings"

	"blackfriday/services/event"
)

// mostQuoted is how many characters of a text by somebody else stand in a hand-out.
const mostQuoted = 300

// plain is a text by anybody for a line or a table cell of Markdown: it shows itself, and makes nothing, no markup, no HTML
// and no link.
func plain(text string) string {
	text = event.Visible(shortened(text))
	var b strings.Builder
	for i, r := range text {
		switch {
		case strings.ContainsRune("\\`*_{}[]<>|~&#@$!", r):
			b.WriteByte('\\')
		case r == ':' && strings.HasPrefix(text[i:], "://"), r == '.' && strings.HasSuffix(strings.ToLower(text[:i]), "www"):
			b.WriteByte('\\') // GitHub makes links of addresses without being asked
		}
		b.WriteRune(r)
	}
	return b.String()
}

// drawn is a text by anybody for SVG.
func drawn(text string) string {
	var b strings.Builder
	// A strings.Builder does not fail, and event.Visible leaves nothing that XML does not have.
	_ = xml.EscapeText(&b, []byte(event.Visible(shortened(text))))
	return b.String()
}

func shortened(text string) string {
	if runes := []rune(text); len(runes) > mostQuoted {
		return string(runes[:mostQuoted]) + "…"
	}
	return text
}
