package tui

import (
	"image/color"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/lucasb-eyer/go-colorful"
)

// drawnPair is a colour on another, as a cell of a frame has them.
type drawnPair struct {
	on, under color.Color
	sign      bool // a bar, a rule or a shape, not a letter
}

// pairsOf are the colours of all cells of a frame, each with a line in which it stands. A terminal without colours of its own
// for a cell is an error: its ground is not known.
func pairsOf(t *testing.T, frame string, into map[drawnPair]string) {
	t.Helper()
	parser := ansi.NewParser()
	for line := range strings.SplitSeq(frame, "\n") {
		var on, under color.Color
		var state byte
		reversed := false
		for rest := line; rest != ""; {
			seq, w, n, next := ansi.DecodeSequence(rest, state, parser)
			rest, state = rest[n:], next
			switch {
			case ansi.HasCsiPrefix(seq) && parser.Command() == 'm':
				reversed = strings.Contains(seq, "7m") && len(parser.Params()) < 3 || reversed && len(parser.Params()) > 0 && parser.Params()[0].Param(0) != 0
				on, under = coloursAfter(t, parser.Params(), on, under)
			case w > 0 && strings.TrimSpace(seq) != "":
				r, _ := utf8.DecodeRuneInString(seq)
				on, under := on, under
				if reversed {
					on, under = under, on
				}
				pair := drawnPair{on, under, r >= 0x2190 || r == '·' || r == '▏'}
				if _, known := into[pair]; !known {
					into[pair] = seq + " in " + strings.TrimSpace(ansi.Strip(line))
				}
			}
		}
	}
}

// coloursAfter are the colours after one SGR sequence.
func coloursAfter(t *testing.T, params ansi.Params, on, under color.Color) (color.Color, color.Color) {
	t.Helper()
	if len(params) == 0 {
		return nil, nil
	}
	for i := 0; i < len(params); i++ {
		switch p := params[i].Param(0); {
		case p == 0:
			on, under = nil, nil
		case p == 1, p == 7: // bold; reverse is the caller's
		case p == 38:
			i += ansi.ReadStyleColor(params[i:], &on) - 1
		case p == 48:
			i += ansi.ReadStyleColor(params[i:], &under) - 1
		case p >= 30 && p <= 37:
			on = ansi.BasicColor(p - 30)
		case p >= 90 && p <= 97:
			on = ansi.BasicColor(p - 90 + 8)
		case p >= 40 && p <= 47:
			under = ansi.BasicColor(p - 40)
		case p >= 100 && p <= 107:
			under = ansi.BasicColor(p - 100 + 8)
		default:
			t.Fatalf("a frame has SGR %d", p)
		}
	}
	return on, under
}

// sixteen are two looks of a terminal's first 16 colours: xterm's and the PC's text mode (https://en.wikipedia.org/wiki/ANSI_escape_code#Colors).
func sixteen() map[string][]string {
	return map[string][]string{
		"xterm": strings.Fields("#000000 #cd0000 #00cd00 #cdcd00 #0000ee #cd00cd #00cdcd #e5e5e5 #7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff"),
		"vga":   strings.Fields("#000000 #aa0000 #00aa00 #aa5500 #0000aa #aa00aa #00aaaa #aaaaaa #555555 #ff5555 #55ff55 #ffff55 #5555ff #ff55ff #55ffff #ffffff"),
	}
}

// looks is a colour as a terminal with such a palette shows it.
func looks(c color.Color, palette []string) string {
	if basic, ok := c.(ansi.BasicColor); ok {
		return palette[basic]
	}
	if indexed, ok := c.(ansi.IndexedColor); ok && indexed < 16 {
		return palette[indexed]
	}
	made, _ := colorful.MakeColor(c)
	return made.Hex()
}

// TestContrastOfEveryCell looks at what is drawn, as the terminal gets it: every letter of every screen stands out from what is
// behind it by 4.5:1, with high contrast by 7:1 (WCAG 2.2, 1.4.3 and 1.4.6), every bar, rule and sign by 3:1 (1.4.11). In 256
// colours the nearest of high contrast are as far apart as ordinary text.
func TestContrastOfEveryCell(t *testing.T) {
	for _, theme := range drawnThemes() {
		for _, colours := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ANSI} {
			t.Run(theme+" "+colours.String(), func(t *testing.T) {
				t.Parallel()
				letters := 4.5
				if strings.HasPrefix(theme, ThemeContrast) && colours != colorprofile.ANSI256 {
					letters = 7
				}
				leastText, leastSign := 21.0, 21.0
				for pair, where := range drawnIn(t, theme, colours) {
					if pair.on == nil || pair.under == nil {
						t.Errorf("a cell has the terminal's own colours: %s", where)
						continue
					}
					for _, palette := range sixteen() {
						got, want := contrast(looks(pair.on, palette), looks(pair.under, palette)), letters
						if pair.sign {
							want = 3
							leastSign = min(leastSign, got)
						} else {
							leastText = min(leastText, got)
						}
						if got < want-0.005 {
							t.Errorf("%s on %s has %.2f, want %.1f: %s", looks(pair.on, palette), looks(pair.under, palette), got, want, where)
						}
					}
				}
				t.Logf("least: text %.2f, signs %.2f", leastText, leastSign)
			})
		}
	}
}

// drawnIn are the colours of every screen in a theme, as a terminal with so many colours gets them, and every consumer.
func drawnIn(t *testing.T, theme string, colours colorprofile.Profile) map[drawnPair]string {
	t.Helper()
	pairs := map[drawnPair]string{}
	look := func(m *model) {
		m.Update(tea.ColorProfileMsg{Profile: colours})
		m.restyle(theme)
	}
	add := func(frame string) {
		var out strings.Builder
		_, err := (&colorprofile.Writer{Forward: &out, Profile: colours}).Write([]byte(frame))
		if err != nil {
			t.Fatal(err)
		}
		pairsOf(t, out.String(), pairs)
	}
	for _, m := range everyScreen([2]int{120, 36}, look) {
		add(m.screen())
	}
	st := stylesOn(theme, false, colours)
	for n := range st.cells {
		add(under(st.cell(n+1)+st.bar(n+1).Render(st.g.bar), st.paint))
	}
	return pairs
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

// TestThemesOnAWashedOutProjector raises black to 35 %, as daylight on the wall does: nothing vanishes, and no letter, nor a number
// on a consumer's colour, keeps less than 2:1.
func TestThemesOnAWashedOutProjector(t *testing.T) {
	for _, theme := range drawnThemes() {
		least, where := 21.0, ""
		for pair, stands := range drawnIn(t, theme, colorprofile.TrueColor) {
			if got := contrast(washedOut(pair.on), washedOut(pair.under)); !pair.sign && got < least {
				least, where = got, stands
			}
		}
		t.Logf("%s: least %.2f", theme, least)
		if least < 2 {
			t.Errorf("%s: %.2f is all that is left of %s", theme, least, where)
		}
	}
}

// washedOut is a colour where the darkest is a grey of 35 %.
func washedOut(c color.Color) string {
	made, _ := colorful.MakeColor(c)
	const black = 0.35
	raised := func(v float64) float64 { return black + v*(1-black) }
	return colorful.Color{R: raised(made.R), G: raised(made.G), B: raised(made.B)}.Hex()
}

// seen is a colour as a person with one kind of cone missing sees it: Machado, Oliveira and Fernandes, A Physiologically-based
// Model for Simulation of Color Vision Deficiency (IEEE TVCG 15-6, 2009), severity 1.0, on linear RGB.
func seen(c colorful.Color, matrix [9]float64) colorful.Color {
	r, g, b := c.LinearRgb()
	row := func(i int) float64 { return min(max(matrix[i]*r+matrix[i+1]*g+matrix[i+2]*b, 0), 1) }
	return colorful.LinearRgb(row(0), row(3), row(6))
}

// TestConsumersAreTellableApartAndNeverRed measures CIEDE2000, in which 1 is about the least that anybody sees side by side. Signs
// of three cells far from each other need several times as much; consumers that follow each other, which share most screens,
// need more than any two.
func TestConsumersAreTellableApartAndNeverRed(t *testing.T) {
	visions := map[string][9]float64{
		"normal vision": {1, 0, 0, 0, 1, 0, 0, 0, 1},
		"protanopia":    {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
		"deuteranopia":  {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	}
	for _, theme := range drawnThemes() {
		colours := paletteOf(theme).consumers
		if len(colours) != 12 {
			t.Errorf("%s has %d colours for consumers", theme, len(colours))
		}
		for vision, matrix := range visions {
			least, leastNext := 100.0, 100.0
			for i, a := range colours {
				ca, _ := colorful.Hex(a)
				if hue, saturation, value := ca.Hsv(); saturation > 0.3 && value > 0.2 && (hue < 20 || hue > 330) {
					t.Errorf("%s: %s is red", theme, a)
				}
				for j, b := range colours[:i] {
					cb, _ := colorful.Hex(b)
					d := 100 * seen(ca, matrix).DistanceCIEDE2000(seen(cb, matrix))
					least = min(least, d)
					if i-j == 1 {
						leastNext = min(leastNext, d)
					}
					if d < 9 || i-j == 1 && d < 11 {
						t.Errorf("%s: to %s %s and %s are alike (%.1f)", theme, vision, a, b, d)
					}
				}
			}
			t.Logf("%s, %s: least distance %.1f, of neighbours %.1f", theme, vision, least, leastNext)
		}
	}
}

// TestConsumersStayApartInFewerColours: in 256 colours no two of the twelve become one, in 16 no two that follow each other.
func TestConsumersStayApartInFewerColours(t *testing.T) {
	for _, theme := range drawnThemes() {
		met := map[color.Color]string{}
		for _, c := range paletteOf(theme).consumers {
			near := colorprofile.ANSI256.Convert(lipgloss.Color(c))
			if met[near] != "" {
				t.Errorf("%s: %s and %s are one of 256 colours", theme, met[near], c)
			}
			met[near] = c
		}
		few := fewColours(theme).consumers
		for i, c := range few {
			if c == few[(i+1)%len(few)] {
				t.Errorf("%s: neighbours have one colour of 16", theme)
			}
		}
	}
}

// TestWithoutColours: weight and reverse video remain, and on a dumb terminal not even they; every word and number does.
func TestWithoutColours(t *testing.T) {
	for name, m := range everyScreen([2]int{120, 36}, func(m *model) { m.Update(tea.ColorProfileMsg{Profile: colorprofile.ASCII}) }) {
		pairs := map[drawnPair]string{}
		pairsOf(t, m.screen(), pairs)
		for pair, where := range pairs {
			if pair.on != nil || pair.under != nil {
				t.Errorf("%s has a colour: %s", name, where)
			}
		}
		reads := text(m)
		m.Update(tea.ColorProfileMsg{Profile: colorprofile.NoTTY})
		if text(m) != reads {
			t.Errorf("%s on a dumb terminal has another text", name)
		}
	}
}

func TestTerminalsThatNeverHadColours(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want bool
	}{
		{map[string]string{"TERM": "vt100"}, true},
		{map[string]string{"TERM": "vt220"}, true},
		{map[string]string{"TERM": "xterm-mono"}, true},
		{map[string]string{"TERM": "vt100", "COLORTERM": "truecolor"}, false},
		{map[string]string{"TERM": "xterm"}, false},
		{map[string]string{"TERM": "vte-256color"}, false},
		{nil, false},
	} {
		if got := monochrome(func(name string) string { return test.env[name] }); got != test.want {
			t.Errorf("%v: monochrome is %v", test.env, got)
		}
	}
}

// TestStylesInSixteenColours holds what such a terminal gets of one screen. The gallery holds the themes.
func TestStylesInSixteenColours(t *testing.T) {
	m, _ := dashboard(crashed(), 80, 24)
	m.Update(tea.ColorProfileMsg{Profile: colorprofile.ANSI})
	golden.RequireEqual(t, m.screen())
}

func TestCellsCycleAndKeepTheirNumber(t *testing.T) {
	st := newStyles(ThemeDark, false, false)
	if st.colour(1) != st.colour(13) || st.colour(1) == st.colour(2) || st.colour(0) != 11 || st.colour(-12) != st.colour(12) {
		t.Error("the colours of consumers do not cycle")
	}
	for n, want := range map[int]string{1: " 1 ", 12: "12 ", 100: "100 "} {
		if got := newStyles(ThemeDark, true, true).cell(n); width(got) != len(want) {
			t.Errorf("the cell of %d is %q", n, got)
		}
	}
}

func TestThemesCycle(t *testing.T) {
	m, _ := dashboard(running(3, 3), 100, 30)
	for _, want := range []struct{ theme, said string }{
		{ThemeLight, "Theme: light."}, {ThemeContrastDark, "high contrast on black"}, {ThemeContrastLight, "high contrast on white"}, {ThemeDark, "Theme: dark."},
	} {
		press(m, "T")
		if m.theme != want.theme || !strings.Contains(text(m), want.said) {
			t.Errorf("T goes to %s, want %s and that it says so:\n%s", m.theme, want.theme, text(m))
		}
	}
}

func TestThemesFollowTheBackgroundUnlessNamed(t *testing.T) {
	for _, test := range []struct{ wanted, dark, light string }{
		{ThemeAuto, ThemeDark, ThemeLight}, {"", ThemeDark, ThemeLight}, {ThemeContrast, ThemeContrastDark, ThemeContrastLight},
		{ThemeLight, ThemeLight, ThemeLight}, {ThemeContrastDark, ThemeContrastDark, ThemeContrastDark},
	} {
		m := newModel(&fakeLab{snapshot: running(3, 3)}, Options{Theme: test.wanted}, startJobs(t.Context()))
		m.Update(tea.BackgroundColorMsg{Color: color.Black})
		dark := m.theme
		m.Update(tea.BackgroundColorMsg{Color: white{}})
		if dark != test.dark || m.theme != test.light {
			t.Errorf("--theme %s is %s on black and %s on white", test.wanted, dark, m.theme)
		}
	}
}
