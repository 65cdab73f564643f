package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"blackfriday/services/lab"
)

func TestWhoRacesWhom(t *testing.T) {
	runs := func(drained ...bool) *lab.Snapshot {
		s := &lab.Snapshot{At: noon()}
		for i, d := range drained {
			s.Runs = append(s.Runs, lab.Run{Flood: i + 1, StartedAt: noon().Add(-time.Minute), Drained: d, Took: 10 * time.Second})
		}
		return s
	}
	for _, test := range []struct {
		s     *lab.Snapshot
		ghost int // 0: no race
	}{
		{runs(), 0}, {runs(true), 0}, {runs(true, false), 1}, {runs(false, true), 1}, {runs(true, false, false), 1}, {runs(true, true, true), 2},
	} {
		now, ghost, ok := raceOf(test.s)
		if ok != (test.ghost > 0) || ok && (ghost.Flood != test.ghost || now.Flood != len(test.s.Runs)) {
			t.Errorf("%d races %d (%v), want %d", now.Flood, ghost.Flood, ok, test.ghost)
		}
	}
	over := runs(true, true)
	over.At = over.At.Add(time.Minute)
	if racing(over) || !racing(runs(true, true)) || !racing(runs(true, false)) || racing(runs(false)) {
		t.Error("a race is shown while it goes on and for a minute after")
	}
}

func TestRaceShowsBothFloodsFromTheirBeginning(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	got := ansi.Strip(raceTitle(st, raced(), 60) + "\n" + strings.Join(raceCurve(st, raced(), 60, 12), "\n"))
	for _, want := range []string{"now: 3 consumers, 3 partitions, 0:20+", "before: 1 consumer, 1 partition, 1:40 ", "0:50", "1:40"} {
		if !strings.Contains(got, want) {
			t.Errorf("the race does not say %q:\n%s", want, got)
		}
	}
	now, ghost, _ := raceOf(raced())
	front, back := sampleRun(now, 100*time.Second, 50), sampleRun(ghost, 100*time.Second, 50)
	if front[0] != 1_000 || front[9] != 460 || front[11] != -1 || back[0] != 1_000 || back[25] != 500 || back[49] != 20 {
		t.Errorf("sampled %v and %v", front, back)
	}
	other := ghost
	other.Payments, other.Delay, other.Key = 500, 10*time.Millisecond, lab.KeyVIP
	if got := english().differences(now, other); got != ", 500 payments, 10 ms each, key vip" {
		t.Errorf("what else differs is %q", got)
	}
}

func TestTheGhostHasNoHoles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		back := rapid.SliceOfN(rapid.Int64Range(-1, 1_000), 1, 60).Draw(t, "lags")
		h := rapid.IntRange(1, 20).Draw(t, "height")
		last := -1 // the row of the ghost in the column before
		for column, lag := range back {
			at := ghostRow(lag, 1_000, h)
			first, n := -1, 0
			for row := range h {
				if ghostIn(back, column, 1_000, h, row) {
					n++
					if first < 0 {
						first = row
					}
				}
			}
			switch {
			case lag < 0 && n > 0, lag >= 0 && n == 0:
				t.Fatalf("column %d of %v has the ghost %d times", column, back, n)
			case lag < 0:
				last = -1
				continue
			case !ghostIn(back, column, 1_000, h, at):
				t.Fatalf("column %d of %v: the ghost is not at row %d", column, back, at)
			case last >= 0 && (first > last+1 || first+n-1 < last-1):
				t.Fatalf("a hole between column %d and %d of %v", column-1, column, back)
			}
			last = at
		}
	})
}
