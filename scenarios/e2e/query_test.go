package e2e

import (
	"strings"
	"testing"
	"time"
)

// A terminal that does not answer a question keeps the sentence from the person for seconds, or for ever.
func TestAnErrorOrAHelpAsksTheTerminalNothing(t *testing.T) {
	need(t, "script")
	name := program(t)
	for _, args := range []string{"flod", "flood --payments", "topics describe", "--help", "flood --help"} {
		screen, _, _ := run(t, time.Minute, "", "script", "-qec", name+" "+args, "/dev/null")
		if !strings.Contains(screen, "blackfriday") {
			t.Errorf("%s: nothing was said:\n%s", args, screen)
		}
		for _, query := range []string{"\x1b]11;?", "\x1b[c"} {
			if strings.Contains(screen, query) {
				t.Errorf("%s: the terminal is asked with %q", args, query)
			}
		}
	}
}
