package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"blackfriday/services/lab"
)

func TestHistoryKeepsTwoMinutesAndEveryHandover(t *testing.T) {
	var h history
	for i := range 2_000 { // 200 s at ten Snapshots a second
		s := running(3, 3)
		s.At = noon().Add(time.Duration(i) * 100 * time.Millisecond)
		if i == 1_500 {
			s.Partitions[1].Reader = 0 // for one Snapshot only
		}
		h = h.with(s)
		if h = h.with(s); h[len(h)-1] == s && len(h) > 1 && h[len(h)-2] == s {
			t.Fatal("the same Snapshot is kept twice")
		}
	}
	covered := h[len(h)-1].At.Sub(h[0].At)
	if covered < remembered-time.Second || covered > remembered || len(h) < 380 || len(h) > 500 {
		t.Errorf("%d Snapshots over %v", len(h), covered)
	}
	for i, s := range h {
		if s.Partitions[1].Reader == 0 && h[i+1].At.Sub(s.At) == 100*time.Millisecond {
			return
		}
	}
	t.Error("a short gap is not in the history")
}

func TestHistoryIsBounded(t *testing.T) {
	var h history
	for i := range 3 * mostKept {
		s := running(1, 2)
		s.At = noon().Add(time.Duration(i) * 20 * time.Millisecond)
		s.Partitions[0].Reader = i % 2
		h = h.with(s)
	}
	if len(h) != mostKept {
		t.Errorf("%d Snapshots are kept, want %d", len(h), mostKept)
	}
}

// walk is a dashboard that has seen a minute of a lab in which order-2 joined and crashed.
func walk(t *testing.T) (*model, *fakeLab) {
	t.Helper()
	m, f := dashboard(recovered(), 100, 30)
	m.past = recoveredStory(f.snapshot)
	return m, f
}

func TestReplayGoesBackAndForth(t *testing.T) {
	at := func(m *model) time.Duration { return m.live.At.Sub(m.shown().At) }
	near := func(ago time.Duration) func(time.Duration) bool {
		return func(d time.Duration) bool { return d >= ago-keepEvery && d <= ago+keepEvery }
	}
	for _, test := range []struct {
		keys string
		ago  func(time.Duration) bool
	}{
		{"left", func(d time.Duration) bool { return d > 0 && d <= 2*keepEvery }},
		{"[", func(d time.Duration) bool { return d > 0 && d <= 2*keepEvery }},
		{"left left left right right", func(d time.Duration) bool { return d > 0 && d <= 2*keepEvery }},
		{"shift+left", near(5 * time.Second)},
		{"shift+left shift+left shift+right", near(5 * time.Second)},
		{"f7", near(11900 * time.Millisecond)},
		{"{ {", near(32 * time.Second)},
		{"f7 f7 f7 f8", near(32 * time.Second)},
		{"f7 f7 f7 f7 f7", near(50 * time.Second)}, // the one before is not remembered
		{"f7 f8", near(0)},
		{"space left", func(d time.Duration) bool { return d > 0 && d <= 2*keepEvery }},
		{"left space", func(d time.Duration) bool { return d == 0 }},
		{"f7 esc", func(d time.Duration) bool { return d == 0 }},
		{"right", func(d time.Duration) bool { return d == 0 }},
	} {
		m, f := walk(t)
		press(m, strings.Fields(test.keys)...)
		if !test.ago(at(m)) {
			t.Errorf("%s shows the lab %v ago", test.keys, at(m))
		}
		if len(f.asked) != 0 {
			t.Errorf("%s asked for %v", test.keys, f.asked)
		}
	}
}

func TestReplayShowsThatMomentEverywhere(t *testing.T) {
	m, _ := walk(t)
	press(m, "f7", "right", "right", "right", "right")
	got := text(m)
	for _, want := range []string{"REPLAY 11:59:59", "ago", "ORPHAN", "keys act on the live lab", "space live"} {
		if !strings.Contains(got, want) {
			t.Errorf("the replay does not show %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "6.1 s") {
		t.Errorf("the replay knows what comes later:\n%s", got)
	}
	// The lanes end at that moment, in which nobody reads P1, and reach back behind the minute before the present one.
	for line := range strings.Lines(got) {
		if lane, ok := strings.CutPrefix(line, " P1  "); ok && strings.HasPrefix(lane, "2") {
			if !strings.HasSuffix(strings.TrimSpace(lane), m.st.g.gap) || width(strings.TrimRight(lane, "\n")) != 94 {
				t.Errorf("the lane of P1 is %q", lane)
			}
			return
		}
	}
	t.Errorf("no lane of P1:\n%s", got)
}

// body is what stands on the screen between the flow of the payments and the status line.
func body(m *model) string {
	lines := strings.Split(text(m), "\n")
	return strings.Join(lines[3:m.height-2], "\n")
}

func TestReplayStaysWhereItIsWhileTheLabGoesOn(t *testing.T) {
	m, _ := walk(t)
	press(m, "f7")
	before := body(m)
	for i := range 3_000 {
		later := recovered()
		later.At = m.live.At.Add(time.Duration(i) * 100 * time.Millisecond)
		m.Update(frameMsg{later.At, later})
	}
	if after := body(m); after != before || !strings.Contains(after, " P1  2222") {
		t.Errorf("the replay moved from\n%s\nto\n%s", before, after)
	}
	press(m, "left")
	if m.replay == nil || m.replay.shown().At.After(noon()) {
		t.Error("the replay cannot go on from where it is")
	}
}

func TestReplayWithoutAPastSaysSo(t *testing.T) {
	for _, k := range []string{"left", "f7", "shift+left", "right", "f8"} {
		m, _ := dashboard(running(3, 3), 100, 30)
		press(m, k)
		if m.replay != nil || !strings.Contains(text(m), "nothing to replay") {
			t.Errorf("%s with nothing to replay:\n%s", k, text(m))
		}
	}
}

func TestReplayDoesNotWorkBeforeTheLabRuns(t *testing.T) {
	m, _ := dashboard(starting(), 100, 30)
	press(m, "left", "o", "t", "x")
	if m.replay != nil || m.dialog != nil || len(m.past) != 0 {
		t.Error("a lab that is starting can be replayed or asked")
	}
}

func TestScaleOfAReplayIsThatOfItsMoment(t *testing.T) {
	at := func(ago time.Duration, lag int64) *lab.Snapshot {
		return &lab.Snapshot{At: noon().Add(-ago), State: lab.Running, Lag: lab.Lag{Known: true, Total: lag}, Partitions: []lab.Partition{{Known: true, Lag: lag}}}
	}
	m := newModel(&fakeLab{snapshot: at(4*time.Second, 0)}, Options{}, nil)
	for i, lag := range []int64{500, 200, 1_000} {
		s := at(time.Duration(3-i)*time.Second, lag)
		m.Update(frameMsg{s.At, s})
	}
	m.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
	press(m, "left")
	if m.view().scale != 500 || m.scale != 1_000 {
		t.Errorf("the scale of the replay is %d, of the live lab %d", m.view().scale, m.scale)
	}
}
