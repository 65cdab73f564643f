package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// flowing is a flooded lab so much later, in which every order consumer has finished ten payments a second since, and order-2 none
// where it says so.
func flowing(after time.Duration) *lab.Snapshot {
	s := flooded()
	done := int64(after / (100 * time.Millisecond))
	s.At, s.Reading.At = s.At.Add(after), s.Reading.At.Add(after)
	for i := range s.Orders {
		s.Orders[i].Processed += done
	}
	s.Email.Rate = 30
	s.Topics[1].Total += 3 * done
	s.Topics[2].Total += 3 * done
	return s
}

func TestADotPassesForSoManyMessages(t *testing.T) {
	mo := motion{per: 10}
	for _, n := range []int{1, 3, 8, 12} {
		first := mo.dots(100, 10, n)
		if got := mo.dots(110, 10, n); !slices.Equal(got, first) {
			t.Errorf("ten messages later %d cells show %v, and %v before: not one dot has passed", n, got, first)
		}
	}
	cells, seen := 12, map[int]bool{}
	for done := range int64(10) { // one second at 10 messages a second
		at := slices.Index(mo.dots(done, 10, cells), true)
		seen[at] = true
		if want := int(done * 4 / 10); at != want {
			t.Errorf("after %d of 10 messages the first dot stands at %d, not at %d", done, at, want)
		}
	}
	if len(seen) != 4 {
		t.Errorf("a dot passed %d of 4 cells", len(seen))
	}
}

func TestWhatIsFasterLooksFaster(t *testing.T) {
	for rate, want := range map[float64]int64{0: 0, 0.04: 0, 0.5: 1, 2: 1, 10: 5, 20: 10, 30: 10, 40: 20, 60: 20, 95: 50, 285: 100, 60_000: 20_000, math.Inf(1): 1e15} {
		if got := perDot(rate); got != want {
			t.Errorf("at %v messages a second a dot stands for %d, not for %d", rate, got, want)
		}
	}
}

// TestAFloodFillsItsWay: the payments that rush in do not make the work on them creep.
func TestAFloodFillsItsWay(t *testing.T) {
	s := flowing(0)
	s.Topics[0].Rate = 384
	mo := motionOf(nil, s, false)
	line := ansi.Strip(flowLine(newStyles(ThemeDark, false, false), s, 120, mo, dashboardPage))
	if mo.per != 10 || !strings.Contains(line, "384/s ◆◆◆◆◆◆") || !strings.Contains(line, "─◆─") {
		t.Errorf("a dot is %d messages: %s", mo.per, line)
	}
	for i := range s.Orders {
		s.Orders[i].Rate = 0
	}
	s.Topics[1].Rate, s.Topics[2].Rate, s.Email.Rate = 0, 0, 0
	if mo := motionOf(nil, s, false); mo.per != 200 {
		t.Errorf("where nothing else flows, a dot is %d messages", mo.per)
	}
}

func TestOnlyWhatIsMeasuredMoves(t *testing.T) {
	line := func(s *lab.Snapshot) string {
		return ansi.Strip(flowLine(newStyles(ThemeDark, false, false), s, 120, motionOf(nil, s, false), dashboardPage))
	}
	frames := map[string]bool{}
	for frame := range 10 {
		frames[line(flowing(time.Duration(frame) * frameEvery))[60:]] = true
	}
	if len(frames) < 4 {
		t.Errorf("in a second of 30 orders the line shows %d pictures", len(frames))
	}
	if dots := strings.Count(line(flowing(0)), "◆"); dots < 4 {
		t.Errorf("30 orders and e-mails a second are %d dots", dots)
	}
	unknown, at0, old := flowing(0), flowing(0), flowing(0)
	for i := range unknown.Topics {
		unknown.Topics[i].Known, at0.Topics[i].Rate = false, 0
	}
	old.Reading.At = old.At.Add(-time.Second)
	for what, s := range map[string]*lab.Snapshot{"is not known": unknown, "is 0": at0, "is old": old} {
		if got := line(s); strings.Contains(got, "◆") {
			t.Errorf("where a rate %s, messages move: %s", what, got)
		}
	}
	for i := range at0.Orders {
		at0.Orders[i].Rate, unknown.Orders[i].Health = 0, lab.Crashed
	}
	at0.Email.Rate, unknown.Email.Rate = 0, 0
	for what, s := range map[string]*lab.Snapshot{"finishes nothing": at0, "is dead": unknown} {
		m, _ := dashboard(s, 100, 30)
		if got := text(m); strings.Contains(got, "◆") {
			t.Errorf("messages move to who %s:\n%s", what, got)
		}
	}
}

func TestTheSameMomentLooksTheSame(t *testing.T) {
	m, _ := dashboard(flowing(700*time.Millisecond), 100, 30)
	first := text(m)
	m.now = m.now.Add(time.Hour)
	if text(m) != first {
		t.Error("the clock moves what was not measured")
	}
	m.Update(keyPress("space"))
	frozen := text(m)
	for frame := range 5 {
		m.Update(frameMsg{m.now, flowing(time.Duration(800+100*frame) * time.Millisecond)})
		m.pressed = nil
	}
	if body := func(s string) string { return s[strings.Index(s, "payments"):strings.Index(s, "EVENTS")] }; body(text(m)) != body(frozen) {
		t.Errorf("a frozen screen moves:\n%s\n%s", frozen, text(m))
	}
}

// handed is a dashboard on which order-2 lost P1 at noon; order-3 has had it for so long, or nobody where that is negative.
func handed(w, h int, had time.Duration, still bool) *model {
	const orphaned = 1900 * time.Millisecond
	m, _ := dashboard(running(3, 3), w, h)
	m.still = still
	pass := func(after time.Duration, reader int) {
		s := running(3, 3)
		s.At = noon().Add(after)
		s.Started, s.Reading.At = noon().Add(-time.Minute), s.At
		if reader != 2 {
			p, dead := &s.Partitions[1], &s.Orders[1]
			p.Reader, p.OwnerInstance, p.Owner, p.Orphan, p.OrphanSince = reader, reader, fmt.Sprintf("order-%d", reader), reader == 0, noon()
			dead.Health, dead.Partitions = lab.Crashed, nil
			if reader == 3 {
				s.Orders[2].Partitions = slices.Insert(s.Orders[2].Partitions, 0, lab.TopicPartition{Topic: "payment-successful", Partition: 1})
			}
		}
		m.now = s.At
		m.take(s)
	}
	pass(-frameEvery, 2)
	for at := time.Duration(0); at <= orphaned && (had >= 0 || at <= -had); at += frameEvery {
		pass(at, 0)
	}
	for at := time.Duration(0); at <= had; at += frameEvery {
		pass(orphaned+frameEvery+at, 3)
	}
	return m
}

// lineWith is the first line of a picture that contains a text.
func lineWith(picture, text string) int {
	return slices.IndexFunc(strings.Split(picture, "\n"), func(line string) bool { return strings.Contains(line, text) })
}

func TestAPartitionSlidesToItsNewReader(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {100, 30}, {120, 36}} {
		for _, orphaned := range []time.Duration{1, time.Second, 1900 * time.Millisecond} {
			picture := text(handed(size[0], size[1], -orphaned, false))
			if got := lineWith(picture, "✕P1"); size[0] < 100 && got != lineWith(picture, "order-2   ✕") {
				t.Errorf("orphaned for %v, P1 is on line %d of\n%s", orphaned, got, picture)
			}
			if size[0] >= 100 && lineWith(picture, "P1 ✕ nobody") != lineWith(picture, "order-2   ✕") {
				t.Errorf("that nobody reads P1 is not said:\n%s", picture)
			}
		}
		last := 0
		for at := time.Duration(0); at < slideTakes; at += frameEvery {
			picture := text(handed(size[0], size[1], at, false))
			row := lineWith(picture, "▼P1")
			from, to := lineWith(picture, "order-2   ✕"), lineWith(picture, "order-3   ●")
			if row < max(last, from) || row > to || at == 0 && row != from || at == slideTakes-frameEvery && row != to {
				t.Errorf("after %v P1 is on line %d, between %d and %d:\n%s", at, row, from, to, picture)
			}
			if !strings.Contains(strings.Split(picture, "\n")[to], "P1 P2") {
				t.Errorf("after %v it is not said that order-3 has it:\n%s", at, picture)
			}
			last = row
		}
		picture := text(handed(size[0], size[1], slideTakes, false))
		if strings.Contains(picture, "▼P1") || !strings.Contains(picture, "←") {
			t.Errorf("it has not arrived:\n%s", picture)
		}
		if picture := text(handed(size[0], size[1], toldFor, false)); strings.Contains(picture, "←") {
			t.Errorf("it is told for ever:\n%s", picture)
		}
	}
}

// TestAReadersReturnIsNoHandover: who lost a partition for a moment and has it again, and who is the first to have it.
func TestAReadersReturnIsNoHandover(t *testing.T) {
	list := history{running(1, 2), running(1, 2), running(1, 2)}
	for i, hands := range []int{1, 0, 1} {
		list[i].At = noon().Add(time.Duration(i) * frameEvery)
		list[i].Partitions[0].Reader, list[i].Partitions[0].Orphan = hands, hands == 0
	}
	if h, ok := slideOf(list, list[2], 0); ok {
		t.Errorf("it came back, and is shown as %+v", h)
	}
	if h, ok := slideOf(list[1:], list[2], 0); ok {
		t.Errorf("nobody had it before, and it is shown as %+v", h)
	}
	if h, ok := slideOf(list[:2], list[1], 0); !ok || h.from != 1 || h.to != nobody {
		t.Errorf("order-1 lost it: %+v", h)
	}
	list[1].Partitions[0].Unknown, list[2].Partitions[0].Reader = true, 2
	if h, ok := slideOf(list, list[2], 0); ok {
		t.Errorf("who had it last no broker could say, and it is shown as %+v", h)
	}
	list[1].Partitions[0].Unknown, list[2].Partitions[0].Reader = false, 1
	list[1].Partitions[0].Reader, list[1].Partitions[0].Orphan = 2, false
	if h, ok := slideOf(list, list[2], 0); !ok || h.from != 2 || h.to != 1 || h.age != 0 {
		t.Errorf("order-2 gave it back just now: %+v", h)
	}
}

// caughtAt is a dashboard on which order-2 caught a pill so long ago.
func caughtAt(w, h int, ago time.Duration, still bool) *model {
	s := flooded()
	s.DLQ.Newest = lab.Rejection{At: s.At.Add(-ago), Instance: "order-2", Partition: 1, Offset: 215, Code: "not-json", Reason: phrase.New("no")}
	s.DLQ.Recent = []lab.Rejection{s.DLQ.Newest}
	m, _ := dashboard(s, w, h)
	m.still = still
	return m
}

func TestAPillIsSeenOnItsWay(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		last := -1
		for ago := time.Duration(0); ago < pillTakes; ago += frameEvery {
			lines := strings.Split(text(caughtAt(size[0], size[1], ago, false)), "\n")
			row := lines[lineWith(strings.Join(lines, "\n"), "order-2   ●")]
			_, way, ok := strings.Cut(row, " not-json ")
			if !ok || !strings.HasSuffix(row, "→ DLQ") {
				_, way, ok = strings.Cut(row, "a pill ")
			}
			if at := strings.Index(way, "✕"); !ok || at < last || at < 0 {
				t.Errorf("after %v the pill is at %d, and was at %d: %s", ago, at, last, row)
			} else {
				last = at
			}
		}
		if got := text(caughtAt(size[0], size[1], 2*time.Second, false)); !strings.Contains(got, "── → DLQ") || strings.Contains(got, "✕─") {
			t.Errorf("it is not told that the pill has arrived:\n%s", got)
		}
		if got := text(caughtAt(size[0], size[1], toldFor, false)); strings.Contains(got, "→ DLQ\n") {
			t.Errorf("it is told for ever:\n%s", got)
		}
	}
}

func TestMotionScreens(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		for _, ascii := range []bool{false, true} {
			hold := func(name string, m *model) {
				m.options.ASCII = ascii
				m.restyle(ThemeDark)
				t.Run(fmt.Sprintf("%s-%t-%dx%d", name, ascii, size[0], size[1]), func(t *testing.T) { golden.RequireEqual(t, text(m)) })
			}
			hold("orphaned", handed(size[0], size[1], -time.Second, false))
			hold("slide-begins", handed(size[0], size[1], 0, false))
			hold("slide-ends", handed(size[0], size[1], 700*time.Millisecond, false))
			hold("slid", handed(size[0], size[1], time.Second, false))
			for _, ago := range []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond} {
				hold(fmt.Sprintf("pill-%v", ago), caughtAt(size[0], size[1], ago, false))
			}
			hold("still-slid", handed(size[0], size[1], 0, true))
			hold("still-pill", caughtAt(size[0], size[1], 0, true))
		}
	}
}

// TestNothingMovesWhereItIsToStandStill: what was measured stays what it is while only time passes, and is told all the same.
func TestNothingMovesWhereItIsToStandStill(t *testing.T) {
	body := func(m *model) string {
		got := text(m)
		return got[rowStart(got, "PARTITIONS"):rowStart(got, "EVENTS")]
	}
	lanesApart := func(s string) string { return s[rowStart(s, "CONSUMERS"):] }
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		now := lanesApart(body(handed(size[0], size[1], 0, true)))
		for at := frameEvery; at < toldFor; at += frameEvery {
			if got := lanesApart(body(handed(size[0], size[1], at, true))); got != now {
				t.Errorf("after %v\n%s\nis no longer\n%s", at, got, now)
			}
		}
		if !strings.Contains(now, "←") {
			t.Errorf("who had P1 is not told:\n%s", now)
		}
		now = body(caughtAt(size[0], size[1], 0, true))
		for ago := frameEvery; ago < toldFor; ago += frameEvery {
			if got := body(caughtAt(size[0], size[1], ago, true)); got != now {
				t.Errorf("after %v\n%s\nis no longer\n%s", ago, got, now)
			}
		}
		if !strings.Contains(now, "→ DLQ") {
			t.Errorf("the pill is not told:\n%s", now)
		}
		m, _ := dashboard(flowing(0), size[0], size[1])
		m.still = true
		if got := text(m); strings.Contains(got, "◆") {
			t.Errorf("messages move:\n%s", got)
		}
	}
}

func rowStart(s, text string) int { return strings.LastIndex(s[:strings.Index(s, text)], "\n") + 1 }

func TestTheFinderSwitchesMotion(t *testing.T) {
	m, _ := dashboard(flowing(0), 100, 30)
	for _, want := range []bool{true, false} {
		for _, k := range []string{":", "m", "o", "t", "i", "o", "n", "enter"} {
			m.Update(keyPress(k))
		}
		if m.still != want {
			t.Fatalf("still is %t", m.still)
		}
		if got := strings.Contains(text(m), "◆"); got == want {
			t.Errorf("still: %t, and there are dots: %t\n%s", want, got, text(m))
		}
	}
	o := Options{Theme: ThemeDark, ReducedMotion: true}
	if !newModel(&fakeLab{snapshot: flooded()}, o, m.jobs).still {
		t.Error("--reduced-motion moves")
	}
}
