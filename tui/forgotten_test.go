package tui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestNoSentenceIsForgotten: a text of two words or more is said by something that knows the language of the screen. A test of the
// command line looks whether each of those has its French.
func TestNoSentenceIsForgotten(t *testing.T) {
	saying := []string{"t", "once", "count", "plural", "New", "Errorf", "Count", "bind", "short"}
	words := regexp.MustCompile(`\pL{2,},? \pL{2,}`)
	inFullAnywhere := []string{
		"BLACK FRIDAY LAB", "Black Friday Lab", "blackfriday join ", // names
		"docker compose -f kafka/docker-compose.cluster.yml kill kafka-2", "docker compose -f kafka/docker-compose.cluster.yml start kafka-2",
	}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		said := map[ast.Node]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				f := ""
				switch fun := call.Fun.(type) {
				case *ast.Ident:
					f = fun.Name
				case *ast.SelectorExpr:
					f = fun.Sel.Name
				}
				for _, arg := range call.Args {
					ast.Inspect(arg, func(part ast.Node) bool {
						if part != nil && slices.Contains(saying, f) {
							said[part] = true
						}
						return true
					})
				}
			}
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING || said[literal] {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			seen++
			if words.MatchString(text) && !slices.Contains(inFullAnywhere, strings.TrimPrefix(text, "  ")) {
				t.Errorf("%s: %q is said in English only", files.Position(literal.Pos()), text)
			}
			return true
		})
	}
	if seen < 100 {
		t.Errorf("%d texts", seen)
	}
}
