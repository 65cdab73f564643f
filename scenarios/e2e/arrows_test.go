package e2e

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is this program's own import path.
const module = "blackfriday/"

// room is a part of the program and what it may know of the rest. The longest path that fits a file is its room.
type room struct {
	path  string
	knows []string // besides itself: other rooms with everything below them
	charm bool     // may draw
	franz bool     // may speak to brokers with franz-go
}

// rooms is the picture of docs/design.md.
func rooms() []room {
	return []room{
		{path: ".", knows: []string{"kafka", "services", "scenarios", "tui"}, charm: true},
		{path: "kafka", franz: true},
		{path: "services", knows: []string{"kafka"}},
		{path: "services/event", knows: []string{"kafka/phrase"}},
		{path: "services/lab", knows: []string{"kafka", "services"}},
		{path: "services/serve", knows: []string{"kafka", "services"}},
		{path: "scenarios", knows: []string{"kafka", "services"}},
		{path: "scenarios/e2e", knows: []string{"kafka", "services", "scenarios", "tui"}, charm: true}, // outside the program, with an emulator
		{path: "tui", knows: []string{"services", "scenarios", "kafka/phrase"}, charm: true},
	}
}

func roomOf(file string) room {
	best := rooms()[0]
	for _, r := range rooms()[1:] {
		if strings.HasPrefix(file, r.path+"/") && (best.path == "." || len(r.path) > len(best.path)) {
			best = r
		}
	}
	return best
}

// objection says why a file of the room must not import a package; empty when it may.
func (r room) objection(imported string) string {
	switch {
	case strings.HasPrefix(imported, "github.com/twmb/franz-go"):
		if !r.franz {
			return "only kafka/ speaks franz-go"
		}
	case strings.HasPrefix(imported, "charm.land/"), strings.HasPrefix(imported, "github.com/charmbracelet/"):
		if !r.charm {
			return "only tui and main draw"
		}
	case strings.HasPrefix(imported, module):
		inside := strings.TrimPrefix(imported, module)
		if r.path == "services" && (inside == "services/lab" || strings.HasPrefix(inside, "services/lab/")) {
			return "the lab owns the services and not the other way round"
		}
		if !slices.ContainsFunc(append(r.knows, r.path), func(p string) bool { return inside == p || strings.HasPrefix(inside, p+"/") }) {
			return "the arrows point the other way"
		}
	}
	return ""
}

func TestNothingPointsBack(t *testing.T) {
	root := moduleRoot(t)
	files := 0
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != root && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		if entry.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		files++
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		return objectToImports(t, name, filepath.ToSlash(relative))
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Errorf("looked at %d files only: is %s the module?", files, root)
	}
}

func objectToImports(t *testing.T, name, relative string) error {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if why := roomOf(relative).objection(imported); why != "" {
			t.Errorf("%s imports %s: %s", relative, imported, why)
		}
	}
	return nil
}

func TestTheArrowsObject(t *testing.T) {
	tests := []struct {
		file, imported string
		allowed        bool
	}{
		{"kafka/member.go", "github.com/twmb/franz-go/pkg/kgo", true},
		{"services/lab/lab.go", "github.com/twmb/franz-go/pkg/kgo", false},
		{"tui/model.go", "charm.land/bubbletea/v2", true},
		{"main.go", "charm.land/fang/v2", true},
		{"scenarios/headless/play.go", "charm.land/lipgloss/v2", false},
		{"kafka/cluster.go", "blackfriday/services/event", false},
		{"services/order/handler.go", "blackfriday/services/event", true},
		{"services/order/handler.go", "blackfriday/kafka", true},
		{"services/order/handler.go", "blackfriday/services/lab", false},
		{"services/event/order.go", "blackfriday/services/order", false},
		{"services/event/order.go", "blackfriday/kafka", false},
		{"services/lab/lab.go", "blackfriday/scenarios", false},
		{"services/lab/lab.go", "blackfriday/services/order", true},
		{"scenarios/player.go", "blackfriday/tui", false},
		{"scenarios/player.go", "blackfriday/services/lab", true},
		{"tui/model.go", "blackfriday/kafka", false},
		{"tui/model.go", "blackfriday/kafka/phrase", true},
		{"tui/model.go", "blackfriday/scenarios", true},
		{"main.go", "blackfriday/kafka", true},
	}
	for _, test := range tests {
		if why := roomOf(test.file).objection(test.imported); (why == "") != test.allowed {
			t.Errorf("%s imports %s: objection %q, allowed %v", test.file, test.imported, why, test.allowed)
		}
	}
}
