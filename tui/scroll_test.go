package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// full is a lab with as much of everything as a long lesson brings.
func full() *lab.Snapshot {
	s := running(24, 64)
	s.Rebalances = nil
	for i := range 17 {
		r := lab.Rebalance{ID: i + 1, At: noon().Add(time.Duration(i-20) * time.Second), Cause: lab.CauseJoin,
			Member: fmt.Sprintf("order-%d", i+1), Protocol: "KIP-848", Settled: noon()}
		for p := range 24 {
			r.Moved = append(r.Moved, lab.Move{Partition: int32(p), From: 1, To: 2, Measured: true, Unread: time.Second})
		}
		s.Rebalances = append(s.Rebalances, r)
	}
	s.DLQ = lab.DLQ{Known: true, Total: 105, Counts: map[string]int{}, Newest: lab.Rejection{Code: "reason-1", Reason: phrase.New("why")}}
	for i := range 14 {
		s.DLQ.Counts[fmt.Sprintf("reason-%d.", i+1)] = i + 1
	}
	for i := range 60 {
		s.Events = append(s.Events, lab.Event{Seq: int64(i + 2), At: noon(), Text: phrase.New("%s", strings.Repeat("long ", i%40)+fmt.Sprintf("event_%d.", i))})
	}
	return s
}

// labels are the names that a list of n things has.
func labels(format string, from, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, from+i)
	}
	return out
}

func TestEverythingCanBeReached(t *testing.T) {
	for name, test := range map[string]struct {
		keys string
		want []string
	}{
		"events":        {"2", labels(" event_%d.", 0, 60)},
		"consumers":     {"3", append(labels(" order-%d ", 1, 64), labels("#%d ", 1, 17)...)},
		"topics":        {"4", append(labels(" reason-%d.", 1, 14), "ANALYTICS", "0 payments")},
		"partitions":    {"5", labels(" P%d ", 0, 24)},
		"rebalances":    {"6", append(labels("#%d ", 1, 17), append(labels(" P%d ", 0, 24), "roundrobin")...)},
		"lanes":         {"7", labels("\n P%d", 0, 24)},
		"the main page": {"1", labels("\n P%d ", 0, 24)},
	} {
		for _, size := range [][2]int{{80, 24}, {100, 30}, {160, 45}} {
			m, _ := dashboard(full(), size[0], size[1])
			press(m, test.keys)
			first := text(m)
			seen := first
			for range 60 {
				press(m, "pgdown")
				seen += text(m)
			}
			for _, want := range test.want {
				if !strings.Contains(seen, want) {
					t.Errorf("%s at %v: %q cannot be reached", name, size, want)
				}
			}
			if name != "topics" && size[1] == 24 && !strings.Contains(first, " more") {
				t.Errorf("%s at %v does not say that there is more:\n%s", name, size, first)
			}
			for range 60 {
				press(m, "pgup")
			}
			back := text(m)
			press(m, "pgdown", "home")
			if home := text(m); withoutKeys(home) != withoutKeys(first) || withoutKeys(back) != withoutKeys(first) {
				t.Errorf("%s at %v: pgup and home do not lead back to the top:\n%s\n%s", name, size, home, back)
			}
		}
	}
}

func TestScrollingSaysWhatIsBelowAndAbove(t *testing.T) {
	m, _ := dashboard(crowded(), 100, 30)
	press(m, "8")
	lines := len(ledgerBody(m.st, m.live, 100))
	shown := 30 - chrome - 2
	shows(t, m, fmt.Sprintf("+%d more lines below ", lines-shown))
	press(m, "pgdown")
	shows(t, m, fmt.Sprintf("+%d more lines below, %d above ", lines-2*shown, shown))
	for range 20 {
		press(m, "pgdown")
	}
	shows(t, m, fmt.Sprintf("the end, %d lines above ", lines-shown))
}

// withoutKeys is a screen without the line that shows the last keys.
func withoutKeys(screen string) string {
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	return strings.Join(append(lines[:len(lines)-2:len(lines)-2], lines[len(lines)-1]), "\n")
}

func TestTheSelectedOneStaysInSight(t *testing.T) {
	m, _ := dashboard(full(), 80, 24)
	press(m, "3")
	for n := range 66 {
		press(m, "tab")
		if got := text(m); !strings.Contains(got, m.st.g.cursor) {
			t.Fatalf("after %d tabs %s is out of sight:\n%s", n+1, m.selected, got)
		}
	}
	press(m, "tab")
	if got := text(m); m.selected != "order-1" || !strings.Contains(got, m.st.g.cursor+" 1") {
		t.Fatalf("after the last one comes %s:\n%s", m.selected, got)
	}
}

func TestPagesThatFitDoNotScroll(t *testing.T) {
	for _, page := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		m, _ := dashboard(crashed(), 120, 45)
		press(m, page)
		first := text(m)
		press(m, "pgdown", "pgdown")
		if page != "6" && withoutKeys(text(m)) != withoutKeys(first) {
			t.Errorf("page %s scrolls although it fits:\n%s", page, text(m))
		}
		if strings.Contains(first, "more") {
			t.Errorf("page %s says that there is more:\n%s", page, first)
		}
	}
}
