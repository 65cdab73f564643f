package lab

import "time"

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
