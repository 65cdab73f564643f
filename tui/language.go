package tui

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
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

// toldOf is told of an error.
func (st *styles) toldOf(err error, limit int) string { return st.told(phrase.New("%v", err), limit) }

// heard is what somebody wrote down in English, such as the reason in a dead letter, in the language of the screen as far as
// it is known there, in at most limit cells: escaped.
func (st *styles) heard(text string, limit int) string {
	if st.lang == nil {
		return visible(text, limit, st.ascii)
	}
	return visible(st.lang.Heard(text), limit, st.ascii)
}

// count is a number of things in the language of the screen.
func (st *styles) count(n int64, one, other string) string {
	return st.say(phrase.Count(n, one, other))
}

// drawn marks an argument of a sentence that has its own style: control characters that no text on the screen has.
func drawn(text string) string { return "\x0e" + text + "\x0f" }

// mixed is a sentence in one style but for what is drawn in it. So every language has the words in its own order.
func (st *styles) mixed(style pen, p phrase.Phrase) string {
	var out strings.Builder
	for part := range strings.SplitSeq(st.say(p), "\x0f") {
		plain, own, _ := strings.Cut(part, "\x0e")
		if plain != "" {
			out.WriteString(style.Render(plain))
		}
		out.WriteString(own)
	}
	return out.String()
}

// number is a whole number in the language of the screen.
func (st *styles) number(n int64) string { return st.plain(phrase.Number(n).In(st.lang)) }

// named are keys with their help in the language of the screen.
func (st *styles) named(keys []key.Binding) []key.Binding {
	out := slices.Clone(keys)
	for i, b := range keys {
		does := phrase.Named(b.Help().Desc)
		// "open" is what a key does, and what a step is that is not done.
		if own := phrase.Named("key: " + b.Help().Desc); st.lang != nil && st.lang.Has(own.Format()) {
			does = own
		}
		out[i].SetHelp(st.keys(b.Help().Key), st.say(does))
	}
	return out
}

// keys are names of keys as they stand on keyboards: "shift+left".
func (st *styles) keys(names string) string {
	if st.lang == nil {
		return names
	}
	var out []string
	for name := range strings.SplitSeq(names, " ") {
		parts := strings.Split(name, "+")
		for i, part := range parts {
			// The state of a consumer that has left is another word than the arrow to the left.
			if one, _ := st.lang.Said("key " + part); one != "" {
				parts[i] = st.plain(one)
			}
		}
		out = append(out, strings.Join(parts, "+"))
	}
	return strings.Join(out, " ")
}

// yes is the key that agrees to a question: y, and in another language the first letter of its yes besides. On a page these
// letters keep what they mean there.
func (st *styles) yes() key.Binding {
	keys := st.t("y")
	return bind(keys, "yes", strings.Fields(keys)...)
}

// answers are the keys with which a question is answered in the language of the screen.
func (m *model) answers() KeyMap {
	k := m.keys
	k.Confirm = m.st.yes()
	return k
}

// offers are keys with what each of them does.
func (st *styles) offers(pairs ...string) string {
	var out []string
	for pair := range slices.Chunk(pairs, 2) {
		out = append(out, st.key.Render(st.keys(pair[0]))+" "+pair[1])
	}
	return strings.Join(out, "   ")
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
		m.complain(err)
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
