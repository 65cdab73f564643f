package tui

import (
	"slices"

	"github.com/charmbracelet/colorprofile"

	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
)

// The names that Options.Theme takes. ThemeAuto and ThemeContrast ask the terminal for its background, and are dark until it
// answers; the others stay what they are.
const (
	ThemeAuto          = "auto"
	ThemeDark          = "dark"
	ThemeLight         = "light"
	ThemeContrast      = "contrast"
	ThemeContrastDark  = "contrast-dark"
	ThemeContrastLight = "contrast-light"
)

// Themes gives the names of all themes, as Options.Theme takes them.
func Themes() []string {
	return append([]string{ThemeAuto, ThemeContrast}, drawnThemes()...)
}

// drawnThemes are those with colours of their own, in the order of the theme key.
func drawnThemes() []string {
	return []string{ThemeDark, ThemeLight, ThemeContrastDark, ThemeContrastLight}
}

// nextTheme is where the theme key goes from here.
func nextTheme(theme string) string {
	order := drawnThemes()
	return order[(slices.Index(order, theme)+1)%len(order)]
}

// onGround is the theme for a terminal with a dark or a light background; follows is false where the theme was named.
func onGround(wanted string, dark bool) (theme string, follows bool) {
	switch {
	case slices.Contains(drawnThemes(), wanted):
		return wanted, false
	case wanted == ThemeContrast && dark:
		return ThemeContrastDark, true
	case wanted == ThemeContrast:
		return ThemeContrastLight, true
	case dark:
		return ThemeDark, true
	}
	return ThemeLight, true
}

// themeSaid tells which theme the screen has now.
func themeSaid(theme string) phrase.Phrase {
	switch theme {
	case ThemeLight:
		return phrase.New("Theme: light.")
	case ThemeContrastDark:
		return phrase.New("Theme: high contrast on black.")
	case ThemeContrastLight:
		return phrase.New("Theme: high contrast on white.")
	}
	return phrase.New("Theme: dark.")
}

// themeNamed is what a theme is called where it is chosen.
func themeNamed(theme string) phrase.Phrase {
	switch theme {
	case ThemeLight:
		return phrase.New("theme light")
	case ThemeContrastDark:
		return phrase.New("theme contrast dark")
	case ThemeContrastLight:
		return phrase.New("theme contrast light")
	}
	return phrase.New("theme dark")
}

// themeDeeds are the themes, each by its name.
func themeDeeds() (deeds []named) {
	for _, theme := range drawnThemes() {
		deeds = append(deeds, named{says: themeNamed(theme), run: func(m *model) tea.Cmd {
			m.putOn(theme)
			return nil
		}})
	}
	return deeds
}

// palette is one theme: the only place where colours are written down. Each text role stands on background and on
// selection with a contrast of at least 4.5:1, with high contrast 7:1; bars and rules on background with at least 3:1
// (WCAG 2.2). The consumers' colours begin with the hues of Okabe and Ito (https://jfly.uni-koeln.de/color/), as light or as
// dark as the background asks for, and are apart in 256 colours too. Colour-blind people tell them apart; none of them is red,
// because red means that something is broken.
type palette struct {
	background, selection string
	text, muted, rule     string
	accent                string // keys and headings
	good, warn, bad       string
	quiet                 string // bars whose number is out of date
	badge, onBadge        string
	consumers             []string
}

// paletteOn is a theme on a terminal that shows so many colours. What is written for true colour keeps its contrast in 256.
func paletteOn(theme string, colours colorprofile.Profile) palette {
	if colours == colorprofile.ANSI {
		return fewColours(theme)
	}
	return paletteOf(theme)
}

func paletteOf(theme string) palette {
	switch theme {
	case ThemeLight:
		return palette{
			background: "#ffffff", selection: "#e4e4e4", text: "#1a1a1a", muted: "#444444", rule: "#767676",
			accent: "#00558f", good: "#0b6b3a", warn: "#7a4a00", bad: "#b00020", quiet: "#8a8a8a",
			badge: "#00558f", onBadge: "#ffffff",
			consumers: []string{
				"#432300", "#04517c", "#206d5a", "#78980c", "#1b8df5", "#310634",
				"#129a65", "#372cf8", "#130902", "#824917", "#977cac", "#1f037f",
			},
		}
	case ThemeContrastDark:
		return palette{
			background: "#000000", selection: "#262626", text: "#ffffff", muted: "#d0d0d0", rule: "#808080",
			accent: "#5fd7ff", good: "#5fff87", warn: "#ffd75f", bad: "#ffafaf", quiet: "#9a9a9a",
			badge: "#ffffff", onBadge: "#000000",
			consumers: []string{
				"#d78700", "#00afff", "#87d7af", "#ffff00", "#afd7ff", "#d787af",
				"#ffffd7", "#afd700", "#00af87", "#d7ffff", "#ff5fd7", "#ffd787",
			},
		}
	case ThemeContrastLight:
		return palette{
			background: "#ffffff", selection: "#e4e4e4", text: "#000000", muted: "#303030", rule: "#626262",
			accent: "#00005f", good: "#003a1a", warn: "#4a2a00", bad: "#7a0000", quiet: "#6c6c6c",
			badge: "#000000", onBadge: "#ffffff",
			consumers: []string{
				"#7b4e18", "#1f5d73", "#1d543a", "#453507", "#0d2036", "#5e026f",
				"#5a3c4f", "#130902", "#1532fc", "#1504b1", "#10302d", "#3252b0",
			},
		}
	}
	return palette{
		background: "#1e1e1e", selection: "#3a3a3a", text: "#ececec", muted: "#b2b2b2", rule: "#6e6e6e",
		accent: "#7cc7ff", good: "#63d297", warn: "#ffc857", bad: "#ff8787", quiet: "#7d7d7d",
		badge: "#7cc7ff", onBadge: "#101010",
		consumers: []string{
			"#af875f", "#5fafd7", "#5fffd7", "#ffff00", "#5f87af", "#ffd7ff",
			"#afd75f", "#878787", "#af5fff", "#5faf00", "#87afaf", "#ffffaf",
		},
	}
}

// fewColours is a theme in the 16 colours of a terminal, by their numbers. What each looks like is the terminal's affair:
// only those are here that are readable in the palette of xterm and in that of the PC's text mode. The number tells a consumer.
func fewColours(theme string) palette {
	switch theme {
	case ThemeLight:
		return palette{
			background: "15", selection: "15", text: "0", muted: "0", rule: "8", accent: "4", good: "0", warn: "5", bad: "1",
			quiet: "8", badge: "4", onBadge: "15", consumers: []string{"4", "5", "0", "12"},
		}
	case ThemeContrastDark:
		return palette{
			background: "0", selection: "0", text: "15", muted: "15", rule: "7", accent: "14", good: "10", warn: "11", bad: "15",
			quiet: "7", badge: "15", onBadge: "0", consumers: []string{"11", "14", "10", "15", "6", "7"},
		}
	case ThemeContrastLight:
		return palette{
			background: "15", selection: "15", text: "0", muted: "0", rule: "8", accent: "4", good: "0", warn: "0", bad: "0",
			quiet: "8", badge: "0", onBadge: "15", consumers: []string{"4", "0"},
		}
	}
	return palette{
		background: "0", selection: "0", text: "15", muted: "7", rule: "7", accent: "14", good: "10", warn: "11", bad: "9",
		quiet: "7", badge: "14", onBadge: "0", consumers: []string{"11", "14", "10", "13", "15", "6", "7", "2"},
	}
}
