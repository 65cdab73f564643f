package tui

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/lucasb-eyer/go-colorful"
)

// The size of a cell in a picture, and where in it letters stand.
const (
	cellWide, cellHigh = 8.4, 18.0
	baseline           = 13.5
)

// TestThePicturesOfTheReadme draws frames of the program as SVG. With -update it writes them.
func TestThePicturesOfTheReadme(t *testing.T) {
	for _, theme := range []string{ThemeDark, ThemeLight} {
		crash, _ := dashboard(crashed(), 120, 36)
		crash.past = crashStory(crashed())
		lesson, _ := guided(t, flooded(), 4, 120, 36, "", nil)
		for name, m := range map[string]*model{"crash": crash, "guide": lesson} {
			m.restyle(theme)
			file := filepath.Join("..", "docs", "pictures", name+"-"+theme+".svg")
			drawn := svgOf(t, m.screen())
			if asked := flag.Lookup("update"); asked != nil && asked.Value.String() == "true" {
				if err := os.WriteFile(file, drawn, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if have, err := os.ReadFile(file); err != nil || !bytes.Equal(have, drawn) {
				t.Errorf("%v; %s is out of date (go test ./tui -run Pictures -update)", err, file)
			}
		}
	}
}

// pixel is one cell of a frame as it is drawn.
type pixel struct {
	text      string
	wide      int
	on, under string
	bold      bool
}

// pixelsOf takes a line of a frame apart.
func pixelsOf(t *testing.T, line string) (cells []pixel) {
	t.Helper()
	parser := ansi.NewParser()
	var on, under color.Color
	var state byte
	bold := false
	for rest := line; rest != ""; {
		seq, w, n, next := ansi.DecodeSequence(rest, state, parser)
		rest, state = rest[n:], next
		if ansi.HasCsiPrefix(seq) && parser.Command() == 'm' {
			params := parser.Params()
			bold = boldAfter(params, bold)
			on, under = coloursAfter(t, params, on, under)
		} else if w > 0 {
			cells = append(cells, pixel{seq, w, hex(on), hex(under), bold})
		}
	}
	return cells
}

// boldAfter says whether text is bold after one SGR sequence.
func boldAfter(params ansi.Params, bold bool) bool {
	var ignored color.Color
	for i := 0; i < len(params); i++ {
		switch params[i].Param(0) {
		case 0:
			bold = false
		case 1:
			bold = true
		case 38, 48:
			i += ansi.ReadStyleColor(params[i:], &ignored) - 1
		}
	}
	return bold && len(params) > 0
}

func hex(c color.Color) string {
	drawn, _ := colorful.MakeColor(c)
	return drawn.Hex()
}

// svgOf draws a frame: each cell's ground, bars as the shapes that they stand for, and letters in a font of fixed width.
func svgOf(t *testing.T, frame string) []byte {
	t.Helper()
	lines := strings.Split(frame, "\n")
	ground := pixelsOf(t, lines[0])[0].under
	wide, high := float64(ansi.StringWidth(lines[0]))*cellWide, float64(len(lines))*cellHigh
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %.1f" font-size="14" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace">`+
		"\n"+`<rect width="100%%" height="100%%" fill="%s"/>`+"\n", wide, high, ground)
	for y, line := range lines {
		cells := pixelsOf(t, line)
		for i, x := 0, 0; i < len(cells); {
			n, w := alike(cells[i:])
			drawRun(&out, cells[i:i+n], float64(x)*cellWide, float64(y)*cellHigh, float64(w)*cellWide, ground)
			i, x = i+n, x+w
		}
	}
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// alike is how many of the first cells are drawn in one piece, and how wide they are: bars of one height, or text.
func alike(cells []pixel) (n, w int) {
	first := cells[0]
	for _, c := range cells {
		if c.on != first.on || c.under != first.under || c.bold != first.bold || isBar(c.text) != isBar(first.text) || isBar(c.text) && c.text != first.text {
			break
		}
		n, w = n+1, w+c.wide
	}
	return n, w
}

func isBar(text string) bool { return text >= "▁" && text <= "▏" }

// drawRun draws cells that are alike.
func drawRun(out *bytes.Buffer, cells []pixel, x, y, w float64, ground string) {
	first := cells[0]
	rect := func(x, y, w, h float64, fill string) {
		fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, y, w, h, fill)
	}
	if first.under != ground {
		rect(x, y, w, cellHigh, first.under)
	}
	r, _ := utf8.DecodeRuneInString(first.text)
	switch {
	case isBar(first.text) && r <= '█': // lower eighths
		high := cellHigh * float64(r-'▁'+1) / 8
		rect(x, y+cellHigh-high, w, high, first.on)
		return
	case isBar(first.text): // left eighths
		rect(x, y, w*float64('▏'-r+1)/8, cellHigh, first.on)
		return
	}
	var text strings.Builder
	for _, c := range cells {
		text.WriteString(c.text)
	}
	if strings.TrimSpace(text.String()) == "" {
		return
	}
	weight := ""
	if first.bold {
		weight = ` font-weight="bold"`
	}
	fmt.Fprintf(out, `<text xml:space="preserve" x="%.1f" y="%.1f" textLength="%.1f" fill="%s"%s>%s</text>`+"\n", x, y+baseline, w, first.on, weight,
		html.EscapeString(text.String()))
}
