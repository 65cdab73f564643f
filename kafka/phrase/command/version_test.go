package command

import "testing"

func TestABuildIsALine(t *testing.T) {
	const commit = "0123456789abcdef"
	for want, b := range map[string]Build{
		"v1.2.0 0123456789ab go1.26 linux/amd64":                  {Version: "v1.2.0", Commit: commit, Go: "go1.26", Platform: "linux/amd64"},
		"v1.2.0 0123456789ab modified go1.26 linux/amd64":         {Version: "v1.2.0", Commit: commit, Modified: true, Go: "go1.26", Platform: "linux/amd64"},
		"v0.0.0-20261122-0123456789ab+dirty go1.26 windows/arm64": {Version: "v0.0.0-20261122-0123456789ab+dirty", Commit: commit, Modified: true, Go: "go1.26", Platform: "windows/arm64"},
		"(devel) go1.26 linux/amd64":                              {Version: "(devel)", Go: "go1.26", Platform: "linux/amd64"},
	} {
		if got := b.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
