package e2e

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"blackfriday/scenarios"
	"blackfriday/tui"
)

var update = flag.Bool("update", false, "write the parts of the README that come from the program")

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// between returns what stands between two marks of the README, each on a line of its own.
func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n"+from+"\n")
	inner, _, ended := strings.Cut(rest, "\n"+to+"\n")
	if !found || !ended {
		t.Fatalf("the README has nothing between %q and %q", from, to)
	}
	return inner
}

// wantInReadme compares a part of the README with the program it speaks of. With -update it writes it.
func wantInReadme(t *testing.T, part, want string) {
	t.Helper()
	from, to := "<!-- "+part+" -->", "<!-- /"+part+" -->"
	readme := read(t, "README.md")
	got := between(t, readme, from, to)
	if got == want {
		return
	}
	if !*update {
		t.Errorf("the README's %s is out of date (go test ./scenarios/e2e -run Readme -update); it should be\n%s", part, want)
		return
	}
	readme = strings.Replace(readme, from+"\n"+got+"\n"+to, from+"\n"+want+"\n"+to, 1)
	if err := os.WriteFile(filepath.Join(moduleRoot(t), "README.md"), []byte(readme), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTheReadmeIsShort(t *testing.T) {
	if lines := strings.Count(read(t, "README.md"), "\n"); lines >= 200 {
		t.Errorf("%d lines, want fewer than 200", lines)
	}
}

func TestTheReadmeNamesTheGoVersion(t *testing.T) {
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if version == nil || !strings.Contains(read(t, "README.md"), "Go **"+version[1]+"**") {
		t.Errorf("go.mod asks for %q and the README does not", version)
	}
}

func TestTheReadmeShowsTheRealScreen(t *testing.T) {
	frame := strings.Split(read(t, "tui/testdata/TestGallery/crash-100x30.golden"), "\n")[:30] // under it are its colours
	wantInReadme(t, "screen", "```\n"+strings.Join(frame, "\n")+"\n```")
}

func TestTheReadmeListsTheRealKeys(t *testing.T) {
	var table strings.Builder
	table.WriteString("| key | what it does | key | what it does |\n|---|---|---|---|")
	n := 0
	for _, section := range tui.DefaultKeys().Sections() {
		for _, key := range section.Keys {
			if n%2 == 0 {
				table.WriteString("\n|")
			}
			fmt.Fprintf(&table, " `%s` | %s |", key.Help().Key, key.Help().Desc)
			n++
		}
	}
	if n%2 == 1 {
		table.WriteString(" | |")
	}
	wantInReadme(t, "keys", table.String())
}

func TestTheReadmeDrawsTheRealTree(t *testing.T) {
	structure := between(t, read(t, "README.md"), "<!-- tree -->", "<!-- /tree -->")
	var drawn []string
	for _, found := range regexp.MustCompile(`(?m)^([a-z.]+/?)  `).FindAllStringSubmatch(structure, -1) {
		drawn = append(drawn, found[1])
	}
	entries, err := os.ReadDir(moduleRoot(t))
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, "."), name == "dist", name == "shots": // .gitignore has the last two
		case e.IsDir():
			there = append(there, name+"/")
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			there = append(there, name)
		}
	}
	slices.Sort(drawn)
	slices.Sort(there)
	if !slices.Equal(drawn, there) {
		t.Errorf("the README draws %q, the tree is %q", drawn, there)
	}
}

func TestTheReadmeKnowsEveryScenario(t *testing.T) {
	readme := read(t, "README.md")
	for _, s := range scenarios.Catalogue() {
		if !strings.Contains(readme, "`"+s.Name+"`") && !strings.Contains(readme, "run "+s.Name) {
			t.Errorf("the README does not name the scenario %s", s.Name)
		}
	}
}

// TestTheHelpSaysWhichProtocolARealClusterGets: there "consumer" is not simply the default.
func TestTheHelpSaysWhichProtocolARealClusterGets(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}} {
		stdout, stderr, code := run(t, 10*time.Second, "", program(t), args...)
		_, after, _ := strings.Cut(strings.Join(strings.Fields(stdout), " "), "--protocol ")
		said, _, _ := strings.Cut(after, " --seed")
		if code != 0 || !strings.Contains(said, "default consumer; on a real cluster only where that gives up a dead member within --session-timeout, else cooperative-sticky") {
			t.Errorf("%q: exit code %d\n%s%s", args, code, stdout, stderr)
		}
	}
}

func TestTheReadmeNamesOnlyRealFlags(t *testing.T) {
	name := program(t)
	var help strings.Builder
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"run", "--help"}, {"demo", "--help"}} {
		stdout, stderr, code := run(t, 10*time.Second, "", name, args...)
		if code != 0 {
			t.Fatalf("%q: exit code %d\n%s", args, code, stderr)
		}
		help.WriteString(stdout)
	}
	for _, flag := range regexp.MustCompile("--[a-z][a-z-]+").FindAllString(read(t, "README.md"), -1) {
		if !strings.Contains(help.String(), flag) {
			t.Errorf("the README names %s, which no --help lists", flag)
		}
	}
}
