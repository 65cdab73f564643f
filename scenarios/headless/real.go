package headless

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
	"blackfriday/services/lab"
)

// leastSession is the shortest session timeout that brokers grant members of a classic group, unless they are told
// otherwise: group.min.session.timeout.ms.
const leastSession = 6 * time.Second

// realPatience is how much longer each step of a play may take on a real cluster.
const realPatience = time.Minute

// onReal gives a setup the clock that the groups of a real cluster go by. The embedded brokers go by what a scenario asks
// for; real ones grant no less than they are set to, and to KIP-848's members their own.
func onReal(ctx context.Context, s scenarios.Setup, cfg kafka.Config) (scenarios.Setup, error) {
	s.SessionTimeout = max(s.SessionTimeout, leastSession)
	cfg.SessionTimeout, cfg.Heartbeat = s.SessionTimeout, s.Heartbeat
	cluster, err := kafka.Open(ctx, cfg)
	if err != nil {
		return s, err
	}
	defer cluster.Close()
	if cluster.Config().Protocol != kafka.ConsumerProtocol && !s.EveryProtocol {
		return s, nil
	}
	session, heartbeat, err := cluster.GroupTimeouts(ctx, kafka.OrderGroup)
	if errors.Is(err, kafka.ErrNoGroupTimeouts) {
		return s, nil
	}
	s.SessionTimeout, s.Heartbeat = max(s.SessionTimeout, session), max(s.Heartbeat, heartbeat)
	return s, err
}

// apart gives a play on a real cluster topics and groups of its own, whatever is there: its prefix is not used twice.
func apart(cfg kafka.Config) kafka.Config {
	if len(cfg.Brokers) > 0 {
		cfg.Prefix += fmt.Sprintf("run-%08x.", rand.Uint32())
	}
	return cfg
}

// tidyWithin is how long a play waits until the brokers have given up whoever it left dead in its groups.
const tidyWithin = time.Minute

// tidy deletes what a play made from a real cluster. It waits for the dead: a group that has members is not deleted.
func tidy(ctx context.Context, cfg kafka.Config) error {
	if len(cfg.Brokers) == 0 {
		return nil // they are gone with their brokers
	}
	ctx, cancel := context.WithTimeout(ctx, tidyWithin)
	defer cancel()
	cluster, err := kafka.Open(ctx, cfg)
	if err != nil {
		return phrase.Errorf("delete the topics and groups that begin with %s: %w", cfg.Prefix, err)
	}
	defer cluster.Close()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		plan, err := cluster.Belongings(ctx)
		if err == nil {
			err = cluster.CleanUp(ctx, plan)
		}
		if !errors.Is(err, kafka.ErrInUse) {
			return err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return err
		}
	}
}

// agree asks, once for all plays, whether they may write to a real cluster.
func agree(ctx context.Context, flags *connect.Flags, cfg *kafka.Config) error {
	if len(cfg.Brokers) == 0 {
		return nil
	}
	plan, err := lab.Preview(ctx, lab.Config{Kafka: *cfg, Partitions: 1})
	if err != nil {
		return err
	}
	question := phrase.New("Plays write to somebody's Kafka: %s.\nEach makes topics and groups of its own, all named %srun-…, and deletes them afterwards.",
		plan.Where(), cfg.Prefix)
	cfg.Confirm = func(context.Context, kafka.Plan) error { return nil }
	return flags.Confirm(ctx, question.In(phrase.Of(ctx)))
}
