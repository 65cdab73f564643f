package tui

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
)

func TestBlockDigitsAreWhatTheySay(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	var read strings.Builder
	for _, row := range st.digits("10:4", 2) {
		read.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	want := strings.Join([]string{
		"  ██    ██████      ██  ██",
		"████    ██  ██  ██  ██  ██",
		"  ██    ██  ██      ██████",
		"  ██    ██  ██  ██      ██",
		"██████  ██████          ██",
	}, "\n") + "\n"
	if read.String() != want {
		t.Errorf("it reads\n%swant\n%s", read.String(), want)
	}
	for r := '0'; r <= '9'; r++ {
		for other := '0'; other < r; other++ {
			if digitDots(r) == digitDots(other) {
				t.Errorf("%c and %c look the same", r, other)
			}
		}
	}
}

// A number must never be cut: it is smaller instead.
func TestTheLargestNumberFitsTheSmallestTerminal(t *testing.T) {
	for _, language := range []string{phrase.English, phrase.French} {
		s := flooded()
		s.Lag.Total, s.Lag.Known = 1_000_000, true
		m, _ := guided(t, s, 3, 80, 24, language, nil)
		l := m.st.figure(s, lagFigure)
		shape := arrangeStage(l.sizedAs(), 80, 24, 3, false)
		rows := m.st.digits(l.number, shape.scale)
		if shape.scale < 2 || width(rows[0]) > 80-4 || shape.lanes < 3 {
			t.Errorf("%s: %s is %d cells wide at scale %d, with %d lanes", language, l.number, width(rows[0]), shape.scale, shape.lanes)
		}
	}
}

func TestTheStageShowsNothingThatNobodyMeasured(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	unknown := running(3, 3)
	unknown.Lag.Known, unknown.DLQ.Known, unknown.Ledger = false, false, nil
	for f := range lastFigure {
		if l := st.figure(unknown, f); l.number != st.g.dash {
			t.Errorf("%s: %q", l.name, l.number)
		}
	}
	dead := running(3, 3)
	dead.DLQ.Known, dead.DLQ.Total = true, 0
	if l := st.figure(dead, deadFigure); l.number != "0" {
		t.Errorf("an empty dead letter queue is %q", l.number)
	}
}

func TestTheStageCountsHowLongNobodyReads(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	s := crashed()
	if l := st.figure(s, orphanedFigure); l.number != "1.9" || !strings.Contains(l.said, "P1") {
		t.Errorf("an orphan of 1.9 s is %q: %s", l.number, l.said)
	}
	s.Partitions[1].Orphan = false
	if l := st.figure(s, orphanedFigure); l.number != "0.5" || !strings.Contains(l.said, "order-3") {
		t.Errorf("the last one measured was 0.5 s, of order-3's leave: %q: %s", l.number, l.said)
	}
	s.Partitions[1].Unknown = true
	if l := st.figure(s, orphanedFigure); l.number != st.g.dash {
		t.Errorf("nobody knows who reads, and it says %q", l.number)
	}
}

// The keys of the lab work on the stage as elsewhere, and are shown on caps; esc and S leave it.
func TestTheStageObeysTheLabsKeys(t *testing.T) {
	m, fake := dashboard(flooded(), 100, 30)
	press(m, "S", "5", "f")
	if m.page != stagePage || m.spot.figure != orphanedFigure || len(fake.asked) != 1 {
		t.Errorf("page %d, figure %d, commands %v", m.page, m.spot.figure, fake.asked)
	}
	if foot := m.keyCaps(); !strings.Contains(foot, " f ") {
		t.Errorf("no cap for f: %q", foot)
	}
	if strings.Contains(m.screen(), "quit") {
		t.Error("hints are not hidden")
	}
	press(m, "S")
	if m.page != dashboardPage {
		t.Error("S does not leave the stage")
	}
	press(m, "S", "right", "right", "left")
	if m.spot.figure != orphanedFigure+1 {
		t.Errorf("left and right come to %d", m.spot.figure)
	}
	if press(m, "esc"); m.page != dashboardPage {
		t.Error("esc does not leave the stage")
	}
}

// Each step of the course that has a number is about the same one in both languages, and a choice holds until the next step.
func TestTheStageStepsOnWithTheGuide(t *testing.T) {
	steps := map[string]bool{}
	for _, c := range lesson.All() {
		for _, s := range c.Steps {
			steps[s.Name] = true
		}
	}
	for f := range lastFigure {
		for _, name := range stepsOf(f) {
			if !steps[name] {
				t.Errorf("the course has no step %q", name)
			}
		}
	}
	m, _ := guided(t, single(), 3, 100, 30, "", nil)
	show(m, single())
	press(m, "esc", "S")
	first := m.spot
	press(m, "6")
	show(m, single())
	if m.spot.figure != lostFigure {
		t.Error("the choice does not hold")
	}
	if first.step == nowhere {
		t.Error("the guide is open and the stage follows no step")
	}
}

func TestZoomShowsThePanelInFocus(t *testing.T) {
	m, _ := dashboard(flooded(), 120, 36)
	for _, want := range m.layout().panels() {
		press(m, "Z")
		if m.focus != want {
			t.Fatalf("the focus is on %d, want %d", m.focus, want)
		}
		if !strings.Contains(m.screen(), m.st.g.cursor) {
			t.Errorf("%d: no sign says where the focus is", want)
		}
		press(m, "z")
		if m.page != want {
			t.Errorf("z shows %d, want %d", m.page, want)
		}
		press(m, "z")
		if m.page != dashboardPage || m.focus != want {
			t.Errorf("z comes back to %d with the focus on %d", m.page, m.focus)
		}
	}
	press(m, "Z")
	if m.focus != dashboardPage {
		t.Error("behind the last panel there is a focus")
	}
	if press(m, "Z", "tab"); m.focus != dashboardPage || m.selected == "" {
		t.Error("two cursors are on the screen")
	}
	if press(m, "Z"); m.focus == dashboardPage || m.selected != "" {
		t.Error("two cursors are on the screen")
	}
}

func TestTheLargeCurveHasAxes(t *testing.T) {
	s := measured(0, 500, 1000, 600, 0)
	m, _ := dashboard(s, 120, 36)
	press(m, "Z", "Z", "Z", "Z", "z")
	screen := m.screen()
	for _, want := range []string{"250", "500", "750", "now"} {
		if !strings.Contains(screen, want) {
			t.Errorf("no %q on\n%s", want, screen)
		}
	}
}

func TestTheStageInFrenchAndInASCII(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		for f := range lastFigure {
			name := fmt.Sprintf("%d-%dx%d", f+1, size[0], size[1])
			t.Run("french-"+name, func(t *testing.T) {
				m, _ := dashboard(crashed(), size[0], size[1])
				press(m, "L", "S", strconv.Itoa(int(f)+1))
				fits(t, m, name)
				golden.RequireEqual(t, text(m))
			})
			t.Run("ascii-"+name, func(t *testing.T) {
				m, _ := dashboard(crashed(), size[0], size[1])
				m.st = newStyles(ThemeDark, true, true)
				press(m, "S", strconv.Itoa(int(f)+1))
				fits(t, m, name)
				golden.RequireEqual(t, text(m))
			})
		}
	}
}
