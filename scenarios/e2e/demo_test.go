package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// demo plays the story in a terminal.
func demo(t *testing.T, flags string) *terminal {
	t.Helper()
	need(t, "tmux")
	name := program(t)
	term := openTerminal(t)
	term.tmux("send-keys", "-l", name+" demo --kafka-port 0 --http-port 0 "+flags)
	term.key("Enter")
	return term
}

// TestTheWholeStoryInATerminal in real time, in which a busy machine may take longer than the three minutes.
func TestTheWholeStoryInATerminal(t *testing.T) {
	t.Parallel()
	term := demo(t, "")
	act := regexp.MustCompile(`DEMO.*?(\d) of 8: `)
	var acts []string
	said := ""
	eventually(t, 7*time.Minute, func() (bool, string) {
		screen := term.screen()
		if strings.Contains(screen, "The demo goes on.") && !strings.Contains(said, screen) {
			t.Errorf("something was waited for in vain:\n%s", screen)
		}
		if now := act.FindStringSubmatch(screen); now != nil && (len(acts) == 0 || acts[len(acts)-1] != now[1]) {
			acts = append(acts, now[1])
		}
		said += screen
		return strings.Contains(screen, "That is the whole story."), screen
	})
	if got := strings.Join(acts, " "); got != "1 2 3 4 5 6 7 8" {
		t.Errorf("the acts were %s", got)
	}
	for _, want := range []string{
		`\d+ payments wait, [\d.]+ done per second: zero in \d+ s`, `ORPHAN`, `Nobody has read P\d for`, `P\d was unread for [\d.]+ s; order-\d reads it now`,
		`crashed \d+ times on the same payment`, `\d+ dead letters, lag 0`, `450 payments under exactly-once: lost 0, done twice 0`,
		`payments = [\d,]+ done \+ \d+ in the DLQ; lost 0, done twice`,
	} {
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("nobody saw %s", want)
		}
	}
	term.key("1")
	term.waitFor("the dashboard as it always is", func(screen string) bool {
		return !strings.Contains(screen, "DEMO") && strings.Contains(screen, "PARTITIONS") && lag(screen) == 0
	})
	term.quit()
}

// Somebody takes the wheel, gives it back, and leaves.
func TestTheDemoIsTakenOver(t *testing.T) {
	t.Parallel()
	term := demo(t, "--loop --lang fr")
	term.waitFor("the first captions", func(screen string) bool {
		return strings.Contains(screen, "1 sur 8") && strings.Contains(screen, "font la queue")
	})
	term.key("+")
	term.waitFor("the pause, and what the key does", func(screen string) bool {
		return strings.Contains(screen, "à vous de jouer") && strings.Contains(screen, "order-2")
	})
	term.key("Space")
	term.waitFor("the act from its beginning, in a lab of its own", func(screen string) bool {
		return strings.Contains(screen, "La boutique ouvre") && !strings.Contains(screen, "order-2")
	})
	term.waitFor("its flood", func(screen string) bool { return strings.Contains(screen, "font la queue") && lag(screen) != 0 })
	term.key("q")
	term.leaves()
}
