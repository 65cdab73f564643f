package tui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"blackfriday/kafka/phrase"
)

// t is an English format with its arguments, said in the language of the screen.
func (st *styles) t(format string, args ...any) string {
	return st.plain(phrase.New(format, args...).In(st.lang))
}

// say is a phrase in the language of the screen.
func (st *styles) say(p phrase.Phrase) string { return st.plain(p.In(st.lang)) }

// told is what others may have a word in, in at most limit cells: their words are escaped.
func (st *styles) told(s phrase.Speaker, limit int) string {
	return visible(st.spoken(s), limit, st.ascii)
}

// spoken is what others may have a word in. What is not ours is not folded in English, so that it is escaped in full.
func (st *styles) spoken(s phrase.Speaker) string {
	if st.lang == nil {
		return s.In(nil)
	}
	return st.plain(s.In(st.lang))
}

// whole is an error in the language of the screen, hostile until escaped.
func (st *styles) whole(err error) string { return st.spoken(phrase.New("%v", err)) }

// toldOf is told of an error.
func (st *styles) toldOf(err error, limit int) string { return st.told(phrase.New("%v", err), limit) }

// count is a number of things in the language of the screen.
func (st *styles) count(n int64, one, other string) string {
	return st.say(phrase.Count(n, one, other))
}

// t is styles.t of the present screen.
func (m *model) t(format string, args ...any) string { return m.st.t(format, args...) }

// cycleLanguage goes on to the next language; everything that was said is said again in it.
func (m *model) cycleLanguage() {
	next := phrase.French
	if m.lang.Name() == phrase.French {
		next = phrase.English
	}
	l, err := phrase.Load(next)
	if err != nil {
		m.refuse(err.Error())
		return
	}
	m.lang = l
	m.restyle(m.theme)
	m.guide.read(l)
}

// plain is a text of the program's own as this terminal can show it.
func (st *styles) plain(text string) string {
	if !st.ascii {
		return text
	}
	return folded(text)
}

// folded is a text in ASCII: letters without their accents, and for each sign one that stands for it.
func folded(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return text
	}
	signs := map[rune]string{
		'\u00a0': " ", '→': "->", '◄': "<", '►': ">", '▲': "^", '▼': "v", '─': "-", '│': "|", '└': "+", '┘': "+", '┌': "+", '┐': "+",
		'├': "+", '┤': "+", '═': "=", '█': "#", '░': ".", '×': "x", '·': "-", '–': "-", '—': "-", '…': "...", '•': "-", '«': `"`, '»': `"`, '’': "'", '€': "EUR",
		'œ': "oe", 'Œ': "OE", '≈': "~", '≤': "<", '✓': "+", '✕': "X",
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		switch sign, ok := signs[r]; {
		case ok:
			b.WriteString(sign)
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			fmt.Fprintf(&b, "?")
		}
	}
	return b.String()
}
