package kafka

import (
	"sync"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// topicNamer fills in the topic names that kfake leaves empty where it describes a KIP-848 group: it gives ids only, and
// Apache's kafka-consumer-groups --describe asks for offsets by name.
type topicNamer struct {
	mu    sync.Mutex
	fake  *kfake.Cluster // nil until the cluster has started
	names map[[16]byte]string
}

// rewrite is a guard.Rewrite for the responses of ConsumerGroupDescribe. What it cannot read it leaves alone.
func (n *topicNamer) rewrite(version int16, body []byte) []byte {
	if len(body) == 0 {
		return body
	}
	response := kmsg.NewPtrConsumerGroupDescribeResponse()
	response.SetVersion(version)
	// The header of a flexible response ends in its tagged fields, of which kfake sends none.
	if err := response.ReadFrom(body[1:]); err != nil {
		return body
	}
	for _, group := range response.Groups {
		for _, member := range group.Members {
			n.name(member.Assignment.TopicPartitions)
			n.name(member.TargetAssignment.TopicPartitions)
		}
	}
	return response.AppendTo([]byte{0})
}

func (n *topicNamer) name(topics []kmsg.AssignmentTopicPartition) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range topics {
		id := topics[i].TopicID
		if _, known := n.names[id]; !known && n.fake != nil {
			if info := n.fake.TopicIDInfo(id); info != nil {
				n.names[id] = info.Topic
			}
		}
		topics[i].Topic = n.names[id]
	}
}

func (n *topicNamer) of(fake *kfake.Cluster) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fake = fake
}
