package tui

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

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
	for _, want := range []string{"order-1", "order-laptop-1-6f", "order-laptop-1-9a", "rdkafka-1", "email", "analytics"} {
		if m.Update(keyPress("down")); m.selected != want {
			t.Errorf("selected %q, want %q", m.selected, want)
		}
	}
}

// TestLettersOfOutsidersAreNobodyElses: neither one of ours has them, nor another outsider, however many students join.
func TestLettersOfOutsidersAreNobodyElses(t *testing.T) {
	st, taken := newStyles(ThemeDark, false, false), map[string]int{}
	for n := range 600 {
		letter := st.letter(n)
		if before, twice := taken[letter]; twice || strings.Contains("AE0123456789abcdefghijklmnopqrstuvwxyz#", letter[:1]) {
			t.Errorf("outsider %d is %q, as outsider %d", n, letter, before)
		}
		taken[letter] = n
		if got := handsOf(&lab.Partition{Known: true, Owner: "x", OwnerOutside: n}); st.letter(somebody-got) != letter {
			t.Errorf("outsider %d is drawn as %q", n, st.letter(somebody-got))
		}
		if sign, lane := st.outsideSign(n), st.outsideRun(n, 5); width(sign) != 3 || width(lane) != 5 || !strings.HasPrefix(ansi.Strip(lane), letter) {
			t.Errorf("outsider %d: the sign %q and the lane %q", n, sign, lane)
		}
	}
}

func TestALongNameKeepsItsNumber(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"order-1", "order-1"}, {"order-12345678", "order-123456…"}, {"otto-laptop-of-the-school-3", "otto-lapto…-3"},
		{"otto-laptop-of-the-school-12", "otto-lapt…-12"}, {"a-very-long-name-indeed", "a-very-long-…"}, {"-1234", "-1234"},
		{"x\x1b[31m\u202e-very-long-7", `x\x1b[31m\…-7`}, {strings.Repeat("x", 1<<20) + "-9", "xxxxxxxxxx…-9"},
	} {
		if got := shortName(c.name, 13, false); got != c.want || width(got) > 13 {
			t.Errorf("%.40q is %q, want %q", c.name, got, c.want)
		}
	}
}

// crowd is a class: long names of which only the end differs, more of them than there are letters, one that reads several
// topics, and some that are gone.
func crowd() *lab.Snapshot {
	s := visited()
	s.Outsiders = nil
	add := func(name string, i lab.Instance) {
		i.Name, i.Outside, i.MemberID, i.Host = name, len(s.Outsiders)+1, fmt.Sprint(name, len(s.Outsiders)), fmt.Sprintf("192.168.100.%d", 201+len(s.Outsiders))
		s.Outsiders = append(s.Outsiders, i)
	}
	of := func(topic string, ids ...int32) (out []lab.TopicPartition) {
		for _, id := range ids {
			out = append(out, lab.TopicPartition{Topic: topic, Partition: id})
		}
		return out
	}
	add("otto-laptop-of-the-school-3", lab.Instance{Health: lab.Active, Partitions: of("payment-successful", 1), Processed: 215, Rate: 10, Lag: 379, LagKnown: true})
	add("analytics-vm-1", lab.Instance{Kind: lab.AnalyticsKind, Health: lab.Active, LagKnown: true,
		Partitions: slices.Concat(of("email-sent", 0, 1, 2), of("order-created", 0, 1, 2), of("payment-successful", 0, 1, 2))})
	add("email-vm-1", lab.Instance{Kind: lab.EmailKind, Health: lab.Active, LagKnown: true, Partitions: of("order-created", 0, 1, 2)})
	for n := range 22 {
		add(fmt.Sprintf("otto-laptop-of-the-school-%d", 4+n), lab.Instance{Health: lab.Standby, LagKnown: true})
	}
	add("rdkafka", lab.Instance{Health: lab.Left, Since: noon().Add(-3 * time.Second)})
	s.Partitions[1].Owner, s.Partitions[1].OwnerOutside = s.Outsiders[0].Name, 1
	s.Partitions[2].Owner, s.Partitions[2].OwnerOutside, s.Partitions[2].Reader, s.Partitions[2].OwnerInstance = s.Outsiders[24].Name, 25, 0, 0
	return s
}

// TestEveryOutsiderIsToldApart at every size: by the number at the end of its name, and by what it reads.
func TestEveryOutsiderIsToldApart(t *testing.T) {
	for _, size := range [][2]int{{80, 45}, {100, 45}, {120, 45}, {160, 45}} {
		m, _ := dashboard(crowd(), size[0], size[1])
		m.Update(keyPress("3"))
		got := text(m)
		for _, want := range []string{`-3 +●`, `-4 +○`, `-25 +○ member`, ` B  otto`, ` Ba otto`, `analytic.*-1 +● member +(payments|emails|3 topics)`, `email-vm-1 +● member +orders`} {
			if !regexp.MustCompile(want).MatchString(got) {
				t.Errorf("%v: no %q in\n%s", size, want, got)
			}
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
	s.DLQ, s.Ledger = lab.DLQ{}, &ledger.Picture{Err: errors.New("there is no such topic: payment-successful")}
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
				if m.said() != observing().String() {
					t.Errorf("%s on page %d: the answer is %q", k, page, m.said())
				}
			}
		}
	}
	press(m, "?")
	if got := text(m); strings.Count(got, "(off: press it to see why)") < 10 {
		t.Errorf("the help offers what only observes does not:\n%s", got)
	}
	press(m, "?")
	for page := range pages {
		m.page = page
		front, spare := m.footer()
		for _, b := range append(front, spare...) {
			for _, k := range b.Keys() {
				if m.keys.writes(keyPress(k)) {
					t.Errorf("the footer of page %d offers %s", page, b.Help().Key)
				}
			}
		}
	}
}
