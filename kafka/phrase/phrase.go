// Package phrase holds what the program says as data: an English format, which is also the name of the sentence, and its
// arguments. It becomes text where somebody reads it, in the language of whoever that is, so that a class can change the
// language while a lab runs and finds what has happened before in it, too.
//
// Every room speaks; so this one is at the bottom and imports none of them.
package phrase

import (
	"fmt"
	"strings"
)

// Speaker is whatever can be said in several languages.
type Speaker interface {
	// In says it in a language; nil is English.
	In(l *Language) string
}

// Phrase is a sentence, a label or a word. The zero Phrase is empty.
type Phrase struct {
	format string // English, for fmt
	one    string // the format where count is one; empty: there is nothing to count
	count  int64
	args   []any
}

// New returns a Phrase. format is for fmt.Sprintf; arguments that are Speakers, errors too, are said in the language of
// the whole.
func New(format string, args ...any) Phrase { return Phrase{format: format, args: args} }

// Named is New for a format that somebody else says: its sentence stands elsewhere.
func Named(format string, args ...any) Phrase { return New(format, args...) }

// Count returns a Phrase about n things: one where n is one in English, and other where it is not, both for fmt.Sprintf.
// n is their first argument, as a Number. Another language has its own idea of when one thing is one (in French 0 is).
func Count(n int64, one, other string, args ...any) Phrase {
	return Phrase{format: other, one: one, count: n, args: append([]any{Number(n)}, args...)}
}

// In implements Speaker.
func (p Phrase) In(l *Language) string {
	format := p.format
	if p.one != "" && p.count == 1 {
		format = p.one
	}
	if said, ok := l.find(p.format, p.one != "", p.count); ok {
		format = said
	}
	if len(p.args) == 0 && p.one == "" {
		return strings.ReplaceAll(format, "%%", "%")
	}
	return fmt.Sprintf(format, spoken(l, p.args)...)
}

// String says it in English.
func (p Phrase) String() string { return p.In(nil) }

// Empty says that there is nothing to say.
func (p Phrase) Empty() bool { return p.format == "" }

// Format is the English format: the name under which a language has the sentence.
func (p Phrase) Format() string { return p.format }

// spoken replaces what can be said in several languages by how l says it.
func spoken(l *Language, args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case Speaker:
			out[i] = arg.In(l)
		case error:
			out[i] = Say(l, arg)
		default:
			out[i] = arg
		}
	}
	return out
}

// List are Phrases or other Speakers with a text between them.
type List struct {
	Between string // said as it is: ", "
	Parts   []Speaker
}

// In implements Speaker.
func (list List) In(l *Language) string {
	parts := make([]string, len(list.Parts))
	for i, p := range list.Parts {
		parts[i] = p.In(l)
	}
	return strings.Join(parts, list.Between)
}

// String says it in English.
func (list List) String() string { return list.In(nil) }
