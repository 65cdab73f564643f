//go:build synctests

package lab

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/role"
)

// reads is a consumer that does nothing with what it reads.
type reads struct{}

func (reads) Handle(_ context.Context, _ kafka.Writer, batch []*kafka.Record) (int, error) {
	return len(batch), nil
}

// visit has a program that is not the lab's read a topic in a group of its own, for a moment.
func visit(t *testing.T, c *kafka.Cluster, group, topic string) {
	t.Helper()
	member, err := c.NewMember(kafka.MemberConfig{
		ClientID: group, Group: group, Topics: []string{topic}, Patience: role.Order().Patience, Watch: quiet{},
		Batch: func() int { return 1 }, Handler: reads{},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithTimeout(t.Context(), 3*time.Second)
	defer leave()
	if err := member.Run(ctx); err != nil {
		t.Error(err)
	}
	member.Release()
}

func TestABareLabWaitsForTopicsAndTellsWhoReadsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Orders, c.Opening = 1, Opening{Bare: true, Idle: true, Guests: true} })
		until(t, l, "it says what it waits for", 5*time.Second, func(s *Snapshot) bool { return hears(s, "not there yet:", "payment-successful", "dlq-payment") })
		s := until(t, l, "every topic missing", 5*time.Second, func(s *Snapshot) bool {
			for _, topic := range s.Topics {
				if !topic.Missing {
					return false
				}
			}
			return len(s.Topics) > 0
		})
		if len(s.Curve) > 0 {
			t.Errorf("a lag is drawn where there is no topic: %+v", s.Curve)
		}
		if len(s.Guests) > 0 || s.Orders[0].Health != Left || s.Email.Health != Left || s.Analytics.Health != Left {
			t.Errorf("guests %q, order-1 %s, email %s, analytics %s", s.Guests, s.Orders[0].Health, s.Email.Health, s.Analytics.Health)
		}
		for _, c := range []Command{Flood{Count: 10}, Poison{}} {
			if err := l.Do(t.Context(), c); err == nil || !strings.Contains(err.Error(), "no topic payment-successful") {
				t.Errorf("%T without a topic: %v", c, err)
			}
		}
		somebody := open(t, l, l.cfg.Kafka.Prefix)
		if err := somebody.CreateTopics(t.Context(), role.Topics(1)...); err != nil {
			t.Fatal(err)
		}
		until(t, l, "topics that somebody made", 5*time.Second, func(s *Snapshot) bool { return s.Topics[0].Known })
		do(t, l, Flood{Count: 3})
		until(t, l, "3 payments that nobody reads", 5*time.Second, func(s *Snapshot) bool { return s.Lag.Known && s.Lag.Total == 3 })
		for _, name := range []string{"order-1", "email", "analytics"} {
			do(t, l, Restart{Name: name})
		}
		until(t, l, "every service to have caught up", 20*time.Second, func(s *Snapshot) bool {
			return s.Lag.Total == 0 && s.Topics[2].Total == 3 && s.Totals.Payments == 3 && s.Totals.Emails == 3
		})
		visit(t, somebody, "console-consumer-1", kafka.PaymentSuccessful)
		s = until(t, l, "a guest", 5*time.Second, func(s *Snapshot) bool { return len(s.Guests) > 0 })
		if len(s.Guests) != 1 || s.Guests[0] != l.cfg.Kafka.Prefix+"console-consumer-1" {
			t.Errorf("guests %q", s.Guests)
		}
	})
}

func TestANaiveLabCrashesOnItsFirstPill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Opening.Poison = PoisonCrash })
		do(t, l, Poison{Pills: []string{"invalid-json"}})
		s := until(t, l, "two crashes", time.Minute, func(s *Snapshot) bool {
			for _, o := range s.Orders {
				if o.Crashes >= 2 {
					return true
				}
			}
			return false
		})
		if s.Settings.Poison != PoisonCrash || s.DLQ.Total != 0 {
			t.Errorf("policy %s, %d dead letters", s.Settings.Poison, s.DLQ.Total)
		}
	})
}
