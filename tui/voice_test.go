package tui

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// voices are a Voice in each language.
func voices(t *testing.T) map[string]*Voice {
	t.Helper()
	french, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*Voice{phrase.English: NewVoice(nil, false), phrase.French: NewVoice(french, false)}
}

// TestEverySceneIsSaid: what the scenes show is said in sentences, and in words alone.
func TestEverySceneIsSaid(t *testing.T) {
	for name, v := range voices(t) {
		t.Run(name, func(t *testing.T) {
			var all strings.Builder
			said := map[string]bool{"": true}
			for _, c := range screens() {
				status := v.Status(c.snapshot)
				for _, r := range status {
					if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" \u00a0.,:;()'’\"-/+=@%_[]{}\\×«»?!<>&€", r) {
						t.Errorf("%s: the sign %q in %q", c.name, r, status)
					}
				}
				if status != "" && !strings.HasSuffix(status, ".") || strings.Contains(status, "  ") || strings.Contains(status, "..") {
					t.Errorf("%s: %q", c.name, status)
				}
				if !said[status] {
					fmt.Fprintf(&all, "%s: %s\n", c.name, status)
				}
				said[status] = true
			}
			golden.RequireEqual(t, all.String())
		})
	}
}

// TestWhatHappensIsSaidWithoutTheScreen in words that a person without eyes needs.
func TestWhatHappensIsSaidWithoutTheScreen(t *testing.T) {
	v := NewVoice(nil, false)
	for _, c := range []struct {
		name  string
		s     *lab.Snapshot
		wants []string
	}{
		{"crash", crashed(), []string{"780 payments wait", "order-2: crashed", "order-1 reads P0 (10.0 msg/s)", "ORPHAN. P1: nobody reads", "(4.1 s left, computed)"}},
		{"lost", lossy(), []string{"Lost: "}},
		{"cut off", cutOff(), []string{"No broker answers."}},
		{"bench", bench(), []string{"no partition is left"}},
		{"blocked", blocked(), []string{" BLOCKED by "}},
		{"loop", crashLooping(), []string{"CRASH LOOP"}},
		{"hot", hot(), []string{" is hot: "}},
		{"not begun", starting(), nil},
	} {
		said := v.Status(c.s)
		for _, want := range c.wants {
			if !strings.Contains(said, want) {
				t.Errorf("%s: no %q in %q", c.name, want, said)
			}
		}
		if c.wants == nil && said != "" {
			t.Errorf("%s: %q", c.name, said)
		}
	}
	for _, r := range NewVoice(nil, true).Status(hostile()) {
		if r > '~' || r < ' ' {
			t.Errorf("%q is not printable ASCII", r)
		}
	}
}

// TestALineIsAKey and does what the key does on the dashboard, or says why it does not.
func TestALineIsAKey(t *testing.T) {
	v := NewVoice(nil, false)
	observed := running(3, 3)
	observed.Observing = true
	ending := running(3, 3)
	ending.State = lab.Stopping
	for _, c := range []struct {
		line string
		s    *lab.Snapshot
		want Wish
	}{
		{"f", running(3, 3), Wish{Command: lab.Flood{Count: 1000}}},
		{"+", running(3, 3), Wish{Command: lab.AddConsumer{}}},
		{"k", running(3, 3), Wish{Command: lab.Kill{}}},
		{"s", running(3, 3), Wish{Command: lab.Stop{}}},
		{"r", running(3, 3), Wish{Command: lab.Restart{}}},
		{"p", running(3, 3), Wish{Command: lab.Poison{}}},
		{"d", running(3, 3), Wish{Command: lab.SetDelay{Delay: nextDelay(running(3, 3).Settings.Delay)}}},
		{"q", running(3, 3), Wish{Quit: true}},
		{"?", running(3, 3), Wish{Help: true}},
		{"", running(3, 3), Wish{}},
		{"ff", running(3, 3), Wish{Said: phrase.New("\"ff\" is no key here. ? and Enter lists the keys.")}},
		{"é", running(3, 3), Wish{Said: phrase.New("\"é\" is no key here. ? and Enter lists the keys.")}},
		{"\x1b", running(3, 3), Wish{Said: phrase.New("\"\\x1b\" is no key here. ? and Enter lists the keys.")}},
		{"f", ending, Wish{Said: phrase.New("The lab is not running: nothing was sent.")}},
		{"k", observed, Wish{Said: observing()}},
		{"f", restricted(), Wish{Said: off(restricted().WhyNot(lab.Flood{}))}},
	} {
		got := v.Understand(c.line, c.s)
		same := got.Said.String() == c.want.Said.String() && got.Said.Empty() == c.want.Said.Empty()
		if !reflect.DeepEqual(got.Command, c.want.Command) || got.Help != c.want.Help || got.Quit != c.want.Quit || !same {
			t.Errorf("%q: %+v, want %+v", c.line, got, c.want)
		}
	}
	if keys := v.Keys(); len(keys) != 9 || keys[0] != "f: flood 1,000" {
		t.Errorf("the keys are %q", keys)
	}
}
