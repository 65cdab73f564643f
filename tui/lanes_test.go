package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"blackfriday/services/lab"
)

// frames are Snapshots taken ten times a second from from on until end; each reader begins after its time.
func frames(from, end time.Time, turns []stint) history {
	var past history
	for at := from; !at.After(end); at = at.Add(frameEvery) {
		s := &lab.Snapshot{At: at, State: lab.Running, Partitions: []lab.Partition{{Known: true}}}
		for _, turn := range turns {
			if !at.Before(turn.from) && at.Before(turn.to) {
				s.Partitions[0].Reader = turn.hands
			}
		}
		past = past.with(s)
	}
	return past
}

// The lanes must agree with the rebalances: a partition that was unread for a time is drawn as a gap of that length.
func TestGapsAreAsWideAsTheirUnreadTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tenths := func(low, high int, label string) time.Duration {
			return time.Duration(rapid.IntRange(low, high).Draw(t, label)) * frameEvery
		}
		began := noon().Add(time.Duration(rapid.IntRange(0, 999).Draw(t, "phase")) * time.Millisecond)
		unread := tenths(1, 200, "unread")
		lost := began.Add(tenths(20, 300, "lost"))
		taken := lost.Add(unread)
		end := taken.Add(tenths(20, 50, "rest"))
		past := frames(began, end, []stint{{began, lost, 1}, {taken, end.Add(time.Second), 2}})

		l := laneAt(end, rapid.IntRange(74, 300).Draw(t, "columns"))
		columns := l.hands(stints(past, 0, l.end))
		gap := 0
		for _, h := range columns {
			if h == nobody {
				gap++
			}
		}
		if want := float64(unread) / float64(l.column); math.Abs(float64(gap)-want) > 1 || gap == 0 {
			t.Fatalf("unread for %v, drawn as %d columns of %v: %v", unread, gap, l.column, columns)
		}
		if len(columns) != l.n || columns[l.n-1] != 2 || !slices.Contains(columns, 1) {
			t.Fatalf("drawn as %v", columns)
		}
	})
}

func TestColumnsOfALane(t *testing.T) {
	for _, test := range []struct {
		width  int
		column time.Duration
	}{{74, 810_810_810}, {114, 526_315_789}, {154, 389_610_389}, {1_000, keepEvery}} {
		if l := laneAt(noon(), test.width); l.column != test.column || l.end.Before(noon()) || l.end.Sub(noon()) > l.column {
			t.Errorf("%d columns of %v until %v after now", l.n, l.column, l.end.Sub(noon()))
		}
	}
	// Between two Snapshots of the same column nothing moves.
	if laneAt(noon().Add(time.Millisecond), 240) != laneAt(noon().Add(200*time.Millisecond), 240) {
		t.Error("the lanes move by less than a column")
	}
}

func TestWhoseHands(t *testing.T) {
	for _, test := range []struct {
		p    lab.Partition
		want int
	}{
		{lab.Partition{Reader: 3, Known: true, Owner: "order-2", OwnerInstance: 2}, 3},
		{lab.Partition{Reader: 3}, 3},
		{lab.Partition{Reader: 3, Known: true, Owner: "order-3", OwnerInstance: 3, Unknown: true}, unknown},
		{lab.Partition{}, unwatched},
		{lab.Partition{Known: true}, nobody},
		{lab.Partition{Known: true, Orphan: true, Owner: "order-2", OwnerInstance: 2}, nobody},
		{lab.Partition{Known: true, Orphan: true, Owner: "gone"}, nobody},
		{lab.Partition{Known: true, Owner: "kcat"}, somebody},
	} {
		if got := handsOf(&test.p); got != test.want {
			t.Errorf("%+v is in the hands of %d, want %d", test.p, got, test.want)
		}
	}
	if digit(9) != "9" || digit(10) != "a" || digit(35) != "z" || digit(36) != "#" {
		t.Error("numbers of two digits have no sign of their own")
	}
	st := newStyles(ThemeDark, false, true)
	if got := ansi.Strip(st.hands([]int{unwatched, 1, 1, nobody, somebody, 12, unknown})); got != " 11·?c╌" {
		t.Errorf("drawn as %q", got)
	}
}

// What was believed of the readers since the last good reading is taken back. What is certain afterwards is a gap, and the rest
// of the outage stays unknown.
func TestAnOutageInTheLanes(t *testing.T) {
	at := func(s float64) time.Time { return noon().Add(time.Duration(s * float64(time.Second))) }
	var past history
	for n := range 401 {
		s := &lab.Snapshot{At: at(float64(n) / 10), Partitions: []lab.Partition{{Reader: 1}}}
		s.Partitions[0].Unknown = n > 120 && n < 300 // seen two seconds late
		past = past.with(s)
	}
	l := laneAt(at(40), laneColumns)
	handsAt := func(second float64, outages ...lab.Outage) int {
		return l.hands(corrected(stints(past, 0, l.end), outages, 0, l.end))[l.edge(at(second))]
	}
	began := lab.Outage{From: at(10)}
	ended := lab.Outage{From: at(10), To: at(30), Unread: []lab.Gap{{Partition: 1, From: at(9), To: at(31)}}}
	certain := lab.Outage{From: at(10), To: at(30), Unread: []lab.Gap{{Partition: 0, From: at(14), To: at(31)}}}
	coordinator := lab.Outage{From: at(10), To: at(11), Coordinator: true, Unread: []lab.Gap{{Partition: 0, From: at(9), To: at(31)}}}
	for _, test := range []struct {
		second  float64
		outages []lab.Outage
		want    int
	}{
		{9, []lab.Outage{began}, 1}, {11, []lab.Outage{began}, unknown}, {39, []lab.Outage{began}, unknown},
		{11, []lab.Outage{ended}, unknown}, {29, []lab.Outage{ended}, unknown}, {31, []lab.Outage{ended}, 1},
		{11, []lab.Outage{certain}, unknown}, {15, []lab.Outage{certain}, nobody}, {29, []lab.Outage{certain}, nobody}, {31, []lab.Outage{certain}, 1},
		{11, nil, 1}, {15, nil, unknown},
		{10.5, []lab.Outage{coordinator}, nobody}, {30.5, []lab.Outage{coordinator}, nobody}, {11.5, []lab.Outage{{From: at(10), To: at(30), Coordinator: true}}, 1},
		{5, []lab.Outage{{From: at(-100), To: at(3)}, began}, 1}, {15, []lab.Outage{{From: at(-100), To: at(-50)}, certain}, nobody},
	} {
		if got := handsAt(test.second, test.outages...); got != test.want {
			t.Errorf("second %v, outages %+v: in the hands of %d, want %d", test.second, test.outages, got, test.want)
		}
	}
}

func TestTimeWithoutSnapshotsIsNobodysStint(t *testing.T) {
	at := func(s int) *lab.Snapshot {
		return &lab.Snapshot{At: noon().Add(time.Duration(s) * time.Second), Partitions: []lab.Partition{{Reader: 1}}}
	}
	got := stints(history{at(0), at(1), at(30)}, 0, noon().Add(31*time.Second))
	if len(got) != 2 || got[0].to.Sub(noon()) > 2*time.Second || !got[1].from.Equal(noon().Add(30*time.Second)) {
		t.Errorf("a laptop that slept is drawn as %v", got)
	}
	if got := stints(history{at(0)}, 5, noon().Add(time.Second)); len(got) != 1 || got[0].hands != unwatched {
		t.Errorf("a partition that did not exist yet was in the hands of %v", got)
	}
}

func TestEveryPartitionHasALaneWhenThereIsRoom(t *testing.T) {
	for _, n := range []int{1, 3, 6, 12} {
		m, _ := dashboard(running(n, 3), 120, 45)
		got := text(m)
		_, below, _ := strings.Cut(got, "WHO READ WHAT")
		for p := range n {
			if !strings.Contains(below, fmt.Sprintf("\n P%-3d", p)) {
				t.Errorf("of %d partitions P%d has no lane:\n%s", n, p, got)
			}
		}
	}
}

func TestMarksNeverTouch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.IntRange(0, 30).Draw(t, "from"), rapid.IntRange(50, 200).Draw(t, "to")
		columns := rapid.SliceOfN(rapid.IntRange(0, to-1), 0, 20).Draw(t, "columns")
		slices.Sort(columns)
		var marks []mark
		for i, c := range columns {
			marks = append(marks, mark{column: c, number: fmt.Sprintf("#%d", i+1), words: []string{"crash order-2 6.1 s", "crash order-2", "crash"}})
		}
		end := from - 1
		placed := place(marks, from, to)
		for _, p := range placed {
			if p.column <= end && p.column > from || p.column < from || p.column+width(p.text) > to || !strings.Contains(p.text, "#") {
				t.Fatalf("%v are placed as %v between %d and %d", columns, placed, from, to)
			}
			end = p.column + width(p.text)
		}
		if n := len(columns); n > 0 && columns[n-1] >= from && len(placed) == 0 {
			t.Fatalf("the newest of %v is not placed", columns)
		}
		if got := width(markLine(placed, from)); got > to-from {
			t.Fatalf("the line is %d cells wide", got)
		}
	})
}

func TestMarksKeepTheirNumberAndLoseTheirWords(t *testing.T) {
	crash := func(column int, number string) mark {
		return mark{column: column, number: number, words: []string{"crash order-2 6.1 s", "crash order-2", "crash"}}
	}
	for _, test := range []struct {
		marks []mark
		want  string
	}{
		{[]mark{crash(0, "#1")}, "#1 crash order-2 6.1 s"},
		{[]mark{crash(0, "#1"), crash(20, "#2")}, "#1 crash order-2    #2 crash order-2"},
		{[]mark{crash(10, "#1"), crash(13, "#2"), crash(16, "#3")}, "          #1 #2 #3 crash order-2 6.1 s"},
		{[]mark{crash(38, "#1")}, "                  crash order-2 6.1 s #1"},
		{[]mark{crash(30, "#1"), crash(31, "#2")}, "                            #1 #2 crash"},
	} {
		if got := strings.TrimRight(markLine(place(test.marks, 0, 40), 0), " "); got != test.want {
			t.Errorf("drawn as %q, want %q", got, test.want)
		}
	}
}

func TestMarksNameEveryCauseOnce(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	r := lab.Rebalance{Cause: lab.CauseJoin, Also: []lab.Change{{Cause: lab.CauseCrash}, {Cause: lab.CauseJoin}}}
	if got := st.causes(r); got != "join+crash" {
		t.Errorf("the causes are %q", got)
	}
}
