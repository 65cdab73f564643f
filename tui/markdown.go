package tui

import (
	"regexp"
	"strings"

	"charm.land/glamour/v2"
	mdansi "charm.land/glamour/v2/ansi"
	"github.com/charmbracelet/x/ansi"
)

// markdown draws Markdown in the colours of a theme. What was drawn is kept, so that no frame pays for it.
type markdown struct {
	style mdansi.StyleConfig
	ascii bool
	drawn map[drawing][]string
}

// drawing is one text as wide as it was drawn.
type drawing struct {
	text  string
	width int
}

// mostDrawn is how many texts are kept: those of a few checkpoints at the sizes of a terminal that somebody drags.
const mostDrawn = 256

// newMarkdown has no palette where there are no colours: there weight and quotation carry what they do elsewhere.
func newMarkdown(p *palette, asciiOnly bool) *markdown {
	yes, flush := true, uint(0)
	indent := uint(1)
	style := mdansi.StyleConfig{
		Document:  mdansi.StyleBlock{Margin: &flush},
		Strong:    mdansi.StylePrimitive{Bold: &yes},
		Emph:      mdansi.StylePrimitive{Bold: &yes},
		Item:      mdansi.StylePrimitive{BlockPrefix: "- "},
		CodeBlock: mdansi.StyleCodeBlock{StyleBlock: mdansi.StyleBlock{Margin: &indent}},
		Code:      mdansi.StyleBlock{StylePrimitive: mdansi.StylePrimitive{Bold: &yes}},
	}
	if p != nil {
		style.Text.Color, style.Strong.Color, style.Emph.Color = &p.text, &p.text, &p.text
		style.Code.Color, style.CodeBlock.Color = &p.accent, &p.muted
	}
	return &markdown{style: style, ascii: asciiOnly, drawn: map[drawing][]string{}}
}

// lines draws a text in lines of at most w cells. A text that cannot be drawn stands as it is.
func (d *markdown) lines(text string, w int) []string {
	as := drawing{text, w}
	if lines, ok := d.drawn[as]; ok {
		return lines
	}
	if len(d.drawn) >= mostDrawn {
		clear(d.drawn)
	}
	if d.ascii {
		text = folded(text)
	}
	d.drawn[as] = d.draw(text, w)
	return d.drawn[as]
}

// stiff stands for a hyphen at which no line ends.
const stiff = "\u2011"

func (d *markdown) draw(text string, w int) []string {
	// A command whose flags are broken behind their hyphens cannot be typed.
	text = spans().ReplaceAllStringFunc(text, func(span string) string { return strings.ReplaceAll(span, "-", stiff) })
	drawn := text
	renderer, err := glamour.NewTermRenderer(glamour.WithStyles(d.style), glamour.WithWordWrap(max(w, 1)))
	if err == nil {
		if out, err := renderer.Render(text); err == nil {
			drawn = out
		}
	}
	// A line is laid on the colours of the screen, which knows a reset by its short form.
	drawn = strings.NewReplacer("\x1b[0m", ansi.ResetStyle, stiff, "-").Replace(drawn)
	lines := strings.Split(drawn, "\n")
	for i, line := range lines {
		lines[i] = trimmedRight(line)
	}
	return trimmedLines(lines)
}

// spans are what stands between backquotes in a line.
func spans() *regexp.Regexp { return regexp.MustCompile("`[^`\n]+`") }

// trimmedRight is a styled line without the blanks with which it was filled up.
func trimmedRight(line string) string {
	return ansi.Truncate(line, ansi.StringWidth(strings.TrimRight(ansi.Strip(line), " ")), "")
}

// trimmedLines are lines without the empty ones at both ends.
func trimmedLines(lines []string) []string {
	for len(lines) > 0 && ansi.StringWidth(lines[0]) == 0 {
		lines = lines[1:]
	}
	for len(lines) > 0 && ansi.StringWidth(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	return lines
}
