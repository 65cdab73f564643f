package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// kill is s after the power of some order consumers was cut. Kafka goes on naming them.
func kill(s *lab.Snapshot, numbers ...int) *lab.Snapshot {
	for _, n := range numbers {
		o := &s.Orders[n-1]
		o.Health, o.StillMember, o.GoneIn, o.Partitions, o.Rate = lab.Crashed, true, 4*time.Second, nil, 0
		for i := range s.Partitions {
			if p := &s.Partitions[i]; p.Reader == n {
				p.Reader, p.Orphan, p.Rate, p.Drain = 0, true, 0, lab.Drain{Trend: lab.Stuck, ToZero: -1}
			}
		}
	}
	return s
}

// noticed is the sentence under the partitions.
func noticed(s *lab.Snapshot, w int) string {
	return ansi.Strip(partitionNotice(newStyles(ThemeDark, false, true), s, w, 100))
}

func TestTheSentenceNamesAllThatDied(t *testing.T) {
	given := kill(flooded(), 1, 2)
	given.Partitions[1].Owner, given.Partitions[1].OwnerInstance = "", 0
	sharing := kill(running(6, 4), 1, 2)
	for name, test := range map[string]struct {
		s    *lab.Snapshot
		w    int
		want string
	}{
		"one":             {kill(flooded(), 2), 120, "✕ P1: nobody reads. Kafka still believes order-2 is alive (4.0 s left, computed)"},
		"two":             {kill(flooded(), 2, 3), 120, "✕ P1, P2: nobody reads. Kafka still names order-2 (P1), order-3 (P2)"},
		"two, narrow":     {kill(flooded(), 2, 3), 80, "✕ P1, P2 ORPHAN. Kafka still names order-2 (P1), order-3 (P2)"},
		"one given up":    {given, 100, "✕ P0, P1: nobody reads. Kafka still names order-1 (P0), and nobody for P1"},
		"several of each": {sharing, 120, "✕ P0, P1, P4, P5: nobody reads. Kafka still names order-1 (P0, P4), order-2 (P1, P5)"},
	} {
		if got := strings.TrimSpace(noticed(test.s, test.w)); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	many := noticed(kill(running(24, 12), 1, 2, 3, 4, 5, 6, 7, 8), 80)
	if width(many) > 80 || !strings.Contains(many, "+") || strings.Contains(many, "…") {
		t.Errorf("many dead: %q", many)
	}
}

func TestNobodyIsLeftToTakeOver(t *testing.T) {
	for _, w := range []int{80, 100, 120, 160} {
		for i, s := range []*lab.Snapshot{kill(flooded(), 1, 2, 3), forgotten(kill(flooded(), 1, 2, 3))} {
			got := noticed(s, w)
			for _, want := range []string{"P0, P1, P2", "No consumer is left to take over", "r restart", "+ add"} {
				if !strings.Contains(got, want) {
					t.Errorf("%d cells, picture %d: %q does not say %q", w, i, got, want)
				}
			}
			if strings.Contains(got, "will assign") || width(got) > w {
				t.Errorf("%d cells, picture %d: %q", w, i, got)
			}
		}
	}
	everybody := kill(running(24, 12), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	for _, w := range []int{80, 100, 160} {
		if got := noticed(everybody, w); !strings.Contains(got, "P0, P1, +22") && !strings.Contains(got, "P0, P1, P2, P3, +20") ||
			!strings.Contains(got, "+ adds one") || width(got) > w {
			t.Errorf("%d cells: %q", w, got)
		}
	}
	waiting := forgotten(kill(flooded(), 2))
	if got := noticed(waiting, 100); !strings.Contains(got, "will assign a reader") {
		t.Errorf("with two consumers left: %q", got)
	}
	none := running(3, 0)
	for i := range none.Partitions {
		none.Partitions[i].Owner, none.Partitions[i].OwnerInstance, none.Partitions[i].Reader, none.Partitions[i].Orphan = "", 0, 0, true
	}
	if got := noticed(none, 80); !strings.Contains(got, "+ add") || strings.Contains(got, "restart") {
		t.Errorf("without any consumer: %q", got)
	}
}

// forgotten is s once Kafka has given up on the dead.
func forgotten(s *lab.Snapshot) *lab.Snapshot {
	for i := range s.Orders {
		s.Orders[i].StillMember = false
	}
	for i := range s.Partitions {
		if p := &s.Partitions[i]; p.Orphan {
			p.Owner, p.OwnerInstance = "", 0
		}
	}
	return s
}

func TestNoTimeToZeroBesideAnOrphan(t *testing.T) {
	s := kill(flooded(), 2) // the total still claims to be zero in 38 seconds
	st := newStyles(ThemeDark, false, true)
	for _, w := range []int{80, 100, 120, 160} {
		if got := ansi.Strip(partitionTitle(st, s, w)); strings.Contains(got, "0:38") {
			t.Errorf("%d cells: a lag that nobody reads is promised to be gone: %q", w, got)
		}
		if got := ansi.Strip(partitionTitle(st, flooded(), w)); !strings.Contains(got, "0:38") {
			t.Errorf("%d cells: no time to zero: %q", w, got)
		}
	}
	all := kill(flooded(), 1, 2, 3)
	if got := ansi.Strip(partitionTitle(st, all, 120)); !strings.Contains(got, "stuck") {
		t.Errorf("nobody reads anything, and the lag is %q", got)
	}
}

func TestListsEndInAWholeWord(t *testing.T) {
	for _, test := range []struct {
		words string
		w     int
		want  string
	}{
		{"P1 P2 P3", 8, "P1 P2 P3"}, {"P1 P2 P3", 7, "P1 +2"}, {"P14 P15", 6, "P14 +1"}, {"P14 P15", 7, "P14 P15"},
		{"P1", 2, "P1"}, {"P100 P101 P102", 10, "P100 +2"}, {"P1 P2", 1, "P1 +1"}, {"", 5, ""},
	} {
		if got := fitted(strings.Fields(test.words), " ", test.w); got != test.want {
			t.Errorf("%q in %d cells is %q, want %q", test.words, test.w, got, test.want)
		}
	}
	st := newStyles(ThemeDark, false, true)
	for n := range 40 {
		i := lab.Instance{}
		for p := range n {
			i.Partitions = append(i.Partitions, lab.TopicPartition{Partition: int32(p * 7)})
		}
		for w := 9; w < 25; w++ {
			got := ansi.Strip(st.holds(i, w))
			named := len(strings.Fields(got))
			if k := strings.Index(got, "+"); k >= 0 {
				rest := 0
				_, _ = fmt.Sscanf(got[k:], "+%d", &rest)
				named += rest - 1
			}
			if width(got) > w || n > 0 && named != n {
				t.Fatalf("%d partitions in %d cells: %q", n, w, got)
			}
		}
	}
}

func TestTheClocksOfSeveralDead(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	for _, w := range []int{80, 100, 120, 160} {
		got := ansi.Strip(clockLine(st, kill(flooded(), 1, 2, 3), w))
		if strings.Count(got, "4.0 s") != 3 || width(got) > w || strings.Contains(got, "+") {
			t.Errorf("%d cells: %q", w, got)
		}
	}
}
