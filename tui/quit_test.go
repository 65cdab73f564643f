package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"blackfriday/services/lab"
)

func TestQuitAsksOnceWhileSomethingWouldBeLost(t *testing.T) {
	tests := []struct {
		keys string
		quit bool // the last key quits
	}{
		{"q", false}, {"q enter", false}, {"q q", false}, {"q esc", false}, {"q y", true}, {"q esc q", false}, {"q esc q y", true},
		{"ctrl+c", false}, {"ctrl+c y", true}, {"ctrl+c enter", false}, {"ctrl+c ctrl+c", true}, {"q ctrl+c ctrl+c", true},
		{"F ctrl+c ctrl+c", true}, {"F ctrl+c", false}, {"F ctrl+c y", true}, {"F q", false}, {"P q", false}, {"P q y", true},
		{"t 1 enter q", false}, {"t 1 enter ctrl+c y", true}, {"? q", false}, {"? q y", true}, {"? ctrl+c ctrl+c", true}, {"? ctrl+c y", true},
	}
	written := flooding()
	written.Lag.Total = 0
	for name, s := range map[string]*lab.Snapshot{"flood": written, "flood and lag": flooding(), "lag": flooded()} {
		for _, test := range tests {
			m, _ := dashboard(s, 100, 30)
			m.diary.written = true
			var cmd tea.Cmd
			for _, k := range strings.Fields(test.keys) {
				_, cmd = m.Update(keyPress(k))
			}
			if quits(cmd) != test.quit {
				t.Errorf("%s, %s: quits is %v, want %v", name, test.keys, !test.quit, test.quit)
			}
		}
	}
}

// In French a question is answered with the o of oui as well as with y, and o goes on to be the key of the protocol.
func TestAQuestionIsAnsweredInTheLanguageOfTheScreen(t *testing.T) {
	tests := []struct {
		lang, keys string
		quit       bool // the last key quits
	}{
		{"en", "q y", true}, {"en", "q o", false}, {"fr", "q y", true}, {"fr", "q o", true}, {"fr", "q n", false}, {"fr", "q enter", false},
	}
	for _, test := range tests {
		m, _ := dashboard(flooding(), 100, 30)
		m.diary.written = true
		if test.lang == "fr" {
			m.cycleLanguage()
		}
		var cmd tea.Cmd
		for _, k := range strings.Fields(test.keys) {
			_, cmd = m.Update(keyPress(k))
		}
		if quits(cmd) != test.quit {
			t.Errorf("in %s, %s: quits is %v, want %v", test.lang, test.keys, !test.quit, test.quit)
		}
	}
	m, _ := dashboard(flooding(), 100, 30)
	m.diary.written = true
	m.cycleLanguage()
	press(m, "q")
	if got := text(m); !strings.Contains(got, "o y quitter") || !strings.Contains(got, "o y oui") {
		t.Errorf("it does not say that o agrees:\n%s", got)
	}
	press(m, "esc", "o")
	if m.dialog == nil || !m.dialog.card {
		t.Errorf("o is no longer the key of the protocol:\n%s", text(m))
	}
}

func TestQuitSaysWhatWouldBeLost(t *testing.T) {
	for _, keys := range []string{"q", "ctrl+c", "? q", "? ctrl+c", "F ctrl+c", "P q", "o q", "6 q"} {
		for want, s := range map[string]*lab.Snapshot{
			"780 payments wait in this lab's memory and would be lost.": flooded(),
			"450,000 of 1,000,000 payments are acknowledged.":           flooding(),
		} {
			m, _ := dashboard(s, 80, 24)
			m.diary.written = true
			press(m, strings.Fields(keys)...)
			if got := text(m); !strings.Contains(got, want) || !strings.Contains(got, "y quit") {
				t.Errorf("after %s it does not say %q:\n%s", keys, want, got)
			}
		}
	}
}

func TestQuitIsQuickWhenNothingWouldBeLost(t *testing.T) {
	elsewhere := flooded()
	elsewhere.Cluster.Embedded = false // the payments stay where they are
	unknown := running(3, 3)
	unknown.Lag = lab.Lag{}
	for name, s := range map[string]*lab.Snapshot{"idle": running(3, 3), "starting": starting(), "real cluster": elsewhere, "no reading": unknown} {
		for _, keys := range []string{"q", "ctrl+c", "? q", "F ctrl+c"} {
			m, _ := dashboard(s, 100, 30)
			m.diary.written = true
			var cmd tea.Cmd
			for _, k := range strings.Fields(keys) {
				_, cmd = m.Update(keyPress(k))
			}
			if !quits(cmd) {
				t.Errorf("%s: %s does not quit", name, keys)
			}
		}
	}
}
