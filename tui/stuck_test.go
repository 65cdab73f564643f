package tui

import (
	"strings"
	"testing"
	"time"

	"blackfriday/services/lab"
)

func TestTheSentenceNamesWhatIsStuck(t *testing.T) {
	healing := transacting()
	healing.Orders[1].StillMember = false
	healing.Partitions[1].Orphan, healing.Partitions[1].Reader, healing.Partitions[1].OwnerInstance = false, 3, 3
	slow := running(3, 3)
	slow.Topics[3].Hidden, slow.Topics[3].HiddenFor = 1, 2*time.Second
	usual := running(3, 3)
	usual.Topics[1].Hidden, usual.Topics[1].HiddenFor = 500, 900*time.Millisecond
	nameless := crashLooping()
	nameless.Orders[1].Blocked = nil
	for name, test := range map[string]struct {
		s    *lab.Snapshot
		want string
	}{
		"blocked":          {blocked(), "✕ P1 BLOCKED by P1@215: attempt 14 in 8.2 s. item 1: the price is -1000, it must be above 0"},
		"crash loop":       {crashLooping(), "✕ CRASH LOOP ×4: order-2 dies of P1@215. item 1: the price is -1000, it must be above 0"},
		"unknown cause":    {nameless, "✕ CRASH LOOP ×4: order-2 dies of a payment, is restarted and meets it again."},
		"open transaction": {healing, "◔ waiting for an open transaction of order-2: 37 orders hidden for 3.2 s"},
		"slow transaction": {slow, "◔ waiting for an open transaction: 1 dead letter hidden for 2.0 s"},
		"usual":            {usual, "✓ Every partition has a reader."},
		"orphan first":     {transacting(), "✕ P1: nobody reads."},
	} {
		if got := strings.TrimSpace(noticed(test.s, 160)); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	for _, s := range []*lab.Snapshot{blocked(), crashLooping()} {
		if got := noticed(s, 100); !strings.Contains(got, "n changes the policy") {
			t.Errorf("%q does not say which key helps", got)
		}
	}
}

func TestAnOpenTransactionIsToldBesideTheClockOfItsWriter(t *testing.T) {
	for w, want := range map[int]string{
		80:  "open transaction: 37 orders hidden",
		100: "waiting for an open transaction of order-2: 37 orders hidden for 3.2 s",
		160: "waiting for an open transaction of order-2: 37 orders hidden for 3.2 s",
	} {
		m, _ := dashboard(transacting(), w, 30)
		if got := text(m); !strings.Contains(got, want) || !strings.Contains(got, "4.1 s") {
			t.Errorf("%d cells: it does not say %q:\n%s", w, want, got)
		}
	}
}

func TestRowsSayWhatTheyAreStuckOn(t *testing.T) {
	once := crashLooping()
	once.Orders[1].Crashes = 1
	up := crashLooping()
	up.Orders[1].RestartIn, up.Orders[1].Health = 0, lab.Active
	for name, test := range map[string]struct {
		s    *lab.Snapshot
		w    int
		want string
	}{
		"blocked":                {blocked(), 160, "▇▇▇ BLOCKED @215 ×14"},
		"blocked, narrow":        {blocked(), 80, "▇▇▇ BLOCKED @215 ×14"},
		"blocked, in full":       {blocked(), 160, "BLOCKED by P1@215, attempt 14: item 1: the price is -1000, it must be above 0"},
		"blocked consumer":       {blocked(), 80, "BLOCKED by P1@215"},
		"crash loop":             {crashLooping(), 100, "crash loop ×4, again in 0.6 s"},
		"crash loop, narrow":     {crashLooping(), 80, "loop ×4, in 0.6 s"},
		"crash loop, up":         {up, 100, "crash loop ×4  "},
		"no loop yet":            {once, 160, "crashed on P1@215, again in 0.6 s"},
		"hidden, beside results": {transacting(), 120, "order-created  37 hidden 3.2 s"},
	} {
		m, _ := dashboard(test.s, test.w, test.w*3/10)
		if got := text(m); !strings.Contains(got, test.want) {
			t.Errorf("%s: it does not say %q:\n%s", name, test.want, got)
		}
	}
}

func TestABlockedLaneDoesNotFall(t *testing.T) {
	s := blocked()
	s.Partitions[1].Drain = lab.Drain{Trend: lab.Shrinking, ToZero: 79 * time.Second} // from before
	for _, w := range []int{80, 100, 160} {
		m, _ := dashboard(s, w, 30)
		for line := range strings.SplitSeq(text(m), "\n") {
			if strings.HasPrefix(line, " P1") && strings.Contains(line, "/594") && (!strings.Contains(line, "BLOCKED") || !strings.Contains(line, "■ stuck")) {
				t.Errorf("%d cells: %q", w, line)
			}
		}
	}
}

func TestACuredCrashLoopLeavesNothingRed(t *testing.T) {
	red := func(s *lab.Snapshot) (places int) {
		m, _ := dashboard(s, 160, 45)
		for _, style := range []pen{m.st.bad, m.st.alarm} {
			colour, _, _ := strings.Cut(style.Render("x"), "x")
			places += strings.Count(m.View().Content, colour)
		}
		return places
	}
	usual := red(audited()) // a sign that is explained
	s := blocked()
	s.Settings.Poison, s.Orders[1].Crashes, s.Orders[1].Restarts = lab.PoisonCrash, 9, 9
	if red(s) <= usual {
		t.Error("a crash loop is not red")
	}
	s.Partitions[1].Blocked, s.Orders[1].Blocked, s.Orders[1].Crashes = nil, nil, 0
	s.Partitions[1].Drain, s.Settings.Poison = lab.Drain{Trend: lab.Shrinking, ToZero: time.Minute}, lab.PoisonDLQ
	if red(s) != usual {
		t.Error("what was cured is still red")
	}
}
