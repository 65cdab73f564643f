package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// onReal is a lab on somebody's cluster of three, whose broker 2 is gone: P1 has moved, P2 waits for a leader.
func onReal() *lab.Snapshot {
	s := flooded()
	s.Cluster.Embedded, s.Cluster.ID, s.Cluster.Nodes = false, "4L6g3nShT-eMCtK--X86sw", 3
	s.Cluster.Brokers = []string{"kafka-1.shop.example:9092"}
	s.Brokers = nil
	s.Placement = lab.Placement{UnderReplicated: 2, Leaderless: 1}
	for id := int32(1); id <= 3; id++ {
		b := lab.Broker{ID: id, Address: "kafka-" + string('0'+id) + ".shop.example:9092", Since: s.Started, Leads: 1, Copies: 3, InSync: 3}
		if id == 1 {
			b.Leads, b.Coordinates = 2, []string{"order-service-group", "email-service-group"}
		}
		s.Brokers = append(s.Brokers, b)
	}
	gone := &s.Brokers[1]
	gone.State, gone.Since, gone.Leads, gone.InSync = lab.BrokerGone, s.At.Add(-8*time.Second), 0, 1
	for i, leader := range []int32{1, 3, 2} {
		p := lab.Place{Topic: "payment-successful", Partition: int32(i), Leader: leader, Replicas: []int32{1, 2, 3}, ISR: []int32{1, 3}}
		if i == 0 {
			p.ISR = []int32{1, 2, 3}
		}
		s.Partitions[i].Leader = leader
		s.Placement.Places = append(s.Placement.Places, p)
	}
	s.Placement.Places[2].Silent = true
	p := &s.Partitions[2]
	p.Silent, p.Known, s.Lag.Known = true, false, false
	p.AsOf, p.Why = s.At.Add(-7*time.Second), phrase.New("broker 2, which leads it, does not answer")
	s.Losses = []lab.Loss{
		{Broker: 3, At: s.At.Add(-200 * time.Second), Back: s.At.Add(-170 * time.Second), InSync: s.At.Add(-168 * time.Second)},
		{Broker: 2, At: s.At.Add(-14 * time.Second), Waiting: 1, Moved: []lab.LeaderMove{
			{Topic: "payment-successful", Partition: 1, From: 2, To: 3, Within: 6400 * time.Millisecond, Unread: 6600 * time.Millisecond, Measured: true},
			{Topic: "order-created", Partition: 0, From: 2, To: 1, Within: 6400 * time.Millisecond},
		}},
	}
	return s
}

// lonely is a lab on somebody's cluster of one broker.
func lonely() *lab.Snapshot {
	s := onReal()
	s.Cluster.Nodes, s.Brokers, s.Losses = 1, s.Brokers[:1], nil
	s.Placement.UnderReplicated, s.Placement.Leaderless = 0, 0
	s.Brokers[0].Leads, s.Brokers[0].Coordinates = 3, append(s.Brokers[0].Coordinates, "analytics-service-group")
	for i := range s.Placement.Places {
		p := &s.Placement.Places[i]
		p.Leader, p.Replicas, p.ISR, p.Silent = 1, []int32{1}, []int32{1}, false
		s.Partitions[i].Leader, s.Partitions[i].Silent, s.Partitions[i].Known = 1, false, true
	}
	return s
}

// cutOff is a lab whose brokers have not answered for twelve seconds, in the middle of a flood.
func cutOff() *lab.Snapshot {
	s := flooded()
	s.Reading.At = s.At.Add(-12 * time.Second)
	s.Reading.Err, s.Reading.Lost = errors.New("look up the topics: no broker answers"), true
	s.Outages = []lab.Outage{{From: s.Reading.At}}
	for i := range s.Partitions {
		s.Partitions[i].Unknown = true
	}
	for i := range s.Orders {
		s.Orders[i].Err = errors.New("be a member of order-service-group: unable to dial: dial tcp 127.0.0.1:9094: connect: connection refused")
	}
	s.Flood = lab.FloodProgress{ID: 1, Wanted: 1000, Acked: 812, Failed: 150, Unknown: 38, Took: 32 * time.Second, Err: errors.New("the brokers did not answer")}
	return s
}

// Before the first reading nobody knows the brokers: the dialog says so and sends nothing.
func TestBrokerKeyBeforeTheFirstReading(t *testing.T) {
	s := running(3, 3)
	s.Brokers = nil
	m, f := dashboard(s, 80, 24)
	m.Update(keyPress("b"))
	if !strings.Contains(text(m), "not read yet") {
		t.Error(text(m))
	}
	if _, cmd := m.Update(keyPress("enter")); cmd != nil || len(f.asked) > 0 {
		t.Errorf("asked %v", f.asked)
	}
}

// The key for brokers stops and starts embedded ones, never the controller, and says how a real one is killed.
func TestBrokerKey(t *testing.T) {
	s := running(3, 3)
	s.Brokers[1].State = lab.BrokerGone
	m, f := dashboard(s, 100, 30)
	for _, choice := range []string{"1", "2", "3"} {
		m.Update(keyPress("b"))
		if m.page != brokersPage || !strings.Contains(text(m), simulated().String()) {
			t.Fatal("no dialog about brokers, or no word that it is simulated")
		}
		if _, cmd := m.Update(keyPress(choice)); cmd != nil {
			cmd()
		}
	}
	if want := []lab.Command{lab.StopBroker{ID: 0}, lab.StartBroker{ID: 1}}; !slices.Equal(f.asked, want) {
		t.Errorf("asked %v, want %v", f.asked, want)
	}
	m, f = dashboard(onReal(), 100, 30)
	m.Update(keyPress("b"))
	if !strings.Contains(text(m), "kill kafka-2") {
		t.Error("nobody says how a real broker is killed")
	}
	if _, cmd := m.Update(keyPress("enter")); cmd != nil || len(f.asked) > 0 {
		t.Errorf("a real cluster was asked %v", f.asked)
	}
}

// While nobody answers, or a dead broker is still listed, nothing on the brokers' page says that all is well.
func TestBrokersPageOfBrokersThatDoNotAnswer(t *testing.T) {
	page := func(s *lab.Snapshot) string {
		m, _ := dashboard(s, 120, 36)
		m.Update(keyPress("b"))
		m.Update(keyPress("esc"))
		return text(m)
	}
	s := onReal()
	s.Placement.UnderReplicated, s.Placement.Leaderless = 0, 0
	s.Brokers[1].State = lab.BrokerUp
	if p := page(s); !strings.Contains(p, "3 of 3 answer") || !strings.Contains(p, "0 partitions under-replicated") {
		t.Error(p)
	}
	s.Brokers[1].State, s.Brokers[1].InSync = lab.BrokerSilent, 3
	if p := page(s); !strings.Contains(p, "2 of 3 answer") || strings.Contains(p, "0 partitions") || strings.Count(p, "3/3") != 2 {
		t.Error(p)
	}
	s.Reading.Lost, s.Reading.Err, s.Reading.At = true, errors.New("no broker answers"), s.At.Add(-220*time.Second)
	if p := page(s); !strings.Contains(p, "0 of 3 answer") || strings.Contains(p, "running") || strings.Contains(p, "0 partitions") || strings.Contains(p, "3/3") {
		t.Error(p)
	}
	m, _ := dashboard(s, 120, 36)
	if p := text(m); !strings.Contains(p, "DISCONNECTED 3:40") || !strings.Contains(p, "All of this is 3:40 old") {
		t.Error(p)
	}
}

// Where the newest reading lacks a partition, its last known numbers are shown as old, with the reason.
func TestAPartitionThatCannotBeRead(t *testing.T) {
	for _, test := range []struct {
		why    string
		silent bool
		bar    string
	}{
		{"broker 2, which leads it, does not answer", true, "broker 2 is si"},
		{"what order-service-group has committed cannot be read: \x1b[2J", false, "▇▇▇"},
	} {
		s := onReal()
		p := &s.Partitions[2]
		p.Why, p.Silent = phrase.New("%s", test.why), test.silent
		m, _ := dashboard(s, 100, 30)
		got := text(m)
		row := strings.Split(got, "\n")[8]
		for _, want := range []string{"P2", "200", "394/594", "old", test.bar, "–"} {
			if !strings.Contains(row, want) {
				t.Errorf("%q lacks %q", row, want)
			}
		}
		if strings.Contains(row, "falling") || !strings.Contains(got, "P2: "+test.why[:30]) || !strings.Contains(got, "Numbers of 7.0 s ago") {
			t.Error(got)
		}
		p.AsOf = time.Time{}
		if row := strings.Split(text(m), "\n")[8]; strings.Contains(row, "200") || strings.Contains(row, "394") {
			t.Errorf("%q has numbers that nobody ever read", row)
		}
	}
}

// TestNothingIsClaimedWithoutAnswers: neither that no broker was lost, nor that a topic is empty which nobody could read.
func TestNothingIsClaimedWithoutAnswers(t *testing.T) {
	f := &fakeDesk{err: errors.New(`look up topic "payment-successful": unable to dial: dial tcp 127.0.0.1:9094: connect: connection refused`)}
	for _, size := range [][2]int{{80, 24}, {100, 30}, {120, 36}} {
		for keys, want := range map[string]string{
			"": "The lab goes on by itself", "b esc": "which of them is lost", "9": "connect: connection refused", "0": "connect: connection refused",
			"3": "! connection refused",
		} {
			got := text(reading(cutOff(), f, size[0], size[1], strings.Fields(keys)...))
			words := strings.Join(strings.Fields(got), " ")
			if size[0] > 80 && keys == "3" {
				want = "connection refused"
			}
			if !strings.Contains(words, want) || !strings.Contains(words, "DISCONNECTED 12.0 s") {
				t.Errorf("%v after %q: no %q in\n%s", size, keys, want, got)
			}
			for _, claim := range []string{"No broker was lost", "No dead letters", "No messages here", "read at", "DEAD LETTERS 0"} {
				if strings.Contains(got, claim) {
					t.Errorf("%v after %q: it says %q\n%s", size, keys, claim, got)
				}
			}
		}
	}
}

func TestABrokerKeepsItsPort(t *testing.T) {
	st := newStyles(ThemeDark, false, false)
	for address, want := range map[string]string{
		"localhost:9094": "localhost:9094", "kafka-1.shop.example.com:19092": "kafka-1.shop.…:19092", "[2001:db8::8a2e:370:7334]:9092": "[2001:db8::8a2…:9092",
		"a-name-without-any-port-at-all": "a-name-without-any-…",
	} {
		if got := st.address(address, 20); got != want {
			t.Errorf("%s is %q, want %q", address, got, want)
		}
	}
}
