package kafka

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Standing says how a topic or a group of a Plan stands to the lab.
type Standing int

// The standings. What is Made may be changed and deleted by the lab, what is Found may not.
const (
	Missing Standing = iota // it is not there
	Made                    // it is there, and the lab made it
	Found                   // it is there, and somebody else made it
)

// Plan is what a lab finds on a cluster and what it would make there.
type Plan struct {
	ClusterID string // as the brokers give it
	Brokers   []string
	Nodes     int    // how many brokers the cluster has
	Prefix    string // stands before the names of all of these on the brokers
	// Replicas is the replication factor of what would be made: one on each broker, three at most.
	Replicas int
	Topics   []PlannedTopic
	Groups   []PlannedGroup
	// Alive are the client ids of those who work with what labs made and are in no group: see Cluster.ShowLife. Only Belongings
	// looks for them.
	Alive []string
}

// PlannedTopic is a topic of a Plan.
type PlannedTopic struct {
	Name       string
	Standing   Standing
	Partitions int    // those that it has, or would have
	ID         string // in the text form of Kafka's tools; empty while it is Missing
	// Compacted: its cleanup.policy has Kafka keep the newest record of each key only, and refuse records without one.
	Compacted bool

	id [16]byte
}

// PlannedGroup is a consumer group of a Plan.
type PlannedGroup struct {
	Name     string
	Standing Standing
	Members  []string // client ids and hosts of those that are in it

	reads []string // topics that its members have partitions of
}

// Of returns a topic of the plan; without a name when there is none of this name.
func (p Plan) Of(topic string) PlannedTopic {
	for _, t := range p.Topics {
		if t.Name == topic {
			return t
		}
	}
	return PlannedTopic{}
}

// Foreign lists what is there and not the lab's, topics before groups, by the names that the brokers know.
func (p Plan) Foreign() []string {
	var names []string
	for _, t := range p.Topics {
		if t.Standing == Found {
			names = append(names, p.Prefix+t.Name)
		}
	}
	for _, g := range p.Groups {
		if g.Standing == Found {
			names = append(names, p.Prefix+g.Name)
		}
	}
	return names
}

// Owned is nil when nothing is there that somebody else made; the error is one sentence that begins with the cure: a screen
// may not have room for all of the names.
func (p Plan) Owned() error {
	foreign := p.Foreign()
	if len(foreign) == 0 {
		return nil
	}
	return fmt.Errorf("take another --topic-prefix: %s was there before, and %w", strings.Join(foreign, ", "), ErrForeign)
}

// Agreed is a Config.Confirm for whoever was shown the plan before: it holds for the same topics and groups of the same
// cluster, whatever prefix they have.
func (p Plan) Agreed(_ context.Context, now Plan) error {
	same := p.ClusterID == now.ClusterID &&
		slices.EqualFunc(p.Topics, now.Topics, func(a, b PlannedTopic) bool { return a.Name == b.Name }) &&
		slices.EqualFunc(p.Groups, now.Groups, func(a, b PlannedGroup) bool { return a.Name == b.Name })
	if !same {
		return fmt.Errorf("write to %s: %w: it is not what was agreed to", now.Where(), ErrUnconfirmed)
	}
	return nil
}

// Where names the cluster.
func (p Plan) Where() string {
	brokers := "1 broker"
	if p.Nodes != 1 {
		brokers = fmt.Sprintf("%d brokers", p.Nodes)
	}
	return fmt.Sprintf("cluster %s (%s, reached at %s)", p.ClusterID, brokers, strings.Join(p.Brokers, ", "))
}

// String says, a line for each thing, what the lab would make, use and remember.
func (p Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "The lab would write to somebody's Kafka: %s.\n", p.Where())
	for _, t := range p.Topics {
		fmt.Fprintf(&b, "  %s topic %s: %s\n", doing(t.Standing), p.Prefix+t.Name, t.describe(p.Replicas))
	}
	for _, g := range p.Groups {
		fmt.Fprintf(&b, "  %s group %s%s\n", doing(g.Standing), p.Prefix+g.Name, g.describe())
	}
	fmt.Fprintf(&b, "It remembers in the topic %s what it makes. With blackfriday cleanup all that it made is deleted, this topic too, and nothing else.\n", p.Prefix+madeTopic)
	return b.String()
}

func doing(s Standing) string {
	if s == Missing {
		return "make"
	}
	return "use "
}

func (t PlannedTopic) describe(replicas int) string {
	partitions := counted(t.Partitions, "partition")
	switch t.Standing {
	case Missing:
		return fmt.Sprintf("%s, %s", partitions, counted(replicas, "replica"))
	case Made:
		return partitions + ", made by a lab before"
	default:
		return partitions + ", it was there before and stays as it is"
	}
}

func (g PlannedGroup) describe() string {
	words := ""
	switch g.Standing {
	case Made:
		words = ", made by a lab before"
	case Found:
		words = ", it was there before"
	case Missing:
	}
	if len(g.Members) > 0 {
		words += ", its members now: " + strings.Join(g.Members, ", ")
	}
	return words
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
