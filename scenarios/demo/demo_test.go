//go:build synctests

package demo_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka/kafkatest"
	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/demo"
	"blackfriday/services/lab"
	"blackfriday/services/lab/labtest"
)

// house is an autopilot before a stage in virtual time, and what an audience could read.
type house struct {
	t     *testing.T
	stage *lab.Stage
	pilot *demo.Autopilot
	began time.Time
	said  []string // each sentence with the last that was measured for it
	acts  []int
	last  demo.Caption
}

func open(t *testing.T, loop bool) *house {
	t.Helper()
	b := demo.Opening()
	cfg := lab.Config{
		Partitions: b.Partitions, Orders: b.Orders, Delay: b.Delay, Opening: b.Opening, Seed: b.Seed, HTTPPort: lab.NoHTTP,
		Kafka: kafkatest.VirtualConfig(),
	}
	h := &house{t: t, stage: lab.NewStage(cfg, nil), pilot: demo.New(loop), began: time.Now()}
	labtest.Run(t, h.stage)
	return h
}

// until plays until something holds of what the audience reads.
func (h *house) until(what string, within time.Duration, holds func(demo.Caption) bool) {
	h.t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); <-time.After(100 * time.Millisecond) {
		if c, ok := h.pilot.Next(h.stage.Snapshot()); ok {
			err := h.stage.Do(h.t.Context(), c)
			h.pilot.Answered(h.stage.Snapshot(), err)
		}
		h.read()
		if holds(h.last) {
			return
		}
	}
	s := h.stage.Snapshot()
	h.t.Fatalf("not within %v: %s\n%s\nat %+v\npartitions %+v\norders %+v", within, what, strings.Join(h.said, "\n"), h.last, s.Partitions, s.Orders)
}

func (h *house) read() {
	c := h.pilot.Caption()
	if c.Act != h.last.Act {
		h.acts = append(h.acts, c.Act)
		h.said = append(h.said, time.Since(h.began).Round(time.Second).String()+" "+c.Title.String())
	}
	if c.Say.String() != h.last.Say.String() {
		h.said = append(h.said, "")
	}
	if c.Trouble && !h.last.Trouble {
		h.said = append(h.said, c.Measured.String(), "")
	}
	h.said[len(h.said)-1] = "  " + time.Since(h.began).Round(time.Second).String() + " " + c.Say.String() + " | " + c.Measured.String()
	h.last = c
}

func TestTheWholeStoryPlaysByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, false)
		trouble := false
		h.until("the end", 210*time.Second, func(c demo.Caption) bool { trouble = trouble || c.Trouble; return c.Ended })
		told := strings.Join(h.said, "\n")
		t.Logf("after %v:\n%s", time.Since(h.began), told)
		if trouble {
			t.Error("something was waited for in vain")
		}
		if want := []int{1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(h.acts, want) {
			t.Errorf("acts %v, want %v", h.acts, want)
		}
		for _, want := range []string{
			"done per second", "Nobody has read P", "was unread for", "times on the same payment", "wait behind it", "dead letters, lag 0",
			"450 payments under exactly-once: lost 0, done twice 0", "; lost 0, done twice ",
		} {
			if !strings.Contains(told, want) {
				t.Errorf("nobody said %q", want)
			}
		}
		if total := h.stage.Snapshot().Ledger.Total; total.Lost.Count != 0 || total.Payments.Count < 1000 {
			t.Errorf("the books end with %+v", total)
		}
		// What it says of its length is what it takes.
		if c := h.last; c.Played < c.Length*8/10 || c.Played > c.Length*12/10 {
			t.Errorf("it played %v of about %v", c.Played, c.Length)
		}
		if _, ok := h.pilot.Next(h.stage.Snapshot()); ok {
			t.Error("it goes on after the end")
		}
	})
}

// Every act begins by itself, after whatever somebody did to the lab.
func TestItGoesOnWhereItWasPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, false)
		for act := range len(demo.Acts()) {
			h.until("the act", 2*time.Minute, func(c demo.Caption) bool {
				if c.Trouble {
					t.Fatalf("act %d: %s\n%s", c.Act, c.Measured, strings.Join(h.said, "\n"))
				}
				return c.Act == act+1 && c.Played > 0
			})
			began := h.last.Played
			h.until("a moment", time.Minute, func(c demo.Caption) bool { return c.Played > began+2*time.Second })
			h.pilot.Pause()
			for end := time.Now().Add(10 * time.Second); time.Now().Before(end); <-time.After(100 * time.Millisecond) {
				if c, ok := h.pilot.Next(h.stage.Snapshot()); ok {
					t.Fatalf("it does %#v while it is paused", c)
				}
			}
			if c := h.pilot.Caption(); !c.Paused || c.Act != act+1 {
				t.Fatalf("paused: %+v", c)
			}
			for _, c := range []lab.Command{lab.SetDelay{Delay: 10 * time.Millisecond}, lab.Kill{}} {
				if err := h.stage.Do(t.Context(), c); err != nil {
					t.Error(err)
				}
			}
			h.pilot.Resume()
			h.read()
			if h.last.Act != act+1 || h.last.Played > began+time.Second {
				t.Errorf("it goes on with act %d at %v, and not with act %d at %v", h.last.Act, h.last.Played, act+1, began)
			}
			h.until("the lab of the act", time.Minute, func(demo.Caption) bool {
				return h.stage.Snapshot().Settings.Delay == demo.Acts()[act].Start.Delay
			})
		}
		h.until("the end", 2*time.Minute, func(c demo.Caption) bool { return c.Ended })
	})
}

func TestALoopBeginsAgainWithAFreshLab(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, true)
		h.until("the last act", 210*time.Second, func(c demo.Caption) bool { return c.Act == len(demo.Acts()) })
		h.until("the first act", time.Minute, func(c demo.Caption) bool { return c.Act == 1 && !c.Ended })
		h.until("a lag in a lab of one partition", time.Minute, func(demo.Caption) bool {
			s := h.stage.Snapshot()
			return len(s.Partitions) == 1 && s.Lag.Known && s.Lag.Total > 900
		})
		if h.last.Played > time.Minute {
			t.Errorf("the clock goes on: %v", h.last.Played)
		}
	})
}

// What does not come is told, and the story goes on.
func TestPatienceEnds(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	picture := func(after time.Duration) *lab.Snapshot { return &lab.Snapshot{At: at.Add(after), State: lab.Running} }
	pilot := demo.New(false)
	for after := time.Duration(0); after < 20*time.Second; after += time.Second {
		if c, ok := pilot.Next(picture(after)); ok || pilot.Caption().Trouble {
			t.Fatalf("after %v: %#v, %+v", after, c, pilot.Caption())
		}
	}
	pilot.Next(picture(20 * time.Second))
	if c := pilot.Caption(); !c.Trouble || c.Measured.String() != "Not seen within 20 s: a consumer that reads its partition. The demo goes on." {
		t.Errorf("%+v", c)
	}
	var c lab.Command
	for after := 21 * time.Second; after < 30*time.Second && c == nil; after += time.Second {
		c, _ = pilot.Next(picture(after))
	}
	if c != (lab.Flood{Count: 1000}) {
		t.Fatalf("then it does %#v", c)
	}
	if c, ok := pilot.Next(picture(31 * time.Second)); ok {
		t.Errorf("before that was answered it does %#v", c)
	}
	pilot.Answered(picture(31*time.Second), errors.New("no broker answers"))
	if c := pilot.Caption(); !c.Trouble || c.Measured.String() != "The lab refused it: no broker answers. The demo goes on." {
		t.Errorf("%+v", c)
	}
}

// Each sentence has one line on the smallest screen.
func TestSentencesFitALine(t *testing.T) {
	french, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*phrase.Language{nil, french} {
		for _, act := range demo.Acts() {
			if n := len([]rune(act.Title.In(l))); n > 30 {
				t.Errorf("%d cells: %q", n, act.Title.In(l))
			}
			for _, step := range act.Steps {
				if n := len([]rune(step.Say.In(l))); n > 74 {
					t.Errorf("%d cells: %q", n, step.Say.In(l))
				}
			}
		}
	}
}
