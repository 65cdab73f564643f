package event_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"blackfriday/services/event"
)

func TestVisible(t *testing.T) {
	tests := map[string]string{
		"":                           "",
		"Cafetière 24 cm – 日本 😀 \\n": "Cafetière 24 cm – 日本 😀 \\n",
		"\x1b[2J\x07":                `\x1b[2J\x07`,
		"a\r\n\tb\x00\x7f":           `a\r\n\tb\x00\x7f`,
		"\u009b31m":                  `\x9b31m`,
		"user\u202egnp.exe":          `user\u202egnp.exe`,
		"a\u200bb\ufeff\u2060":       `a\u200bb\ufeff\u2060`,
		"\u2028\u2029":               `\u2028\u2029`,
		"soft\u00adhyphen":           `soft\xadhyphen`,
		"\U000e0041\ufe0f\u3164":     `\U000e0041\ufe0f\u3164`,
		"\xff\xc3":                   `\xff\xc3`,
		"\ufffd":                     "\ufffd",
	}
	for in, want := range tests {
		if got := event.Visible(in); got != want {
			t.Errorf("Visible(%q) = %q; want %q", in, got, want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	f.Add("plain")
	f.Add("\x1b]0;\u202e\u200d\xff\ufffd")
	f.Fuzz(func(t *testing.T, s string) {
		got := event.Visible(s)
		if event.Visible(got) != got || !utf8.ValidString(got) {
			t.Fatalf("Visible(%q) = %q, which is not visible", s, got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Fatalf("Visible(%q) = %q hides something", s, got)
		}
	})
}
