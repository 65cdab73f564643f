package tui

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
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

// scene is a dashboard on which keys were pressed.
type scene struct {
	name     string
	snapshot *lab.Snapshot
	keys     []string
	past     func(*lab.Snapshot) history // nil: none
}

// screens are what the goldens hold.
func screens() []scene {
	return []scene{
		{"starting", starting(), nil, nil},
		{"idle", running(3, 3), nil, nil},
		{"flooded", flooded(), nil, nil},
		{"flooding", flooding(), nil, nil},
		{"crash", crashed(), nil, crashStory},
		{"bench", bench(), []string{"down", "down"}, nil},
		{"stale", outdated(), nil, nil},
		{"unread", unread(), nil, nil},
		{"crowded", crowded(), nil, nil},
		{"frozen", flooded(), []string{"space"}, nil},
		{"help", running(3, 3), []string{"?"}, nil},
		{"choose-flood", flooded(), []string{"F", "7", "5", "0"}, nil},
		{"finder", flooded(), []string{":"}, nil},
		{"finder-typed", flooded(), []string{":", "k", "i", "l"}, nil},
		{"choose-pill", flooded(), []string{"P", "down"}, nil},
		{"quit", flooding(), []string{"q"}, nil},
		{"events", crashed(), []string{"2"}, nil},
		{"consumers", crashed(), []string{"3"}, nil},
		{"topics", flooded(), []string{"4"}, nil},
		{"partitions", crowded(), []string{"5", "pgdown"}, nil},
		{"lanes", recovered(), nil, recoveredStory},
		{"lanes-full", recovered(), []string{"7"}, recoveredStory},
		{"replay", recovered(), []string{"f7", "f7", "right"}, recoveredStory},
		{"rebalances", recovered(), []string{"6"}, nil},
		{"protocols", compared(), []string{"6", "down", "down"}, nil},
		{"choose-protocol", compared(), []string{"o"}, nil},
		{"choose-partitions", flooded(), []string{"t"}, nil},
		{"recreate", flooded(), []string{"t", "up", "enter", "6", "enter"}, nil},
		{"choose-key", flooded(), []string{"x"}, nil},
		{"hot", hot(), nil, nil},
		{"race", raced(), nil, nil},
		{"race-full", raced(), []string{"7"}, nil},
		{"balanced", audited(), nil, nil},
		{"lost", lossy(), nil, nil},
		{"behind", behind(), nil, nil},
		{"unaudited", unaudited(), nil, nil},
		{"choose-guarantee", audited(), []string{"e"}, nil},
		{"choose-poison", blocked(), []string{"n"}, nil},
		{"transaction", transacting(), nil, crashStory},
		{"transaction-topics", transacting(), []string{"4"}, nil},
		{"blocked", blocked(), nil, nil},
		{"crash-loop", crashLooping(), nil, nil},
		{"real", elsewhere(), nil, nil},
		{"embedded-elsewhere", apart(), nil, nil},
		{"embedded-elsewhere-brokers", apart(), []string{"b", "esc"}, nil},
		{"embedded-elsewhere-broker", apart(), []string{"b"}, nil},
		{"restricted", restricted(), []string{"f"}, nil},
		{"restricted-help", restricted(), []string{"?"}, nil},
		{"restricted-protocol", restricted(), []string{"o"}, nil},
		{"ledger", audited(), []string{"8"}, nil},
		{"ledger-lost", lossy(), []string{"8", "pgdown"}, nil},
		{"ledger-trials", lossy(), []string{"8"}, nil},
		{"observed", observed(), nil, visitedStory},
		{"lacking", lacking(), nil, nil},
		{"visited", visited(), []string{"down", "down"}, visitedStory},
		{"brokers", running(3, 3), []string{"b", "esc"}, nil},
		{"choose-broker", running(3, 3), []string{"b"}, nil},
		{"brokers-real", onReal(), []string{"b", "esc"}, nil},
		{"brokers-one", lonely(), []string{"b", "esc"}, nil},
		{"kill-broker", onReal(), []string{"b"}, nil},
		{"leaderless", onReal(), nil, nil},
		{"disconnected", cutOff(), nil, crashStory},
		{"disconnected-brokers", cutOff(), []string{"b", "esc"}, nil},
		{"disconnected-consumers", cutOff(), []string{"3"}, nil},
		{"visited-rebalances", visited(), []string{"6"}, visitedStory},
		{"classroom", classroom(), nil, visitedStory},
		{"crowd", crowd(), []string{"up", "up", "up", "up"}, visitedStory},
		{"crowd-consumers", crowd(), []string{"3"}, nil},
	}
}

// drawn is the scene as a person reads it, in the language that change chooses.
func (c scene) drawn(size [2]int, change func(*model)) string { return text(c.played(size, change)) }

// played is the dashboard of the scene after its keys.
func (c scene) played(size [2]int, change func(*model)) *model {
	m, _ := dashboard(c.snapshot, size[0], size[1])
	change(m)
	if c.past != nil {
		m.past = c.past(c.snapshot)
	}
	for _, k := range c.keys {
		m.Update(keyPress(k))
	}
	return m
}

// play holds a scene to its golden.
func (c scene) play(t *testing.T, size [2]int, change func(*model)) {
	t.Run(fmt.Sprintf("%s-%dx%d", c.name, size[0], size[1]), func(t *testing.T) {
		golden.RequireEqual(t, c.drawn(size, change))
	})
}

// TestScreens are the scenes that are not in the gallery.
func TestScreens(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}, {160, 45}} {
		for _, c := range screens() {
			if !slices.Contains(galleryScenes(), c.name) {
				c.play(t, size, func(*model) {})
			}
		}
	}
}

func TestScreensInFrench(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		for _, c := range screens() {
			c.play(t, size, (*model).cycleLanguage)
		}
	}
}

func TestScreenInASCII(t *testing.T) {
	m, _ := dashboard(crashed(), 100, 30)
	m.options.ASCII = true
	m.restyle(ThemeDark)
	golden.RequireEqual(t, text(m))
}

// TestNoScreenInASCIIHasAnotherCharacter: a font without blocks, Braille, arrows or accents shows every screen in both languages.
func TestNoScreenInASCIIHasAnotherCharacter(t *testing.T) {
	inASCII := func(m *model) {
		m.options.ASCII = true
		m.restyle(m.theme)
	}
	inFrench := func(m *model) {
		inASCII(m)
		m.cycleLanguage()
	}
	for lang, change := range map[string]func(*model){"en": inASCII, "fr": inFrench} {
		for name, m := range everyScreen([2]int{120, 36}, change) {
			for _, r := range text(m) {
				if r > '~' || r < ' ' && r != '\n' {
					t.Errorf("%s in %s: %q is not printable ASCII", name, lang, r)
					break
				}
			}
		}
	}
}

// everyScreen goes through all scenes, all pages and all desks, after change.
func everyScreen(size [2]int, change func(*model)) iter.Seq2[string, *model] {
	return func(yield func(string, *model) bool) {
		for _, c := range append(screens(), answering()...) {
			if !yield(c.name, c.played(size, change)) {
				return
			}
		}
		for _, d := range deskScreens() {
			m := reading(flooded(), d.desk, size[0], size[1])
			change(m)
			act(m, d.keys...)
			if !yield(d.name, m) {
				return
			}
		}
		for _, s := range []*lab.Snapshot{hostile(), visited(), lossy()} {
			for page := range pages {
				m, _ := dashboard(s, size[0], size[1])
				change(m)
				m.page = page
				if !yield(fmt.Sprintf("page %d", page), m) {
					return
				}
			}
		}
		for _, key := range []string{"i", "g", "h"} {
			m, _ := dashboard(crashed(), size[0], size[1])
			change(m)
			m.Update(keyPress(key))
			if !yield("key "+key, m) {
				return
			}
		}
	}
}

// TestNothingIsCutInFrenchAlone: French is longer, and its words are chosen for the room that there is. Events and what stands
// under a dialog are cut in every language, and of who was part of a rebalance as much is named as fits.
func TestNothingIsCutInFrenchAlone(t *testing.T) {
	fits := regexp.MustCompile(`^.(\d\d:\d\d:\d\d|#\d+) `)
	for _, size := range [][2]int{{80, 24}, {120, 36}, {160, 45}, {220, 60}} {
		for _, c := range screens() {
			english, french := strings.Split(c.drawn(size, func(*model) {}), "\n"), strings.Split(c.drawn(size, (*model).cycleLanguage), "\n")
			for i, line := range french {
				if strings.Contains(line, "…") && !strings.Contains(english[i], "…") && !fits.MatchString(line) && !strings.Contains(line, "│") {
					t.Errorf("%s at %dx%d:\n%s\n%s", c.name, size[0], size[1], english[i], line)
				}
			}
		}
	}
}
