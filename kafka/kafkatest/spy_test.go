package kafkatest

import (
	"slices"
	"testing"

	"blackfriday/kafka"
)

func TestSpyHearsEveryRequest(t *testing.T) {
	spy := &Spy{}
	c, err := kafka.Open(t.Context(), spy.On(kafka.Config{Nodes: 1}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.CreateTopics(t.Context(), kafka.Topic{Name: "a", Partitions: 1, MaxBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	p, err := c.NewProducer("p")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	// Larger than what is written in one go.
	if err := p.Write(t.Context(), &kafka.Record{Topic: "a", Value: make([]byte, 500_000)})[0]; err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ApiVersions", "Metadata", "CreateTopics", "InitProducerID", "Produce"} {
		if sent := spy.Sent(); !slices.Contains(sent, want) {
			t.Errorf("heard %v, and no %s", sent, want)
		}
	}
}
