package phrase

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// What is looked up of a text that was written in English: one that is no longer than this in bytes, by sentences with at
// least so many bytes of their own, and what stands in it so many times deep.
const (
	mostHeard  = 1_000
	leastHeard = 8
	deepHeard  = 3
)

// pattern is a sentence with the texts between its arguments, in English, and how it is said with texts as arguments.
type pattern struct {
	between []string
	said    string
}

// patterns are the sentences that can be recognised, those with the most of their own first.
func (l *Language) patterns() []pattern {
	verb, placed := regexp.MustCompile(`%%|%[-+0-9.]*[a-zA-Z]`), regexp.MustCompile(`%(\[\d+\])?[-+0-9.]*[a-zA-Z]`)
	var all []pattern
	for format, s := range l.phrases {
		if s.one != s.other || strings.Contains(format, "%[") {
			continue
		}
		p := pattern{between: []string{""}}
		at := 0
		for _, place := range verb.FindAllStringIndex(format, -1) {
			last := len(p.between) - 1
			p.between[last] += format[at:place[0]]
			if format[place[0]:place[1]] == "%%" {
				p.between[last] += "%"
			} else {
				p.between = append(p.between, "")
			}
			at = place[1]
		}
		p.between[len(p.between)-1] += format[at:]
		p.said = placed.ReplaceAllString(strings.ReplaceAll(s.other, "%%", "\x00"), "%${1}s")
		p.said = strings.ReplaceAll(p.said, "\x00", "%%")
		if len(p.between) == 1 || p.own() >= leastHeard {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b pattern) int {
		return cmp.Or(cmp.Compare(b.own(), a.own()), cmp.Compare(a.said, b.said))
	})
	return all
}

// own is how much of a sentence is not its arguments, in bytes.
func (p pattern) own() (n int) {
	for _, text := range p.between {
		n += len(text)
	}
	return n
}

// in finds the arguments with which a sentence is that text.
func (p pattern) in(text string) (args []string, ok bool) {
	last := len(p.between) - 1
	if last == 0 {
		return nil, text == p.between[0]
	}
	rest, ok := strings.CutPrefix(text, p.between[0])
	if !ok || !strings.HasSuffix(rest, p.between[last]) {
		return nil, false
	}
	rest = strings.TrimSuffix(rest, p.between[last])
	for _, text := range p.between[1:last] {
		arg, after, found := strings.Cut(rest, text)
		if !found || text == "" {
			return nil, false
		}
		args, rest = append(args, arg), after
	}
	return append(args, rest), true
}

// Heard says a text that somebody wrote down in English, in a Kafka header for example: as far as it is a sentence of the
// program's. Any other text stays as it is.
func (l *Language) Heard(text string) string {
	if l == nil {
		return text
	}
	return l.hear(text, deepHeard)
}

func (l *Language) hear(text string, deep int) string {
	if len(text) > mostHeard || deep == 0 {
		return text
	}
	for _, p := range l.heard {
		// What begins with an argument is a part of a sentence: by itself it could be anybody's.
		args, ok := p.in(text)
		if !ok || deep == deepHeard && p.between[0] == "" {
			continue
		}
		said := make([]any, len(args))
		for i, arg := range args {
			said[i] = l.hear(arg, deep-1)
		}
		return New(p.said, said...).In(nil)
	}
	return text
}
