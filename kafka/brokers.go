package kafka

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strconv"

	"blackfriday/kafka/phrase"
)

// ErrNotEmbedded is returned for what only the lab's own brokers can be asked to do.
var ErrNotEmbedded = phrase.Errorf("these brokers are not the lab's to stop: kill one where it runs")

var errSteering = phrase.Errorf("another broker is being stopped or started: try again in a moment")

// Controller is the node id of the embedded broker that cannot be stopped: kfake's controller, without which no topic can
// be created any more. It is -1 on a real cluster, where any controller can be replaced.
func (c *Cluster) Controller() int32 {
	if !c.Embedded() {
		return -1
	}
	return int32(len(c.brokers) - 1)
}

// StopBroker stops an embedded broker: its port refuses, its connections are cut, and what it led is led by the others, as
// are the groups and transactions that it looked after. It is a simulation: kfake keeps every record once, for all brokers, so
// nothing is replicated and nothing can be lost. No other partition changes its leader.
func (c *Cluster) StopBroker(ctx context.Context, id int32) error {
	if !c.steering.TryLock() {
		return errSteering
	}
	defer c.steering.Unlock()
	if err := c.canStop(id); err != nil {
		return err
	}
	leaders, err := c.leaders(ctx)
	if err != nil {
		return phrase.Errorf("stop broker %d: %w", id, err)
	}
	if err := c.fake.RemoveNode(id); err != nil {
		return phrase.Errorf("stop broker %d: %w", id, err)
	}
	alive := slices.DeleteFunc(c.alive(), func(other int32) bool { return other == id })
	var led []TopicPartition
	for i := range leaders {
		if l := &leaders[i]; l.Leader == id {
			l.Leader = alive[len(led)%len(alive)]
			led = append(led, l.TopicPartition)
		}
	}
	c.stopped[id] = led
	return c.lead(leaders)
}

// StartBroker starts an embedded broker again, on its old port and under its old node id, and gives it back what it led.
// Apache Kafka does that, too, but up to five minutes later (leader.imbalance.check.interval.seconds).
func (c *Cluster) StartBroker(ctx context.Context, id int32) error {
	if !c.Embedded() {
		return ErrNotEmbedded
	}
	if !c.steering.TryLock() {
		return errSteering
	}
	defer c.steering.Unlock()
	led, isDown := c.stopped[id]
	if !isDown {
		return phrase.Errorf("broker %d is not stopped", id)
	}
	leaders, err := c.leaders(ctx)
	if err != nil {
		return phrase.Errorf("start broker %d: %w", id, err)
	}
	if _, _, err := c.fake.AddNode(id, c.port(id)); err != nil {
		return phrase.Errorf("start broker %d again: %w", id, err)
	}
	delete(c.stopped, id)
	for i := range leaders {
		if l := &leaders[i]; slices.Contains(led, l.TopicPartition) {
			l.Leader = id
		}
	}
	return c.lead(leaders)
}

// canStop says why a broker cannot be stopped.
func (c *Cluster) canStop(id int32) error {
	if !c.Embedded() {
		return ErrNotEmbedded
	}
	_, isDown := c.stopped[id]
	switch {
	case id < 0 || int(id) >= len(c.brokers):
		return phrase.Errorf("there is no broker %d: they are 0 to %d", id, len(c.brokers)-1)
	case id == c.Controller():
		return phrase.Errorf("broker %d is the controller of the embedded cluster, which cannot be replaced: stop another one", id)
	case isDown:
		return phrase.Errorf("broker %d is stopped already", id)
	}
	return nil
}

// port is the one that an embedded broker was given when the cluster opened.
func (c *Cluster) port(id int32) int {
	_, text, err := net.SplitHostPort(c.brokers[id])
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(text) // it has been listened on
	return port
}

// alive are the node ids of the embedded brokers that run.
func (c *Cluster) alive() []int32 {
	var ids []int32
	for id := range int32(len(c.brokers)) {
		if _, isDown := c.stopped[id]; !isDown {
			ids = append(ids, id)
		}
	}
	return ids
}

// leadership is who leads a partition.
type leadership struct {
	TopicPartition
	Leader int32
}

// leaders are the leaders of all partitions, in a fixed order.
func (c *Cluster) leaders(ctx context.Context) ([]leadership, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	topics, err := c.admin.ListTopicsWithInternal(ctx)
	if err != nil {
		return nil, phrase.Errorf("look up who leads which partition: %w", err)
	}
	var all []leadership
	for name, topic := range topics {
		for id := range topic.Partitions {
			// What kadm says about leaders may be a moment old.
			all = append(all, leadership{TopicPartition{name, id}, c.fake.LeaderFor(name, id)})
		}
	}
	slices.SortFunc(all, func(a, b leadership) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return all, nil
}

// lead has these brokers lead these partitions: kfake gives all of them to brokers at random when one comes or goes.
func (c *Cluster) lead(all []leadership) error {
	var errs []error
	for _, l := range all {
		if c.fake.LeaderFor(l.Topic, l.Partition) != l.Leader {
			errs = append(errs, c.fake.MoveTopicPartition(l.Topic, l.Partition, l.Leader))
		}
	}
	return errors.Join(errs...)
}
