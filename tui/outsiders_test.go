package tui

import (
	"strings"
	"testing"

	"blackfriday/services/lab"
)

func TestKeysDoNothingToMembersOutsideTheLab(t *testing.T) {
	for _, k := range []string{"k", "s", "r"} {
		m, f := dashboard(visited(), 120, 36)
		m.Update(keyPress("down"))
		m.Update(keyPress("down"))
		if m.selected != "order-laptop-1-6f" {
			t.Fatalf("selected %q", m.selected)
		}
		if _, cmd := m.Update(keyPress(k)); cmd != nil || len(f.asked) > 0 {
			t.Errorf("%s on a member outside the lab asked the lab for %v", k, f.asked)
		}
		if !strings.Contains(text(m), "order-laptop-1 runs on 192.168.1.17 and not in this lab") {
			t.Errorf("%s: the screen does not say where it runs\n%s", k, text(m))
		}
	}
}

// Two of them may have the same name, and one of ours too: the selection follows the member.
func TestSelectionTellsMembersOfOneNameApart(t *testing.T) {
	m, _ := dashboard(visited(), 120, 36)
	for _, want := range []string{"order-1", "order-laptop-1-6f", "rdkafka-1", "order-laptop-1-9a", "email", "analytics"} {
		if m.Update(keyPress("down")); m.selected != want {
			t.Errorf("selected %q, want %q", m.selected, want)
		}
	}
}

func TestLettersOfOutsidersAreNobodyElses(t *testing.T) {
	st := newStyles(ThemeDark, false, false)
	for n := range 100 {
		letter := st.letter(n)
		if len(letter) != 1 || strings.Contains("AE0123456789abcdefghijklmnopqrstuvwxyz#", letter) {
			t.Errorf("outsider %d is %q", n, letter)
		}
		if got := handsOf(&lab.Partition{Known: true, Owner: "x", OwnerOutside: n}); st.letter(somebody-got) != letter {
			t.Errorf("outsider %d is drawn as %q", n, st.letter(somebody-got))
		}
	}
}
