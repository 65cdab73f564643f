package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/services/lab"
)

// text is the screen as a person reads it: without styles, and without blanks at the ends of lines.
func text(m *model) string {
	lines := strings.Split(ansi.Strip(m.View().Content), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestScreens(t *testing.T) {
	screens := []struct {
		name     string
		snapshot *lab.Snapshot
		keys     []string
	}{
		{"starting", starting(), nil},
		{"idle", running(3, 3), nil},
		{"flooded", flooded(), nil},
		{"flooding", flooding(), nil},
		{"crash", crashed(), nil},
		{"bench", bench(), []string{"down", "down"}},
		{"stale", outdated(), nil},
		{"unread", unread(), nil},
		{"crowded", crowded(), nil},
		{"frozen", flooded(), []string{"space"}},
		{"help", running(3, 3), []string{"?"}},
		{"choose-flood", flooded(), []string{"F", "7", "5", "0"}},
		{"choose-pill", flooded(), []string{"P", "down"}},
		{"quit", flooding(), []string{"q"}},
		{"events", crashed(), []string{"2"}},
		{"consumers", crashed(), []string{"3"}},
		{"topics", flooded(), []string{"4"}},
		{"partitions", crowded(), []string{"5", "pgdown"}},
	}
	for _, size := range [][2]int{{80, 24}, {100, 30}, {120, 36}, {160, 45}} {
		for _, screen := range screens {
			t.Run(fmt.Sprintf("%s-%dx%d", screen.name, size[0], size[1]), func(t *testing.T) {
				m, _ := dashboard(screen.snapshot, size[0], size[1])
				for _, k := range screen.keys {
					m.Update(keyPress(k))
				}
				golden.RequireEqual(t, text(m))
			})
		}
	}
}

func TestScreenInASCII(t *testing.T) {
	for name, s := range map[string]*lab.Snapshot{"crash": crashed(), "hostile": hostile(), "starting": starting()} {
		m, _ := dashboard(s, 100, 30)
		m.options.ASCII = true
		m.restyle(ThemeDark)
		for page := range pages {
			m.page = page
			for _, r := range text(m) {
				if r > '~' || r < ' ' && r != '\n' {
					t.Fatalf("%s, page %d: %q is not printable ASCII", name, page, r)
				}
			}
		}
		if name == "crash" {
			m.page = dashboardPage
			golden.RequireEqual(t, text(m))
		}
	}
}
