package kafka

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

func TestProtocolFollowsTheBrokersTimeouts(t *testing.T) {
	for broker, want := range map[time.Duration]Protocol{
		6 * time.Second:  ConsumerProtocol,
		45 * time.Second: CooperativeSticky, // Kafka's default
	} {
		running, err := Open(t.Context(), Config{SessionTimeout: broker})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(running.Close)
		c, err := Open(t.Context(), Config{Brokers: running.Brokers()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		if got := c.Config().Protocol; got != want || c.Embedded() {
			t.Errorf("brokers that wait %v: %s, want %s", broker, got, want)
		}
	}
}

func TestTakenPortIsNamedWithItsFlag(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, err = Open(t.Context(), Config{Port: port})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint(port)) || !strings.Contains(err.Error(), "--kafka-port") {
		t.Errorf("error %v; want the port %d and --kafka-port", err, port)
	}
}

func TestNobodyThereIsSaidSoon(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*answerTimeout)
	defer cancel()
	_, err = Open(ctx, Config{Brokers: []string{address}})
	if err == nil || !strings.Contains(err.Error(), address) || ctx.Err() != nil {
		t.Errorf("error %v; want one that names %s, within %v", err, address, 2*answerTimeout)
	}
}

func TestConfigRefusesWhatCannotWork(t *testing.T) {
	for flag, cfg := range map[string]Config{
		"--kafka-port":      {Port: 65535},
		"--session-timeout": {SessionTimeout: time.Millisecond},
		"--heartbeat":       {SessionTimeout: 6 * time.Second, Heartbeat: 5 * time.Second},
	} {
		if _, err := cfg.withDefaults(); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%+v: error %v, want one that names %s", cfg, err, flag)
		}
	}
	if _, err := ParseProtocol("gossip"); err == nil || !strings.Contains(err.Error(), "cooperative-sticky") {
		t.Errorf("error %v, want one that lists the protocols", err)
	}
}

func TestTopicsGrowAndGo(t *testing.T) {
	c, err := Open(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	topic := Topic{PaymentSuccessful, 1, 1 << 20}
	if err := c.CreateTopics(t.Context(), topic); err != nil {
		t.Fatal(err)
	}
	first := c.TopicID(PaymentSuccessful)
	if err := c.GrowTopics(t.Context(), 3, PaymentSuccessful); err != nil {
		t.Error(err)
	}
	if err := c.GrowTopics(t.Context(), 2, PaymentSuccessful); err == nil {
		t.Error("a partition was taken away")
	}
	for range 2 { // the second time there is nothing to delete
		if err := c.DeleteTopics(t.Context(), PaymentSuccessful); err != nil {
			t.Error(err)
		}
		if err := c.DeleteGroups(t.Context(), OrderGroup); err != nil {
			t.Error(err)
		}
	}
	if err := c.CreateTopics(t.Context(), topic); err != nil || c.TopicID(PaymentSuccessful) == first || first == "" {
		t.Errorf("recreated with id %q after %q: %v", c.TopicID(PaymentSuccessful), first, err)
	}
}
