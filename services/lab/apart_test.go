//go:build synctests

package lab

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/role"
)

// beside is a lab of its own on the cluster of another one.
func beside(host *Lab, prefix string) func(*Config) {
	return func(c *Config) {
		c.Kafka = host.cfg.Kafka
		c.Kafka.Brokers, c.Kafka.Prefix, c.Kafka.Protocol = host.Snapshot().Cluster.Brokers, prefix, kafka.ConsumerProtocol
	}
}

func peaceful(t *testing.T, labs ...*Lab) {
	t.Helper()
	for _, l := range labs {
		for _, e := range l.Snapshot().Events {
			if e.Severity == Bad {
				t.Errorf("under %s, %s: %s", l.Snapshot().Cluster.Prefix, e.Source, e.Text.String())
			}
		}
	}
}

func TestLabsWithPrefixesDoNotTouchEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := start(t, func(c *Config) { c.Guarantee = kafka.ExactlyOnce })
		// Its prefix begins with that of the first.
		second := start(t, beside(first, kafkatest.Prefix+"b."))
		do(t, first, Flood{Count: 300})
		until(t, first, "the flood is seen", 2*time.Second, func(s *Snapshot) bool { return s.Lag.Total > 250 })
		do(t, first, Kill{Name: "order-1"})
		do(t, second, RecreateTopics{Partitions: 5})
		do(t, second, Flood{Count: 100})
		do(t, second, Kill{Name: "order-1"})
		for l, want := range map[*Lab]int{first: 300, second: 100} {
			s := until(t, l, "its own payments are drained", 2*time.Minute, func(s *Snapshot) bool {
				return drained(s) && s.Totals.Emails >= int64(want) && !s.Orders[0].StillMember
			})
			// What the dead under at-least-once had in hand may be done twice; not under exactly-once.
			if count := audited(t, l); count.Payments != int64(want) || count.Lost > 0 || l == first && count.Duplicates > 0 {
				t.Errorf("under %s: %+v", s.Cluster.Prefix, count)
			}
			if s.Totals.Payments != int64(want) {
				t.Errorf("under %s analytics counted %d payments, want %d", s.Cluster.Prefix, s.Totals.Payments, want)
			}
		}
		if a, b := len(first.Snapshot().Partitions), len(second.Snapshot().Partitions); a != 3 || b != 5 {
			t.Errorf("%d and %d partitions, want 3 and 5", a, b)
		}
	})
}

// TestALabUsesWhatItFinds and changes nothing of it.
func TestALabUsesWhatItFinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := start(t, nil)
		owner := open(t, host, "his.")
		topics := role.Topics(5)
		topics[1].Partitions = 2
		if err := owner.CreateTopics(t.Context(), topics...); err != nil {
			t.Fatal(err)
		}
		// Nobody remembers who made them.
		plan, err := owner.Belongings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		kafkatest.Forget(t, owner)
		l := start(t, beside(host, "his."))
		s := l.Snapshot()
		if len(s.Partitions) != 5 || !said(s, "different numbers of partitions: his.payment-successful (5), his.order-created (2)") {
			t.Errorf("%d partitions; events %+v", len(s.Partitions), s.Events)
		}
		for _, c := range []Command{RecreateTopics{Partitions: 3}, GrowPartitions{Count: 9}} {
			if err := l.Do(t.Context(), c); !errors.Is(err, kafka.ErrForeign) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%T: %v", c, err)
			}
			// A screen may have room for the beginning only, and offers it as what is off.
			if why := s.WhyNot(c); !strings.HasPrefix(why.String(), "Take another --topic-prefix: his.payment-successful") {
				t.Errorf("%T is off because %q", c, why)
			}
		}
		do(t, l, Flood{Count: 60})
		until(t, l, "it works with them", 20*time.Second, func(s *Snapshot) bool { return drained(s) && s.Totals.Emails == 60 })
		if now, err := owner.Plan(t.Context(), topics); err != nil || now.Of(kafka.PaymentSuccessful).ID != plan.Of(kafka.PaymentSuccessful).ID {
			t.Errorf("they were changed: %+v, %v", now, err)
		}
		peaceful(t, l)
	})
}

// TestCleanUpSeesALabWithoutConsumers: it can still write payments to what would be deleted.
func TestCleanUpSeesALabWithoutConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := start(t, nil)
		cleaner := open(t, host, "his.")
		l := start(t, beside(host, "his."))
		for _, name := range []string{"order-1", "order-2", "order-3", "email", "analytics"} {
			do(t, l, Stop{Name: name})
		}
		<-time.After(20 * time.Second) // longer than a sign of life counts
		plan, err := cleaner.Belongings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{plan.Vacant(), cleaner.CleanUp(t.Context(), plan)} {
			if !errors.Is(err, kafka.ErrInUse) || !strings.Contains(err.Error(), ", lab-") {
				t.Errorf("under the lab: %v", err)
			}
		}
	})
}

// TestADeadLetterQueueOfSomebodyElses keeps the lab from recreating the topics, and not from growing them.
func TestADeadLetterQueueOfSomebodyElses(t *testing.T) {
	s := &state{}
	topics := []kafka.PlannedTopic{{Name: kafka.DLQPayment, Standing: kafka.Found}}
	for _, name := range flowing() {
		topics = append(topics, kafka.PlannedTopic{Name: name, Standing: kafka.Made})
	}
	s.found(kafka.Plan{Prefix: "his.", Topics: topics})
	if can := s.can(); !can.Grow.Empty() || !strings.Contains(can.Recreate.String(), "his."+kafka.DLQPayment) {
		t.Errorf("%+v", can)
	}
}

// TestTheStartNamesTheBrokersAndTheProtocol that the cluster has, whatever addresses and protocol were asked for.
func TestTheStartNamesTheBrokersAndTheProtocol(t *testing.T) {
	for want, session := range map[string]time.Duration{
		"The groups speak KIP-848. In a KIP-848 group these brokers give up a dead member after 6s, within --session-timeout 6s.":               6 * time.Second,
		"The groups speak cooperative-sticky. In a KIP-848 group these brokers give up a dead member after 6s, later than --session-timeout 2s": 2 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			host := start(t, func(c *Config) { c.Orders, c.Kafka.SessionTimeout = 0, 6*time.Second })
			l := start(t, func(c *Config) {
				beside(host, "b.")(c)
				named := c.Kafka.Brokers
				c.Kafka.Brokers = append(named[:1:1], named[0]) // one of three, twice
				c.Kafka.Protocol, c.Kafka.SessionTimeout = "", session
			})
			for _, text := range []string{want, "connected to 3 brokers on " + strings.Join(host.Snapshot().Cluster.Brokers, ", ")} {
				if !said(l.Snapshot(), text) {
					t.Errorf("nobody says %q: %+v", text, l.Snapshot().Events)
				}
			}
			if said(host.Snapshot(), "groups speak") {
				t.Error("the embedded cluster's protocol is the flag's, and not chosen")
			}
		})
	}
}

func said(s *Snapshot, text string) bool {
	for _, e := range s.Events {
		if strings.Contains(e.Text.String(), text) {
			return true
		}
	}
	return false
}

// open opens the cluster of a lab, as somebody else.
func open(t *testing.T, host *Lab, prefix string) *kafka.Cluster {
	t.Helper()
	var cfg Config
	beside(host, prefix)(&cfg)
	c, err := kafka.Open(t.Context(), cfg.Kafka)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestALabAsksBeforeItWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := start(t, nil)
		refused := errors.New("no")
		cfg := Config{Partitions: 2, Orders: 1, HTTPPort: NoHTTP}
		beside(host, "mine.")(&cfg)
		cfg.Kafka.Confirm = func(_ context.Context, p kafka.Plan) error {
			if p.Of(kafka.PaymentSuccessful).Partitions != 2 || len(p.Groups) != 3 {
				t.Errorf("asked about %+v", p)
			}
			return refused
		}
		if err := Agree(t.Context(), &cfg); !errors.Is(err, refused) {
			t.Error(err)
		}
		if err := New(cfg).Run(t.Context()); !errors.Is(err, refused) {
			t.Error(err)
		}
		if plan, err := open(t, host, "mine.").Plan(t.Context(), role.Topics(2)); err != nil || plan.Of(kafka.PaymentSuccessful).Standing != kafka.Missing {
			t.Errorf("%+v, %v", plan, err)
		}
		cfg.Kafka.Confirm = kafkatest.Agree
		if err := Agree(t.Context(), &cfg); err != nil {
			t.Error(err)
		}
		if err := cfg.Kafka.Confirm(t.Context(), kafka.Plan{ClusterID: "another"}); !errors.Is(err, kafka.ErrUnconfirmed) {
			t.Errorf("another cluster: %v", err)
		}
	})
}
