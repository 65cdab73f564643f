package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// fenced are the command lines in a text's blocks of shell, in one piece each.
func fenced(text string) (all []string) {
	for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
			if line = strings.TrimSpace(line); line != "" {
				all = append(all, line)
			}
		}
	}
	return all
}

// mentioned are the commands of this program that a text names between backquotes.
func mentioned(text string) (all []string) {
	for _, span := range regexp.MustCompile("`((?:blackfriday|go run \\.) [^`]+)`").FindAllStringSubmatch(text, -1) {
		all = append(all, span[1])
	}
	return all
}

// simple takes a line of shell apart into its simple commands, each in words: without comments, redirections and what is set for
// them in the environment.
func simple(line string) (all [][]string) {
	token := regexp.MustCompile(`(?:[^\s'"|&;()<>]|'[^']*'|"[^"]*")+|\|\||&&|[|&;()<>]`)
	var words []string
	end := func() {
		for len(words) > 0 && regexp.MustCompile(`^[A-Z_]+=`).MatchString(words[0]) {
			words = words[1:]
		}
		if len(words) > 0 {
			all = append(all, words)
		}
		words = nil
	}
	file := false // what comes is where output goes
	for _, word := range token.FindAllString(line, -1) {
		switch {
		case strings.HasPrefix(word, "#"):
			end()
			return all
		case word == ">":
			file = true
		case strings.ContainsAny(word[:1], "|&;()<"):
			end()
		case file:
			file = false
		default:
			words = append(words, strings.Trim(word, `'"`))
		}
	}
	end()
	return all
}

// section is what a help says under a heading.
func section(help, heading string) string {
	_, after, _ := strings.Cut(help, "\n  "+heading)
	_, after, _ = strings.Cut(after, "\n")
	return regexp.MustCompile(`(?m)^  [A-Z]`).Split(after, 2)[0]
}

// understood asks the program for help with a command and everything that is given to it: it fails where it does not know a flag or
// a sub-command, and returns the help.
func understood(t *testing.T, args ...string) (help string) {
	t.Helper()
	help, stderr, code := run(t, 30*time.Second, "", program(t), append(slices.Clone(args), "--help")...)
	if code != 0 {
		t.Errorf("blackfriday %s: %s", strings.Join(args, " "), stderr)
		return ""
	}
	path := strings.Fields(section(help, "USAGE"))
	for i, word := range path {
		if i > 0 && !regexp.MustCompile(`^[a-z]+$`).MatchString(word) {
			path = path[1:i]
			break
		}
	}
	if len(args) < len(path) || !slices.Equal(args[:len(path)], path) {
		t.Errorf("blackfriday %s is taken for blackfriday %s", strings.Join(args, " "), strings.Join(path, " "))
	} else if rest := args[len(path):]; strings.Contains(help, "\n  COMMANDS") && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		t.Errorf("blackfriday %s has no command %s", strings.Join(path, " "), rest[0])
	}
	return help
}

// check looks at every command of a line: those of this program are understood, and others are in use in a test here.
func check(t *testing.T, where, line string) (ours int) {
	t.Helper()
	tested := []string{"kcat", "curl", "docker", "prometheus", "echo", "source", "man"}
	for _, words := range simple(line) {
		args := words[1:]
		switch name := words[0]; {
		case name == "go" && len(args) > 1 && args[0] == "run" && args[1] == ".":
			args = args[2:]
			fallthrough
		case name == "blackfriday":
			ours++
			understood(t, args...)
		case name == "go" && len(args) > 0 && args[0] == "test": // what continuous integration types
		case !slices.Contains(tested, name) && !strings.HasPrefix(name, "kafka-"):
			t.Errorf("%s: no test types %s: %s", where, name, line)
		}
		for _, arg := range words {
			if strings.HasSuffix(arg, ".yml") {
				if _, err := os.Stat(filepath.Join(moduleRoot(t), arg)); err != nil {
					t.Errorf("%s: %s: %v", where, line, err)
				}
			}
		}
	}
	return ours
}

// TestTheDocumentsShowOnlyRealCommands: every command of this program in the README and in docs exists, with its flags.
func TestTheDocumentsShowOnlyRealCommands(t *testing.T) {
	program(t)
	documents, err := filepath.Glob(filepath.Join(moduleRoot(t), "docs", "*.md"))
	if err != nil || len(documents) < 7 {
		t.Fatalf("%q, %v", documents, err)
	}
	found := 0
	for _, name := range append(documents, filepath.Join(moduleRoot(t), "README.md")) {
		name, err := filepath.Rel(moduleRoot(t), name)
		if err != nil {
			t.Fatal(err)
		}
		text := read(t, name)
		for _, line := range fenced(text) {
			found += check(t, name, line)
		}
		for _, line := range mentioned(text) {
			first, rest, several := strings.Cut(line, "|") // such as topics|groups
			found += check(t, name, first)
			if several {
				for other := range strings.SplitSeq(rest, "|") {
					found += check(t, name, "blackfriday "+other)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("%d commands in all documents", found)
	}
}

// TestTheHelpShowsOnlyRealCommands in its examples, of every command that there is.
func TestTheHelpShowsOnlyRealCommands(t *testing.T) {
	program(t)
	found := 0
	var walk func(path ...string)
	walk = func(path ...string) {
		help := understood(t, path...)
		for line := range strings.Lines(section(help, "EXAMPLES")) {
			if line = strings.TrimSpace(line); !strings.HasSuffix(line, "…") { // cut at the edge of the page
				found += check(t, "the help of "+strings.Join(path, " "), line)
			}
		}
		for _, member := range regexp.MustCompile(`(?m)^    ([a-z]+) `).FindAllStringSubmatch(section(help, "COMMANDS"), -1) {
			walk(append(slices.Clone(path), member[1])...)
		}
	}
	walk()
	if found < 20 {
		t.Errorf("%d examples", found)
	}
}
