package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// prompt is what the shell under the dashboard says.
const prompt = "shell-is-back>"

// terminal is a shell in a tmux server of its own, as wide and as high as a projector at a large font.
type terminal struct {
	t      *testing.T
	socket string
}

func openTerminal(t *testing.T) *terminal {
	t.Helper()
	need(t, "tmux", "bash")
	term := &terminal{t: t, socket: filepath.Join(t.TempDir(), "tmux")}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the screen at the end:\n%s", term.screen())
		}
		// The server goes with everything in it; when it has gone by itself there is nothing to do.
		run(t, 10*time.Second, "", "tmux", "-S", term.socket, "kill-server")
	})
	shell := fmt.Sprintf("env -u TMUX PS1='%s ' PROMPT_COMMAND= TERM=screen-256color bash --norc --noprofile -i", prompt)
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", shell)
	term.waitFor("the shell", func(screen string) bool { return strings.Contains(screen, prompt) })
	return term
}

func (term *terminal) tmux(args ...string) string {
	term.t.Helper()
	out, errs, code := run(term.t, 10*time.Second, "", "tmux", append([]string{"-S", term.socket}, args...)...)
	if code != 0 {
		term.t.Fatalf("tmux %q: exit code %d: %s", args, code, errs)
	}
	return out
}

func (term *terminal) screen() string { return term.tmux("capture-pane", "-p") }

func (term *terminal) key(key string) { term.tmux("send-keys", key) }

func (term *terminal) waitFor(what string, there func(screen string) bool) {
	term.t.Helper()
	eventually(term.t, 30*time.Second, func() (bool, string) {
		screen := term.screen()
		return there(screen), "waited for " + what + "\n" + screen
	})
}

// lag reads the total from the heading of the partitions; -1 when there is none.
func lag(screen string) int {
	found := regexp.MustCompile(`PARTITIONS.*lag\s+([\d,]+)`).FindStringSubmatch(screen)
	if found == nil {
		return -1
	}
	n, err := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
	if err != nil {
		return -1
	}
	return n
}

// reader reads who reads a partition: "order-2" or "ORPHAN"; empty when the screen does not say.
func reader(screen string, partition int) string {
	row := regexp.MustCompile(fmt.Sprintf(`(?m)^\W*P%d\s.*?(order-\d+|ORPHAN)`, partition)).FindStringSubmatch(screen)
	if row == nil {
		return ""
	}
	return row[1]
}

func orphan(screen string) (partition int, found bool) {
	for p := range 3 {
		if reader(screen, p) == "ORPHAN" {
			return p, true
		}
	}
	return 0, false
}

func TestTheDashboardInATerminal(t *testing.T) {
	need(t, "tmux")
	name := program(t)
	term := openTerminal(t)
	term.tmux("send-keys", "-l", name+" --kafka-port 0 --http-port 0 --delay 50ms --session-timeout 3s")
	term.key("Enter")
	term.waitFor("three readers", func(screen string) bool {
		return reader(screen, 0) != "" && reader(screen, 1) != "" && reader(screen, 2) != "" && lag(screen) == 0
	})
	if alternate := term.tmux("display-message", "-p", "#{alternate_on}"); strings.TrimSpace(alternate) != "1" {
		t.Error("the dashboard does not draw on the alternate screen")
	}

	term.key("f")
	term.waitFor("the lag to grow", func(screen string) bool { return lag(screen) > 500 })
	peak := lag(term.screen())
	term.waitFor("the lag to fall", func(screen string) bool { return lag(screen) >= 0 && lag(screen) < peak-50 })

	before := term.screen()
	term.key("k")
	lost := -1
	term.waitFor("ORPHAN", func(screen string) bool {
		partition, found := orphan(screen)
		lost = partition
		return found
	})
	victim := reader(before, lost)
	term.waitFor("a new reader", func(screen string) bool {
		heir := reader(screen, lost)
		return strings.HasPrefix(heir, "order-") && heir != victim
	})
	term.waitFor("the lag to reach zero", func(screen string) bool { return lag(screen) == 0 })
	term.quit()
}

// quit leaves the dashboard and expects the terminal as it was before.
func (term *terminal) quit() {
	term.t.Helper()
	term.key("q")
	const question = "write the hand-out first?" // where payments were written
	asked := false
	term.waitFor("the shell's prompt, or a question", func(screen string) bool {
		asked = strings.Contains(screen, question)
		return asked || atShell(screen)
	})
	if asked {
		term.key("n")
	}
	term.leaves()
}

// leaves expects that the dashboard ends by itself, well, and the terminal as it was before.
func (term *terminal) leaves() {
	term.t.Helper()
	term.waitFor("the shell's prompt", atShell)
	state := strings.TrimSpace(term.tmux("display-message", "-p", "alternate=#{alternate_on} cursor=#{cursor_flag} mouse=#{mouse_any_flag}"))
	if state != "alternate=0 cursor=1 mouse=0" {
		term.t.Errorf("the terminal is left with %s", state)
	}
	term.tmux("send-keys", "-l", "echo exit-code-$?")
	term.key("Enter")
	term.waitFor("exit code 0", func(screen string) bool { return strings.Contains(screen, "\nexit-code-0\n") })
}

// atShell says that the dashboard is gone.
func atShell(screen string) bool {
	last := screen[strings.LastIndex(strings.TrimRight(screen, "\n"), "\n")+1:]
	return strings.HasPrefix(last, prompt) && !strings.Contains(screen, "PARTITIONS")
}

// A class begins with a checkpoint, does its first steps, and begins with another one.
func TestTheGuideInATerminal(t *testing.T) {
	need(t, "tmux")
	name := program(t)
	term := openTerminal(t)
	term.tmux("send-keys", "-l", name+" --kafka-port 0 --http-port 0 --checkpoint 3 --lang fr")
	term.key("Enter")
	term.waitFor("the question", func(screen string) bool { return strings.Contains(screen, "Prédire") })
	hand := regexp.MustCompile(`c  Environ 100 secondes +[1-9]`)
	term.waitFor("a hand", func(screen string) bool { // a question takes none in its first moment
		if hand.MatchString(screen) {
			return true
		}
		term.key("c")
		return false
	})
	term.key("Enter")
	term.waitFor("the votes to be counted", func(screen string) bool {
		return !strings.Contains(screen, "Prédire") && strings.Contains(screen, "3.1")
	})
	term.key("f")
	term.waitFor("the rate to be measured", func(screen string) bool { return strings.Contains(screen, "Prédire") })
	term.waitFor("the step after it", func(screen string) bool { // nor is it left in its first moment
		if !strings.Contains(screen, "Prédire") {
			return strings.Contains(screen, "3.4")
		}
		term.key("Escape")
		return false
	})
	term.key("G")
	term.waitFor("the menu", func(screen string) bool { return strings.Contains(screen, "Le guide") })
	term.key("4")
	term.waitFor("the question before all is deleted", func(screen string) bool { return strings.Contains(screen, "Commencer le checkpoint 4") })
	term.key("y")
	term.waitFor("another lab", func(screen string) bool {
		return strings.Contains(screen, "4.1") && strings.Contains(screen, "paiements 0 ") && lag(screen) == 0
	})
	term.key("L")
	term.waitFor("English", func(screen string) bool { return strings.Contains(screen, "Three partitions") })
	term.quit()
}

func TestASmallTerminalSaysWhatItNeeds(t *testing.T) {
	name := program(t)
	term := openTerminal(t)
	term.tmux("resize-window", "-x", "60", "-y", "15")
	term.tmux("send-keys", "-l", name+" --kafka-port 0 --http-port 0")
	term.key("Enter")
	term.waitFor("both sizes", func(screen string) bool {
		return regexp.MustCompile("60[x×]15").MatchString(screen) && regexp.MustCompile("80[x×]24").MatchString(screen)
	})
	term.tmux("resize-window", "-x", "100", "-y", "30")
	term.waitFor("the dashboard", func(screen string) bool { return strings.Contains(screen, "PARTITIONS") })
	term.quit()
}

func TestABusyPortLeavesTheTerminalAlone(t *testing.T) {
	name := program(t)
	s := serve(t)
	_, port, _ := strings.Cut(s.Kafka[0], ":")
	term := openTerminal(t)
	term.tmux("send-keys", "-l", name+" --kafka-port "+port+"; echo exit-code-$?")
	term.key("Enter")
	term.waitFor("exit code 1", func(screen string) bool { return strings.Contains(screen, "\nexit-code-1\n") })
	if screen := strings.ReplaceAll(term.screen(), "\n", ""); !strings.Contains(screen, "--kafka-port") || strings.Contains(screen, "PARTITIONS") {
		t.Errorf("no sentence that names the flag:\n%s", term.screen())
	}
	if state := strings.TrimSpace(term.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}")); state != "0 1" {
		t.Errorf("alternate screen and cursor are %s", state)
	}
}
