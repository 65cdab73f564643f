package tui

import (
	"strings"
	"testing"
	"time"
)

func TestAtMostOnceSaysWhenKillsHardlyShowIt(t *testing.T) {
	for delay, hinted := range map[time.Duration]bool{0: true, 10 * time.Millisecond: false} {
		s := audited()
		s.Settings.Guarantee, s.Settings.Delay = "exactly-once", delay // the dialog opens on the one after it
		for _, w := range []int{80, 100} {
			m, _ := dashboard(s, w, 30)
			press(m, "e")
			got := strings.Join(strings.Fields(strings.ReplaceAll(text(m), "│", "")), " ")
			if strings.Contains(got, "a delay (d) of 100 ms shows it.") != hinted || !strings.Contains(got, "never does anything twice.") {
				t.Errorf("delay %v, %d cells:\n%s", delay, w, text(m))
			}
		}
	}
}
