package connect

import (
	"context"

	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// LocalBroker is where a lab on this machine has its first broker unless it is told otherwise.
const LocalBroker = "localhost:9094"

// RegisterRunning is Register for a command that works with a cluster that runs already: without brokers it is that of the
// lab on this machine.
func (f *Flags) RegisterRunning(set *pflag.FlagSet) {
	f.Register(set)
	set.Lookup("brokers").Usage = "cluster to connect to, host:port[,host:port] (default $" + BrokersVariable + ", else the lab at " + LocalBroker + ")"
}

// IntoRunning is Into for such a command; local says that nobody named a cluster: the lab on this machine is meant.
func (f *Flags) IntoRunning(cfg *kafka.Config) (local bool, err error) {
	if err := f.Into(cfg); err != nil {
		return false, err
	}
	if local = len(cfg.Brokers) == 0; local {
		cfg.Brokers = []string{LocalBroker}
	}
	return local, nil
}

// Whose says whose cluster a command works with, and so whether somebody has to be asked.
type Whose int

// Whose a cluster can be.
const (
	Named  Whose = iota // somebody's, whom the user named
	Lab                 // the lab's on this machine
	Hidden              // somebody's, whom nobody named: a real Kafka where the lab would be
)

// OpenRunning opens the cluster of a cfg that IntoRunning made. The error is an *ExitError; where no lab runs that was meant
// it says in one sentence what to do.
func OpenRunning(ctx context.Context, cfg kafka.Config, local bool) (*kafka.Cluster, Whose, error) {
	cluster, err := kafka.Open(ctx, cfg)
	switch {
	case err == nil && !local:
		return cluster, Named, nil
	case err == nil && cluster.Simulated():
		return cluster, Lab, nil
	case err == nil:
		return cluster, Hidden, nil
	}
	if local {
		err = phrase.Errorf("no lab runs on this machine: start one with blackfriday, or name a cluster with --brokers: %w", err)
	}
	return nil, Named, &ExitError{ExitNoCluster, err}
}
