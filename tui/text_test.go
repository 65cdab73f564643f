package tui

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

func TestVisible(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"order-2", "order-2"},
		{"Éva €", "Éva €"},
		{"a\x1b[31mb", `a\x1b[31mb`},
		{"a\nb\r\tc", `a\nb\r\tc`},
		{"\x00\x7f\u0085\u009b", `\x00\x7f\x85\x9b`},
		{"a\xffb", `a\xffb`},
		{"\u202eabc\u2066", `\u202eabc\u2066`},
		{"e\u0301", `e\u0301`},
		{"👩\u200d👧", `👩\u200d👧`},
		{"🇫", `\U0001f1eb`},
		{"\ufeffa\u2028b", `\ufeffa\u2028b`},
		{"界", "界"},
	} {
		if got := visible(test.in, 80, false); got != test.want {
			t.Errorf("visible(%q) = %q, want %q", test.in, got, test.want)
		}
	}
	if got := visible("Éva", 80, true); got != `\xc9va` {
		t.Errorf("in ASCII, Éva is %q", got)
	}
	if got := visible(strings.Repeat("x", 10_000), 5, false); got != "xxxx…" {
		t.Errorf("a long text is cut to %q", got)
	}
}

func FuzzVisible(f *testing.F) {
	f.Add("order-2", 8, false)
	f.Add("\x1b[2J\u202e界\xff", 5, true)
	f.Fuzz(func(t *testing.T, s string, limit int, asciiOnly bool) {
		limit %= 200
		got := visible(s, limit, asciiOnly)
		if w := ansi.StringWidth(got); w > max(limit, 0) {
			t.Fatalf("visible(%q, %d) is %d cells wide: %q", s, limit, w, got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) || r == utf8.RuneError && !strings.ContainsRune(s, r) || asciiOnly && r > '~' {
				t.Fatalf("visible(%q, %d) contains %U", s, limit, r)
			}
		}
	})
}

func TestWidthIsThatOfTheLibrary(t *testing.T) {
	st := newStyles(ThemeDark, false, false)
	for _, s := range []string{
		"", "P0", st.bad.Render("✕ ORPHAN"), st.hands([]int{1, nobody, somebody, 12}), "\x1b[", "\x1bm", "\x1b[m", "\x1b[31", "a\x1b[1;31mb", "\x1b[2Jm",
		"界", "e\u0301", "▶\ufe0f", "👩\u200d👧", "é€", "\x9b31m", "\xff", "©", "®", "\u00ad", "\x7f", "\t", "✓\ufe0f",
	} {
		if got, want := width(s), ansi.StringWidth(s); got != want {
			t.Errorf("%q is %d cells wide, want %d", s, got, want)
		}
	}
	for _, theme := range []bool{false, true} {
		m, _ := dashboard(crashed(), 160, 45)
		m.options.ASCII = theme
		m.restyle(ThemeDark)
		for line := range strings.SplitSeq(m.View().Content, "\n") {
			if got := width(line); got != ansi.StringWidth(line) {
				t.Errorf("%q is %d cells wide", line, got)
			}
		}
	}
}

func FuzzWidth(f *testing.F) {
	f.Add("\x1b[38;2;1;2;3mP0 ▇▇→\x1b[m界")
	f.Add("a\u0301\x1b[m\u0301")
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := width(s), ansi.StringWidth(s); got != want {
			t.Fatalf("%q is %d cells wide, want %d", s, got, want)
		}
	})
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1_000: "1,000", -1_234_567: "-1,234,567", 100_000: "100,000"} {
		if got := english().number(n); got != want {
			t.Errorf("number(%d) = %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{99_999: "99,999", 123_456: "123k", 999_999: "999k", 1_239_000: "1.23M", 5e9: "5.00G"} {
		if got := english().compact(n); got != want {
			t.Errorf("compact(%d) = %s, want %s", n, got, want)
		}
	}
	for r, want := range map[float64]string{0: "0.0/s", 10.04: "10.0/s", 99.97: "100/s", 98_765.4: "98,765/s", 238_000: "238k/s", 1.5e6: "1.5M/s", -1: "-"} {
		if got := english().perSecond(r); got != want || len(got) > 8 {
			t.Errorf("perSecond(%v) = %s, want %s", r, got, want)
		}
	}
	st := newStyles(ThemeDark, false, true)
	for amount, want := range map[float64]string{0: "€0.00", 82_345.6: "€82,345.60", -3.999: "-€4.00", 1e300: "€1e+300"} {
		if got := st.euros(amount); got != want {
			t.Errorf("euros(%v) = %s, want %s", amount, got, want)
		}
	}
}

func TestDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0:00", 7 * time.Second: "0:07", 754 * time.Second: "12:34", 3723 * time.Second: "1:02:03", 1000 * time.Hour: ">99h",
	} {
		if got := clock(d); got != want {
			t.Errorf("clock(%v) = %s, want %s", d, got, want)
		}
	}
	if got := clock(roundUp(1100 * time.Millisecond)); got != "0:02" {
		t.Errorf("1.1 s to go is shown as %s", got)
	}
	for d, want := range map[time.Duration]string{
		300 * time.Microsecond: "0.3 ms", 12 * time.Millisecond: "12 ms", 4200 * time.Millisecond: "4.2 s", 2 * time.Minute: "2:00",
	} {
		if got := english().took(d); got != want {
			t.Errorf("took(%v) = %s, want %s", d, got, want)
		}
	}
}

func TestBar(t *testing.T) {
	g := unicodeGlyphs()
	for _, test := range []struct {
		value, scale int64
		want         string
	}{
		{0, 100, ""}, {-5, 100, ""}, {5, 0, ""}, {100, 100, "▇▇▇▇▇▇▇▇▇▇"}, {500, 100, "▇▇▇▇▇▇▇▇▇▇"}, {50, 100, "▇▇▇▇▇"},
		{51, 100, "▇▇▇▇▇"}, {55, 100, "▇▇▇▇▇▌"}, {1, 1_000_000, "▏"},
	} {
		if got := bar(g, "▇", test.value, test.scale, 10); got != test.want {
			t.Errorf("bar(%d of %d) = %q, want %q", test.value, test.scale, got, test.want)
		}
	}
	if got := bar(asciiGlyphs(), "#", 1, 1_000_000, 10); got != "#" {
		t.Errorf("a small lag in ASCII is %q", got)
	}
}

func TestScaleHoldsUntilTheLagIsZero(t *testing.T) {
	at := func(lag int64) *lab.Snapshot {
		return &lab.Snapshot{Lag: lab.Lag{Known: true, Total: lag}, Partitions: []lab.Partition{{Known: true, Lag: lag}}}
	}
	scale := int64(0)
	for _, step := range []struct{ lag, want int64 }{{0, 10}, {300, 300}, {40, 300}, {500, 500}, {1, 500}, {0, 10}} {
		if scale = nextScale(scale, at(step.lag)); scale != step.want {
			t.Errorf("at a lag of %d the scale is %d, want %d", step.lag, scale, step.want)
		}
	}
	unknown := &lab.Snapshot{Partitions: []lab.Partition{{Lag: 1_000}}}
	if got := nextScale(50, unknown); got != 50 {
		t.Errorf("a lag that was not read changes the scale to %d", got)
	}
}

func TestStaleReading(t *testing.T) {
	at := func(age time.Duration, err error) *lab.Snapshot {
		return &lab.Snapshot{At: noon(), Reading: lab.Reading{At: noon().Add(-age), Err: err}}
	}
	for _, test := range []struct {
		s    *lab.Snapshot
		want string
	}{
		{at(100*time.Millisecond, nil), ""}, {at(500*time.Millisecond, nil), ""}, {at(700*time.Millisecond, nil), "STALE 0.7 s"},
		{at(100*time.Millisecond, errors.New("refused")), "STALE"}, {&lab.Snapshot{At: noon()}, ""},
		{&lab.Snapshot{At: noon(), Reading: lab.Reading{Err: errors.New("refused")}}, "NO READING"},
	} {
		if got := english().staleWord(test.s); got != test.want {
			t.Errorf("a reading of %v before (%v) says %q, want %q", test.s.At.Sub(test.s.Reading.At), test.s.Reading.Err, got, test.want)
		}
	}
}

func TestCurveShowsGapsAndPeaks(t *testing.T) {
	s := &lab.Snapshot{At: noon()}
	for _, p := range []struct{ age, lag int64 }{{60, 0}, {40, 80}, {39, 90}, {10, 40}, {0, 0}, {-5, 7}} {
		s.Curve = append(s.Curve, lab.CurvePoint{At: noon().Add(-time.Duration(p.age) * time.Second), Lag: p.lag})
	}
	got := sampleCurve(s, 6)
	for i, want := range []int64{0, 80, 90, 90, 40, 0} {
		if got[i] != want {
			t.Fatalf("sampled %v", got)
		}
	}
	s.Curve = []lab.CurvePoint{{At: noon().Add(-65 * time.Second), Lag: 40}} // of the last 70 s
	if got := sampleCurve(s, 20); got[0] != -1 || got[1] != 40 {
		t.Fatalf("time before the first point is drawn: %v", got)
	}
	if row := areaRow(unicodeGlyphs(), []int64{-1, 0, 1, 50, 100}, 100, 1, 0); row != " ▁▁▄█" {
		t.Fatalf("drawn as %q", row)
	}
}

func TestWindow(t *testing.T) {
	for _, test := range []struct{ n, lines, top, from, to, more int }{
		{3, 5, 0, 0, 3, 0}, {5, 5, 9, 0, 5, 0}, {12, 5, 0, 0, 4, 8}, {12, 5, 3, 3, 7, 8}, {12, 5, 99, 8, 12, 8}, {3, 0, 0, 0, 0, 3},
	} {
		from, to, more := window(test.n, test.lines, test.top)
		if from != test.from || to != test.to || more != test.more {
			t.Errorf("window(%d, %d, %d) = %d, %d, %d", test.n, test.lines, test.top, from, to, more)
		}
	}
}

func TestSelectedConsumerIsAlwaysInSight(t *testing.T) {
	s := crowded()
	for n := range s.Orders {
		name := s.Orders[n].Name
		rows := consumerRows(newStyles(ThemeDark, true, true), s, 80, 7, name, motion{})
		all := ansi.Strip(strings.Join(rows, "\n"))
		if !strings.Contains(all, ">") || !strings.Contains(all, name+" ") || !strings.Contains(all, "analytics") {
			t.Fatalf("%s is selected and out of sight:\n%s", name, all)
		}
	}
}

func TestAnOrphanDoesNotFall(t *testing.T) {
	falling := lab.Drain{Trend: lab.Shrinking, ToZero: time.Minute}
	if got := partitionDrain(lab.Partition{Orphan: true, Lag: 5, Drain: falling}); got.Trend != lab.Stuck {
		t.Errorf("a partition that nobody reads has the trend %v", got.Trend)
	}
	if got := partitionDrain(lab.Partition{Reader: 1, Lag: 5, Drain: falling}); got != falling {
		t.Errorf("a partition with a reader has the trend %v", got.Trend)
	}
}

func TestACommandIsNotBrokenBehindAHyphen(t *testing.T) {
	st := newStyles(ThemeDark, false, false)
	for w := 12; w < 40; w++ {
		for _, line := range st.md.lines("In another terminal: `topics create --topic payments --partitions 1 --replication-factor 1`.", w) {
			if plain := ansi.Strip(line); strings.HasSuffix(plain, "-") && width(plain) < w || strings.Contains(plain, stiff) {
				t.Errorf("at %d cells: %q", w, plain)
			}
		}
	}
}
