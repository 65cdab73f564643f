package typed

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"blackfriday/services/lab"
)

// PaymentAddress is where texts say that the payment service takes payments: its address unless --http-port says another.
const PaymentAddress = "http://localhost:8000"

// MetricsAddress is where texts say that Prometheus finds the lab.
const MetricsAddress = "http://127.0.0.1:2112/metrics"

// Names are what only the running program knows of itself.
type Names struct {
	Program string // what it is called as in a shell; empty for blackfriday
	Metrics string // where it publishes its numbers; empty while it does not
}

// Prose is a Markdown text as it holds for the lab of a picture: its commands of this program are called as that is and find
// the lab, payments go to where its service takes them, and metrics are fetched where they are published. What comes from
// the picture is escaped: others may have a word in it.
func Prose(text string, s *lab.Snapshot, names Names, escape func(string) string) string {
	d := newDesk(s, names.Program)
	if names.Metrics != "" {
		text = strings.ReplaceAll(text, MetricsAddress, names.Metrics)
	}
	if s.Cluster.Payment != "" {
		text = strings.ReplaceAll(text, PaymentAddress+"/", escape(s.Cluster.Payment)+"/")
	}
	return commands().ReplaceAllStringFunc(text, func(span string) string {
		line := strings.TrimSuffix(strings.TrimPrefix(span, "`"+own+" "), "`")
		if strings.HasPrefix(line, "cleanup") && s.Cluster.Kind() != lab.ClusterReal {
			return "`" + d.program + " " + line + "`" // that is for another cluster than this one
		}
		return "`" + escape(d.ours("%s", line)) + "`"
	})
}

// commands are those of this program, each between backquotes.
func commands() *regexp.Regexp { return regexp.MustCompile("`" + own + " [^`]+`") }

// CalledAs is how a shell calls a program that was begun by this name, the first of its arguments.
func CalledAs(name string) string {
	if strings.Contains(filepath.ToSlash(name), "/go-build") {
		return "go run ." // what that built is gone with it
	}
	base := filepath.Base(name)
	if found, err := exec.LookPath(base); err == nil && found == name {
		return base
	}
	return shown(name)
}
