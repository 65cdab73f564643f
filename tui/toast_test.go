package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/kafka/phrase"
)

// longAnswer is an answer that needs several lines wherever it stands.
func longAnswer() phrase.Phrase {
	return phrase.New("%v", errors.New("Off: "+strings.Repeat("whoever runs the cluster can add one with kafka-acls; ", 8)))
}

// TestAnAnswerNeverCoversData: a dashboard with an answer has every cell of the one without it, but for the events and the line
// that is there for answers; and it is the same dashboard again once the answer has gone.
func TestAnAnswerNeverCoversData(t *testing.T) {
	for _, size := range append(classSizes(), [2]int{81, 25}, [2]int{110, 28}, [2]int{140, 24}, [2]int{170, 40}) {
		for _, c := range screens() {
			if len(c.keys) > 0 || c.name == "starting" {
				continue
			}
			m := c.played(size, func(*model) {})
			m.message, m.told = message{}, narration{} // what was said in the scene
			before := strings.Split(ansi.Strip(m.screen()), "\n")
			m.tell(longAnswer(), true)
			over := len(m.statusRows()) - 1
			if over == 0 {
				t.Fatalf("%s at %v: the answer has one line", c.name, size)
			}
			fits(t, m, c.name)
			after := strings.Split(ansi.Strip(m.screen()), "\n")
			events := slices.IndexFunc(before, func(line string) bool { return strings.HasPrefix(line, " EVENTS") })
			from := 0 // of the columns that no answer reaches
			for y := range len(before) - 2 {
				if y >= events {
					from = m.width
					if l := m.layout(); l.wide {
						from = l.left // the results have a stack of their own
					}
				}
				if had, has := ansi.Cut(before[y], from, m.width), ansi.Cut(after[y], from, m.width); from < m.width && had != has {
					t.Errorf("%s at %v, line %d:\n%s\n%s", c.name, size, y, had, has)
				}
			}
			m.now = m.now.Add(errorStays)
			if again := strings.Split(ansi.Strip(m.screen()), "\n"); !slices.Equal(again, before) {
				t.Errorf("%s at %v is another screen after the answer", c.name, size)
			}
		}
	}
}

// TestAPageMakesRoomForAnAnswer: the pages keep their numbers and lanes, and say of lists what is out of sight.
func TestAPageMakesRoomForAnAnswer(t *testing.T) {
	for _, size := range classSizes() {
		for p := range pages {
			if slices.Contains([]page{dashboardPage, guidePage, eventsPage, curvePage}, p) { // the events have the answer among them, the curve is lower
				continue
			}
			m := reading(recovered(), buried(), size[0], size[1])
			m.past, m.page = recoveredStory(recovered()), p
			before := strings.Split(text(m), "\n")
			m.tell(longAnswer(), true)
			fits(t, m, "page")
			has := text(m)
			scrolls := strings.Contains(has, "scroll") || strings.Contains(has, "more line")
			for _, line := range before[:len(before)-3] {
				curve := strings.ContainsAny(line, "▁▂▃▄▅▆▇█") && !strings.Contains(line, "P0")
				if !curve && !scrolls && !slices.Contains([]page{messagesPage, lettersPage, trailPage}, p) && !strings.Contains(has, strings.TrimSpace(line)) {
					t.Errorf("page %d at %v lacks\n%s\n%s", p, size, line, has)
				}
			}
			if lanes := func(s string) int { return strings.Count(s, "11111111") }; p == lanesPage && lanes(has) != lanes(strings.Join(before, "\n")) {
				t.Errorf("the lanes are others at %v:\n%s", size, has)
			}
		}
	}
}

// TestAnswersCanBeReadAgain on the page of the events, with their time, in whatever language the screen speaks then.
func TestAnswersCanBeReadAgain(t *testing.T) {
	m, f := dashboard(restricted(), 100, 30)
	press(m, "f")
	m.Update(frameMsg{m.now.Add(time.Minute), f.snapshot})
	press(m, "2")
	m.live.At = m.now
	if got := text(m); !strings.Contains(strings.Join(strings.Fields(got), " "), m.live.Can.Pay.String()) {
		t.Errorf("the page of the events does not have it:\n%s", got)
	}
	for range 3 * mostAnswers {
		m.tell(phrase.New("Theme: dark."), false)
	}
	if len(m.log) != mostAnswers {
		t.Errorf("%d answers are kept", len(m.log))
	}
	press(m, "1")
	if got := text(m); strings.Count(got, "Theme: dark.") != 1 {
		t.Errorf("the dashboard's own events have answers among them:\n%s", got)
	}
}

// TestAMeasuredAnswerCoversNothing: it stands in the guide, where its step stood, and goes by itself.
func TestAMeasuredAnswerCoversNothing(t *testing.T) {
	for _, size := range classSizes() {
		m, f := guided(t, single(), 3, size[0], size[1], "", nil)
		show(m, single())
		press(m, "a", "c", "c", "c", "enter")
		show(m, rushed())
		press(m, "esc")
		show(m, drained())
		if m.guide.reveal == "" || !strings.Contains(text(m), "measured: 1,000 payments in 100.8 s") {
			t.Fatalf("%v: nothing is measured:\n%s", size, text(m))
		}
		w, h := m.bodySize()
		had := m.st.box(strings.Split(ansi.Strip(m.screen()), "\n"), w, h+3)
		m.guide.reveal = ""
		if has := m.st.box(strings.Split(ansi.Strip(m.screen()), "\n"), w, h+3); !slices.Equal(had, has) {
			t.Errorf("%v: the dashboard is another one", size)
		}
		m.guide.reveal = "howlong"
		f.snapshot = m.live
		m.Update(frameMsg{m.now.Add(revealStays), m.live})
		m.Update(frameMsg{m.now, m.live})
		if m.guide.reveal != "" {
			t.Errorf("%v: it stays", size)
		}
	}
}

// TestTinyTerminalsAreTold what they lack in whole words, whatever their shape, and what waits where there is room.
func TestTinyTerminalsAreTold(t *testing.T) {
	for _, size := range [][2]int{{20, 5}, {40, 10}, {79, 23}, {200, 10}, {30, 60}} {
		for _, change := range []func(*model){func(*model) {}, (*model).cycleLanguage} {
			m, _ := dashboard(flooded(), size[0], size[1])
			change(m)
			fits(t, m, "tiny")
			got := strings.Join(strings.Fields(text(m)), " ")
			if !strings.Contains(got, "80x24") || strings.Contains(got, "…") {
				t.Errorf("%v:\n%s", size, text(m))
			}
			if size != [2]int{20, 5} && (!strings.Contains(got, "780") || !strings.Contains(got, "DLQ 14")) {
				t.Errorf("%v does not say what waits:\n%s", size, text(m))
			}
		}
	}
}

// TestAPageThatLeavesRoomShowsTheLab at its end, in every class, and not one that fills its screen.
func TestAPageThatLeavesRoomShowsTheLab(t *testing.T) {
	for _, size := range classSizes() {
		for _, page := range []page{eventsPage, consumersPage, topicsPage, rebalancesPage} {
			m, _ := dashboard(crashed(), size[0], size[1])
			m.past, m.page = crashStory(crashed()), page
			got := text(m)
			if size[1] > 30 && (!strings.Contains(got, "WHO READ WHAT") || !strings.Contains(got, "stuck")) {
				t.Errorf("page %d at %v does not show who reads and what waits:\n%s", page, size, got)
			}
		}
	}
	m, _ := dashboard(crashed(), 100, 30)
	for range 40 {
		m.live.Events = append(m.live.Events, m.live.Events[0])
	}
	press(m, "2")
	if got := text(m); strings.Contains(got, "WHO READ WHAT") || !strings.Contains(got, "scroll") {
		t.Errorf("a full page:\n%s", got)
	}
}

// TestNothingBesideAPageIsCut but events, in either language.
func TestNothingBesideAPageIsCut(t *testing.T) {
	for _, size := range [][2]int{{160, 45}, {220, 60}} {
		for page := range pages {
			for name, change := range map[string]func(*model){"en": func(*model) {}, "fr": (*model).cycleLanguage} {
				m, _ := dashboard(crashed(), size[0], size[1])
				m.past, m.page = crashStory(crashed()), page
				change(m)
				w, _ := m.bodySize()
				for line := range strings.SplitSeq(text(m), "\n") {
					beside := ansi.Cut(line, w, size[0])
					if w < size[0] && strings.Contains(beside, "…") && strings.Count(beside, ":") < 2 {
						t.Errorf("page %d at %v in %s: %s", page, size, name, beside)
					}
				}
			}
		}
	}
}

// TestSizeClasses: what each class adds is there at its smallest terminal, and not one column or line before.
func TestSizeClasses(t *testing.T) {
	for _, test := range []struct {
		w, h               int
		sides, aside, tall bool
	}{
		{80, 24, false, false, false}, {139, 60, false, false, false}, {140, 24, true, false, false}, {159, 60, true, false, false},
		{160, 35, true, false, false}, {160, 36, true, true, false}, {160, 53, true, true, false}, {160, 54, true, true, true}, {400, 24, true, false, false},
	} {
		if c := classOf(test.w, test.h); c.sides != test.sides || c.aside != test.aside || c.tall != test.tall {
			t.Errorf("%dx%d: %+v", test.w, test.h, c)
		}
	}
	m, _ := dashboard(crashed(), 160, 45)
	m.page = eventsPage
	if got := text(m); !strings.Contains(got, "WHO READ WHAT") || !strings.Contains(got, "ORPHAN") && !strings.Contains(got, "379") {
		t.Errorf("the page of the events does not show the lab beside it:\n%s", got)
	}
}
