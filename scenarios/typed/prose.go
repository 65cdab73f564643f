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

// Prose is a Markdown text as it holds for the lab of a picture: its commands of this program are called as program is, empty for
// blackfriday, and find the lab, and payments go to where its service takes them. What comes from the picture is escaped: others
// may have a word in it.
func Prose(text string, s *lab.Snapshot, program string, escape func(string) string) string {
	d := newDesk(s, program)
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
