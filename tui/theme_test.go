package tui

import (
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/lucasb-eyer/go-colorful"
)

func TestContrastOfEveryRole(t *testing.T) {
	for _, theme := range []string{ThemeDark, ThemeLight, ThemeContrast} {
		p := paletteOf(theme)
		text := map[string]string{
			"text": p.text, "muted": p.muted, "accent": p.accent, "good": p.good, "warn": p.warn, "bad": p.bad,
		}
		for role, colour := range text {
			atLeast(t, theme, role, colour, p.background, 4.5)
			atLeast(t, theme, role+" when selected", colour, p.selection, 4.5)
		}
		atLeast(t, theme, "badge", p.onBadge, p.badge, 4.5)
		for _, chip := range []string{p.bad, p.warn, p.muted} {
			atLeast(t, theme, "chip", p.background, chip, 4.5)
		}
		for _, bar := range append([]string{p.quiet, p.bad, p.accent}, p.consumers...) {
			atLeast(t, theme, "bar", bar, p.background, 3)
		}
		for _, c := range p.consumers {
			atLeast(t, theme, "number on a consumer's colour", inkOn(c), c, 4.5)
		}
	}
}

func atLeast(t *testing.T, theme, role, on, under string, want float64) {
	t.Helper()
	if got := contrast(on, under); got < want {
		t.Errorf("%s: %s %s on %s has a contrast of %.2f, want %.1f", theme, role, on, under, got, want)
	}
}

func TestContrastIsWCAGs(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#ffffff", "#ffffff", 1}, {"#777777", "#ffffff", 4.48}, {"#0000ff", "#ffffff", 8.59}} {
		if got := contrast(test.a, test.b); got < test.want-0.01 || got > test.want+0.01 {
			t.Errorf("contrast of %s and %s is %.2f, want %.2f", test.a, test.b, got, test.want)
		}
	}
}

func TestConsumersAreTellableApartAndNeverRed(t *testing.T) {
	for _, theme := range []string{ThemeDark, ThemeLight, ThemeContrast} {
		colours := paletteOf(theme).consumers
		if len(colours) < 8 {
			t.Errorf("%s has %d colours for consumers", theme, len(colours))
		}
		for i, a := range colours {
			ca, _ := colorful.MakeColor(lipgloss.Color(a))
			if hue, saturation, _ := ca.Hsv(); saturation > 0.3 && (hue < 20 || hue > 345) {
				t.Errorf("%s: %s is red", theme, a)
			}
			for _, b := range colours[i+1:] {
				cb, _ := colorful.MakeColor(lipgloss.Color(b))
				if d := ca.DistanceCIEDE2000(cb); d < 0.1 {
					t.Errorf("%s: %s and %s are alike (%.2f)", theme, a, b, d)
				}
			}
		}
	}
}

func TestCellsCycleAndKeepTheirNumber(t *testing.T) {
	st := newStyles(ThemeDark, false, false)
	if st.colour(1) != st.colour(9) || st.colour(1) == st.colour(2) || st.colour(0) != 7 || st.colour(-8) != st.colour(8) {
		t.Error("the colours of consumers do not cycle")
	}
	for n, want := range map[int]string{1: " 1 ", 12: "12 ", 100: "100 "} {
		if got := newStyles(ThemeDark, true, true).cell(n); width(got) != len(want) {
			t.Errorf("the cell of %d is %q", n, got)
		}
	}
}

func TestThemesCycle(t *testing.T) {
	if nextTheme(ThemeDark) != ThemeLight || nextTheme(ThemeLight) != ThemeContrast || nextTheme(ThemeContrast) != ThemeDark {
		t.Error("T does not go through all themes")
	}
}
