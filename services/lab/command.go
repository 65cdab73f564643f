package lab

import (
	"time"

	"blackfriday/kafka"
)

// Command is something the lab can be asked to do. Keys, scenarios and tests build the same values; Lab.Do carries
// them out one at a time.
type Command interface{ command() }

// MaxFlood is the largest flood that the lab takes in one command.
const MaxFlood = 1_000_000

// Flood writes Count payments into payment-successful as fast as the brokers acknowledge them. Do returns once it has
// begun; Snapshot.Flood shows its progress. A second flood while one runs is refused.
type Flood struct{ Count int }

// Poison writes the named poison pills, or all of them when none is named. Do returns once they are acknowledged.
type Poison struct{ Pills []string }

// AddConsumer starts one more order consumer with the next free number.
type AddConsumer struct{}

// Kill ends an instance like a machine that lost power: no LeaveGroup, its connections go silent. An empty Name means
// the busiest order consumer.
type Kill struct{ Name string }

// Stop ends an instance politely: it finishes the record in hand, commits and leaves the group. An empty Name means
// the busiest order consumer.
type Stop struct{ Name string }

// Restart starts an instance that crashed or was stopped again, under its old name. An empty Name means the order
// consumer that died last.
type Restart struct{ Name string }

// SetDelay sets the simulated work per payment, for every order consumer from its next payment on.
type SetDelay struct{ Delay time.Duration }

// SetProtocol restarts every order consumer under another group protocol: "consumer" (KIP-848), "cooperative-sticky",
// "range" or "roundrobin". They leave politely and come back together, because a group speaks one protocol at a time.
type SetProtocol struct{ Protocol string }

// GrowPartitions adds partitions to payment-successful, order-created and email-sent while the services go on. Kafka
// can add partitions, never remove them: Count must be more than there are.
type GrowPartitions struct{ Count int }

// RecreateTopics deletes the topics and what their groups have committed, and creates them with Partitions partitions.
// All records are gone, and the lab's counters begin again.
type RecreateTopics struct{ Partitions int }

// SetKey chooses the key of the payments that the next floods write.
type SetKey struct{ Key Key }

// SetGuarantee restarts order consumers and the e-mail service under another delivery guarantee: "at-most-once",
// "at-least-once" or "exactly-once". They leave politely and come back together.
type SetGuarantee struct{ Guarantee string }

// SetCommitInterval sets how often order consumers and the e-mail service commit what they finished, and under
// exactly-once how long a transaction lasts: between MinCommitInterval and MaxCommitInterval.
type SetCommitInterval struct{ Every time.Duration }

// SetPoison chooses what order consumers do with a payment that they cannot work on, from the next attempt on. Attempts is
// for PoisonRetryDLQ alone; 0 means DefaultAttempts.
type SetPoison struct {
	Policy   PoisonPolicy
	Attempts int
}

// StopBroker stops a broker of the embedded cluster: its port refuses, its connections are cut, and others lead what it led.
// It is simulated, because the embedded brokers do not replicate. On a real cluster it is refused.
type StopBroker struct{ ID int32 }

// StartBroker starts an embedded broker again that was stopped.
type StartBroker struct{ ID int32 }

// Begin ends the lab and begins another one: its topics are empty, nothing is left of what was done before. A Stage carries
// it out; a Lab by itself refuses it. Do returns once the new lab runs.
type Begin struct {
	Partitions int
	Orders     int
	Delay      time.Duration
	Opening    Opening
	Seed       uint64
}

// The bounds of SetCommitInterval.
const (
	MinCommitInterval = kafka.MinCommitInterval
	MaxCommitInterval = kafka.MaxCommitInterval
)

// KillBetween crashes an order consumer at a point that no clock can hit: after its Payments-th payment from now on has
// had its effect and before that is committed; under at-most-once, where the commit comes first, between the commit and
// the effect. Do returns once the consumer has been told; an empty Name means the busiest.
type KillBetween struct {
	Name     string
	Payments int
}

// PoisonPolicy is what an order consumer does with a payment that it cannot work on.
type PoisonPolicy string

// The poison policies.
const (
	PoisonDLQ      PoisonPolicy = "dlq"       // write it to the dead letter queue and go on
	PoisonCrash    PoisonPolicy = "crash"     // fail like a program without error handling, be restarted, meet it again
	PoisonRetry    PoisonPolicy = "retry"     // try it again for ever; the partition waits behind it
	PoisonRetryDLQ PoisonPolicy = "retry-dlq" // try it a few times, then write it to the dead letter queue
)

// PoisonPolicies lists every PoisonPolicy in the order in which they are offered.
func PoisonPolicies() []PoisonPolicy {
	return []PoisonPolicy{PoisonDLQ, PoisonRetryDLQ, PoisonRetry, PoisonCrash}
}

// DefaultAttempts is how often PoisonRetryDLQ tries a payment, MaxAttempts how often it may be told to.
const (
	DefaultAttempts = 3
	MaxAttempts     = 10
)

func (Begin) command()             {}
func (StopBroker) command()        {}
func (StartBroker) command()       {}
func (SetGuarantee) command()      {}
func (SetCommitInterval) command() {}
func (SetPoison) command()         {}
func (KillBetween) command()       {}

func (Flood) command()          {}
func (Poison) command()         {}
func (AddConsumer) command()    {}
func (Kill) command()           {}
func (Stop) command()           {}
func (Restart) command()        {}
func (SetDelay) command()       {}
func (SetProtocol) command()    {}
func (GrowPartitions) command() {}
func (RecreateTopics) command() {}
func (SetKey) command()         {}
