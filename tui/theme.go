package tui

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
)

// styles are a palette turned into what panels draw with. They are built once per theme and then only read.
type styles struct {
	ascii bool
	lang  *phrase.Language // nil: English
	g     glyphs
	md    *markdown

	muted, rule, title, strong, key pen
	good, warn, bad                 pen
	badge, alarm, frozen            pen
	curve, quiet, orphan            pen
	done, dead, waits               pen   // where a payment is: it became an order, was refused, waits
	cells, bars                     []pen // by consumer
	other                           pen   // the cell of a service that is not an order consumer

	paint    string // what every cell stands on, as one SGR sequence
	selected string
}

// stylesOn are those of a theme on a terminal that shows so many colours.
func stylesOn(theme string, asciiOnly bool, colours colorprofile.Profile) *styles {
	st := &styles{ascii: asciiOnly, g: unicodeGlyphs()}
	if asciiOnly {
		st.g = asciiGlyphs()
	}
	switch colours {
	case colorprofile.NoTTY:
		st.cells, st.bars = []pen{""}, []pen{""}
	case colorprofile.ASCII:
		st.fillPlain()
	default:
		p := paletteOn(theme, colours)
		st.fill(p)
		st.md = newMarkdown(&p, asciiOnly)
		return st
	}
	st.md = newMarkdown(nil, asciiOnly)
	return st
}

// pen writes text in one style. It is one SGR sequence: a whole lipgloss.Style costs ten times as much per word, and a
// frame has hundreds of words.
type pen string

// Render writes text with the pen.
func (p pen) Render(text string) string {
	if p == "" || text == "" {
		return text
	}
	return string(p) + text + ansi.ResetStyle
}

func (st *styles) fill(p palette) {
	fg := func(hex string) ansi.Style { return ansi.NewStyle().ForegroundColor(lipgloss.Color(hex)) }
	ink := func(hex string) pen { return pen(fg(hex).String()) }
	bold := func(hex string) pen { return pen(fg(hex).Bold().String()) }
	chip := func(on, bg string) pen { return pen(fg(on).BackgroundColor(lipgloss.Color(bg)).Bold().String()) }
	st.muted, st.rule, st.curve, st.quiet, st.orphan = ink(p.muted), ink(p.rule), ink(p.accent), ink(p.quiet), ink(p.bad)
	st.title, st.key, st.strong = bold(p.accent), bold(p.accent), bold(p.text)
	st.good, st.warn, st.bad = ink(p.good), bold(p.warn), bold(p.bad)
	st.badge, st.alarm = chip(p.onBadge, p.badge), chip(p.background, p.bad)
	st.done, st.dead, st.waits = bold(p.good), bold(p.warn), bold(p.accent)
	st.frozen, st.other = chip(p.background, p.warn), chip(p.background, p.muted)
	for _, c := range p.consumers {
		on := p.background // one of 16 may look like anything, but stands out from it
		if strings.HasPrefix(c, "#") {
			on = inkOn(c)
		}
		st.cells = append(st.cells, chip(on, c))
		st.bars = append(st.bars, ink(c))
	}
	st.paint = fg(p.text).BackgroundColor(lipgloss.Color(p.background)).String()
	selected := fg(p.text).BackgroundColor(lipgloss.Color(p.selection))
	if p.selection == p.background {
		selected = selected.Bold()
	}
	st.selected = selected.String()
}

// fillPlain is for NO_COLOR: weight and reverse video carry what colours do elsewhere.
func (st *styles) fillPlain() {
	bold := pen(ansi.NewStyle().Bold().String())
	reverse := pen(ansi.NewStyle().Bold().Reverse(true).String())
	st.title, st.strong, st.key, st.warn, st.bad, st.orphan, st.dead = bold, bold, bold, bold, bold, bold, bold
	st.done, st.waits = bold, bold
	st.badge, st.alarm, st.frozen, st.other = reverse, reverse, reverse, reverse
	st.cells, st.bars = []pen{reverse}, []pen{""}
	st.selected = string(bold)
}

// inkOn chooses black or white for text on a colour: whichever stands out more.
func inkOn(hex string) string {
	if contrast(hex, "#000000") >= contrast(hex, "#ffffff") {
		return "#000000"
	}
	return "#ffffff"
}

// cell is the sign of an order consumer: its number on its colour. Beyond the palette the colours come again; the
// number does not.
func (st *styles) cell(number int) string {
	return st.cells[st.colour(number)].Render(fmt.Sprintf("%2d ", number))
}

// bar is the style of what an order consumer reads.
func (st *styles) bar(number int) pen { return st.bars[st.colour(number)] }

func (st *styles) colour(number int) int {
	n := len(st.cells)
	return ((number-1)%n + n) % n
}

// under lays a line on a colour: after each reset inside the line the colour is set again.
func under(line, sgr string) string {
	if sgr == "" {
		return line
	}
	return sgr + strings.ReplaceAll(line, ansi.ResetStyle, ansi.ResetStyle+sgr) + ansi.ResetStyle
}

// contrast is the WCAG 2.2 contrast ratio of two colours, from 1 to 21.
func contrast(a, b string) float64 {
	la, lb := luminance(lipgloss.Color(a)), luminance(lipgloss.Color(b))
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of a colour as WCAG 2.2 defines it, from 0 (black) to 1 (white).
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// linear undoes the gamma of one sRGB channel, given as 16 bits.
func linear(channel uint32) float64 {
	v := float64(channel) / 0xffff
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
