package tui

import (
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"

	"blackfriday/services/lab"
	"blackfriday/services/ledger"
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

// observed is a lab that only looks at another one.
func observed() *lab.Snapshot {
	s := visited()
	s.Cluster.ID, s.Cluster.Nodes = "4L6g3nShT-eMCtK--X86sw", 3
	s.Observing, s.Cluster.Embedded, s.Cluster.Payment, s.Totals, s.DLQ.Newest = true, false, "", lab.Totals{}, lab.Rejection{}
	s.Orders, s.Email, s.Analytics = nil, lab.Instance{}, lab.Instance{}
	s.Flood, s.DLQ.Counts = lab.FloodProgress{}, nil
	for i := range s.Partitions {
		p := &s.Partitions[i]
		p.Reader, p.OwnerInstance, p.Owner, p.OwnerOutside = 0, 0, "order-laptop-1", 1
	}
	return s
}

// lacking is a lab that looks at a cluster that has no topics yet.
func lacking() *lab.Snapshot {
	s := observed()
	s.Partitions, s.Outsiders, s.Rebalances, s.Curve, s.Lag = nil, nil, nil, nil, lab.Lag{}
	for i := range s.Topics {
		s.Topics[i] = lab.Topic{Name: s.Topics[i].Name, Missing: true}
	}
	s.DLQ, s.Ledger = lab.DLQ{}, &ledger.Picture{Err: "there is no such topic: payment-successful"}
	return s
}

func TestObservingScreenAsksForNothing(t *testing.T) {
	m, f := dashboard(observed(), 160, 45)
	for _, b := range m.keys.writing() {
		for _, k := range b.Keys() {
			for page := range pages {
				m.page = page
				if _, cmd := m.Update(keyPress(k)); m.dialog != nil || m.form != nil || len(f.asked) > 0 {
					t.Errorf("%s on page %d asked for %v, opened %v %v (%v)", k, page, f.asked, m.dialog, m.form, cmd)
				}
				if m.message.text != observing {
					t.Errorf("%s on page %d: the answer is %q", k, page, m.message.text)
				}
			}
		}
	}
	for page := range pages {
		m.page = page
		front, spare := m.footer()
		for _, b := range append(front, spare...) {
			for _, k := range b.Keys() {
				if key.Matches(keyPress(k), m.keys.writing()...) {
					t.Errorf("the footer of page %d offers %s", page, b.Help().Key)
				}
			}
		}
	}
}
