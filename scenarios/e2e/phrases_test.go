package e2e

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"blackfriday/kafka/phrase"
)

// spoken are the files whose sentences exist in every language; the list grows until it is the program.
func spoken() []string {
	files := append(spokenAtTheCommandLine(), "scenarios/*.go", "scenarios/headless/*.go", "scenarios/lesson/*.go", "scenarios/handout/*.go", "scenarios/demo/*.go", "scenarios/typed/*.go", "tui/*.go", "tui/cast/*.go", "tui/plain/*.go")
	for _, room := range []string{
		"analytics", "audit", "deadletters", "email", "event", "lab", "ledger", "messages", "order", "payment", "relay", "web",
	} {
		files = append(files, "services/"+room+"/*.go")
	}
	return files
}

// sentence is an English format in the source.
type sentence struct {
	format string
	counts bool
	at     string
}

// sentencesOf collects the formats that a file says: the first text of New, Errorf and t, and the last one of what counts.
func sentencesOf(t *testing.T, name string) (found []sentence) {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		arg, counts := formatOf(call)
		if arg < 0 || arg >= len(call.Args) {
			return true
		}
		if passed, ok := call.Args[arg].(*ast.Ident); ok && slices.Contains([]string{"format", "other", "word"}, passed.Name) {
			return true // what calls this says the sentence
		}
		at := files.Position(call.Pos()).String()
		text, ok := literal(call.Args[arg])
		if !ok {
			t.Errorf("%s: a sentence that is not written there cannot be translated", at)
		}
		found = append(found, sentence{strings.ReplaceAll(text, "%w", "%v"), counts, at})
		return true
	})
	return found
}

// formatOf says which argument of a call is the name of a sentence, negative for none.
func formatOf(call *ast.CallExpr) (arg int, counts bool) {
	if f, ok := call.Fun.(*ast.Ident); ok {
		switch f.Name {
		case "refuse", "bind": // of events, and of keys
			return 1, false
		case "short":
			return 2, false
		}
		return -1, false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return -1, false
	}
	x, ok := f.X.(*ast.Ident)
	ofPhrase := ok && x.Name == "phrase"
	switch f.Sel.Name {
	case "New", "Errorf":
		if ofPhrase {
			return 0, false
		}
	case "Count":
		if ofPhrase {
			return 2, true
		}
	case "Say", "Warn", "each": // of a service's journal
		if on := named(f.X); on == "journal" || on == "j" {
			return journalFormat(f.Sel.Name), false
		}
	case "count":
		if named(f.X) == "st" {
			return 2, true
		}
	case "t", "once":
		return 0, false
	case "add":
		if named(f.X) == "feed" {
			return 3, false
		}
	}
	return -1, false
}

// named is the last name of what a method is called on.
func named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// journalFormat is the argument of a service's journal that is a sentence.
func journalFormat(method string) int {
	if method == "each" {
		return 1 // after the level
	}
	return 0
}

// literal is a text that stands in the source, also in parts with + between them.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, ok := literal(e.X)
		right, also := literal(e.Y)
		return left + right, ok && also
	}
	return "", false
}

// wordless says that there is nothing to translate in a format but its arguments.
func wordless(format string) bool {
	return strings.IndexFunc(verbs().ReplaceAllString(format, ""), unicode.IsLetter) < 0
}

// verbs are the places of the arguments in a format.
func verbs() *regexp.Regexp { return regexp.MustCompile(`%(\[\d+\])?[-+0-9.]*[a-zA-Z]`) }

func TestEverySentenceIsSaidInFrench(t *testing.T) {
	french, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	checked, lacking := 0, map[string]sentence{}
	for _, pattern := range spoken() {
		names, err := filepath.Glob(filepath.Join(moduleRoot(t), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, s := range sentencesOf(t, name) {
				checked++
				if !wordless(s.format) && !french.Has(s.format) {
					lacking[s.format] = s
				}
			}
		}
	}
	for format, s := range lacking {
		t.Errorf("%s: no French for %q (counts: %v)", s.at, format, s.counts)
	}
	if checked < 50 {
		t.Errorf("found %d sentences only: are they said in another way now?", checked)
	}
}

func TestFrenchHasTheSamePlacesAndItsTypography(t *testing.T) {
	french, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	loose := regexp.MustCompile(`[^\x{a0}:][:;!?»%]( |$)|« [^\x{a0}]`)
	for _, format := range french.Formats() {
		one, other := french.Said(format)
		for _, said := range []string{one, other} {
			if got, want := places(said), places(format); !slices.Equal(got, want) && (said != one || one == other) {
				t.Errorf("%q has the places %q, its French %q has %q", format, want, said, got)
			}
			if where := loose.FindString(strings.ReplaceAll(verbs().ReplaceAllString(said, "X"), "%%", "%")); where != "" {
				t.Errorf("%q: no U+00A0 at %q", said, where)
			}
		}
	}
}

// places are the arguments of a format with their numbers, sorted: a language may say them in another order.
func places(format string) []string {
	var all []string
	next := 1
	for _, verb := range verbs().FindAllString(strings.ReplaceAll(format, "%%", ""), -1) {
		number := regexp.MustCompile(`\[(\d+)\]`).FindStringSubmatch(verb)
		if number == nil {
			number = []string{"", strconv.Itoa(next)}
		}
		if n, err := strconv.Atoi(number[1]); err == nil {
			next = n + 1
		}
		all = append(all, number[1]+verb[len(verb)-1:])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Somebody who adds a sentence without French hears of it.
func TestASentenceWithoutFrenchIsFound(t *testing.T) {
	name := filepath.Join(t.TempDir(), "said.go")
	source := "package said\n\nfunc f() { st.t(\"one\" + \" two\", 3); phrase.Count(1, \"%s a\", \"%s b\"); other.New(\"not this\") }\n"
	if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	var formats []string
	for _, s := range sentencesOf(t, name) {
		formats = append(formats, fmt.Sprint(s.format, s.counts))
	}
	if want := []string{"one twofalse", "%s btrue"}; !slices.Equal(formats, want) {
		t.Errorf("found %q, want %q", formats, want)
	}
}
