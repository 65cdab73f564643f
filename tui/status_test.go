package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"blackfriday/services/lab"

	"blackfriday/kafka/phrase"
)

func TestAnswersStayForSeconds(t *testing.T) {
	for _, keys := range []string{"", "space", "left", "6", "F", "? esc", "tab"} {
		for stays, answer := range map[time.Duration]doneMsg{
			4 * time.Second:  {command: lab.Flood{Count: lab.MaxFlood}},
			11 * time.Second: {command: lab.Flood{Count: lab.MaxFlood}, err: errors.New("flood of 1,000,000 payments: refused")},
		} {
			m, f := dashboard(flooded(), 100, 30)
			m.past = crashStory(f.snapshot)
			press(m, strings.Fields(keys)...)
			answer.snapshot = f.snapshot
			m.Update(answer)
			if got := text(m); !strings.Contains(got, "flood of 1,000,000 payments") {
				t.Errorf("after %q the answer is not shown:\n%s", keys, got)
			}
			m.Update(frameMsg{m.now.Add(stays), f.snapshot})
			if got := text(m); strings.Contains(got, "flood of 1,000,000 payments") {
				t.Errorf("after %q the answer is still there after %v:\n%s", keys, stays, got)
			}
		}
	}
}

// TestARefusalIsReadToItsEnd: who is told what is not allowed is told the cure, too.
func TestARefusalIsReadToItsEnd(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {100, 30}, {120, 36}} {
		for page := range pages {
			m := reading(restricted(), buried(), size[0], size[1])
			m.page = page
			act(m, "f")
			got := text(m)
			if words := strings.Join(strings.Fields(got), " "); !strings.Contains(words, m.live.Can.Pay.String()) {
				t.Errorf("%v, page %d:\n%s", size, page, got)
			}
			if lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n"); len(lines) != size[1] {
				t.Errorf("%v, page %d: %d lines", size, page, len(lines))
			}
		}
	}
	m, _ := dashboard(flooded(), 80, 24)
	m.tell(phrase.Named("%s", strings.Repeat("word ", 1000)), true)
	if got := text(m); !strings.Contains(got, "…") || !strings.Contains(got, "PARTITIONS") {
		t.Error(got)
	}
}
