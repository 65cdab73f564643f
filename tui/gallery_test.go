package tui

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/services/lab"
)

// classSizes are the terminals that the dashboard is designed for, from the smallest to a large screen at the wall.
func classSizes() [][2]int {
	return [][2]int{{80, 24}, {100, 30}, {120, 36}, {160, 45}, {220, 60}}
}

// sight is a view as somebody comes to see it.
type sight struct {
	name  string
	drawn func(t *testing.T, w, h int) *model
}

// gallery is every view: the dashboard and what it lives through, every page, and every card in front of them.
func gallery() []sight {
	var out []sight
	for _, name := range galleryScenes() {
		out = append(out, sight{name, func(_ *testing.T, w, h int) *model { return sceneOf(name).played([2]int{w, h}, func(*model) {}) }})
	}
	for _, name := range galleryDesks() {
		out = append(out, sight{name, func(_ *testing.T, w, h int) *model {
			d := deskOf(name)
			return reading(flooded(), d.desk, w, h, d.keys...)
		}})
	}
	lesson := func(name string, s *lab.Snapshot, play func(m *model)) {
		out = append(out, sight{name, func(t *testing.T, w, h int) *model {
			m, _ := guided(t, s, 3, w, h, "", nil)
			play(m)
			return m
		}})
	}
	lesson("guide", single(), func(m *model) { show(m, single()); press(m, "esc"); show(m, rushed()) })
	lesson("guide-page", single(), func(m *model) { show(m, single()); press(m, "esc", "g") })
	lesson("guide-lanes", single(), func(m *model) { show(m, single()); press(m, "esc", "7"); show(m, rushed()) })
	lesson("guide-menu", single(), func(m *model) { show(m, single()); press(m, "esc", "G") })
	lesson("question", single(), func(m *model) { show(m, single()); press(m, "a", "a", "c", "tab", "1", "7") })
	lesson("answered", single(), func(m *model) {
		show(m, single())
		press(m, "a", "c", "c", "c", "enter")
		show(m, rushed())
		press(m, "esc")
		show(m, drained())
	})
	lesson("stage-guide", single(), func(m *model) { show(m, single()); press(m, "esc"); show(m, rushed()); press(m, "esc", "f", "S") })
	for n, name := range []string{"lag", "rate", "zero", "dead", "orphaned", "lost"} {
		out = append(out, sight{"stage-" + name, func(_ *testing.T, w, h int) *model {
			m, _ := dashboard(crashed(), w, h)
			press(m, "f", "S", strconv.Itoa(n+1))
			return m
		}})
	}
	return append(out,
		sight{"curve", func(_ *testing.T, w, h int) *model {
			m, _ := dashboard(flooded(), w, h)
			press(m, "Z", "Z", "Z", "Z", "z")
			return m
		}},
		sight{"focus", func(_ *testing.T, w, h int) *model { m, _ := dashboard(flooded(), w, h); press(m, "Z", "Z"); return m }},
		sight{"what-to-type", func(_ *testing.T, w, h int) *model { m, _ := dashboard(flooded(), w, h); press(m, "f", "i"); return m }},
		sight{"demo", func(t *testing.T, w, h int) *model {
			c := demonstrated(t, w, h, "")
			c.plays(single(), 7*time.Second)
			c.plays(swamped(), 7*time.Second)
			return c.model
		}})
}

// galleryScenes are the scenes of the dashboard, of its pages and of its cards in the gallery.
func galleryScenes() []string {
	return []string{
		"starting", "idle", "flooding", "crash", "crowded", "lanes", "race", "hot", "disconnected", "replay", "classroom", "observed", "blocked",
		"events", "consumers", "topics", "partitions", "rebalances", "lanes-full", "ledger", "brokers",
		"help", "finder", "choose-flood", "choose-pill", "choose-protocol", "choose-broker", "quit", "restricted",
	}
}

// galleryDesks are those of the pages that read topics.
func galleryDesks() []string {
	return []string{"messages", "message-open", "messages-write", "letters", "letters-marked", "follow-twice"}
}

func sceneOf(name string) scene {
	for _, c := range screens() {
		if c.name == name {
			return c
		}
	}
	panic("no scene " + name)
}

func deskOf(name string) deskScreen {
	for _, c := range deskScreens() {
		if c.name == name {
			return c
		}
	}
	panic("no desk screen " + name)
}

// TestGallery holds every view in every class of terminal: its text once, and under it which colours stand where, by what the
// palettes call them. A colour that is another one in one theme alone stands there with all its values.
func TestGallery(t *testing.T) {
	named := roles()
	for _, v := range gallery() {
		for _, size := range classSizes() {
			t.Run(fmt.Sprintf("%s-%dx%d", v.name, size[0], size[1]), func(t *testing.T) {
				m := v.drawn(t, size[0], size[1])
				reads := text(m)
				var frames [][]string
				for _, theme := range drawnThemes() {
					m.restyle(theme)
					fits(t, m, theme)
					if text(m) != reads {
						t.Errorf("in the theme %s it has another text:\n%s", theme, text(m))
					}
					frames = append(frames, strings.Split(m.screen(), "\n"))
				}
				golden.RequireEqual(t, reads+strings.Join(coloursOf(t, frames, named), "\n")+"\n")
			})
		}
	}
}

// TestThePalettesByTheirNames holds what the names in the gallery stand for.
func TestThePalettesByTheirNames(t *testing.T) {
	var out []string
	for key, name := range roles() {
		out = append(out, fmt.Sprintf("%-12s %s", name, key))
	}
	slices.Sort(out)
	golden.RequireEqual(t, strings.Join(drawnThemes(), " ")+"\n"+strings.Join(out, "\n")+"\n")
}

// roles are the names of colours, by their values in all themes.
func roles() map[string]string {
	values := map[string][]string{}
	for _, theme := range drawnThemes() {
		p := paletteOf(theme)
		for name, value := range map[string]string{
			"text": p.text, "muted": p.muted, "rule": p.rule, "accent": p.accent, "good": p.good, "warn": p.warn, "bad": p.bad, "quiet": p.quiet,
			"ground": p.background, "selection": p.selection, "badge": p.badge, "on-badge": p.onBadge,
		} {
			values[name] = append(values[name], value)
		}
		for i, c := range p.consumers {
			values[fmt.Sprintf("order-%d", i+1)] = append(values[fmt.Sprintf("order-%d", i+1)], c)
			values[fmt.Sprintf("on-order-%d", i+1)] = append(values[fmt.Sprintf("on-order-%d", i+1)], inkOn(c))
		}
	}
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		key := strings.Join(values[name], " ")
		if out[key] == "" { // the inks on consumers are alike for some of them: the first gives the name
			out[key] = name
		}
	}
	return out
}

// coloursOf says for every line of a screen, drawn in several themes, which columns are not in the colour of text: from, to,
// colour, ! for bold, and after a slash the ground. Blanks on the ordinary ground belong to what stands around them.
func coloursOf(t *testing.T, frames [][]string, named map[string]string) (out []string) {
	t.Helper()
	called := func(cells []pixel, of func(pixel) string) string {
		var values []string
		for _, c := range cells {
			values = append(values, of(c))
		}
		if key := strings.Join(values, " "); named[key] != "" {
			return named[key]
		}
		return strings.Join(values, ",")
	}
	for row := range frames[0] {
		var lines [][]pixel
		for _, frame := range frames {
			lines = append(lines, pixelsOf(t, frame[row]))
		}
		type run struct {
			from, to int
			style    string
		}
		var runs []run
		at := 0
		for i, c := range lines[0] {
			var cells []pixel
			for _, line := range lines {
				cells = append(cells, line[i])
			}
			style := called(cells, func(c pixel) string { return c.on })
			if c.bold {
				style += "!"
			}
			if ground := called(cells, func(c pixel) string { return c.under }); ground != "ground" {
				style += "/" + ground
			} else if c.text == " " {
				at += c.wide
				continue
			}
			if n := len(runs) - 1; n >= 0 && runs[n].style == style {
				runs[n].to = at + c.wide
			} else {
				runs = append(runs, run{at + 1, at + c.wide, style})
			}
			at += c.wide
		}
		line := ""
		for _, r := range runs {
			if r.style != "text" {
				line += fmt.Sprintf(" %d-%d %s", r.from, r.to, r.style)
			}
		}
		if line != "" {
			out = append(out, fmt.Sprintf("%d:%s", row+1, line))
		}
	}
	return out
}
