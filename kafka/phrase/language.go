package phrase

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// The languages of the program.
const (
	English = "en"
	French  = "fr"
)

//go:embed fr
var files embed.FS

// Language is a language other than English, in which the code is written: nil is English.
type Language struct {
	tag     language.Tag
	phrases map[string]said
	heard   []pattern
}

// said is how a language says a Phrase.
type said struct{ one, other string }

// Load returns a language by its name, English or French; an empty name is English. It fails for others.
func Load(name string) (*Language, error) {
	switch name {
	case "", English:
		return nil, nil //nolint:nilnil // nil is English
	case French:
		return read(files, language.French)
	}
	return nil, Errorf("--lang %q: there are %s and %s", name, English, French)
}

// FromEnvironment is the name of the language that a user's environment asks for, by the order of POSIX: LC_ALL, then
// LC_MESSAGES, then LANG. It is English unless that is French.
func FromEnvironment(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		switch value := strings.ToLower(getenv(name)); {
		case value == "":
		case value == "fr", strings.HasPrefix(value, "fr_"), strings.HasPrefix(value, "fr."), strings.HasPrefix(value, "fr-"):
			return French
		default:
			return English
		}
	}
	return English
}

// Name is the name of the language, as Load takes it.
func (l *Language) Name() string {
	if l == nil {
		return English
	}
	return l.tag.String()
}

// Has says whether the language has a Phrase of that English format.
func (l *Language) Has(format string) bool {
	if l == nil {
		return true
	}
	_, ok := l.phrases[format]
	return ok
}

// Formats are the English formats that the language has, in no order.
func (l *Language) Formats() []string {
	if l == nil {
		return nil
	}
	all := make([]string, 0, len(l.phrases))
	for format := range l.phrases {
		all = append(all, format)
	}
	return all
}

// Said is how the language says a Phrase of that English format, about one thing and about several; both are the same
// where it counts nothing.
func (l *Language) Said(format string) (one, other string) {
	if l == nil {
		return format, format
	}
	s := l.phrases[format]
	return s.one, s.other
}

// find looks up how a Phrase is said, by the count where it has one.
func (l *Language) find(format string, counts bool, n int64) (string, bool) {
	if l == nil {
		return "", false
	}
	s, ok := l.phrases[format]
	if counts && plural.Cardinal.MatchPlural(l.tag, int(max(n, -n)), 0, 0, 0, 0) == plural.One {
		return s.one, ok
	}
	return s.other, ok
}

// read reads the files of a language: tables of TOML whose names are English formats. A phrase that counts has a table
// with "one" and "other".
func read(fsys fs.FS, tag language.Tag) (*Language, error) {
	l := &Language{tag: tag, phrases: map[string]said{}}
	names, err := fs.Glob(fsys, path.Join(tag.String(), "*.toml"))
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", tag, err)
	}
	for _, name := range names {
		if err := l.add(fsys, name); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	l.heard = l.patterns()
	return l, nil
}

func (l *Language) add(fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var table map[string]any
	if err := toml.Unmarshal(text, &table); err != nil {
		return err
	}
	for format, value := range table {
		var s said
		switch value := value.(type) {
		case string:
			s = said{one: value, other: value}
		case map[string]any:
			if len(value) == 2 { // a sentence written below a table belongs to it, and would be lost
				s.one, _ = value["one"].(string)
				s.other, _ = value["other"].(string)
			}
		}
		if s.one == "" || s.other == "" {
			return fmt.Errorf("%q: a text, or a table of one and other", format)
		}
		if have, ok := l.phrases[format]; ok && have != s {
			return fmt.Errorf("%q stands in another file, too, and differs", format)
		}
		l.phrases[format] = s
	}
	return nil
}
