package tui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/tui/cast"
)

// cinema is a dashboard on which the story plays.
type cinema struct {
	*testing.T
	*model
	lab *fakeLab
}

func demonstrated(t *testing.T, w, h int, language string) cinema {
	t.Helper()
	l, err := phrase.Load(language)
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeLab{snapshot: single()}
	m := newModel(f, Options{Theme: ThemeDark, Pills: pills(), Language: l, Demo: &Demo{}}, startJobs(t.Context()))
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return cinema{t, m, f}
}

// frame is a picture, and what the autopilot does then.
func (c cinema) frame(s *lab.Snapshot) {
	c.lab.mu.Lock()
	c.lab.snapshot = s
	c.lab.mu.Unlock()
	c.take(s)
	c.now = s.At
	if cmd := c.fly(); cmd != nil {
		c.Update(cmd())
	}
}

// plays shows a picture for so long.
func (c cinema) plays(s *lab.Snapshot, long time.Duration) *lab.Snapshot {
	for end := s.At.Add(long); s.At.Before(end); {
		next := *s
		next.At = s.At.Add(100 * time.Millisecond)
		next.Reading.At = next.At
		s = &next
		c.frame(s)
	}
	return s
}

// swamped is a flood that was hardly worked on.
func swamped() *lab.Snapshot {
	s := rushed()
	s.At = s.At.Add(-8 * time.Second)
	s.Lag.Total, s.Lag.Drain.ToZero = 950, 95*time.Second
	s.Partitions[0].Lag, s.Partitions[0].Committed, s.Partitions[0].Drain = 950, 50, s.Lag.Drain
	return at(s)
}

func (c cinema) wants(commands ...lab.Command) {
	c.Helper()
	if len(commands)+len(c.lab.asked) > 0 && !reflect.DeepEqual(c.lab.asked, commands) {
		c.Errorf("the lab was asked for %#v, not %#v", c.lab.asked, commands)
	}
}

func (c cinema) sees(want ...string) {
	c.Helper()
	for _, w := range want {
		if !strings.Contains(text(c.model), w) {
			c.Errorf("nobody sees %q:\n%s", w, text(c.model))
		}
	}
}

func TestTheDemoPlays(t *testing.T) {
	c := demonstrated(t, 80, 24, "")
	c.plays(single(), time.Second)
	c.sees("DEMO", "1 of 8: One consumer drowns", "0:00 of about 3:00", "The shop opens", "space pause the demo")
	c.wants()
	c.plays(single(), 6*time.Second)
	c.wants(lab.Flood{Count: 1000})
	c.sees("1,000 payments come at once", "keys f")
	c.plays(swamped(), 7*time.Second)
	c.sees("One partition has one reader", "950 payments wait, 10.0 done per second: zero in 95 s")
}

func TestAKeyTakesTheWheel(t *testing.T) {
	for _, k := range []string{"k", "3", "?", "esc", "down", "F", "z"} {
		c := demonstrated(t, 80, 24, "")
		s := c.plays(single(), time.Second)
		press(c.model, k)
		if c.flies() {
			t.Errorf("%s: the demo goes on", k)
		}
		s = c.plays(s, 20*time.Second)
		for _, command := range c.lab.asked {
			if command != (lab.Kill{}) {
				t.Errorf("%s: it does %#v while it is paused", k, command)
			}
		}
		c.lab.asked = nil
		press(c.model, "esc")
		c.sees("Paused: you have the wheel", "space demo goes on")
		press(c.model, "space")
		c.plays(s, time.Second)
		c.wants(lab.Begin{Partitions: 1, Orders: 1, Delay: 100 * time.Millisecond, Seed: 20261127})
		c.sees("space pause the demo")
	}
}

func TestSpacePausesTheDemoAndThawsAFrozenScreenFirst(t *testing.T) {
	c := demonstrated(t, 80, 24, "")
	s := c.plays(single(), time.Second)
	press(c.model, "T", "L") // how it looks is nobody's wheel
	if !c.flies() {
		t.Error("a theme stops the demo")
	}
	press(c.model, "space")
	if c.flies() || c.replay != nil {
		t.Errorf("paused %v, frozen %v", !c.flies(), c.replay != nil)
	}
	press(c.model, "left")
	if c.replay == nil {
		t.Fatal("no replay while the demo is paused")
	}
	press(c.model, "space")
	if c.flies() || c.replay != nil {
		t.Error("space did not show the live lab first")
	}
	press(c.model, "space")
	if c.plays(s, time.Second); !c.flies() {
		t.Error("space does not go on")
	}
}

func TestADemoThatNobodyTouchedIsQuitAtOnce(t *testing.T) {
	c := demonstrated(t, 80, 24, "")
	c.plays(rushed(), time.Second)
	if _, cmd := c.Update(keyPress("q")); !quits(cmd) {
		t.Error("q asks")
	}
	press(c.model, "k")
	if _, cmd := c.Update(keyPress("q")); quits(cmd) || c.dialog == nil {
		t.Error("q does not ask whoever has the wheel")
	}
}

func TestWhatTheLabRefusesIsTold(t *testing.T) {
	c := demonstrated(t, 80, 24, "")
	c.lab.err = errors.New("no broker answers")
	c.plays(single(), 6*time.Second)
	c.sees("The lab refused it: no broker answers. The demo goes on.")
}

// After the end the dashboard is as it always is.
func TestAtTheEndTheLabIsTheirs(t *testing.T) {
	c := demonstrated(t, 80, 24, "")
	s := single()
	for range 300 { // nothing of the story is to be seen in this lab: each step runs out of time
		if s = c.plays(s, 5*time.Second); c.pilot.Caption().Ended {
			break
		}
	}
	c.sees("8 of 8", "That is the whole story")
	press(c.model, "f")
	if c.pilot != nil || c.lab.asked[len(c.lab.asked)-1] != (lab.Flood{Count: 1000}) {
		t.Error("a key does not end the demo and act")
	}
	if strings.Contains(text(c.model), "DEMO") {
		t.Errorf("the caption stays:\n%s", text(c.model))
	}
}

func TestDemo(t *testing.T) {
	for _, language := range []string{"", phrase.French} {
		for _, size := range [][2]int{{80, 24}, {120, 36}} {
			t.Run(fmt.Sprintf("%s%dx%d", language, size[0], size[1]), func(t *testing.T) {
				c := demonstrated(t, size[0], size[1], language)
				c.plays(single(), 6*time.Second)
				c.plays(swamped(), 7*time.Second)
				golden.RequireEqual(t, []byte(text(c.model)))
			})
		}
	}
}

// A caption is drawn within every terminal, whatever is in front of it.
func TestTheCaptionFitsEveryTerminal(t *testing.T) {
	for _, w := range []int{80, 100, 140, 220} {
		for _, h := range []int{24, 30, 60} {
			for _, keys := range [][]string{nil, {"g"}, {"?"}, {"F"}, {"8"}, {"0"}} {
				c := demonstrated(t, w, h, phrase.French)
				c.plays(rushed(), time.Second)
				press(c.model, keys...)
				c.plays(rushed(), time.Second)
				lines := strings.Split(c.View().Content, "\n")
				if len(lines) != h {
					t.Fatalf("%dx%d %q: %d lines", w, h, keys, len(lines))
				}
				for _, line := range lines {
					if width(line) != w {
						t.Fatalf("%dx%d %q: a line of %d cells: %s", w, h, keys, width(line), line)
					}
				}
			}
		}
	}
}

// The wheel and the pointer are brushed by accident; a click is meant.
func TestAClickTakesTheWheelAndTheMousesDoesNot(t *testing.T) {
	c := demonstrated(t, 80, 24, "")
	c.plays(single(), time.Second)
	for _, b := range []tea.MouseButton{tea.MouseWheelUp, tea.MouseWheelDown, tea.MouseWheelLeft} {
		c.Update(tea.MouseWheelMsg{Button: b})
	}
	c.Update(tea.MouseMotionMsg{X: 3, Y: 3})
	c.Update(tea.MouseReleaseMsg{X: 3, Y: 3})
	if !c.flies() {
		t.Error("the wheel or the pointer stops the demo")
	}
	if c.Update(tea.MouseClickMsg{X: 40, Y: 8, Button: tea.MouseLeft}); c.flies() {
		t.Error("a click does not stop it")
	}
}

// On an open day nobody presses space for whoever comes next.
func TestALoopThatWasLeftAloneBeginsAgain(t *testing.T) {
	for _, loop := range []bool{true, false} {
		c := demonstrated(t, 80, 24, "")
		c.options.Demo.Loop = loop
		s := c.plays(single(), time.Second)
		press(c.model, "3")
		s = c.plays(s, loneliness-warning-2*time.Second)
		c.sees("Paused: you have the wheel")
		press(c.model, "down") // somebody is there
		s = c.plays(s, loneliness-warning-2*time.Second)
		c.sees("Paused: you have the wheel")
		c.lab.asked = nil
		s = c.plays(s, 10*time.Second)
		if loop {
			c.sees("the demo begins again in 22 s")
		}
		c.plays(s, 30*time.Second)
		if c.flies() != loop {
			t.Errorf("loop %v: the demo goes on: %v", loop, c.flies())
		}
		if loop {
			c.lab.asked = c.lab.asked[:min(len(c.lab.asked), 1)] // the story goes on
			c.wants(lab.Begin{Partitions: 1, Orders: 1, Delay: 100 * time.Millisecond, Seed: 20261127})
		}
	}
}

func TestARecordingThatEndsEarlyIsSeen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.cast")
	r, err := cast.Create(name, 80, 24, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	m, _ := dashboard(flooded(), 160, 45)
	m.options.Recorder = r
	for end := time.Now().Add(30 * time.Second); r.Err() == nil && time.Now().Before(end); <-time.After(5 * time.Millisecond) {
		r.Output([]byte("x"))
	}
	m.Update(frameMsg{m.now.Add(time.Second), m.live})
	if !strings.Contains(text(m), "the recording ends after") {
		t.Errorf("nothing is said:\n%s", text(m))
	}
}
