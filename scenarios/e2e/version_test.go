package e2e

import (
	"encoding/json"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// What `version` says must be what go.mod pins, and --version is its first line.
func TestVersionNamesWhatIsInTheProgram(t *testing.T) {
	name := program(t)
	stdout, stderr, code := run(t, time.Minute, "", name, "version", "--json")
	var build struct {
		Go, Platform string
		Modules      map[string]string
	}
	if err := json.Unmarshal([]byte(stdout), &build); err != nil || code != 0 {
		t.Fatalf("%d %v: %s%s", code, err, stdout, stderr)
	}
	if build.Platform != runtime.GOOS+"/"+runtime.GOARCH || !strings.HasPrefix(build.Go, "go1.") {
		t.Errorf("%s %s", build.Platform, build.Go)
	}
	pinned := regexp.MustCompile(`(?m)^\t?(?:require )?(\S+) (v\S+)`).FindAllStringSubmatch(read(t, "go.mod"), -1)
	found := 0
	for _, module := range pinned {
		if version, linked := build.Modules[module[1]]; linked {
			found++
			if version != module[2] {
				t.Errorf("%s is %s, pinned %s", module[1], version, module[2])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d of the pinned modules are named", found)
	}
	text, _, _ := run(t, time.Minute, "", name, "version")
	short, _, _ := run(t, time.Minute, "", name, "--version")
	first, _, _ := strings.Cut(text, "\n")
	if !strings.HasSuffix(strings.TrimSpace(short), strings.TrimPrefix(first, "blackfriday ")) {
		t.Errorf("--version is %q, version begins with %q", short, first)
	}
}
