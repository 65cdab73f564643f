//go:build synctests

package lab

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka/kafkatest"
	"blackfriday/services/lab/labtest"
)

// onStage runs a stage in virtual time until its first lab runs.
func onStage(t *testing.T, change func(*Config)) *Stage {
	t.Helper()
	cfg := Config{Partitions: 3, Orders: 3, Delay: 100 * time.Millisecond, HTTPPort: NoHTTP, Seed: 1}
	cfg.Kafka = kafkatest.VirtualConfig()
	if change != nil {
		change(&cfg)
	}
	s := NewStage(cfg, nil)
	labtest.Run(t, s)
	awaitStage(t, s, "the first lab", func(snap *Snapshot) bool { return snap.State == Running })
	return s
}

func awaitStage(t *testing.T, s *Stage, what string, holds func(*Snapshot) bool) *Snapshot {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(tick) {
		if snap := s.Snapshot(); holds(snap) {
			return snap
		}
	}
	snap := s.Snapshot()
	t.Fatalf("not within a minute: %s\nstate %v, orders %+v\ntopics %+v\nreading %+v", what, snap.State, snap.Orders, snap.Topics, snap.Reading)
	return nil
}

// beginnings are labs as lessons want them.
func beginnings() []Begin {
	return []Begin{
		{Partitions: 1, Orders: 1, Seed: 7},
		{Partitions: 1, Orders: 1, Opening: Opening{Bare: true, Idle: true, Guests: true}, Seed: 7},
		{Partitions: 1, Orders: 1, Opening: Opening{Idle: true}, Seed: 7},
		{Partitions: 1, Orders: 1, Delay: 100 * time.Millisecond, Seed: 7},
		{Partitions: 3, Orders: 3, Delay: 100 * time.Millisecond, Opening: Opening{Poison: PoisonCrash}, Seed: 7},
	}
}

// spoilAll leaves traces in a lab: payments, pills, a dead consumer, another policy, delay and guarantee.
func spoilAll(t *testing.T, s *Stage, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	commands := []Command{Flood{Count: 50}, Poison{}, Kill{}, AddConsumer{}, SetDelay{Delay: 10 * time.Millisecond},
		SetPoison{Policy: PoisonRetry}, SetKey{Key: KeyVIP}, GrowPartitions{Count: 5}, StopBroker{ID: 1}}
	random.Shuffle(len(commands), func(i, j int) { commands[i], commands[j] = commands[j], commands[i] })
	for _, c := range commands[:5] {
		_ = s.Do(t.Context(), c) // some are refused, as the lab stands
	}
}

func TestALessonBeginsAgainWithNothingLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := onStage(t, nil)
		all := slices.Repeat(beginnings(), 4)
		rand.New(rand.NewPCG(3, 3)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for n, b := range all {
			spoilAll(t, s, uint64(n))
			began := time.Now()
			if err := s.Do(t.Context(), b); err != nil {
				t.Fatalf("beginning %d, %+v: %v", n, b, err)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("beginning %d took %v", n, took)
			}
			virgin(t, s, b)
		}
	})
}

// virgin wants a lab in which nothing was done.
func virgin(t *testing.T, s *Stage, b Begin) {
	t.Helper()
	snap := awaitStage(t, s, "a reading of a new lab", func(snap *Snapshot) bool {
		rest := !slices.ContainsFunc(snap.Orders, func(i Instance) bool { return i.Health == Joining })
		return snap.State == Running && !snap.Reading.At.IsZero() && rest && snap.Lag.Known != b.Opening.Bare
	})
	for _, topic := range snap.Topics {
		if topic.Missing != b.Opening.Bare || topic.Total != 0 {
			t.Errorf("%+v: topic %+v", b, topic)
		}
	}
	idle := 0
	for _, o := range snap.Orders {
		if o.Health == Left {
			idle++
		}
	}
	wantIdle, wantPartitions, policy := 0, b.Partitions, PoisonDLQ
	if b.Opening.Idle {
		wantIdle = b.Orders
	}
	if b.Opening.Bare {
		wantPartitions = 0
	}
	if b.Opening.Poison != "" {
		policy = b.Opening.Poison
	}
	if len(snap.Orders) != b.Orders || idle != wantIdle || len(snap.Partitions) != wantPartitions || snap.Lag.Total != 0 ||
		snap.Settings.Delay != b.Delay || snap.Settings.Poison != policy || snap.Settings.Key != KeyNone || snap.Flood.ID != 0 ||
		len(snap.Runs) != 0 || len(snap.Losses) != 0 || snap.Totals != (Totals{}) {
		t.Errorf("%+v: partitions %+v, orders %+v, settings %+v, flood %+v", b, snap.Partitions, snap.Orders, snap.Settings, snap.Flood)
	}
}

func TestAStageRefusesALabThatCannotBeAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := onStage(t, nil)
		before := s.Snapshot()
		if err := s.Do(t.Context(), Begin{Orders: 1}); err == nil {
			t.Error("a lab without partitions is begun")
		}
		if now := s.Snapshot(); now.Started != before.Started || now.State != Running {
			t.Errorf("it was refused, and the lab is %v since %v", now.State, now.Started)
		}
	})
}

func TestAStageThatHasEndedSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := Config{Partitions: 1, Orders: 1, HTTPPort: NoHTTP}
		cfg.Kafka = kafkatest.VirtualConfig()
		s := NewStage(cfg, nil)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
		for _, c := range []Command{Flood{Count: 1}, Begin{Partitions: 1, Orders: 1}} {
			if err := s.Do(t.Context(), c); !errors.Is(err, ErrNotRunning) {
				t.Errorf("%T after the end: %v", c, err)
			}
		}
	})
}
