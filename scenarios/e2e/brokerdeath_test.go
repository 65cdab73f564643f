package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/realtest"
	"blackfriday/services/audit"
	"blackfriday/services/lab"
	"blackfriday/services/lab/labtest"
)

// deathWithin bounds each step around the death of a broker: Kafka needs seconds for it, and a busy machine minutes.
const deathWithin = 2 * time.Minute

// victim is a broker to be killed.
type victim struct {
	name  string
	means func(b lab.Broker) bool
}

// TestBrokerDies kills a broker of three in the middle of a flood and starts it again: nothing that was acknowledged is lost, by
// the ledger and by a recount, and under exactly-once nothing is done twice either. It is once one that leads a partition of
// payments, and once the coordinator of the order group; under exactly-once members have open transactions meanwhile.
func TestBrokerDies(t *testing.T) {
	cluster := realtest.Start(t, realtest.Options{Brokers: 3})
	coordinates := func(b lab.Broker) bool { return slices.Contains(b.Coordinates, kafka.OrderGroup) }
	leader := victim{"a leader", func(b lab.Broker) bool { return b.Leads > 0 && !coordinates(b) }}
	coordinator := victim{"the coordinator", coordinates}
	for _, test := range []struct {
		guarantee kafka.Guarantee
		prefix    string
		flood     int
		victims   []victim
	}{
		{kafka.AtLeastOnce, "", 50_000, []victim{leader, coordinator}},
		{kafka.ExactlyOnce, "once.", 20_000, []victim{coordinator}},
	} {
		t.Run(string(test.guarantee), func(t *testing.T) {
			l := runLab(t, lab.Config{
				Kafka: kafka.Config{
					Brokers: cluster.Brokers(), Prefix: test.prefix, Confirm: func(context.Context, kafka.Plan) error { return nil },
				},
				Partitions: 6, Orders: 3, HTTPPort: lab.NoHTTP, Seed: 1, Guarantee: test.guarantee,
			})
			acked := int64(0)
			for _, v := range test.victims {
				acked += survives(t, cluster, l, v, test.flood, acked)
			}
			s := l.Snapshot()
			if n := s.Ledger.Total.Duplicates.Count; test.guarantee == kafka.ExactlyOnce && n != 0 {
				t.Errorf("%d duplicates", n)
			}
			recount(t, cluster.Brokers(), test.prefix, s, acked)
		})
	}
}

// survives floods the lab, kills a broker in the middle and starts it again. It returns how many payments were acknowledged, and
// fails unless the ledger has those and the ones before, done, with nothing lost.
func survives(t *testing.T, cluster *realtest.Cluster, l *lab.Lab, v victim, flood int, before int64) (acked int64) {
	t.Helper()
	id := int32(-1)
	await(t, l, v.name+" that can be killed", func(s *lab.Snapshot) bool {
		i := slices.IndexFunc(s.Brokers, func(b lab.Broker) bool { return b.State == lab.BrokerUp && v.means(b) })
		if i >= 0 {
			id = s.Brokers[i].ID
		}
		return i >= 0 && len(s.Brokers) == 3 && s.Placement.UnderReplicated == 0
	})
	losses, floods := len(l.Snapshot().Losses), l.Snapshot().Flood.ID
	if err := l.Do(t.Context(), lab.Flood{Count: flood}); err != nil {
		t.Fatal(err)
	}
	await(t, l, "the middle of the flood", func(s *lab.Snapshot) bool { return s.Flood.ID > floods && s.Flood.Acked > 0 })
	if err := cluster.Kill(int(id)); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s, broker %d, was killed after %d of %d acknowledgements", v.name, id, l.Snapshot().Flood.Acked, flood)
	s := await(t, l, "others lead what it led", func(s *lab.Snapshot) bool {
		return len(s.Losses) > losses && s.Losses[losses].Waiting == 0 && len(s.Losses[losses].Moved) > 0 && s.Brokers[id-1].State == lab.BrokerGone && s.Placement.Leaderless == 0
	})
	if got := s.Losses[losses].Broker; got != id {
		t.Errorf("broker %d is called lost, and %d was killed", got, id)
	}
	if s.Placement.UnderReplicated == 0 {
		t.Error("nothing is called under-replicated without one of three brokers")
	}
	if err := cluster.Start(t.Context(), int(id)); err != nil {
		t.Fatal(err)
	}
	await(t, l, "the broker is back and its copies are in sync", func(s *lab.Snapshot) bool {
		return !s.Losses[losses].Back.IsZero() && s.Placement.UnderReplicated == 0 && !s.Flood.Running
	})
	s = await(t, l, "it was measured for how long nobody read", func(s *lab.Snapshot) bool {
		return !slices.ContainsFunc(s.Losses[losses].Moved, func(m lab.LeaderMove) bool {
			return m.Topic == kafka.PaymentSuccessful && !m.Measured
		})
	})
	for _, m := range s.Losses[losses].Moved {
		// In the middle of a flood somebody reads, and nobody can begin two batches at the same time.
		if m.Topic == kafka.PaymentSuccessful && m.Unread <= 0 {
			t.Errorf("P%d was read when its leader died, and was never unread: %+v", m.Partition, m)
		}
		t.Logf("%s P%d moved from %d to %d within %v, unread for %v", m.Topic, m.Partition, m.From, m.To, m.Within, m.Unread)
	}
	f := s.Flood
	t.Logf("flood: %d acknowledged, %d not written, %d unknown, in %v", f.Acked, f.Failed, f.Unknown, f.Took)
	if f.Acked+f.Failed+f.Unknown != int64(flood) {
		t.Errorf("flood %+v does not add up to %d", f, flood)
	}
	acked = f.Acked
	s = await(t, l, "everything is done, and the books are up to date", func(s *lab.Snapshot) bool {
		b := s.Ledger
		return b != nil && b.Known && b.Behind == 0 && b.Total.Payments.Count >= before+acked && b.Total.Waiting.Count+b.Total.InFlight.Count == 0 &&
			s.Lag.Known && s.Lag.Total == 0 && b.At.After(s.Losses[losses].Back)
	})
	total := s.Ledger.Total
	t.Logf("ledger: %d payments, %d done, %d lost, %d duplicates", total.Payments.Count, total.Done.Count, total.Lost.Count, total.Duplicates.Count)
	if total.Lost.Count != 0 || total.Done.Count+total.DLQ.Count != total.Payments.Count {
		t.Errorf("the ledger says %+v after the death of %s", total, v.name)
	}
	return acked
}

// recount counts everything again with a client of its own, and holds the ledger against it.
func recount(t *testing.T, brokers []string, prefix string, s *lab.Snapshot, acked int64) {
	t.Helper()
	c, err := kafka.Open(t.Context(), kafka.Config{Brokers: brokers, Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	count, err := audit.Read(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("recount: %d payments, %d done, %d lost, %d duplicates", count.Payments, count.Done, count.Lost, count.Duplicates)
	total := s.Ledger.Total
	if count.Lost != 0 || count.Payments < acked || count.Duplicates != total.Duplicates.Count || count.Done != total.Done.Count {
		t.Errorf("recount %+v, ledger %+v, %d acknowledged", count, total, acked)
	}
}

// runLab runs a lab until the test ends, and waits until its consumers have their parts.
func runLab(t *testing.T, cfg lab.Config) *lab.Lab {
	t.Helper()
	l := lab.New(cfg)
	labtest.Run(t, l)
	await(t, l, "every partition has a reader", func(s *lab.Snapshot) bool {
		return s.State == lab.Running && len(s.Partitions) > 0 && !slices.ContainsFunc(s.Partitions, func(p lab.Partition) bool { return p.Reader == 0 })
	})
	return l
}

// await waits until a Snapshot shows what is wanted.
func await(t *testing.T, l *lab.Lab, what string, holds func(*lab.Snapshot) bool) *lab.Snapshot {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for end := time.Now().Add(deathWithin); time.Now().Before(end); <-ticker.C {
		s := l.Snapshot()
		if holds(s) {
			return s
		}
		if s.State == lab.Stopped {
			break
		}
	}
	s := l.Snapshot()
	for _, e := range s.Events {
		t.Logf("%s %s: %s", e.At.Format("04:05.000"), e.Source, e.Text)
	}
	t.Fatalf("not within %v: %s\nbrokers %+v\nplacement %+v\nreading %+v\nflood %+v", deathWithin, what, s.Brokers, s.Placement, s.Reading, s.Flood)
	return nil
}
