package kafka

import (
	"strings"
	"time"

	"blackfriday/kafka/phrase"
)

// Guarantee is what a Member promises about the effects of the records it reads.
type Guarantee string

// The delivery guarantees.
const (
	// AtMostOnce commits a record before the work on it: what a crash interrupts is lost.
	AtMostOnce Guarantee = "at-most-once"
	// AtLeastOnce commits a record after its effect is acknowledged: what a crash interrupts is done again.
	AtLeastOnce Guarantee = "at-least-once"
	// ExactlyOnce writes effects and commits in one transaction (KIP-98, KIP-447): both count or neither does.
	ExactlyOnce Guarantee = "exactly-once"
)

// Guarantees lists every Guarantee in the order in which they are offered.
func Guarantees() []Guarantee { return []Guarantee{AtMostOnce, AtLeastOnce, ExactlyOnce} }

// ParseGuarantee reads a Guarantee as the --guarantee flag gives it. The error names those that exist.
func ParseGuarantee(s string) (Guarantee, error) {
	names := make([]string, 0, len(Guarantees()))
	for _, g := range Guarantees() {
		if s == string(g) {
			return g, nil
		}
		names = append(names, string(g))
	}
	return "", phrase.Errorf("no guarantee is named %q: there are %s", s, strings.Join(names, ", "))
}

// The commit interval: how often a Member commits what it finished, and under ExactlyOnce how long a transaction lasts.
const (
	DefaultCommitInterval = 250 * time.Millisecond
	MinCommitInterval     = 10 * time.Millisecond
	MaxCommitInterval     = 5 * time.Second
)

// Span is a run of offsets of one partition, from First up to but not including Next.
type Span struct {
	TopicPartition
	First, Next int64
}
