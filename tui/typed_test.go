package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/scenarios/typed"
)

func TestTheCardsOfWhatOneWouldType(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		for name, keys := range map[string]string{
			"page": "i", "flood": "f i", "flood-kcat": "f i down", "flood-go": "f i up", "kill": "k i", "page-after-key": "f i i", "consumers": "3 i", "pill": "P down enter i up",
			"french": "L k i",
		} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(t *testing.T) {
				m, _ := dashboard(flooded(), size[0], size[1])
				for _, k := range strings.Fields(keys) {
					m.Update(keyPress(k))
				}
				golden.RequireEqual(t, text(m))
			})
		}
	}
}

// Every key and page has a card, of which the chosen tool is in sight.
func TestTheChosenToolIsInSight(t *testing.T) {
	for p := range pages {
		m, _ := dashboard(flooded(), 80, 24)
		m.page = p
		m.Update(keyPress("i"))
		for _, tool := range typed.Tools() {
			if got := text(m); !strings.Contains(got, string(tool)) || m.typing == nil {
				t.Errorf("page %d does not show %s:\n%s", p, tool, got)
			}
			m.Update(keyPress("down"))
		}
	}
}

func TestTheChosenCommandIsCopied(t *testing.T) {
	for keys, want := range map[string]string{
		"i y":         "kafka-consumer-groups --bootstrap-server localhost:9094 --describe --group order-service-group",
		"i down y":    "kcat -b localhost:9094 -Q -t payment-successful:0:-1 -t payment-successful:1:-1 -t payment-successful:2:-1",
		"f i y":       `seq 1000 | sed 's/.*/{"user_id":&,"cart":[{"name":"MacBook","price":1999}]}/' | kafka-console-producer --bootstrap-server localhost:9094 --topic payment-successful`,
		"3 i y":       "kafka-consumer-groups --bootstrap-server localhost:9094 --describe --group order-service-group --members --verbose",
		"f i up up y": "blackfriday flood -n 1000",
	} {
		m, _ := dashboard(flooded(), 80, 24)
		var cmd tea.Cmd
		for _, k := range strings.Fields(keys) {
			_, cmd = m.Update(keyPress(k))
		}
		if cmd == nil || fmt.Sprint(cmd()) != want {
			t.Errorf("%s copies nothing, or something else than %s", keys, want)
		}
	}
	m, _ := dashboard(flooded(), 80, 24)
	if press(m, "i", "up"); true {
		if _, cmd := m.Update(keyPress("y")); cmd == nil || !strings.HasPrefix(fmt.Sprint(cmd()), "package main\n") {
			t.Error("of franz-go no whole program is copied")
		}
	}
	m, _ = dashboard(flooded(), 80, 24)
	press(m, "3", "i", "down")
	if _, cmd := m.Update(keyPress("y")); cmd != nil {
		t.Error("something is copied where kcat cannot do it")
	}
}

// What is broken over several lines is the same command for a shell, and the same statement in Go.
func TestLinesBreakWhereTheLanguageLetsThem(t *testing.T) {
	shell := `seq 10 | sed 's/.*/{"user_id": &, "a b": 1}/' | kcat -b localhost:9094 -P -t payment-successful`
	for w := 50; w < 100; w++ {
		joined := strings.Join(brokenAt(shell, w, foldedShell, " \\"), "\n")
		if strings.ReplaceAll(joined, " \\\n    ", " ") != shell {
			t.Errorf("%d: %s", w, joined)
		}
		for line := range strings.SplitSeq(joined, "\n") {
			if strings.Count(line, "'")%2 != 0 {
				t.Errorf("%d breaks a quotation: %s", w, joined)
			}
		}
	}
	golang := `answer, err := f(ctx, "a, { b", 4)`
	for line := range strings.SplitSeq(strings.Join(brokenAt(golang, 20, foldedGo, ""), "\n"), "\n") {
		if line = strings.TrimSpace(line); !strings.HasSuffix(line, ",") && !strings.HasSuffix(line, ")") || strings.Count(line, `"`)%2 != 0 {
			t.Errorf("Go ends a statement after %q", line)
		}
	}
}
