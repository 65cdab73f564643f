package standalone

import (
	"errors"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
)

// TestAGoodbyeThatNobodyHeardIsNotCalledOne: the truth, and how long the group will wait. The 7 s are nobody's default.
func TestAGoodbyeThatNobodyHeardIsNotCalledOne(t *testing.T) {
	for _, p := range []kafka.Protocol{kafka.ConsumerProtocol, kafka.CooperativeSticky} {
		t.Run(string(p), func(t *testing.T) {
			t.Setenv("XDG_CACHE_HOME", t.TempDir())
			c, err := kafka.Open(t.Context(), kafka.Config{Nodes: 1, SessionTimeout: 7 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.Close)
			furnish(t, c)
			cfg := config(c, Order)
			cfg.Kafka.Protocol, cfg.Kafka.SessionTimeout = p, 7*time.Second
			outage := kafkatest.NewOutage(&cfg.Kafka)
			s := start(t, cfg)
			s.says(t, "now reads")
			outage.Begin()
			s.says(t, "! No broker answers at "+c.Brokers()[0])
			s.stop()
			err = <-s.ended
			if unheard := (*kafka.UnheardError)(nil); !errors.As(err, &unheard) || strings.Contains(err.Error(), "\n") ||
				!strings.Contains(err.Error(), "did not leave order-service-group: no broker answered; the group gives its partitions away after its session timeout of 7s") {
				t.Errorf("it ended with %v", err)
			}
			if strings.Contains(s.String(), "has left") {
				t.Error(s)
			}
		})
	}
}

// TestAnIdleServiceSaysThatNobodyAnswers, the payment service as well, which reads nothing.
func TestAnIdleServiceSaysThatNobodyAnswers(t *testing.T) {
	for _, service := range []string{Payment, Email} {
		c := open(t, true)
		cfg := config(c, service)
		outage := kafkatest.NewOutage(&cfg.Kafka)
		s := start(t, cfg)
		s.says(t, "answers ")
		outage.Begin()
		s.says(t, "! No broker answers at "+c.Brokers()[0])
		outage.End()
		s.says(t, "The brokers answer again, after ")
	}
}

// TestAServiceThatWaitsForItsTopicsOutlivesAnOutage: it says so, goes on waiting, and begins when they are there.
func TestAServiceThatWaitsForItsTopicsOutlivesAnOutage(t *testing.T) {
	c := open(t, false)
	cfg := config(c, Order)
	outage := kafkatest.NewOutage(&cfg.Kafka)
	service := start(t, cfg)
	cfg.Guest, cfg.Student, cfg.Name = true, true, "Lea"
	student := start(t, cfg)
	both := []*started{service, student}
	for _, s := range both {
		s.says(t, "Waiting for topics that are not there yet: ")
	}
	outage.Begin()
	for _, s := range both {
		s.says(t, "! No broker answers at "+c.Brokers()[0]+". The order service goes on by itself once one does.", "! Still no broker answers")
	}
	outage.End()
	for _, s := range both {
		s.says(t, "The brokers answer again, after ")
	}
	furnish(t, c)
	for _, s := range both {
		s.says(t, "has joined order-service-group")
		if n := strings.Count(s.String(), "No broker answers"); n != 1 {
			t.Errorf("told %d times:\n%s", n, s)
		}
	}
}
