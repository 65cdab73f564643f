package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// owned is flooded with P1 in other hands by the broker's word or ours.
func owned(owner string, instance, reader int) *lab.Snapshot {
	s := flooded()
	p := &s.Partitions[1]
	p.Owner, p.OwnerInstance, p.Reader = owner, instance, reader
	p.Orphan = reader == 0 && (owner == "" || instance > 0)
	return s
}

func TestTheBrokersWordIsShownWhereItDiffers(t *testing.T) {
	far := owned("order-2", 2, 3)
	for i := range far.Partitions {
		far.Partitions[i].Committed, far.Partitions[i].End = 999_000, 999_999
	}
	for name, test := range map[string]struct {
		s        *lab.Snapshot
		row      []string
		sentence string
	}{
		"handover":     {owned("order-2", 2, 3), []string{"order-3", "Kafka: order-2"}, "P1 is changing hands: order-3 reads it, Kafka names order-2."},
		"not told yet": {owned("", 0, 2), []string{"order-2", "Kafka: nobody"}, "P1 is changing hands: order-2 reads it, Kafka names nobody."},
		"orphan":       {owned("order-2", 2, 0), []string{"ORPHAN", "Kafka: order-2"}, "P1 ORPHAN. Kafka still names order-2."},
		"foreign":      {owned("kcat", 0, 0), []string{"outside", "Kafka: kcat"}, "P1 belongs to kcat, a member outside this lab."},
		"taken away":   {owned("kcat", 0, 2), []string{"order-2", "Kafka: kcat"}, "P1 is changing hands: order-2 reads it, Kafka names kcat."},
		"long offsets": {far, []string{"order-3", "order-2"}, "P1 is changing hands"},
	} {
		m, _ := dashboard(test.s, 80, 24)
		got := text(m)
		row := strings.Split(got, "\n")[6]
		for _, want := range test.row {
			if !strings.HasPrefix(row, " P1 ") || !strings.Contains(row, want) {
				t.Errorf("%s: the row is %q and lacks %q", name, row, want)
			}
		}
		if !strings.Contains(got, test.sentence) {
			t.Errorf("%s: it does not say %q:\n%s", name, test.sentence, got)
		}
	}
	m, _ := dashboard(flooded(), 80, 24)
	if got := text(m); strings.Contains(got, "Kafka") && !strings.Contains(got, "Kafka: ") || strings.Contains(got, "Kafka: order") {
		t.Errorf("the owner is shown although it is the reader:\n%s", got)
	}
	tall, _ := dashboard(owned("order-2", 2, 3), 90, 60)
	if got := text(tall); strings.Count(ansi.Strip(got), "Kafka: order-2") != 1 {
		t.Errorf("the owner is shown twice, or not:\n%s", got)
	}
}
