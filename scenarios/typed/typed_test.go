package typed_test

import (
	"go/parser"
	"go/token"
	"os/exec"
	"strings"
	"testing"
	"time"

	"blackfriday/scenarios/typed"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

// commands are those that keys give.
func commands() []lab.Command {
	all := []lab.Command{
		lab.Flood{Count: 1000}, lab.Poison{}, lab.AddConsumer{}, lab.Kill{}, lab.Kill{Name: "email"}, lab.Stop{}, lab.Restart{}, lab.Restart{Name: "analytics"},
		lab.SetDelay{Delay: time.Second}, lab.SetProtocol{Protocol: "consumer"}, lab.SetProtocol{Protocol: "roundrobin"}, lab.GrowPartitions{Count: 6},
		lab.RecreateTopics{Partitions: 1}, lab.SetKey{Key: lab.KeyVIP}, lab.SetGuarantee{Guarantee: "exactly-once"}, lab.SetCommitInterval{Every: time.Second},
		lab.SetPoison{Policy: lab.PoisonCrash}, lab.StopBroker{}, lab.StartBroker{}, lab.KillBetween{},
	}
	for _, p := range event.Pills() {
		all = append(all, lab.Poison{Pills: []string{p.Name}})
	}
	return all
}

func cards(s *lab.Snapshot) map[string]typed.Card {
	all := map[string]typed.Card{"redrive": typed.For(s, typed.Question{Redrive: true})}
	for _, p := range typed.Pages() {
		all[string(p)] = typed.For(s, typed.Question{Page: p})
	}
	for _, c := range commands() {
		card := typed.For(s, typed.Question{Command: c})
		all[card.About.String()] = card
	}
	return all
}

func TestEveryToolSaysWhatToTypeOrWhyNot(t *testing.T) {
	s := &lab.Snapshot{Settings: lab.Settings{Protocol: "KIP-848"}}
	for name, card := range cards(s) {
		if card.About.Empty() || len(card.Entries) != len(typed.Tools()) {
			t.Errorf("%s: %+v", name, card)
		}
		for i, tool := range typed.Tools() {
			if e := card.Entries[i]; e.Tool != tool || len(e.Lines) == 0 && e.Note.Empty() {
				t.Errorf("%s says nothing of %s: %+v", name, tool, e)
			}
		}
	}
}

// Names and addresses are somebody's: whatever is in them, they are words for the shell and texts for Go.
func TestAHostileClusterTypesNothing(t *testing.T) {
	for _, evil := range []string{
		"x; echo PWNED; :", "x$(echo PWNED >&2)", "x'; echo PWNED; : '", "x`echo PWNED >&2`", "x\necho PWNED\n:", "x\"\\\n | & \" + panic(1)",
	} {
		s := &lab.Snapshot{Cluster: lab.Cluster{Brokers: []string{evil}, Prefix: evil}, Settings: lab.Settings{Protocol: evil}}
		for name, card := range cards(s) {
			for _, e := range card.Entries {
				if e.Tool == typed.FranzGo {
					if _, err := parser.ParseFile(token.NewFileSet(), "main.go", e.Text(), 0); len(e.Lines) > 0 && err != nil || strings.Contains(e.Text(), "\tpanic(") {
						t.Errorf("%s: %v\n%s", name, err, e.Text())
					}
					continue
				}
				for _, line := range e.Lines {
					cmd := exec.CommandContext(t.Context(), "sh", "-c", "PATH=/nowhere\n"+line)
					out, _ := cmd.CombinedOutput() // nothing of it is found
					for said := range strings.Lines(string(out)) {
						if strings.TrimSpace(said) == "PWNED" {
							t.Errorf("%s obeys: %s\n%s", name, line, out)
						}
					}
				}
			}
		}
	}
}

func TestOneBrokerThatAnswersIsEnough(t *testing.T) {
	s := &lab.Snapshot{
		Cluster: lab.Cluster{Embedded: true, Brokers: []string{"localhost:9094", "localhost:9095"}},
		Brokers: []lab.Broker{{ID: 0, Address: "localhost:9094", State: lab.BrokerGone}, {ID: 1, Address: "localhost:9095"}},
	}
	for _, e := range typed.For(s, typed.Question{Page: typed.Partitions}).Entries {
		if !strings.Contains(e.Text(), "localhost:9095") {
			t.Errorf("%s asks a broker that is gone: %s", e.Tool, e.Text())
		}
	}
	s.Brokers[0].State = lab.BrokerUp
	for _, e := range typed.For(s, typed.Question{Page: typed.Partitions}).Entries {
		if e.Tool == typed.Console && e.Text() != "blackfriday topics describe payment-successful" {
			t.Errorf("our console finds the lab of this machine by itself: %s", e.Text())
		}
	}
}

// TestWhatGoesToTheBackgroundIsNotAsked: nobody could answer there. Everything else asks on somebody's cluster.
func TestWhatGoesToTheBackgroundIsNotAsked(t *testing.T) {
	for _, test := range []struct {
		cluster    lab.Cluster
		background bool
		others     bool // are not asked either
	}{
		{lab.Cluster{Brokers: []string{"kafka:9092"}}, true, false},
		{lab.Cluster{Brokers: []string{"localhost:9094"}}, true, false},
		{lab.Cluster{Brokers: []string{"localhost:9094"}, Embedded: true}, false, false},
		{lab.Cluster{Brokers: []string{"localhost:4711"}, Embedded: true}, true, true},
	} {
		s := &lab.Snapshot{Cluster: test.cluster}
		for _, c := range []lab.Command{lab.Kill{}, lab.Stop{}, lab.AddConsumer{}, lab.Flood{Count: 10}, lab.Poison{}} {
			want := test.others
			switch c.(type) {
			case lab.Kill, lab.Stop:
				want = test.background
			}
			line := typed.For(s, typed.Question{Command: c}).Entries[2].Text()
			if strings.Contains(line, " --yes") != want {
				t.Errorf("%+v: --yes %v, want %v: %s", test.cluster, !want, want, line)
			}
		}
	}
}
