package e2e

import (
	"regexp"
	"slices"
	"testing"
)

func TestEveryDependencySaysWhyItIsHere(t *testing.T) {
	names := func(pattern, text string) []string {
		var out []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			out = append(out, m[1])
		}
		slices.Sort(out)
		return out
	}
	direct := names(`(?m)^\t(\S+) v[^ /\n]+$`, read(t, "go.mod"))
	told := names("(?m)^\\| `(\\S+)` \\| \\S", read(t, "docs/dependencies.md"))
	if len(direct) < 20 || !slices.Equal(direct, told) {
		t.Errorf("go.mod requires\n%v\ndocs/dependencies.md tells of\n%v", direct, told)
	}
}
