package tui

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/services/lab"
)

func quits(cmd tea.Cmd) bool {
	if cmd == nil {
		return false
	}
	_, ok := cmd().(tea.QuitMsg)
	return ok
}

// press types keys and carries out what they ask for.
func press(m *model, keys ...string) {
	for _, k := range keys {
		if _, cmd := m.Update(keyPress(k)); cmd != nil {
			m.Update(cmd())
		}
	}
}

func TestKeysSendCommands(t *testing.T) {
	tests := []struct {
		keys string
		want lab.Command
	}{
		{"f", lab.Flood{Count: 1_000}},
		{"F enter", lab.Flood{Count: 1}},
		{"F down enter", lab.Flood{Count: 10}},
		{"F down down enter", lab.Flood{Count: 5_000}},
		{"F up enter", lab.Flood{Count: 10_000}},
		{"F 7 5 0 enter", lab.Flood{Count: 750}},
		{"F 7 5 backspace enter", lab.Flood{Count: 7}},
		{"F 1 0 0 0 0 0 0 enter", lab.Flood{Count: lab.MaxFlood}},
		{"F 1 0 0 0 0 0 0 0 enter backspace enter", lab.Flood{Count: lab.MaxFlood}},
		{"F 0 0 4 enter", lab.Flood{Count: 4}},
		{"p", lab.Poison{}},
		{"P enter", lab.Poison{Pills: []string{"invalid-json"}}},
		{"P down enter", lab.Poison{Pills: []string{"no-user"}}},
		{"P 3", lab.Poison{Pills: []string{"nulls"}}},
		{"+", lab.AddConsumer{}},
		{"=", lab.AddConsumer{}},
		{"k", lab.Kill{}},
		{"s", lab.Stop{}},
		{"r", lab.Restart{}},
		{"tab k", lab.Kill{Name: "order-1"}},
		{"down down s", lab.Stop{Name: "order-2"}},
		{"shift+tab r", lab.Restart{Name: "analytics"}},
		{"o enter", lab.SetProtocol{Protocol: "cooperative-sticky"}},
		{"o o o enter", lab.SetProtocol{Protocol: "roundrobin"}},
		{"o 3", lab.SetProtocol{Protocol: "range"}},
		{"t enter", lab.GrowPartitions{Count: 6}},
		{"t down enter", lab.GrowPartitions{Count: 12}},
		{"t 4 0 enter", lab.GrowPartitions{Count: 40}},
		{"t 9 9 9 enter", lab.GrowPartitions{Count: 999}},
		{"t 1 enter y", lab.RecreateTopics{Partitions: 1}},
		{"t down down enter 6 enter y", lab.RecreateTopics{Partitions: 6}},
		{"t up enter enter y", lab.RecreateTopics{Partitions: 3}},
		{"x enter", lab.SetKey{Key: lab.KeyUser}},
		{"x x enter", lab.SetKey{Key: lab.KeyVIP}},
		{"e enter", lab.SetGuarantee{Guarantee: "exactly-once"}},
		{"e e enter", lab.SetCommitInterval{Every: lab.MinCommitInterval}},
		{"e 1", lab.SetGuarantee{Guarantee: "at-most-once"}},
		{"e 8", lab.SetCommitInterval{Every: 5 * time.Second}},
		{"n enter", lab.SetPoison{Policy: lab.PoisonRetryDLQ}},
		{"n up up enter", lab.SetPoison{Policy: lab.PoisonCrash}},
		{"n 3", lab.SetPoison{Policy: lab.PoisonRetry}},
		{"left k", lab.Kill{}},
		{"f7 f", lab.Flood{Count: 1_000}},
		{"up up k", lab.Kill{Name: "email"}},
		{"tab esc k", lab.Kill{}},
		{"d", lab.SetDelay{Delay: 500 * time.Millisecond}},
		{"space k", lab.Kill{}},
	}
	for _, test := range tests {
		m, f := dashboard(flooded(), 100, 30)
		press(m, strings.Fields(test.keys)...)
		if len(f.asked) != 1 || !reflect.DeepEqual(f.asked[0], test.want) {
			t.Errorf("%s asked for %#v, want %#v", test.keys, f.asked, test.want)
		}
	}
}

func TestKeysThatAskNothing(t *testing.T) {
	for _, keys := range []string{"F k", "F p 5", "P k", "P f", "P 9", "P 0", "? f", "? k", "F esc", "P esc", "F backspace", "F 0 enter", "F 9 9 9 9 9 9 9 9 9 9 enter", "t 9 9 9 9 enter", "z",
		"o esc", "o up enter", "o 1", "t esc", "t 2 enter", "t 2 enter enter", "t 2 enter esc", "t up enter 6 enter enter f", "x up enter", "x y", "e esc", "e 2", "e 6", "e 9", "e up enter", "n 1", "n up enter", "n f", "e f", "left", "{", "6 down", "enter", "y"} {
		m, f := dashboard(flooded(), 100, 30)
		press(m, strings.Fields(keys)...)
		if len(f.asked) != 0 {
			t.Errorf("%s asked for %#v", keys, f.asked)
		}
	}
	m, f := dashboard(starting(), 100, 30)
	press(m, "f", "p", "k", "+", "F", "enter")
	if len(f.asked) != 0 {
		t.Errorf("a lab that is starting was asked for %#v", f.asked)
	}
}

func TestAnsweredQuestionsGoAway(t *testing.T) {
	for _, keys := range []string{"F enter", "P 1", "o enter", "o 1", "t enter", "t 1 enter y", "t 1 enter esc", "x 2", "x esc", "e 1", "e 2", "n 4", "n esc"} {
		m, _ := dashboard(flooded(), 100, 30)
		press(m, strings.Fields(keys)...)
		if m.dialog != nil {
			t.Errorf("after %s it still asks %q", keys, m.dialog.title)
		}
	}
}

func TestDelayCycles(t *testing.T) {
	for from, to := range map[int]int{0: 10, 10: 100, 50: 100, 100: 500, 500: 0, 900: 0} {
		delay := time.Duration(from) * time.Millisecond
		if got := nextDelay(delay); got != time.Duration(to)*time.Millisecond {
			t.Errorf("after %v comes %v, want %d ms", delay, got, to)
		}
	}
}

func TestFreezeKeepsThePicture(t *testing.T) {
	m, _ := dashboard(flooded(), 100, 30)
	press(m, "space")
	later := crashed()
	later.At = later.At.Add(7 * time.Second)
	m.Update(frameMsg{later.At, later})
	if got := text(m); !strings.Contains(got, "FROZEN 0:07") || strings.Contains(got, "ORPHAN") {
		t.Fatalf("the screen is not frozen:\n%s", got)
	}
	press(m, "space")
	if got := text(m); strings.Contains(got, "FROZEN") || !strings.Contains(got, "ORPHAN") {
		t.Fatalf("the screen is still frozen:\n%s", got)
	}
}

func TestSelectionIsByName(t *testing.T) {
	m, f := dashboard(running(3, 3), 100, 30)
	press(m, "down", "down")
	grown := running(3, 3)
	grown.Orders = append([]lab.Instance{{Name: "order-0"}}, grown.Orders...)
	m.Update(frameMsg{noon(), grown})
	press(m, "k")
	if want := (lab.Kill{Name: "order-2"}); len(f.asked) != 1 || f.asked[0] != lab.Command(want) {
		t.Fatalf("asked for %#v, want %#v", f.asked, want)
	}
	m.Update(frameMsg{noon(), running(3, 1)})
	if m.selected != "" {
		t.Fatalf("%s is selected and does not exist", m.selected)
	}
}

func TestAnswersAreShown(t *testing.T) {
	m, f := dashboard(flooded(), 100, 30)
	f.err = errors.New("start a flood: one is running; wait until it is done")
	press(m, "f")
	if got := text(m); !strings.Contains(got, f.err.Error()) {
		t.Fatalf("the error is not shown:\n%s", got)
	}
	f.err = nil
	press(m, "+")
	if got := text(m); !strings.Contains(got, "one more order consumer: started") || !strings.Contains(got, "keys f +") {
		t.Fatalf("the answer or the keys are not shown:\n%s", got)
	}
	m.Update(frameMsg{noon().Add(time.Minute), flooded()})
	if got := text(m); strings.Contains(got, "one more") || strings.Contains(got, "keys f") {
		t.Fatalf("the answer does not go away:\n%s", got)
	}
}

func TestPasteGoesIntoTheBox(t *testing.T) {
	m, f := dashboard(flooded(), 100, 30)
	press(m, "F")
	m.Update(tea.PasteMsg{Content: " 1,234\x1b[31m\n"})
	press(m, "enter")
	if want := (lab.Flood{Count: 123_431}); len(f.asked) != 1 || f.asked[0] != lab.Command(want) {
		t.Fatalf("asked for %#v, want %#v", f.asked, want)
	}
}

func TestEveryKeyIsInTheHelp(t *testing.T) {
	keys := DefaultKeys()
	listed, seen := 0, map[string]string{}
	for _, section := range keys.Sections() {
		for _, b := range section.Keys {
			listed++
			for _, k := range b.Keys() {
				if seen[k] != "" {
					t.Errorf("%q means %q and %q", k, seen[k], b.Help().Desc)
				}
				seen[k] = b.Help().Desc
			}
		}
	}
	if fields := reflect.TypeFor[KeyMap]().NumField(); listed != fields {
		t.Errorf("the help lists %d keys of %d", listed, fields)
	}
	m, _ := dashboard(running(3, 3), 100, 90)
	press(m, "?")
	for _, section := range keys.Sections() {
		for _, b := range section.Keys {
			if !strings.Contains(text(m), b.Help().Desc) {
				t.Errorf("the help does not say %q", b.Help().Desc)
			}
		}
	}
}

func TestHelpScrollsToItsEnd(t *testing.T) {
	m, _ := dashboard(running(3, 3), 80, 24)
	press(m, "?", "pgdown", "pgdown", "pgdown", "pgdown")
	if got := text(m); !strings.Contains(got, "computed") {
		t.Fatalf("the end of the help cannot be reached:\n%s", got)
	}
	press(m, "esc")
	if m.help {
		t.Fatal("esc does not close the help")
	}
}

func TestFooterAlwaysOffersHelpAndQuit(t *testing.T) {
	keys := DefaultKeys()
	for _, s := range scenes() {
		for w := 16; w < 200; w++ {
			line := footerOf(s, w, false)
			if !strings.Contains(line, "help") || !strings.Contains(line, "quit") {
				t.Fatalf("footer of width %d: %q", w, line)
			}
		}
	}
	offers := func(s *lab.Snapshot, b key.Binding) bool {
		front, spare := keys.now(s, false, nil)
		for _, offered := range slices.Concat(front, spare) {
			if reflect.DeepEqual(offered.Keys(), b.Keys()) {
				return true
			}
		}
		return false
	}
	if offers(running(3, 3), keys.Restart) || !offers(crashed(), keys.Restart) || offers(stopped(), keys.Kill) {
		t.Error("the footer offers what does not work now")
	}
}

func TestThemeKeyOverridesTheTerminal(t *testing.T) {
	f := &fakeLab{snapshot: running(3, 3)}
	m := newModel(f, Options{}, startJobs(context.Background()))
	m.Update(tea.BackgroundColorMsg{Color: tea.BackgroundColorMsg{}.Color})
	m.Update(tea.BackgroundColorMsg{Color: white{}})
	if m.theme != ThemeLight {
		t.Fatalf("on a white background the theme is %s", m.theme)
	}
	m.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
	press(m, "T")
	m.Update(tea.BackgroundColorMsg{Color: white{}})
	if m.theme != ThemeContrastDark {
		t.Fatalf("after T the theme is %s", m.theme)
	}
}

type white struct{}

func (white) RGBA() (r, g, b, a uint32) { return 0xffff, 0xffff, 0xffff, 0xffff }

// Names of keys that every keyboard has, whatever its language.
func everywhere() []string { return []string{"tab", "ctrl"} }

func TestKeysHaveTheirFrenchNames(t *testing.T) {
	m, _ := dashboard(running(3, 3), 100, 30)
	m.cycleLanguage()
	for _, section := range DefaultKeys().Sections() {
		for _, b := range section.Keys {
			for name := range strings.FieldsFuncSeq(b.Help().Key, func(r rune) bool { return r == ' ' || r == '+' }) {
				named := utf8.RuneCountInString(name) > 1 && !strings.HasPrefix(name, "F")
				if named && !slices.Contains(everywhere(), name) && m.st.keys(name) == name {
					t.Errorf("the key %q has no French name", name)
				}
			}
		}
	}
}

// What the status line said is said again in the other language, and so is what stands in the footer.
func TestTheLanguageKeyTurnsWhatWasSaid(t *testing.T) {
	m, _ := dashboard(flooded(), 100, 30)
	m.Update(keyPress("f"))
	shows(t, m, "flood of 1,000 payments ...", "f flood", "q quit")
	m.Update(keyPress("L"))
	shows(t, m, "vague de 1\u00a0000 paiements ...", "f vague", "q quitter")
	m.Update(doneMsg{lab.Flood{Count: 1_000}, errNoDesk, flooded()})
	shows(t, m, "aucun topic n’est lisible")
	m.Update(keyPress("L"))
	shows(t, m, "no topic can be read", "f flood")
}

func TestAKnownReasonOfALetterIsSaidInFrench(t *testing.T) {
	f := buried()
	f.letters.Letters[0].Error = "the price of item 1 is -1000; it must be above 0"
	f.letters.Letters[1].Error = "broken by somebody\x1b[2J"
	m := reading(flooded(), f, 160, 45, "9", "enter")
	shows(t, m, f.letters.Letters[0].Error)
	m.cycleLanguage()
	shows(t, m, "le prix de l’article 1 est -1000\u00a0; il doit être supérieur à 0")
	act(m, "esc", "down", "enter")
	shows(t, m, `broken by somebody\x1b[2J`)
}
