package tui

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// fits fails unless the screen has exactly the lines of the terminal, each exactly as wide as it.
func fits(t *testing.T, m *model, what string) {
	t.Helper()
	content := m.View().Content
	if m.width == 0 || m.height == 0 {
		if content != "" {
			t.Fatalf("%s: something is drawn on a terminal of %dx%d", what, m.width, m.height)
		}
		return
	}
	lines := strings.Split(content, "\n")
	if len(lines) != m.height {
		t.Fatalf("%s at %dx%d: %d lines", what, m.width, m.height, len(lines))
	}
	for i, line := range lines {
		if w := ansi.StringWidth(line); w != m.width {
			t.Fatalf("%s at %dx%d: line %d is %d cells wide: %q", what, m.width, m.height, i, w, ansi.Strip(line))
		}
	}
}

// scenes are Snapshots from ordinary to hostile.
func scenes() map[string]*lab.Snapshot {
	return map[string]*lab.Snapshot{
		"nothing": {}, "empty": {State: lab.Running}, "stopping": {State: lab.Stopping}, "starting": starting(),
		"crash": crashed(), "stale": outdated(), "unread": unread(), "crowded": crowded(), "hostile": hostile(),
		"race": raced(), "compared": compared(), "hot": hot(),
		"full": full(), "deluge": deluge(), "nobody left": kill(flooded(), 1, 2, 3), "foreign": owned("kcat", 0, 0),
		"audited": audited(), "lossy": lossy(), "behind": behind(), "unaudited": unaudited(), "transacting": transacting(),
		"blocked": blocked(), "real": elsewhere(), "restricted": restricted(), "crash loop": crashLooping(),
	}
}

func TestEverySizeFits(t *testing.T) {
	t.Parallel()
	var models []*model
	for name, s := range scenes() {
		m, _ := dashboard(s, 0, 0)
		if name == "crash" || name == "compared" {
			m.past = crashStory(s)
		}
		models = append(models, m)
	}
	for w := range 173 {
		for h := range 53 {
			m := models[(w+h)%len(models)]
			m.width, m.height = w, h
			m.page = page((w + h/2) % int(pages))
			m.top[m.page] = w
			fits(t, m, "screen")
		}
	}
}

func TestEveryPageAndQuestionFits(t *testing.T) {
	t.Parallel()
	keys := [][]string{{"1"}, {"2"}, {"3"}, {"4"}, {"5"}, {"?"}, {"F", "9"}, {"P"}, {"q"}, {"space"}, {"tab"}, {"k"},
		{"6", "down"}, {"6", "pgdown", "pgdown"}, {"3", "pgdown", "up"}, {"4", "pgdown"}, {"2", "pgdown"}, {"7", "pgdown"}, {"o", "o"}, {"t", "4", "0"}, {"t", "2", "enter"}, {"t", "up", "enter", "down"}, {"x"}, {"left"}, {"f7"},
		{"8"}, {"8", "pgdown", "pgdown"}, {"e"}, {"e", "up"}, {"n"}, {"n", "up"},
	}
	for name, s := range scenes() {
		for _, size := range [][2]int{{0, 0}, {1, 1}, {79, 24}, {80, 23}, {80, 24}, {81, 25}, {100, 30}, {139, 33}, {140, 34}, {250, 80}} {
			for _, press := range keys {
				m, _ := dashboard(s, size[0], size[1])
				for _, k := range press {
					m.Update(keyPress(k))
				}
				fits(t, m, name+" after "+strings.Join(press, " "))
			}
		}
	}
}

func TestHostileDataIsMadeVisible(t *testing.T) {
	m, _ := dashboard(hostile(), 160, 45)
	for page := range pages {
		m.page = page
		for _, r := range ansi.Strip(strings.ReplaceAll(m.View().Content, "\n", "")) {
			if !unicode.IsPrint(r) || unicode.Is(unicode.M, r) {
				t.Fatalf("page %d draws %U", page, r)
			}
		}
		if strings.Contains(m.View().Content, "\x1b]0;") || strings.Contains(m.View().Content, "\x1b[2J") {
			t.Fatalf("page %d lets an escape sequence through", page)
		}
	}
}

func TestTooSmallSaysWhatItHasAndNeeds(t *testing.T) {
	m, _ := dashboard(running(3, 3), 79, 24)
	if got := text(m); !strings.Contains(got, "79x24") || !strings.Contains(got, "80x24") {
		t.Fatalf("the screen does not say its size and the size it needs:\n%s", got)
	}
	if _, cmd := m.Update(keyPress("q")); !quits(cmd) {
		t.Fatal("q does not quit on a small terminal")
	}
}
