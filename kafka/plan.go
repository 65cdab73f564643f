package kafka

import (
	"context"
	"slices"
	"strings"

	"blackfriday/kafka/phrase"
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
	return phrase.Errorf("take another --topic-prefix: %s was there before, and %w", strings.Join(foreign, ", "), ErrForeign)
}

// Agreed is a Config.Confirm for whoever was shown the plan before: it holds for the same topics and groups of the same
// cluster, whatever prefix they have.
func (p Plan) Agreed(_ context.Context, now Plan) error {
	same := p.ClusterID == now.ClusterID &&
		slices.EqualFunc(p.Topics, now.Topics, func(a, b PlannedTopic) bool { return a.Name == b.Name }) &&
		slices.EqualFunc(p.Groups, now.Groups, func(a, b PlannedGroup) bool { return a.Name == b.Name })
	if !same {
		return phrase.Errorf("write to %s: %w: it is not what was agreed to", now.Where(), ErrUnconfirmed)
	}
	return nil
}

// Where names the cluster.
func (p Plan) Where() phrase.Phrase {
	brokers := phrase.Count(int64(p.Nodes), "%s broker", "%s brokers")
	return phrase.New("cluster %s (%s, reached at %s)", p.ClusterID, brokers, strings.Join(p.Brokers, ", "))
}

// String is In English.
func (p Plan) String() string { return p.In(nil) }

// In says, a line for each thing, what the lab would make, use and remember. It implements phrase.Speaker.
func (p Plan) In(l *phrase.Language) string {
	lines := []phrase.Phrase{phrase.New("The lab would write to somebody's Kafka: %s.", p.Where())}
	for _, t := range p.Topics {
		lines = append(lines, phrase.New("  %s topic %s: %s", doing(t.Standing), p.Prefix+t.Name, t.describe(p.Replicas)))
	}
	for _, g := range p.Groups {
		lines = append(lines, phrase.New("  %s group %s%s%s", doing(g.Standing), p.Prefix+g.Name, g.describe(), g.present()))
	}
	lines = append(lines, phrase.New("It remembers in the topic %s what it makes. With blackfriday cleanup all that it made is deleted, this topic too, and nothing else.",
		p.Prefix+madeTopic))
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line.In(l) + "\n")
	}
	return b.String()
}

func doing(s Standing) phrase.Phrase {
	if s == Missing {
		return phrase.New("make")
	}
	return phrase.New("use ")
}

func (t PlannedTopic) describe(replicas int) phrase.Phrase {
	partitions := counted(t.Partitions)
	switch t.Standing {
	case Missing:
		return phrase.New("%s, %s", partitions, phrase.Count(int64(replicas), "%s replica", "%s replicas"))
	case Made:
		return phrase.New("%s, made by a lab before", partitions)
	default:
		return phrase.New("%s, it was there before and stays as it is", partitions)
	}
}

func (g PlannedGroup) describe() phrase.Phrase {
	switch g.Standing {
	case Made:
		return phrase.New(", made by a lab before")
	case Found:
		return phrase.New(", it was there before")
	case Missing:
	}
	return phrase.Phrase{}
}

// present names who is in the group.
func (g PlannedGroup) present() phrase.Phrase {
	if len(g.Members) == 0 {
		return phrase.Phrase{}
	}
	return phrase.New(", its members now: %s", strings.Join(g.Members, ", "))
}

// counted is a number of partitions.
func counted(n int) phrase.Phrase { return phrase.Count(int64(n), "%s partition", "%s partitions") }
