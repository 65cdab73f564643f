package handout_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/handout"
	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

var update = flag.Bool("update", false, "write the golden hand-outs")

func languages(t *testing.T) map[string]*phrase.Language {
	t.Helper()
	french, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*phrase.Language{"en": nil, "fr": french}
}

func noon() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }

// told is a diary of a flood of a thousand payments, in which order-2 dies after 10 s and order-1 takes over, as hostile as
// others can make it.
func told(hostile string) *handout.Diary {
	d := &handout.Diary{}
	run := lab.Run{Flood: 1, StartedAt: noon(), Payments: 1000, Partitions: 2, Consumers: 2, Delay: 100 * time.Millisecond, Key: lab.KeyUser}
	for at := time.Duration(0); at <= 60*time.Second; at += 500 * time.Millisecond {
		s := &lab.Snapshot{
			At: noon().Add(at), Started: noon().Add(-time.Minute), State: lab.Running,
			Cluster:  lab.Cluster{Nodes: 1, Brokers: []string{hostile}, Prefix: hostile},
			Settings: lab.Settings{Protocol: hostile, Delay: 100 * time.Millisecond, Guarantee: "at-least-once", SessionTimeout: 6 * time.Second},
			Partitions: []lab.Partition{
				{ID: 0, Known: true, Reader: 1, Owner: "order-1", OwnerInstance: 1},
				{ID: 1, Known: true, Reader: 2, Owner: "order-2", OwnerInstance: 2},
				{ID: 2, Known: true, Owner: hostile, OwnerOutside: 1},
			},
			Ledger: &ledger.Picture{Known: true, Total: ledger.Entry{
				Payments: ledger.Sum{Count: 1000, Cents: 123456}, Done: ledger.Sum{Count: 988, Cents: 120000}, DLQ: ledger.Sum{Count: 12, Cents: 3456},
				Duplicates: ledger.Sum{Count: 3, Cents: 1200},
			}},
			Trials: []lab.Trial{{Guarantee: "at-least-once", Payments: 988, Kills: 1, Duplicates: 3}},
		}
		run.Took, run.Drained = at, at == 60*time.Second
		run.Curve = append(run.Curve, lab.CurvePoint{At: s.At, Lag: int64(1000 * (60*time.Second - at) / (60 * time.Second))})
		s.Runs = []lab.Run{run}
		if at > 10*time.Second {
			s.Partitions[1].Reader, s.Partitions[1].Orphan = 0, true
			s.Rebalances = []lab.Rebalance{{ID: 4, At: noon().Add(10 * time.Second), Cause: lab.CauseCrash, Member: hostile, Moved: []lab.Move{
				{Partition: 1, From: 2, To: 1, Unread: 6 * time.Second, Measured: true},
			}}}
		}
		if at > 16*time.Second {
			s.Partitions[1].Reader, s.Partitions[1].Orphan = 1, false
		}
		d.Watch(s, nil)
	}
	return d
}

func TestAHandOut(t *testing.T) {
	for name, l := range languages(t) {
		t.Run(name, func(t *testing.T) {
			r := handout.Report{At: noon().Add(time.Hour), Diary: told("order-x"), Picture: "picture.svg"}
			got, file := r.Markdown(l)+"\n"+r.SVG(l), filepath.Join("testdata", "handout."+name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(file); err != nil || string(want) != got {
				t.Errorf("%v; the hand-out is now (go test ./scenarios/handout -update)\n%s", err, got)
			}
		})
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not XML: %v\n%s", err, svg)
		}
	}
}

// Names and events come from anybody.
func TestWhatOthersSayIsTextAndNothingElse(t *testing.T) {
	hostile := "</text><script>alert(1)</script> [x](http://evil) ![y](z) | a\n# b\x1b[2J `c` **d** <img src=x> www.evil.com a@evil.com \u202e ]]> & \xff"
	r := handout.Report{At: noon(), Diary: told(hostile), Picture: "picture.svg"}
	for _, l := range languages(t) {
		svg, markdown := r.SVG(l), r.Markdown(l)
		wellFormed(t, svg)
		if strings.Contains(svg, "<script") || strings.Contains(svg, "<img") {
			t.Error("the picture obeys:\n" + svg)
		}
		for _, live := range []string{`(^|[^\\])<`, `[^\\]\[x`, `(^|[^\\])\*\*d`, "[^\\\\]`c", `\x1b`, `http://`, `www\.evil`, `a@evil`, "\u202e", `(?m)^# b`} {
			quoted := regexp.MustCompile(`(?m)^.*evil.*$`).FindAllString(markdown, -1)
			if len(quoted) < 4 {
				t.Fatalf("the hand-out quotes nobody:\n%s", markdown)
			}
			for _, line := range quoted {
				if regexp.MustCompile(live).MatchString(line) {
					t.Errorf("%s is alive in %s", live, line)
				}
			}
		}
		for line := range strings.Lines(markdown) {
			if row := strings.ReplaceAll(line, `\|`, ""); strings.HasPrefix(row, "| 12:00:") && strings.Count(row, "|") != 3 {
				t.Errorf("a row of the timeline has other cells than 2: %s", line)
			}
		}
	}
}

func TestAnEmptyDiaryIsAHandOutToo(t *testing.T) {
	r := handout.Report{At: noon(), Diary: &handout.Diary{}}
	if r.Diary.Eventful() || !told("x").Eventful() {
		t.Error("a diary is not eventful when payments were written, and only then")
	}
	wellFormed(t, r.SVG(nil))
	if said := r.Markdown(nil); !strings.Contains(said, "Nothing happened") {
		t.Error(said)
	}
	r.Diary.Watch(&lab.Snapshot{At: noon(), Started: noon(), State: lab.Running}, nil)
	wellFormed(t, r.SVG(nil))
	if said := r.Markdown(nil); !strings.Contains(said, "There was none.") {
		t.Error(said)
	}
}

// What lasts all day stays small, and says what it left out.
func TestADiaryForgetsTheOldest(t *testing.T) {
	d := &handout.Diary{}
	for i := range 1001 {
		at := noon().Add(time.Duration(i) * time.Second)
		d.Watch(&lab.Snapshot{At: at, Started: noon(), State: lab.Running, Settings: lab.Settings{Delay: time.Duration(i+1) * time.Millisecond}}, nil)
	}
	said := handout.Report{At: noon(), Diary: d}.Markdown(nil)
	if strings.Count(said, "A payment takes an order consumer") != 400 || !strings.Contains(said, "600 older events are not listed.") {
		t.Error(said)
	}
}

func TestAHandOutOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	pages := handout.Report{At: noon(), Diary: told("x")}.Render(nil)
	taken := filepath.Join(dir, "blackfriday-handout-20261127-120000-2.md")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"blackfriday-handout-20261127-120000", "blackfriday-handout-20261127-120000-3"} {
		path, err := pages.Save(dir)
		if err != nil || path != filepath.Join(dir, want+".md") {
			t.Fatalf("%s, %v", path, err)
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "]("+want+".svg)") {
			t.Errorf("%s does not show its picture: %v", path, err)
		}
		picture, err := os.ReadFile(filepath.Join(dir, want+".svg"))
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, string(picture))
	}
	if mine, err := os.ReadFile(taken); err != nil || string(mine) != "mine" {
		t.Errorf("somebody's file is %q now, %v", mine, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*-2.svg")); err != nil || len(left) > 0 {
		t.Errorf("half a hand-out is left: %q, %v", left, err)
	}
	if _, err := pages.Save(filepath.Join(dir, "nowhere")); err == nil || !strings.Contains(err.Error(), "--handout") {
		t.Errorf("into a directory that is not there: %v", err)
	}
}

// A naive consumer that meets a pill says the same until somebody helps it; two floods are two events.
func TestTheTurnsOfACrashLoopAreGathered(t *testing.T) {
	d := &handout.Diary{}
	for i := range 20 {
		s := &lab.Snapshot{
			At: noon().Add(time.Duration(i) * time.Second), Started: noon(), State: lab.Running,
			Flood:  lab.FloodProgress{ID: i/8 + 1, Wanted: 300, Acked: 300},
			Orders: []lab.Instance{{Name: "order-1"}, {Name: "order-2", Crashes: i, Blocked: &lab.Blocked{Partition: 1, Offset: 7}}},
		}
		d.Watch(s, nil)
	}
	said := handout.Report{At: noon(), Diary: d}.Markdown(nil)
	if want := `| 12:00:02–12:00:19 | 18 times, the last: order-2 crashed 19 times on the same payment, P1\@7.`; !strings.Contains(said, want) {
		t.Errorf("no %s in\n%s", want, said)
	}
	if strings.Count(said, "300 payments acknowledged") != 2 || strings.Count(said, "crashed") != 1 {
		t.Error(said)
	}
}

// Whoever reads the hand-out has it: its own step is done.
func TestTheHandOutKnowsThatItWasWritten(t *testing.T) {
	course, err := lesson.NewCourse(6, noon())
	if err != nil {
		t.Fatal(err)
	}
	said := handout.Report{At: noon(), Diary: told("x"), Course: course}.Markdown(nil)
	if !strings.Contains(said, "clean-up | ✓ this report |") {
		t.Error(said)
	}
}
