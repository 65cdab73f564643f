package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"blackfriday/services/lab"
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
