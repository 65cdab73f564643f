package command

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// Build is what a program was built from, as the Go toolchain wrote it into the program (debug.ReadBuildInfo).
type Build struct {
	Version  string            `json:"version"`            // a tag, a pseudo-version of Go modules, or (devel)
	Commit   string            `json:"commit,omitempty"`   // empty where it was built without version control
	Time     string            `json:"time,omitempty"`     // of the commit, RFC 3339
	Modified bool              `json:"modified,omitempty"` // files differed from the commit
	Go       string            `json:"go"`
	Platform string            `json:"platform"` // operating system and processor
	Modules  map[string]string `json:"modules"`  // the version of each module that is linked in
}

// ThisBuild is what the running program was built from.
func ThisBuild() Build {
	b := Build{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Modules: map[string]string{}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	for _, m := range info.Deps {
		for m.Replace != nil {
			m = m.Replace
		}
		b.Modules[m.Path] = m.Version
	}
	return b
}

// String is the build in a line.
func (b Build) String() string {
	parts := []string{b.Version}
	if len(b.Commit) >= 12 && !strings.Contains(b.Version, b.Commit[:12]) {
		parts = append(parts, b.Commit[:12])
	}
	if b.Modified && !strings.Contains(b.Version, "+dirty") {
		parts = append(parts, "modified")
	}
	return strings.Join(append(parts, b.Go, b.Platform), " ")
}

// Version returns `version`: what the program was built from.
func Version() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Say what the program was built from: version, commit, Go, and every module in it",
		Example: "  blackfriday version\n  blackfriday version --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				out := json.NewEncoder(cmd.OutOrStdout())
				out.SetIndent("", "  ")
				return out.Encode(ThisBuild())
			}
			return ThisBuild().write(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON on stdout, with names that do not change")
	return cmd
}

// write writes the build as lines: the names of modules and versions are the same in every language.
func (b Build) write(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(table, "blackfriday %s\n", b) // Flush says what failed
	for _, path := range slices.Sorted(maps.Keys(b.Modules)) {
		_, _ = fmt.Fprintf(table, "  %s\t%s\n", path, b.Modules[path])
	}
	return table.Flush()
}
