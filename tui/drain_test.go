package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

func TestTheTimeToZeroIsNeverCut(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	for toZero, want := range map[time.Duration]string{
		20 * time.Second: "0:20", 9*time.Hour + 52*time.Minute + 21*time.Second: "9:52:21", 13*time.Hour + 26*time.Minute: "14 h",
		98*time.Hour + time.Minute: "99 h", 200 * time.Hour: ">99h", 10 * time.Hour: "10 h",
	} {
		d := lab.Drain{Trend: lab.Shrinking, ToZero: toZero}
		long, short := ansi.Strip(st.drain(d, 1, true)), ansi.Strip(st.drain(d, 1, false))
		if !strings.HasSuffix(long, " "+want) || !strings.HasSuffix(short, " "+want) || width(long) > 17 || width(short) > 9 {
			t.Errorf("%v is written as %q and %q, want %q", toZero, long, short, want)
		}
	}
}
