package lab

import (
	"log/slog"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// Limits of what a lab can be asked for. They keep a typing error from filling the memory; Kafka itself takes more.
const (
	MaxPartitions = 1000
	MaxConsumers  = 64
	MaxDelay      = time.Minute
)

// NoHTTP as Config.HTTPPort starts a lab without HTTP.
const NoHTTP = -1

// Config says what a lab consists of when it starts.
type Config struct {
	Kafka      kafka.Config
	Partitions int           // of payment-successful, order-created and email-sent
	Orders     int           // order consumers
	Delay      time.Duration // simulated work per payment
	// Guarantee and CommitInterval are what order consumers and the e-mail service begin with; empty and 0 mean
	// at-least-once and kafka.DefaultCommitInterval.
	Guarantee      kafka.Guarantee
	CommitInterval time.Duration
	// Observe: the lab looks at a cluster that runs elsewhere, and that is all. It runs no service, writes nothing, and
	// refuses every Command with kafka.ErrReadOnly.
	Observe bool
	// Guest: nobody named Kafka.Brokers, they are where a lab on this machine would be.
	Guest bool
	// HTTPPort is the port of the payment service; orders, emails and analytics follow. 0 takes any that are free,
	// NoHTTP none.
	HTTPPort int
	// Seed makes floods repeatable.
	Seed uint64
	// Opening is how the lab begins.
	Opening Opening
	// Log hears every event of the feed; nil means nobody does.
	Log *slog.Logger
}

// Opening is how a lab begins. In that of the zero Opening everything runs.
type Opening struct {
	Bare   bool         // no topic is made: whoever needs one makes it
	Idle   bool         // no consumer is started: they are there, and stopped
	Poison PoisonPolicy // empty: PoisonDLQ
	// Guests: the lab looks which consumer groups that are not its own have read its topics; see Snapshot.Guests.
	Guests bool
}

// check refuses what cannot work, naming the flag that sets it.
func (c Config) check() error {
	switch {
	case c.Observe && len(c.Kafka.Brokers) == 0:
		return phrase.Errorf("--observe looks at a cluster that runs already: name it with --brokers")
	case c.Partitions < 1 || c.Partitions > MaxPartitions:
		return phrase.Errorf("--partitions %d: between 1 and %d", c.Partitions, MaxPartitions)
	case c.Orders < 0 || c.Orders > MaxConsumers:
		return phrase.Errorf("--orders %d: between 0 and %d", c.Orders, MaxConsumers)
	case c.Delay < 0 || c.Delay > MaxDelay:
		return phrase.Errorf("--delay %v: between 0 and %v", c.Delay, MaxDelay)
	case c.CommitInterval != 0 && (c.CommitInterval < MinCommitInterval || c.CommitInterval > MaxCommitInterval):
		return phrase.Errorf("--commit-interval %v: between %v and %v", c.CommitInterval, MinCommitInterval, MaxCommitInterval)
	case c.HTTPPort != NoHTTP && (c.HTTPPort < 0 || c.HTTPPort > 65532):
		return phrase.Errorf("--http-port %d: the four services need ports between 1 and 65535, or 0 for any that are free", c.HTTPPort)
	}
	return nil
}
