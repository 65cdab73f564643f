package tui

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"blackfriday/scenarios/handout"
	"blackfriday/services/lab"
)

// notable is a dashboard on which something happened, and where its hand-outs go.
func notable(t *testing.T, s *lab.Snapshot) (m *model, dir string) {
	t.Helper()
	m, _ = dashboard(s, 100, 30)
	dir = t.TempDir()
	m.options.HandOut = dir
	if !m.diary.Eventful() {
		t.Fatal("nothing happened")
	}
	return m, dir
}

// follow presses keys, carries out what the last one asks for, and says whether the dashboard ends.
func follow(m *model, keys string) bool {
	var cmd tea.Cmd
	for _, k := range strings.Fields(keys) {
		_, cmd = m.Update(keyPress(k))
	}
	if cmd == nil {
		return false
	}
	msg := cmd()
	if _, ok := msg.(tea.QuitMsg); ok {
		return true
	}
	_, cmd = m.Update(msg)
	return quits(cmd)
}

func written(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "blackfriday-handout-*.md"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWhoQuitsIsAskedForTheHandOut(t *testing.T) {
	for _, test := range []struct {
		keys   string
		quits  bool
		writes int
	}{
		{"q", false, 0}, {"q y", true, 1}, {"q n", true, 0}, {"q esc", false, 0}, {"q enter", false, 0}, {"q x", false, 0}, {"q esc q n", true, 0},
		{"? q n", true, 0}, {"i q n", true, 0}, {"ctrl+c ctrl+c", true, 0}, {"q ctrl+c ctrl+c", true, 0}, {"ctrl+c", false, 0}, {"ctrl+c y", true, 0},
		{"H", false, 1},
	} {
		m, dir := notable(t, flooded())
		if got := follow(m, test.keys); got != test.quits || len(written(t, dir)) != test.writes {
			t.Errorf("%s quits is %v and wrote %q", test.keys, got, written(t, dir))
		}
	}
}

func TestTheHandOutIsWrittenAndSaid(t *testing.T) {
	m, dir := notable(t, flooded())
	var told strings.Builder
	m.options.Farewell = &told
	follow(m, "H")
	follow(m, "H")
	files := written(t, dir)
	m.bid()
	heard := strings.Fields(told.String())
	slices.Sort(heard)
	if len(files) != 2 || !slices.Equal(heard, files) {
		t.Fatalf("written %q, told of %q", files, heard)
	}
	if status, _ := m.status(); !strings.Contains(status, dir) {
		t.Errorf("the screen says %q", status)
	}
	text, err := os.ReadFile(files[0])
	if err != nil || !strings.Contains(string(text), "## The ledger") {
		t.Errorf("%v\n%s", err, text)
	}
	if m.depart(); m.dialog == nil || m.dialog.parting {
		t.Error("who has the hand-out is asked for it again")
	}
	m.dialog = nil
	press(m, "f")
	if m.depart(); m.dialog == nil || !m.dialog.parting {
		t.Error("who went on is not asked")
	}
}

func TestAHandOutThatCannotBeWrittenIsSaidAndQuitsNothing(t *testing.T) {
	m, dir := notable(t, flooded())
	m.options.HandOut = filepath.Join(dir, "nowhere")
	if follow(m, "q y") {
		t.Error("it quits")
	}
	if status, _ := m.status(); !strings.Contains(status, "--handout") {
		t.Errorf("it says %q", status)
	}
}

// The course of the hand-out's step is told, and a lab in which nothing happened is quit at once.
func TestNobodyIsAskedForAnEmptyHandOut(t *testing.T) {
	m, _ := dashboard(running(3, 3), 100, 30)
	if !follow(m, "q") {
		t.Error("it asks")
	}
}

// A consumer has on paper the colour that it has on the screen.
func TestThePaperHasTheColoursOfTheScreen(t *testing.T) {
	onWhite, onDark := handout.Colours()
	if light, dark := paletteOf(ThemeLight).consumers, paletteOf(ThemeDark).consumers; !reflect.DeepEqual(onWhite, light) || !reflect.DeepEqual(onDark, dark) {
		t.Errorf("on paper %q and %q, on the screen %q and %q", onWhite, onDark, light, dark)
	}
}
