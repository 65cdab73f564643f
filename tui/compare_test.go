package tui

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// rebalance is a finished rebalance whose partitions were unread for so many milliseconds.
func rebalance(protocol string, cause lab.Cause, unread ...int) lab.Rebalance {
	r := lab.Rebalance{Protocol: protocol, Cause: cause, Member: "order-2"}
	for i, ms := range unread {
		r.Moved = append(r.Moved, lab.Move{Partition: int32(i), From: 2, To: 1, Unread: time.Duration(ms) * time.Millisecond, Measured: true})
	}
	return r
}

func TestCompareByProtocolAndCause(t *testing.T) {
	open := rebalance("range", lab.CauseLeave, 9_000)
	open.Open = true
	mixed := rebalance("range", lab.CauseLeave, 9_000)
	mixed.Also = []lab.Change{{Cause: lab.CauseCrash}}
	twice := rebalance("KIP-848", lab.CauseLeave, 300)
	twice.Also = []lab.Change{{Cause: lab.CauseLeave, Member: "order-3"}}
	paused := rebalance("range", lab.CauseJoin)
	paused.Moved = []lab.Move{{Partition: 1, To: 2}}
	paused.Kept = []lab.Kept{{Pause: 400 * time.Millisecond, Measured: true}, {Pause: 700 * time.Millisecond, Measured: true}, {Pause: 900 * time.Millisecond}}
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }

	got := compare([]lab.Rebalance{
		rebalance("KIP-848", lab.CauseLeave, 500, 100), twice, rebalance("KIP-848", lab.CauseLeave, 400), open, mixed,
		rebalance("KIP-848", lab.CauseCrash, 6_000), paused, rebalance("range", lab.CauseLeave, 1_000),
		rebalance("range", lab.CauseLeave, 2_000),
	})
	want := []comparison{
		{"KIP-848", map[lab.Cause]spread{lab.CauseLeave: {3, ms(400), ms(500)}, lab.CauseCrash: {1, ms(6_000), ms(6_000)}}, spread{}},
		{"range", map[lab.Cause]spread{lab.CauseLeave: {2, ms(1_500), ms(2_000)}}, spread{1, ms(700), ms(700)}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("compared as\n%+v, want\n%+v", got, want)
	}
	if got := compare(nil); len(got) != 0 {
		t.Errorf("nothing is compared as %v", got)
	}
}

func TestTheCardListsEveryProtocolAndFits(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	for w := 60; w < 170; w++ {
		lines := protocolCard(st, compared(), w)
		for i, p := range protocols() {
			if line := ansi.Strip(lines[i+1]); !strings.Contains(line, p.name) {
				t.Fatalf("line %d of the card is %q", i+1, line)
			}
		}
		for _, line := range lines {
			if w >= 74 && width(strings.TrimRight(ansi.Strip(line), " ")) > w {
				t.Fatalf("a line of the card is wider than %d: %q", w, line)
			}
		}
	}
	card := ansi.Strip(strings.Join(protocolCard(st, compared(), 74), "\n"))
	for _, want := range []string{"● range", "500 ≤530 ms ×2", "6.1 s", "1.0 ≤1.1 s ×2"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card does not say %q:\n%s", want, card)
		}
	}
}

func TestTwoKillsOneClock(t *testing.T) {
	line := func(s *lab.Snapshot) string {
		return strings.TrimSpace(ansi.Strip(clockLine(newStyles(ThemeDark, false, true), s, 100)))
	}
	noLeave := crashed()
	noLeave.Rebalances = noLeave.Rebalances[:1]
	later := recovered()
	later.At = later.At.Add(time.Minute)
	several := recovered()
	several.Rebalances[3].Moved = rebalance("", "", 6_100, 5_900, 6_000, 100, 100).Moved
	quick := recovered()
	quick.Rebalances = append(quick.Rebalances[1:2], quick.Rebalances[3])
	quick.Rebalances[1].Moved[0].Unread = 1_024 * time.Millisecond
	for name, test := range map[string]struct {
		s    *lab.Snapshot
		want string
	}{
		"dead":           {crashed(), "2  ▰▰▰▰▰▰▰▰▰▱▱▱ 4.1 s                                                 last leave: 512 ms unread"},
		"no leave yet":   {noLeave, "2  ▰▰▰▰▰▰▰▰▰▱▱▱ 4.1 s                                              no polite leave measured yet"},
		"over":           {recovered(), "crash of order-2: P1 unread for 6.1 s, 11 × the last leave (512 ms)"},
		"long over":      {later, "last unread times: leave 512 ms · crash 6.1 s · join 231 ms"},
		"many":           {several, "crash of order-2: P0, P1, P2 unread for 6.1 s, 11 × the last leave (512 ms)"},
		"twice as long":  {quick, "crash of order-2: P1 unread for 1.0 s, 2.0 × the last leave (512 ms)"},
		"nothing so far": {running(3, 3), ""},
	} {
		if got := line(test.s); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	all := crowded()
	for i := range all.Orders {
		all.Orders[i].StillMember, all.Orders[i].GoneIn = true, 3*time.Second
	}
	if got := line(all); !strings.Contains(got, "+") || strings.Count(got, "3.0 s") < 2 {
		t.Errorf("thirty dead members: %q", got)
	}
}

func TestTheListTellsBothClocksApart(t *testing.T) {
	m, _ := dashboard(compared(), 120, 36)
	press(m, "6")
	for range 7 {
		press(m, "down")
	}
	got := text(m)
	for _, want := range []string{"callbacks 6.1 s · brokers 5.9 s", "1 partition moved, 2 kept", "1 begun twice", "P0  1  kept, paused 103 ms", "5→6", "leave+join"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q:\n%s", want, got)
		}
	}
	press(m, "up", "up", "up", "up", "up", "up", "up", "up", "up")
	if m.chosen != 11 {
		t.Errorf("above the newest comes %d", m.chosen)
	}
}

func TestHotPartition(t *testing.T) {
	many := func(lags ...int64) *lab.Snapshot {
		s := running(len(lags), len(lags))
		for i, lag := range lags {
			s.Partitions[i].Lag = lag
			s.Lag.Total += lag
		}
		return s
	}
	orphan := many(0, 1_000)
	orphan.Partitions[1].Orphan = true
	for _, test := range []struct {
		s    *lab.Snapshot
		want int32
	}{
		{many(10, 800, 12), 1}, {many(610, 390), 0}, {many(600, 400), -1}, {many(1_000), -1}, {many(5, 0, 0), -1}, {orphan, -1},
	} {
		p, _, ok := hotPartition(test.s)
		if ok != (test.want >= 0) || ok && p.ID != test.want {
			t.Errorf("hot is P%d (%v), want P%d", p.ID, ok, test.want)
		}
	}
}

func TestTheBenchIsForThoseWhoStay(t *testing.T) {
	s := bench()
	s.Orders[3].Since = s.At.Add(-300 * time.Millisecond)
	working, sitting := benched(s)
	if len(working) != 4 || len(sitting) != 1 || sitting[0].Name != "order-5" {
		t.Errorf("%d work and %v sit on the bench", len(working), sitting)
	}
	m, f := dashboard(bench(), 80, 24)
	press(m, "down", "down", "down", "down", "s")
	if want := (lab.Stop{Name: "order-4"}); len(f.asked) != 1 || f.asked[0] != lab.Command(want) {
		t.Errorf("asked for %#v, want %#v", f.asked, want)
	}
	got := text(m)
	if !strings.Contains(got, "no partition left: 3 partitions, 5 consumers") || !strings.Contains(got, m.st.g.cursor+" 4") {
		t.Errorf("the bench does not say why, or whom is selected:\n%s", got)
	}
}
