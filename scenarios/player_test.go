package scenarios

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/audit"
)

// play plays the scenario on a fake lab in virtual time.
func play(t *testing.T, ctx context.Context, s Scenario, misbehave func(*fakeLab)) (r Result, steps []string) {
	t.Helper()
	f := newFakeLab(s.Setup)
	f.gap = 400 * time.Millisecond
	if s.Name == "kill" {
		f.gap = 5900 * time.Millisecond
	}
	misbehave(f)
	p := Player{Lab: f, Audit: f.audit, OnStep: func(say phrase.Phrase) { steps = append(steps, say.String()) }}
	return p.Play(ctx, s), steps
}

func healthy(*fakeLab) {}

func find(t *testing.T, name string) Scenario {
	t.Helper()
	s, found := Find(name)
	if !found {
		t.Fatalf("no scenario %q in the catalogue", name)
	}
	return s
}

// steady are the scenarios in which the group changes once at most: the arithmetic of a fake lab does for them. The
// others are played on a real one.
func steady() []Scenario {
	return slices.DeleteFunc(Catalogue(), func(s Scenario) bool {
		return slices.Contains([]string{"grow", "hotkey", "protocols", "churn", "guarantees", "policies", "storm"}, s.Name)
	})
}

func failures(r Result) []string {
	var names []string
	for _, c := range r.Checks {
		if !c.Passed {
			names = append(names, c.Name.String()+": "+c.Measured.String())
		}
	}
	return names
}

func TestEveryScenarioPassesOnAHealthyLab(t *testing.T) {
	for _, s := range steady() {
		t.Run(s.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, steps := play(t, t.Context(), s, healthy)
				if !r.Passed() {
					t.Errorf("failed: %q", failures(r))
				}
				// Besides its own steps: the start and the count.
				if want := len(s.Steps(s.Setup)) + 2; len(steps) != want {
					t.Errorf("told of %d steps, want %d: %q", len(steps), want, steps)
				}
				if r.Count == nil || r.Flood < 0 || r.Drain < 0 || len(r.Lag) < 2 {
					t.Errorf("not measured: count %v, flood %v, drain %v, %d samples", r.Count, r.Flood, r.Drain, len(r.Lag))
				}
			})
		})
	}
}

func TestEveryScenarioFailsWhenARecordIsLost(t *testing.T) {
	for _, s := range steady() {
		t.Run(s.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeLab(s.Setup)
				p := Player{Lab: f, Audit: func(ctx context.Context) (audit.Count, error) {
					c, err := f.audit(ctx)
					c.Orders, c.Lost = c.Orders-1, 1
					return c, err
				}}
				if r := p.Play(t.Context(), s); r.Passed() {
					t.Error("passed although a payment was lost")
				}
			})
		})
	}
}

func TestDefectsFailTheirCheck(t *testing.T) {
	tests := map[string]struct {
		scenario  string
		misbehave func(*fakeLab)
		check     string
	}{
		"slow consumers":     {"flood", func(f *fakeLab) { f.slow = 10 * time.Millisecond }, "drain"},
		"late takeover":      {"kill", func(f *fakeLab) { f.gap = 7100 * time.Millisecond }, "unread"},
		"late handover":      {"leave", func(f *fakeLab) { f.gap = 1100 * time.Millisecond }, "unread"},
		"a crash as a leave": {"leave", func(f *fakeLab) { f.gap = 5900 * time.Millisecond }, "unread"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, _ := play(t, t.Context(), find(t, test.scenario), test.misbehave)
				failed := failures(r)
				if len(failed) != 1 || !strings.HasPrefix(failed[0], test.check+": ") {
					t.Errorf("failed %q, want %q alone", failed, test.check)
				}
			})
		})
	}
}

func TestAStepThatTimesOutSaysWhatItSaw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := find(t, "flood")
		began := time.Now()
		r, _ := play(t, t.Context(), s, func(f *fakeLab) { f.stuck = true })
		if r.Passed() || len(r.Checks) != 1 {
			t.Fatalf("checks %+v, want the failed step alone", r.Checks)
		}
		c := r.Checks[0]
		for _, want := range []string{"not within", "lag 1,000", `P2 read by order-3, owned by "order-3"`} {
			if !strings.Contains(c.Measured.String(), want) {
				t.Errorf("measured %q, want it to say %q", c.Measured, want)
			}
		}
		if c.Expected.String() != "a lag of zero after the flood" {
			t.Errorf("expected %q", c.Expected)
		}
		if took := time.Since(began); took > patience(s.Setup)+time.Minute {
			t.Errorf("gave up after %v", took)
		}
		if r.Count == nil {
			t.Error("the topics of a failed play were not counted")
		}
	})
}

func TestAPlayThatIsInterruptedSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, ErrInterrupted)
		defer cancel()
		r, _ := play(t, ctx, find(t, "flood"), healthy)
		if r.Passed() || !strings.Contains(r.Checks[0].Measured.String(), ErrInterrupted.Error()) {
			t.Errorf("checks %+v, want an interruption", r.Checks)
		}
		if len(r.Checks) != 1 || r.Count != nil {
			t.Errorf("%d checks and count %v, want the interruption alone", len(r.Checks), r.Count)
		}
		if r.Drain >= 0 {
			t.Errorf("drain %v, want none", r.Drain)
		}
	})
}

func TestAContextThatEndedBeforehandPassesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		f := newFakeLab(standard())
		p := Player{Lab: f, Audit: func(ctx context.Context) (audit.Count, error) { return audit.Count{}, ctx.Err() }}
		if r := p.Play(ctx, find(t, "flood")); r.Passed() || r.Count != nil {
			t.Errorf("passed %v with count %v", r.Passed(), r.Count)
		}
	})
}

func TestARefusedCommandIsAFailedCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := play(t, t.Context(), find(t, "flood"), func(f *fakeLab) { f.refuses = errRefused })
		if r.Passed() || !strings.Contains(r.Checks[0].Measured.String(), errRefused.Error()) {
			t.Errorf("checks %+v, want the refusal", r.Checks)
		}
	})
}

func TestAnAuditThatFailsIsAFailedCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := find(t, "flood")
		f := newFakeLab(s.Setup)
		broken := errors.New("read order-created: no leader")
		p := Player{Lab: f, Audit: func(context.Context) (audit.Count, error) { return audit.Count{}, broken }}
		r := p.Play(t.Context(), s)
		if r.Passed() || r.Count != nil || !slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Measured.String() == broken.Error() }) {
			t.Errorf("checks %+v, want %v", r.Checks, broken)
		}
	})
}

// TestBooksThatDisagreeFailTheirCheck: the ledger of the fake lab is a payment ahead of what is counted.
func TestBooksThatDisagreeFailTheirCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := play(t, t.Context(), find(t, "flood"), func(f *fakeLab) { f.invents = 1 })
		failed := failures(r)
		if len(failed) != 1 || !strings.Contains(failed[0], "books agree: the end: 1000 payments by the count, 1001 by the books") {
			t.Errorf("failed %q, want the books alone", failed)
		}
	})
}

// TestBooksThatLagBehindAreWaitedFor: an auditor needs a moment longer than the services.
func TestBooksThatLagBehindAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := find(t, "flood")
		f := newFakeLab(s.Setup)
		f.invents = 1
		counts := 0
		p := Player{Lab: f, Audit: func(ctx context.Context) (audit.Count, error) {
			if counts++; counts == 3 {
				f.invents = 0
			}
			return f.audit(ctx)
		}}
		if r := p.Play(t.Context(), s); !r.Passed() || counts != 3 || len(r.Moments) != 1 || r.Count.Payments != 1000 {
			t.Errorf("failed %q after %d counts, %d kept", failures(r), counts, len(r.Moments))
		}
	})
}
