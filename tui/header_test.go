package tui

import (
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"blackfriday/services/lab"
)

// deluge is a lab in the middle of a flood of a million, with numbers as a fast machine measures them.
func deluge() *lab.Snapshot {
	s := flooding()
	s.Lag.Total = 1_152_667
	s.Flood.Wanted, s.Flood.Acked, s.Flood.Rate = 1_000_000, 999_999, 474_000
	for i, total := range []int64{1_305_334, 152_667, 152_667, 0} {
		s.Topics[i].Total, s.Topics[i].Rate = total, 6_469
	}
	s.Topics[3].Rate, s.DLQ.Total = 0, 0
	return s
}

func TestTheFlowNeverTouches(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	touching := regexp.MustCompile(`[a-z]DLQ|/s\d|…`)
	for w := minWidth; w <= 170; w++ {
		line := ansi.Strip(flowLine(st, deluge(), w, motion{still: true}, dashboardPage))
		if touching.MatchString(line) || !strings.Contains(line, "  DLQ ") || !strings.Contains(line, "6,469/s") || width(line) != w {
			t.Fatalf("%d cells: %q", w, line)
		}
	}
	if got := ansi.Strip(flowLine(st, deluge(), 120, motion{still: true}, dashboardPage)); !strings.Contains(got, "DLQ 0 0.0/s") {
		t.Errorf("no rate of the dead letters: %q", got)
	}
	if got := ansi.Strip(flowLine(st, flooded(), 80, motion{still: true}, dashboardPage)); !strings.Contains(got, "payments 1,782 0.0/s → waiting 780 → orders 988 30.0/s →") {
		t.Errorf("what waits is not told on 80 cells: %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := deluge()
		for i := range s.Topics {
			s.Topics[i].Total, s.Topics[i].Rate = rapid.Int64Range(0, 1e12).Draw(t, "total"), rapid.Float64Range(0, 1e9).Draw(t, "rate")
		}
		s.Lag.Total, s.DLQ.Total = rapid.Int64Range(0, 1e12).Draw(t, "lag"), rapid.Int64Range(0, 1e12).Draw(t, "dead")
		w := rapid.IntRange(minWidth, 170).Draw(t, "width")
		if line := ansi.Strip(flowLine(st, s, w, motion{still: true}, dashboardPage)); touching.MatchString(line) || !strings.Contains(line, "  DLQ ") || width(line) != w {
			t.Fatalf("%d cells: %q", w, line)
		}
	})
}

func TestTheEndsOfALineNeverTouch(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	for _, test := range []struct {
		l, r string
		w    int
		want string
	}{
		{"left", "right", 10, "left right"}, {"left", "right", 9, "le… right"}, {"left", "", 4, "left"}, {"left", "right", 12, "left   right"},
		{"left ", "right", 10, "left right"}, {"left", "right", 5, "right"}, {"left", " right", 10, "left right"},
	} {
		if got := st.ends(test.l, test.r, test.w); got != test.want {
			t.Errorf("%q and %q in %d cells: %q, want %q", test.l, test.r, test.w, got, test.want)
		}
	}
	m, _ := dashboard(deluge(), 100, 30)
	for _, long := range []string{"a-broker-with-a-very-long-name.example.com:9092", "b"} {
		m.live.Cluster.Brokers = []string{long, long, long}
		for w := minWidth; w < 170; w++ {
			for _, line := range headerLines(m.st, m.live, w, "REPLAY 12:00:00, 1:59 ago") {
				if got := ansi.Strip(line); regexp.MustCompile(`[^ ](REPLAY|flood)`).MatchString(got) {
					t.Fatalf("%d cells: %q", w, got)
				}
			}
		}
	}
}

func TestNumbersOfTheTablesNeverTouch(t *testing.T) {
	s := crowded()
	s.Orders[0].Processed, s.Orders[0].Rate = 1_234_567_890, 98_765.4
	for _, size := range [][2]int{{80, 24}, {100, 30}, {120, 36}, {160, 45}} {
		m, _ := dashboard(s, size[0], size[1])
		for page := range pages {
			m.page = page
			if found := regexp.MustCompile(`.*/s\d.*|.*\d…  .*`).FindString(text(m)); found != "" {
				t.Errorf("%v, page %d: %q", size, page+1, found)
			}
		}
	}
}

// footerOf is what the footer offers on w cells.
func footerOf(s *lab.Snapshot, w int, replaying bool) string {
	front, spare := DefaultKeys().now(s, replaying, nil)
	return ansi.Strip(footerLine(newStyles(ThemeDark, false, true), front, spare, w))
}

func TestTheFooterKeepsWhatMustBeFound(t *testing.T) {
	for name, s := range scenes() {
		if s.State != lab.Running {
			continue
		}
		for w := minWidth; w < 200; w++ {
			for _, replaying := range []bool{false, true} {
				footer := footerOf(s, w, replaying)
				if width(footer) >= w {
					t.Fatalf("%s: a footer of %d cells touches the edge: %q", name, w, footer)
				}
				words := strings.Fields(footer)
				for _, want := range []string{"space", "e", "n", "o", "t", "x", "b", "?", "help", "q", "quit", "f", "+"} {
					if !strings.Contains(" "+strings.Join(words, " ")+" ", " "+want+" ") {
						t.Fatalf("%s: footer of %d cells, replaying %v, lacks %q: %q", name, w, replaying, want, words)
					}
				}
			}
		}
	}
	if got := footerOf(flooded(), 80, false); !strings.Contains(got, "f flood  p pills  k kill  s stop  + add") {
		t.Errorf("on 80 cells the footer says %q", got)
	}
	if got := footerOf(flooded(), 220, false); !strings.Contains(got, "o protocol  t partitions  x key") || !strings.Contains(got, "T theme") {
		t.Errorf("on 220 cells the footer says %q", got)
	}
}
