//go:build synctests

package lab

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/audit"
	"blackfriday/services/ledger"
)

// TestKillBetweenShowsWhatAGuaranteeIsWorth: the same death, placed by progress, under each guarantee.
func TestKillBetweenShowsWhatAGuaranteeIsWorth(t *testing.T) {
	for _, g := range kafka.Guarantees() {
		t.Run(string(g), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := start(t, func(c *Config) { c.Guarantee = g })
				do(t, l, Flood{Count: 300})
				do(t, l, KillBetween{Name: "order-2", Payments: 40})
				until(t, l, "order-2 dies", 10*time.Second, func(s *Snapshot) bool { return s.Orders[1].Health == Crashed })
				until(t, l, "the rest is drained", time.Minute, func(s *Snapshot) bool { return drained(s) && s.Email.Lag == 0 })
				<-time.After(kafka.DefaultCommitInterval + time.Second) // at-most-once is drained before the last work is done
				count := audited(t, l)
				lost, twice := count.Lost > 0, count.Duplicates > 0
				want := map[kafka.Guarantee][2]bool{
					kafka.AtMostOnce: {true, false}, kafka.AtLeastOnce: {false, true}, kafka.ExactlyOnce: {false, false},
				}[g]
				books := until(t, l, "the auditor has read everything", 20*time.Second, func(s *Snapshot) bool {
					return s.Ledger.Complete() && s.Ledger.Total.Waiting.Count+s.Ledger.Total.InFlight.Count == 0
				}).Ledger
				if e := books.Total; e.Lost.Count != count.Lost || e.Duplicates.Count != count.Duplicates || e.Done.Count != count.Payments-count.Lost {
					t.Errorf("the books say %+v, the recount %+v", e, count)
				}
				if lost != want[0] || twice != want[1] || count.Payments != 300 {
					t.Errorf("%s: %+v", g, count)
				}
			})
		})
	}
}

// audited counts from scratch.
func audited(t *testing.T, l *Lab) audit.Count {
	t.Helper()
	cfg := l.cfg.Kafka
	cfg.Brokers = l.Snapshot().Cluster.Brokers
	c, err := kafka.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	count, err := audit.Read(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

func TestTheGuaranteeChangesWhileTheLabRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		do(t, l, Flood{Count: 300})
		for _, g := range []string{"exactly-once", "at-most-once", "at-least-once"} {
			do(t, l, SetGuarantee{g})
			s := until(t, l, g, 10*time.Second, func(s *Snapshot) bool {
				return s.Settings.Guarantee == g && s.Orders[0].Health == Active && s.Email.Health == Active
			})
			if c := s.Rebalances[len(s.Rebalances)-1].Cause; c != CauseGuarantee {
				t.Errorf("the newest rebalance is called %q", c)
			}
			<-time.After(time.Second)
		}
		until(t, l, "drained", time.Minute, func(s *Snapshot) bool { return drained(s) && s.Email.Lag == 0 && s.Analytics.Lag == 0 })
		<-time.After(time.Second)
		s := l.Snapshot()
		if count := audited(t, l); count.Lost+count.Duplicates+count.MailDuplicates > 0 || count.Emails != 300 {
			t.Errorf("%+v", count)
		}
		if s.Totals.Orders != 300 || s.Totals.Emails != 300 {
			t.Errorf("analytics counted %+v", s.Totals)
		}
		for _, c := range []Command{SetGuarantee{"at-least-once"}, SetGuarantee{"perhaps"}, SetCommitInterval{time.Minute}, SetCommitInterval{1}, SetPoison{Policy: "x"}, SetPoison{Policy: PoisonRetryDLQ, Attempts: 1000}, KillBetween{}} {
			if err := l.Do(t.Context(), c); err == nil {
				t.Errorf("%#v was accepted", c)
			}
		}
	})
}

// TestADeadInstanceHoldsBackTheReadersOfItsTransaction, and its restart frees them.
func TestADeadInstanceHoldsBackTheReadersOfItsTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Guarantee = kafka.ExactlyOnce })
		do(t, l, Flood{Count: 600})
		do(t, l, KillBetween{Name: "order-2", Payments: 10})
		s := until(t, l, "order-created waits for order-2", 10*time.Second, func(s *Snapshot) bool { return s.Topics[1].Hidden > 0 })
		if top := s.Topics[1]; top.Name != kafka.OrderCreated || top.Writer != "order-2" || top.HiddenFor < time.Second {
			t.Errorf("%+v, want order-created to wait for order-2", top)
		}
		do(t, l, Restart{Name: "order-2"})
		until(t, l, "order-created flows again", 2*time.Second, func(s *Snapshot) bool { return s.Topics[1].Hidden == 0 })
	})
}

func TestACrashLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Orders = 1 })
		do(t, l, SetPoison{Policy: PoisonCrash})
		do(t, l, Poison{Pills: []string{"invalid-json"}})
		do(t, l, Flood{Count: 30})
		s := until(t, l, "three crashes", time.Minute, func(s *Snapshot) bool { return s.Orders[0].Crashes == 3 })
		if kills := s.Trials[0].Kills; kills != 0 {
			t.Errorf("%d kills, though nobody was killed", kills)
		}
		if i := s.Orders[0]; i.Blocked == nil || i.Blocked.Reason.Empty() || i.Health == Crashed && i.RestartIn > restartAfter {
			t.Errorf("%+v, want a crash loop with its reason", i)
		}
		do(t, l, SetPoison{Policy: PoisonDLQ})
		s = until(t, l, "the pill goes to the dead letter queue, and everything flows", time.Minute, func(s *Snapshot) bool {
			return drained(s) && s.DLQ.Total == 1
		})
		if i := s.Orders[0]; i.Blocked != nil || i.Crashes != 0 {
			t.Errorf("%+v, want no crash loop any more", i)
		}
		if count := audited(t, l); count.Lost > 0 || count.DLQ != 1 || count.Orders < 30 {
			t.Errorf("%+v", count)
		}
	})
}

// TestACrashLoopIsForgotten also by those who died of a payment that somebody else has passed.
func TestACrashLoopIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, nil)
		do(t, l, SetPoison{Policy: PoisonCrash})
		do(t, l, Poison{Pills: []string{"invalid-json"}})
		dead := func(s *Snapshot) (n int) {
			for _, i := range s.Orders {
				if i.Crashes > 0 {
					n++
				}
			}
			return n
		}
		s := until(t, l, "the first is back", time.Minute, func(s *Snapshot) bool {
			return dead(s) == 1 && slices.ContainsFunc(s.Orders, func(i Instance) bool { return i.Crashes > 0 && i.Health == Joining })
		})
		first := s.Orders[slices.IndexFunc(s.Orders, func(i Instance) bool { return i.Crashes > 0 })]
		do(t, l, Kill{Name: first.Name}) // so that somebody else gets its partition
		until(t, l, "the pill has killed two", 2*time.Minute, func(s *Snapshot) bool { return dead(s) >= 2 })
		do(t, l, SetPoison{Policy: PoisonDLQ})
		until(t, l, "the pill is in the dead letter queue", time.Minute, func(s *Snapshot) bool { return s.DLQ.Total == 1 && s.Lag.Total == 0 })
		<-time.After(2 * time.Second)
		if s = l.Snapshot(); dead(s) > 0 {
			t.Errorf("%d still crash in a loop: %+v", dead(s), s.Orders)
		}
		for _, i := range s.Orders {
			if i.Blocked != nil {
				t.Errorf("%s is still blocked: %+v", i.Name, i.Blocked)
			}
		}
	})
}

// TestRareCommitsAreNoStandstill: a reader that commits every 5 s works all the time.
func TestRareCommitsAreNoStandstill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.CommitInterval = MaxCommitInterval })
		do(t, l, Flood{Count: 600})
		for range 100 {
			<-time.After(100 * time.Millisecond)
			if s := l.Snapshot(); s.Lag.Drain.Trend == Stuck {
				t.Fatalf("everything is called stuck: %+v", s.Lag)
			}
			for _, p := range l.Snapshot().Partitions {
				if p.Lag > 0 && p.Drain.Trend == Stuck {
					t.Fatalf("partition %d is called stuck: %+v", p.ID, p)
				}
			}
		}
	})
}

func TestABlockedLaneFlowsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Orders = 1 })
		do(t, l, SetPoison{Policy: PoisonRetry})
		do(t, l, Poison{Pills: []string{"invalid-json"}})
		do(t, l, Flood{Count: 90})
		s := until(t, l, "one lane blocks and the others run", time.Minute, func(s *Snapshot) bool {
			lags := 0
			for _, p := range s.Partitions {
				if p.Lag > 0 {
					lags++
				}
			}
			return lags == 1 && s.Lag.Total > 20 && s.Lag.Total < 40
		})
		told := false
		for _, p := range s.Partitions {
			if p.Blocked != nil && (p.Drain.Trend == Shrinking || p.Drain.ToZero >= 0 || p.Rate > 0) {
				t.Errorf("a blocked partition is said to move: %+v", p)
			}
			told = told || p.Blocked != nil && p.Blocked.Attempts > 5 && p.Lag > 0 && strings.Contains(p.Blocked.Reason.String(), "JSON")
		}
		if !told || s.Orders[0].Blocked == nil {
			t.Errorf("nobody says which payment blocks: %+v", s.Partitions)
		}
		do(t, l, SetPoison{Policy: PoisonRetryDLQ})
		until(t, l, "it flows again", time.Minute, func(s *Snapshot) bool { return drained(s) && s.DLQ.Total == 1 })
	})
}

// TestTheClassComparesTheGuarantees: the same kills under each, one after the other in one lab.
func TestTheClassComparesTheGuarantees(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Guarantee = kafka.AtMostOnce })
		for i, g := range kafka.Guarantees() {
			if i > 0 {
				do(t, l, Restart{Name: "order-2"})
				until(t, l, "order-2 is back", 20*time.Second, func(s *Snapshot) bool {
					return s.Orders[1].Health == Active && !s.Orders[1].StillMember
				})
				do(t, l, SetGuarantee{string(g)})
				until(t, l, "all are back", 20*time.Second, func(s *Snapshot) bool { return s.Orders[1].Health == Active })
			}
			do(t, l, Flood{Count: 150})
			do(t, l, KillBetween{Name: "order-2", Payments: 20})
			until(t, l, "drained", time.Minute, func(s *Snapshot) bool {
				return drained(s) && s.Orders[1].Health == Crashed && !s.Orders[1].StillMember && s.Ledger.Complete() &&
					s.Ledger.Total.Waiting.Count+s.Ledger.Total.InFlight.Count == 0
			})
		}
		trials := l.Snapshot().Trials
		if len(trials) != 3 {
			t.Fatalf("%d trials: %+v", len(trials), trials)
		}
		for i, want := range []struct{ lost, twice bool }{{true, false}, {false, true}, {false, false}} {
			if got := trials[i]; (got.Lost > 0) != want.lost || (got.Duplicates > 0) != want.twice || got.Kills != 1 || got.Payments+got.Lost != 150 {
				t.Errorf("%+v, want lost: %v, duplicates: %v", got, want.lost, want.twice)
			}
		}
	})
}

// TestHandsOfTheDead: what a consumer had in hand as it died counts for a moment, and its claims until the topic is gone.
func TestHandsOfTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, func(c *Config) { c.Guarantee, c.Orders = kafka.AtMostOnce, 1 })
		do(t, l, Flood{Count: 30})
		<-time.After(time.Second)
		var before, after, later ledger.Work
		read := func(w *ledger.Work) {
			done := make(chan struct{})
			l.post(func(s *state) { *w = s.hands.work(); close(done) })
			<-done
		}
		read(&before)
		do(t, l, Kill{Name: "order-1"})
		<-time.After(500 * time.Millisecond)
		read(&after)
		<-time.After(time.Second)
		read(&later)
		if len(before.InHand) == 0 || len(after.InHand) == 0 || len(later.InHand) > 0 {
			t.Errorf("in hand before its death %v, just after %v, later %v", before.InHand, after.InHand, later.InHand)
		}
		if len(before.Read) != 3 || len(after.Read) > 0 || len(later.Committed) == 0 {
			t.Errorf("reads %v before and %v after its death; claims %v", before.Read, after.Read, later.Committed)
		}
		until(t, l, "Kafka gave it up", time.Minute, func(s *Snapshot) bool { return !s.Orders[0].StillMember })
		do(t, l, RecreateTopics{Partitions: 3})
		if read(&later); len(later.Committed) > 0 {
			t.Errorf("claims %v of a topic that is gone", later.Committed)
		}
	})
}

func TestClaimsMerge(t *testing.T) {
	h := newHands()
	for _, s := range [][2]int64{{5, 8}, {0, 2}, {20, 30}, {2, 5}, {25, 40}, {10, 12}, {41, 42}} {
		h.claim(kafka.Span{First: s[0], Next: s[1]})
	}
	var got []string
	for _, s := range h.work().Committed {
		got = append(got, fmt.Sprint(s.First, "-", s.Next))
	}
	if want := "0-8 10-12 20-40 41-42"; strings.Join(got, " ") != want {
		t.Errorf("claims %v, want %s", got, want)
	}
}
