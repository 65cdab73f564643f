package kafka

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// A broker that is listed and leads nothing answers when it is greeted, or not.
func TestABrokerThatLeadsNothingIsGreeted(t *testing.T) {
	c := openCluster(t, "a")
	const quiet = 0
	for id := range int32(3) {
		if err := c.fake.MoveTopicPartition(testPrefix+"a", id, 1+id%2); err != nil {
			t.Fatal(err)
		}
	}
	o := openObserver(t, c, "a")
	answers := func(want bool) func(Reading) bool {
		return func(r Reading) bool {
			return len(r.Brokers) == 3 && r.Brokers[quiet].Answers == want && r.Brokers[1].Answers && r.Brokers[2].Answers
		}
	}
	readUntil(t, o, "three brokers that answer", answers(true))
	well := make(chan struct{})
	c.fake.Control(func(kmsg.Request) (kmsg.Response, error, bool) {
		c.fake.KeepControl()
		select {
		case <-well:
			return nil, nil, false
		default:
			return nil, nil, c.fake.CurrentNode() == quiet // never answered
		}
	})
	readUntil(t, o, "a broker that does not answer", answers(false))
	close(well)
	readUntil(t, o, "it answers again", answers(true))
}

// Who answered is known by the connection: the partition may have been answered for by its next leader.
func TestOnlyWhoWasHeardAnswers(t *testing.T) {
	h := &hearing{}
	h.begin()
	h.heard, h.offsets = map[int32]bool{1: true, 3: true}, map[int32]bool{1: true}
	r := Reading{
		Brokers: []BrokerReading{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}},
		Topics:  map[string]TopicReading{"a": {Partitions: []PartitionReading{{Leader: 1}, {Leader: 2}, {Leader: 3, Err: ErrNoAnswer}}}},
	}
	h.judge(&r)
	for _, b := range r.Brokers {
		if b.Answers != (b.ID == 1) {
			t.Errorf("broker %d answers: %v", b.ID, b.Answers)
		}
	}
}
