package kafka_test

import (
	"testing"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/kafka/realtest"
)

// TestATopicMadeAgainIsKnownToEveryBroker makes topics and deletes them, as fast as it can, and looks each up with a fresh
// client as a member does. Without waiting for every broker a client meets the id of the topic before.
func TestATopicMadeAgainIsKnownToEveryBroker(t *testing.T) {
	brokers := realtest.Start(t, realtest.Options{Brokers: 3}).Brokers()
	c, err := kafka.Open(t.Context(), kafka.Config{Brokers: brokers, Confirm: kafkatest.Agree})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	seen := map[string]bool{}
	for range 3 {
		if err := c.CreateTopics(t.Context(), kafka.Topic{Name: "course", Partitions: 12, MaxBytes: 1000}); err != nil {
			t.Fatal(err)
		}
		id := c.TopicID("course")
		if seen[id] {
			t.Fatalf("topic %s was deleted before", id)
		}
		seen[id] = true
		for _, broker := range brokers {
			other, err := kafka.Open(t.Context(), kafka.Config{Brokers: []string{broker}, Confirm: kafkatest.Agree})
			if err != nil {
				t.Fatal(err)
			}
			if err := other.CreateTopics(t.Context(), kafka.Topic{Name: "course", Partitions: 12, MaxBytes: 1000}); err != nil || other.TopicID("course") != id {
				t.Errorf("%s says %s (%v), want %s", broker, other.TopicID("course"), err, id)
			}
			other.Close()
		}
		if err := c.DeleteTopics(t.Context(), "course"); err != nil {
			t.Fatal(err)
		}
	}
}
