package handout

import (
	"fmt"
	"strings"
)

// colour is one that fills, and the ink that is readable on it.
type colour struct{ fill, ink string }

// theme are the colours of a picture on one background.
type theme struct {
	background, text, muted, rule, curve, gap string
	consumers                                 []colour
}

// light are the colours on white paper: those of the dashboard's light theme, which follow Okabe and Ito.
func light() theme {
	const black, white = "#000000", "#ffffff"
	return theme{
		background: white, text: "#1a1a1a", muted: "#595959", rule: "#bdbdbd", curve: "#00558f", gap: "#b00020",
		consumers: []colour{
			{"#432300", white}, {"#04517c", white}, {"#206d5a", white}, {"#78980c", black},
			{"#1b8df5", black}, {"#310634", white}, {"#129a65", black}, {"#372cf8", white},
			{"#130902", white}, {"#824917", white}, {"#977cac", black}, {"#1f037f", white},
		},
	}
}

// dark are the colours where a reader likes it dark: those of the dashboard's dark theme.
func dark() theme {
	const black = "#000000"
	return theme{
		background: "#1e1e1e", text: "#ececec", muted: "#b2b2b2", rule: "#4a4a4a", curve: "#7cc7ff", gap: "#ff8787",
		consumers: []colour{
			{"#af875f", black}, {"#5fafd7", black}, {"#5fffd7", black}, {"#ffff00", black},
			{"#5f87af", black}, {"#ffd7ff", black}, {"#afd75f", black}, {"#878787", black},
			{"#af5fff", black}, {"#5faf00", black}, {"#87afaf", black}, {"#ffffaf", black},
		},
	}
}

// Colours are the fills of order-1, order-2 and so on, on white paper and in the dark. The dashboard has the same.
func Colours() (onWhite, onDark []string) {
	for i := range light().consumers {
		onWhite, onDark = append(onWhite, light().consumers[i].fill), append(onDark, dark().consumers[i].fill)
	}
	return onWhite, onDark
}

// style is the sheet of a picture: white paper, unless whoever looks at it prefers the dark.
func style() string {
	return "<style>\n" + light().rules() + "@media screen and (prefers-color-scheme: dark) {\n" + dark().rules() + "}\n</style>\n"
}

func (t theme) rules() string {
	var b strings.Builder
	fmt.Fprintf(&b, ".paper{fill:%s}.text{fill:%s}.muted{fill:%s}.rule{stroke:%s}.curve{fill:none;stroke:%s}.area{fill:%s}.gap{fill:%s}.line{stroke:%s}\n",
		t.background, t.text, t.muted, t.rule, t.curve, t.curve, t.gap, t.gap)
	for i, c := range t.consumers {
		fmt.Fprintf(&b, ".c%d{fill:%s}.i%d{fill:%s}\n", i+1, c.fill, i+1, c.ink)
	}
	return b.String()
}
