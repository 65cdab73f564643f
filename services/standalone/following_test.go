package standalone

import (
	"context"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
)

// turned is a service that takes its group for another than it is, as one does that looked before the others came.
func turned(t *testing.T, cfg Config) (said *paper, ended chan error, stop context.CancelFunc) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	said, ended = &paper{}, make(chan error, 1)
	journal := NewJournal(said, false)
	p := &process{cfg: cfg, journal: journal, asked: true}
	if err := p.open(ctx); err != nil {
		t.Fatal(err)
	}
	p.asked = false
	go func() {
		err := p.stay(ctx)
		p.close()
		journal.Close()
		ended <- err
	}()
	return said, ended, stop
}

// TestAServiceFollowsItsGroup to the protocol that the group speaks, instead of asking it for ever in another one.
func TestAServiceFollowsItsGroup(t *testing.T) {
	for mine, theirs := range map[kafka.Protocol]kafka.Protocol{kafka.ConsumerProtocol: kafka.Range, kafka.Range: kafka.ConsumerProtocol} {
		c := open(t, true)
		other := config(c, Order)
		other.Kafka.Protocol = theirs
		start(t, other).says(t, "has joined order-service-group")
		cfg := config(c, Order)
		cfg.Kafka.Protocol = mine
		said, ended, stop := turned(t, cfg)
		said.says(t, "order-service-group speaks "+theirs.String(), "-2 has joined order-service-group")
		stop()
		if err := <-ended; err != nil {
			t.Errorf("%s in a group of %s: %v", mine, theirs, err)
		}
	}
}

// TestAServiceSaysWhyItCannotJoin, in one sentence with the group, its protocol and the flag.
func TestAServiceSaysWhyItCannotJoin(t *testing.T) {
	p := &process{cfg: Config{Service: Order}}
	err := p.match(kafka.GroupReading{State: "Stable", Protocol: "sticky", Epoch: -1, Members: make([]kafka.MemberReading, 1)})
	for _, word := range []string{"order-service-group", `"sticky"`, "--protocol"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%v does not say %s", err, word)
		}
	}
}

// TestAGroupThatRebalancesIsWaitedFor: a classic one does not tell its protocol meanwhile.
func TestAGroupThatRebalancesIsWaitedFor(t *testing.T) {
	member := make([]kafka.MemberReading, 1)
	for _, test := range []struct {
		g       kafka.GroupReading
		waits   bool
		becomes kafka.Protocol
	}{
		{kafka.GroupReading{State: "PreparingRebalance", Epoch: -1, Members: member}, true, kafka.RoundRobin},
		{kafka.GroupReading{State: "Stable", Protocol: "range", Epoch: -1, Members: member}, false, kafka.Range},
		{kafka.GroupReading{State: "Reconciling", Epoch: 3, Members: member}, false, kafka.ConsumerProtocol},
		{kafka.GroupReading{State: "Empty", Epoch: -1}, false, kafka.RoundRobin},
	} {
		p := &process{cfg: Config{Service: Order, Habit: kafka.RoundRobin}}
		if err := p.match(test.g); err != nil || undecided(test.g) != test.waits || p.cfg.Kafka.Protocol != test.becomes {
			t.Errorf("%+v: it waits %v and speaks %q (%v), want %v and %q", test.g, undecided(test.g), p.cfg.Kafka.Protocol, err, test.waits, test.becomes)
		}
	}
}
