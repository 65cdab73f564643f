package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// What a link must carry for a screen of 160×45, in bytes per second.
const (
	idleLimit  = 30_000
	floodLimit = 150_000
)

// perSecond counts what is written in every second of a while, the most in any of them, and on average.
func (tt *tty) perSecond(while time.Duration) (most, average int) {
	began := time.Now()
	from := tt.mark()
	<-time.After(while)
	tt.mu.Lock()
	defer tt.mu.Unlock()
	seconds := make([]int, while/time.Second)
	last := from
	for _, r := range tt.reads {
		if n := int(r.at.Sub(began) / time.Second); r.end > from && n < len(seconds) {
			seconds[n] += r.end - last
			last = r.end
		}
	}
	sum := 0
	for _, n := range seconds {
		most, sum = max(most, n), sum+n
	}
	return most, sum / len(seconds)
}

// TestWhatGoesOverTheWire counts what a terminal of 160×45 is sent at rest, in a flood, and in the largest one; and no frame is
// seen half drawn: each is inside synchronised output where the terminal knows that, and never begins with an empty screen.
func TestWhatGoesOverTheWire(t *testing.T) {
	for name, answers := range map[string]map[string]string{"synchronised": modern(), "silent": nil} {
		t.Run(name, func(t *testing.T) {
			tt := openTTY(t, device{columns: 160, rows: 45, env: xterm(), answers: answers, args: []string{"--kafka-port", "0", "--http-port", "0", "--delay", "0s"}})
			tt.ready()
			<-time.After(4 * time.Second) // until what the start told is gone
			first := tt.mark()
			tt.measure("idle", idleLimit, 5*time.Second)
			tt.key("f")
			tt.measure("a flood of 1,000", floodLimit, 4*time.Second)
			tt.flood()
			tt.measure("a flood of 1,000,000", floodLimit, 6*time.Second)
			tt.whole(first, answers != nil)
		})
	}
}

func (tt *tty) measure(what string, limit int, while time.Duration) {
	tt.t.Helper()
	most, average := tt.perSecond(while)
	tt.t.Logf("%s: %d bytes/s on average, %d in the fullest second (limit %d)", what, average, most, limit)
	if most > limit {
		tt.t.Errorf("%s: %d bytes in a second; the limit is %d", what, most, limit)
	}
	if average == 0 {
		tt.t.Errorf("%s: nothing is drawn at all", what)
	}
}

// whole says where frames can be seen half drawn.
func (tt *tty) whole(since int, synchronised bool) {
	tt.t.Helper()
	wrote := string(tt.wrote(since))
	frames := regexp.MustCompile(`(?s)\x1b\[\?2026h.*?\x1b\[\?2026l`)
	if n := len(frames.FindAllString(wrote, -1)); synchronised != (n > 0) {
		tt.t.Errorf("%d frames of synchronised output", n)
	}
	if outside := frames.ReplaceAllString(wrote, ""); synchronised && outside != "" {
		tt.t.Errorf("%d bytes outside of the frames, from %.100q on", len(outside), outside)
	}
	if cleared := regexp.MustCompile(`\x1b\[[23]J|\x1b\[(1;1)?H\x1b\[0?J`).FindStringIndex(wrote); cleared != nil {
		tt.t.Errorf("the screen is cleared: %q", wrote[cleared[0]:min(cleared[0]+100, len(wrote))])
	}
	tt.mu.Lock()
	defer tt.mu.Unlock()
	if len(tt.blank) > 0 {
		tt.t.Errorf("%d times something else than the title was in the first line, such as %q", len(tt.blank), tt.blank[0])
	}
}

// flood sends the largest flood.
func (tt *tty) flood() {
	tt.t.Helper()
	tt.key("F")
	tt.waitFor("the question", func(screen string) bool { return strings.Contains(screen, "or type a number up to 1,000,000") })
	tt.key("1000000\r")
	tt.waitFor("the flood", func(screen string) bool { return strings.Contains(screen, "A flood of 1,000,000 payments begins.") })
}
