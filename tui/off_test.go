package tui

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// elsewhere is a flooded lab on somebody else's cluster, whose groups have a clock of their own.
func elsewhere() *lab.Snapshot {
	s := flooded()
	s.Cluster = lab.Cluster{ID: "4L6g3nShT-eMCtK--X86sw", Nodes: 3, Brokers: []string{"kafka1.example.com:9092"}}
	s.Settings.SessionTimeout, s.Settings.Heartbeat = 45*time.Second, 5*time.Second
	s.Flood = lab.FloodProgress{}
	return s
}

// restricted is one that does not let the lab do much.
func restricted() *lab.Snapshot {
	s := elsewhere()
	no := func(op, thing string) phrase.Phrase {
		return phrase.New("No ACL lets %s %s %s: whoever runs the cluster can add one with kafka-acls.", `"student"`, op, thing)
	}
	s.Settings.Protocol = "cooperative-sticky"
	s.Can.NewGroups = phrase.New("These brokers do not know KIP-848 groups: that needs Apache Kafka 4.0 or newer.")
	s.Can.Transactions = no("write", "transactional id order-service-group-order-1-x")
	s.Can.Pay = no("write", "topic payment-successful")
	s.Can.WriteOrders = no("write", "topic order-created")
	s.Can.Grow, s.Can.Recreate = no("alter", "topic payment-successful"), no("delete", "topic payment-successful")
	return s
}

// apart is a lab that works on the embedded cluster of another process.
func apart() *lab.Snapshot {
	s := flooded()
	s.Cluster = lab.Cluster{Simulated: true, ID: "blackfriday-embedded", Nodes: 3, Brokers: []string{"127.0.0.1:9094"}}
	s.Flood = lab.FloodProgress{}
	return s
}

// What is embedded elsewhere is not called real, and nothing is said of copies that it does not have.
func TestAnEmbeddedClusterOfAnotherProcess(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	for _, w := range []int{80, 100, 160} {
		head := ansi.Strip(headerLines(st, apart(), w, "")[0])
		for _, want := range []string{" EMBEDDED ", "in another process, 127.0.0.1:9094", "running"} {
			if !strings.Contains(head, want) || strings.Contains(head, "REAL") {
				t.Errorf("%d cells: %q lacks %q", w, head, want)
			}
		}
	}
	m, f := dashboard(apart(), 80, 24)
	m.Update(keyPress("b"))
	if got := text(m); !strings.Contains(got, "run in another process") || !strings.Contains(got, simulated().String()) || strings.Contains(got, "docker") {
		t.Error(got)
	}
	if _, cmd := m.Update(keyPress("enter")); cmd != nil || len(f.asked) > 0 {
		t.Errorf("asked %v", f.asked)
	}
}

func TestTheHeaderNamesARealCluster(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	for _, w := range []int{80, 100, 160} {
		lines := headerLines(st, elsewhere(), w, "")
		head, settings := ansi.Strip(lines[0]), ansi.Strip(lines[1])
		for _, want := range []string{" REAL ", "3 brokers", "4L6g3nShT-eMCtK--X86sw", "running"} {
			if !strings.Contains(head, want) {
				t.Errorf("%d cells: %q lacks %q", w, head, want)
			}
		}
		if strings.Contains(head, "kafka1.example.com:9092") != (w >= 160) || strings.Contains(head, "EMBEDDED") {
			t.Errorf("%d cells: %q", w, head)
		}
		if !strings.Contains(settings, "session 45.0 s") || !strings.Contains(settings, "heartbeat 5.0 s") {
			t.Errorf("%d cells: %q does not tell the brokers' clock", w, settings)
		}
	}
	unknown := elsewhere()
	unknown.Settings.SessionTimeout = 0
	if got := ansi.Strip(headerLines(st, unknown, 100, "")[1]); !strings.Contains(got, "session unknown") {
		t.Errorf("%q", got)
	}
}

func TestAnUnknownSessionIsNoCountdown(t *testing.T) {
	s := kill(elsewhere(), 2)
	s.Orders[1].StillMember, s.Orders[1].GoneIn = true, -1
	s.Settings.SessionTimeout = 0
	for _, size := range [][2]int{{80, 24}, {160, 45}} {
		m, _ := dashboard(s, size[0], size[1])
		if got := text(m); regexp.MustCompile(`\d s left`).MatchString(got) || !strings.Contains(got, "unknown how long") {
			t.Errorf("%v:\n%s", size, got)
		}
	}
}

func TestAKeyThatIsOffSaysWhy(t *testing.T) {
	for keys, want := range map[string]string{
		"f": `"student" write topic`, "F": `"student" write topic`, "p": `"student" write topic`, "P": `"student" write topic`,
		"t": `"student" delete topic`, "o 1": "do not know KIP-848", "e 3": "transactional id",
	} {
		m, fake := dashboard(restricted(), 160, 45)
		press(m, strings.Fields(keys)...)
		if len(fake.asked) > 0 || !strings.Contains(text(m), "Off: ") || !strings.Contains(text(m), want) {
			t.Errorf("%s: asked for %v, and says\n%s", keys, fake.asked, text(m))
		}
	}
	m, fake := dashboard(restricted(), 160, 45)
	press(m, "k", "+")
	if len(fake.asked) != 2 {
		t.Errorf("what is allowed was not asked for: %v", fake.asked)
	}
}

// TestARecreationThatIsOffIsMarkedAndNotAskedFor: before, it was refused after two more questions.
func TestARecreationThatIsOffIsMarkedAndNotAskedFor(t *testing.T) {
	s := elsewhere()
	s.Can.Recreate = phrase.New("Take another --topic-prefix: dlq-payment was there before, and the lab changes and deletes only what it made.")
	m, _ := dashboard(s, 100, 45)
	press(m, "t")
	if got := text(m); strings.Count(got, "! off") != 1 {
		t.Error(got)
	}
	for _, keys := range []string{"t up enter", "t 1 enter"} {
		m, fake := dashboard(s, 100, 45)
		press(m, strings.Fields(keys)...)
		if got := text(m); len(fake.asked) > 0 || !strings.Contains(got, "Off: Take another --topic-prefix") || strings.Contains(got, "how many partitions?") {
			t.Errorf("%s: asked for %v, and says\n%s", keys, fake.asked, got)
		}
	}
	s.Can.Grow = s.Can.Recreate
	m, _ = dashboard(s, 100, 45)
	press(m, "t")
	if got := text(m); !strings.Contains(got, "Off: Take another --topic-prefix") {
		t.Error(got)
	}
}

func TestAKeyThatIsOffIsMuted(t *testing.T) {
	st := newStyles(ThemeDark, false, false)
	on, off := st.key.Render("f"), st.muted.Render("f")
	for name, c := range map[string]struct {
		snapshot *lab.Snapshot
		want     string
	}{"allowed": {elsewhere(), on}, "off": {restricted(), off}} {
		m, _ := dashboard(c.snapshot, 120, 36)
		front, spare := m.footer()
		if footer := footerLine(st, front, spare, 120); !strings.Contains(footer, c.want+" ") {
			t.Errorf("%s: %q", name, footer)
		}
	}
	m, _ := dashboard(restricted(), 100, 60)
	press(m, "?")
	if got := text(m); !strings.Contains(got, "flood 1,000 (off: press it to see why)") || strings.Contains(got, "add a consumer (off") {
		t.Error(got)
	}
	m, _ = dashboard(restricted(), 100, 45)
	press(m, "e")
	if got := text(m); strings.Count(got, "! off") != 1 {
		t.Error(got)
	}
}

// TestADeskWithoutTheRightToWriteSaysSo: a letter that is sent again is a payment, and a message goes to the topic that is shown.
func TestADeskWithoutTheRightToWriteSaysSo(t *testing.T) {
	for _, c := range []struct{ keys, off, want string }{
		{"9", "R", `"student" write topic payment-successful`}, {"9", "E", `"student" write topic payment-successful`},
		{"0", "N", `"student" write topic payment-successful`}, {"0 right", "N", `"student" write topic order-created`},
	} {
		m := reading(restricted(), buried(), 160, 45, strings.Fields(c.keys)...)
		front, spare := m.footer()
		footer := footerLine(m.st, front, spare, 160)
		if !strings.Contains(footer, m.st.muted.Render(c.off)+" ") || strings.Contains(footer, m.st.key.Render(c.off)) {
			t.Errorf("%s after %s is not muted: %q", c.off, c.keys, footer)
		}
		act(m, c.off)
		if got := text(m); m.form != nil || m.dialog != nil || !strings.Contains(got, "Off: ") || !strings.Contains(got, c.want) {
			t.Errorf("%s after %s says\n%s", c.off, c.keys, got)
		}
	}
	if m := reading(restricted(), buried(), 160, 45, "0", "right", "right", "N"); m.form == nil {
		t.Errorf("what is allowed is refused:\n%s", text(m))
	}
}
