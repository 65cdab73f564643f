package tui

import "strings"

// digitHigh is how many dots the characters of the block font are high.
const digitHigh = 5

// digitDots are the dots of a character of the block font: what numbers and times are written with. Others are blank.
func digitDots(r rune) [digitHigh]string {
	switch r {
	case '0':
		return [...]string{"###", "# #", "# #", "# #", "###"}
	case '1':
		return [...]string{" # ", "## ", " # ", " # ", "###"}
	case '2':
		return [...]string{"###", "  #", "###", "#  ", "###"}
	case '3':
		return [...]string{"###", "  #", "###", "  #", "###"}
	case '4':
		return [...]string{"# #", "# #", "###", "  #", "  #"}
	case '5':
		return [...]string{"###", "#  ", "###", "  #", "###"}
	case '6':
		return [...]string{"###", "#  ", "###", "# #", "###"}
	case '7':
		return [...]string{"###", "  #", "  #", "  #", "  #"}
	case '8':
		return [...]string{"###", "# #", "###", "# #", "###"}
	case '9':
		return [...]string{"###", "# #", "###", "  #", "###"}
	}
	return signDots(r)
}

// signDots are those of what stands between digits and behind them.
func signDots(r rune) [digitHigh]string {
	switch r {
	case ',':
		return [...]string{"  ", "  ", "  ", " #", "# "}
	case '.':
		return [...]string{" ", " ", " ", " ", "#"}
	case ':':
		return [...]string{" ", "#", " ", "#", " "}
	case '–', '-':
		return [...]string{"   ", "   ", "###", "   ", "   "}
	case '>':
		return [...]string{"#  ", " # ", "  #", " # ", "#  "}
	case 'h':
		return [...]string{"#  ", "#  ", "###", "# #", "# #"}
	case 'k':
		return [...]string{"#  ", "# #", "## ", "# #", "# #"}
	case 'M':
		return [...]string{"#   #", "## ##", "# # #", "#   #", "#   #"}
	case 'G':
		return [...]string{"###", "#  ", "# #", "# #", "###"}
	}
	return [...]string{" ", " ", " ", " ", " "}
}

// dotsWide is how many dots a text in the block font is wide, one between every two characters.
func dotsWide(text string) int {
	n := -1
	for _, r := range text {
		n += 1 + len(digitDots(r)[0])
	}
	return max(n, 0)
}

// digitRows is how many lines a text needs whose dots are so many half lines high.
func digitRows(scale int) int { return (digitHigh*scale + 1) / 2 }

// digitScale is how large the dots of a text can be within w by h cells, in half lines; 0: there is no room at all. A dot is as
// wide in cells as it is high in half lines, which makes it a square. ASCII has no half lines.
func digitScale(text string, w, h int, ascii bool) int {
	scale := min(w/max(dotsWide(text), 1), 2*h/digitHigh)
	if ascii {
		scale -= scale % 2
	}
	return scale
}

// digits writes a text in the block font.
func (st *styles) digits(text string, scale int) []string {
	blocks := [...]string{" ", "▀", "▄", "█"}
	if st.ascii {
		blocks = [...]string{" ", "#", "#", "#"}
	}
	out := make([]string, digitRows(scale))
	for row := range out {
		var line strings.Builder
		for i, r := range []rune(text) {
			dots := digitDots(r)
			if i > 0 {
				line.WriteString(blank(scale))
			}
			for x := range len(dots[0]) {
				block := 0
				for half := range 2 {
					if y := (2*row + half) / scale; y < digitHigh && dots[y][x] == '#' {
						block += 1 << half
					}
				}
				line.WriteString(strings.Repeat(blocks[block], scale))
			}
		}
		out[row] = line.String()
	}
	return out
}
