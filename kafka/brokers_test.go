package kafka

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"
)

func placesOf(r Reading, topic string) []int32 {
	leaders := make([]int32, len(r.Topics[topic].Partitions))
	for i, p := range r.Topics[topic].Partitions {
		leaders[i] = p.Leader
	}
	return leaders
}

// A stopped broker refuses, what it led is led by others and nothing else moves; started again it is what it was.
func TestStoppedBrokerComesBack(t *testing.T) {
	c := openCluster(t, "a", "b")
	client := openClient(t, c)
	produce(t, client, "a", 0, "x")
	o := openObserver(t, c, "a", "b")
	victim := c.fake.LeaderFor(testPrefix+"a", 0)
	if victim == c.Controller() {
		if err := c.fake.MoveTopicPartition(testPrefix+"a", 0, 0); err != nil {
			t.Fatal(err)
		}
		victim = 0
	}
	before, err := c.leaders(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.StopBroker(t.Context(), victim); err != nil {
		t.Fatal(err)
	}
	if conn, err := net.DialTimeout("tcp", c.Brokers()[victim], time.Second); err == nil {
		conn.Close()
		t.Error("the stopped broker still takes connections")
	}
	for _, l := range before {
		now := c.fake.LeaderFor(l.Topic, l.Partition)
		if l.Leader == victim && now == victim || l.Leader != victim && now != l.Leader {
			t.Errorf("%s partition %d went from broker %d to %d as %d stopped", l.Topic, l.Partition, l.Leader, now, victim)
		}
	}
	r := readUntil(t, o, "a whole reading without the stopped broker", func(r Reading) bool { return len(r.Brokers) == 2 && r.Err() == nil })
	if slices.Contains(placesOf(r, "a"), victim) {
		t.Errorf("leaders %v of a: broker %d is stopped", placesOf(r, "a"), victim)
	}
	produce(t, client, "a", 0, "y")
	if err := c.StopBroker(t.Context(), victim); err == nil {
		t.Error("it was stopped twice")
	}
	if err := c.StartBroker(t.Context(), victim); err != nil {
		t.Fatal(err)
	}
	after, err := c.leaders(t.Context())
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("leaders %v after the restart, error %v; want %v", after, err, before)
	}
	produce(t, client, "a", 0, "z")
	if got := readAll(t, c, "a")["a/0"]; !slices.Equal(got, []string{"0=x", "1=y", "2=z"}) {
		t.Errorf("a/0 holds %v", got)
	}
	want := func(r Reading) bool {
		return len(r.Brokers) == 3 && r.Brokers[victim] == BrokerReading{victim, c.Brokers()[victim], true} && r.Err() == nil
	}
	readUntil(t, o, fmt.Sprintf("broker %d under its old address", victim), want)
}

func TestBrokersThatAreNotStopped(t *testing.T) {
	c := openCluster(t, "a")
	for _, id := range []int32{-1, 3, c.Controller()} {
		if err := c.StopBroker(t.Context(), id); err == nil {
			t.Errorf("broker %d was stopped", id)
		}
	}
	if err := c.StartBroker(t.Context(), 0); err == nil {
		t.Error("a broker that runs was started")
	}
	theirs := reachable(t, c, ConsumerProtocol)
	if err := theirs.StopBroker(t.Context(), 0); !errors.Is(err, ErrNotEmbedded) {
		t.Errorf("somebody else's broker: %v", err)
	}
	if theirs.Controller() != -1 {
		t.Error("a real cluster has no broker that cannot be stopped")
	}
}
