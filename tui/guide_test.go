package tui

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
	"blackfriday/scenarios/typed"
	"blackfriday/services/lab"
)

// guided is a dashboard whose lab began with a checkpoint.
func guided(t *testing.T, s *lab.Snapshot, checkpoint, w, h int, language string, change func(*Options)) (*model, *fakeLab) {
	t.Helper()
	l, err := phrase.Load(language)
	if err != nil {
		t.Fatal(err)
	}
	c, err := lesson.Find(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeLab{snapshot: s}
	o := Options{Theme: ThemeDark, Pills: pills(), Language: l, Checkpoint: &c}
	if change != nil {
		change(&o)
	}
	m := newModel(f, o, startJobs(t.Context()))
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m, f
}

// single is the lab of checkpoints 3 and 4: one partition and one consumer.
func single() *lab.Snapshot { return running(1, 1) }

// rushed is a flood of the course on it: worked on for some seconds.
func rushed() *lab.Snapshot {
	s := single()
	s.At = noon().Add(14 * time.Second)
	s.Lag = lab.Lag{Known: true, Total: 870, Rate: 10, Drain: lab.Drain{Trend: lab.Shrinking, ToZero: 87 * time.Second}}
	s.Partitions[0].Lag, s.Partitions[0].End, s.Partitions[0].Committed = 870, 1000, 130
	s.Partitions[0].Rate, s.Partitions[0].Drain = 10, s.Lag.Drain
	s.Flood = lab.FloodProgress{ID: 1, Wanted: 1000, Acked: 1000, StartedAt: noon().Add(time.Second), Took: 12 * time.Millisecond, Rate: 83_333}
	s.Runs = []lab.Run{{
		Flood: 1, StartedAt: noon().Add(time.Second), Payments: 1000, Partitions: 1, Consumers: 1, Delay: 100 * time.Millisecond, Took: 13 * time.Second,
		Curve: []lab.CurvePoint{{At: noon().Add(time.Second), Lag: 1000}, {At: noon().Add(14 * time.Second), Lag: 870}},
	}}
	return at(s)
}

// at gives the brokers' word and the books the time of the picture.
func at(s *lab.Snapshot) *lab.Snapshot {
	s.Reading.At = s.At.Add(-90 * time.Millisecond)
	for i, n := range []int64{s.Partitions[0].End, s.Partitions[0].Committed, s.Partitions[0].Committed} {
		s.Topics[i].Total = n
	}
	return booked(s)
}

// drained is the same flood when the last payment of it is done.
func drained() *lab.Snapshot {
	s := rushed()
	s.At = noon().Add(102 * time.Second)
	s.Lag = lab.Lag{Known: true, Drain: lab.Drain{ToZero: -1}}
	s.Partitions[0].Lag, s.Partitions[0].Committed, s.Partitions[0].Rate, s.Partitions[0].Drain = 0, 1000, 0, s.Lag.Drain
	r := &s.Runs[0]
	r.Curve, r.Drained, r.Took = append(r.Curve, lab.CurvePoint{At: s.At, Lag: 0}), true, 100800*time.Millisecond
	s.Orders = append(s.Orders, lab.Instance{Name: "order-2", Number: 2, Health: lab.Standby})
	return at(s)
}

func show(m *model, pictures ...*lab.Snapshot) {
	for _, s := range pictures {
		m.Update(frameMsg{s.At, s})
	}
	if m.guide.ballot != nil {
		m.guide.ballot.since = time.Time{} // somebody has read the question
	}
}

func TestGuideScreens(t *testing.T) {
	screens := []struct {
		name string
		play func(m *model)
	}{
		{"question", func(m *model) { show(m, single()); press(m, "a", "a", "c", "tab", "1", "7") }},
		{"begun", func(m *model) { show(m, single()); press(m, "esc") }},
		{"page", func(m *model) { show(m, single()); press(m, "esc", "g") }},
		{"votes", func(m *model) { show(m, single()); press(m, "a", "c", "c", "c", "enter"); show(m, rushed()) }},
		{"answered", func(m *model) {
			show(m, single())
			press(m, "a", "c", "c", "c", "enter")
			show(m, rushed())
			press(m, "esc")
			show(m, drained())
		}},
		{"leaf", func(m *model) { show(m, single()); press(m, "esc", ">") }},
		{"menu", func(m *model) { show(m, single()); press(m, "esc", "G") }},
		{"confirm", func(m *model) { show(m, single()); press(m, "esc", "G", "6") }},
	}
	for _, language := range []string{phrase.English, phrase.French} {
		for _, size := range [][2]int{{80, 24}, {100, 30}, {120, 36}, {160, 45}} {
			for _, screen := range screens {
				if inGallery := []string{"question", "page", "answered", "menu"}; language == phrase.English && slices.Contains(inGallery, screen.name) {
					continue
				}
				t.Run(fmt.Sprintf("%s-%s-%dx%d", screen.name, language, size[0], size[1]), func(t *testing.T) {
					m, _ := guided(t, single(), 3, size[0], size[1], language, nil)
					screen.play(m)
					fits(t, m, screen.name)
					golden.RequireEqual(t, text(m))
				})
			}
		}
	}
}

// Every question must fit a projector at a large font, with its votes and its explanation: what does not fit is not drawn.
func TestEveryQuestionFitsTheSmallestScreen(t *testing.T) {
	for _, language := range []string{phrase.English, phrase.French} {
		for _, c := range lesson.All() {
			m, _ := guided(t, single(), c.Number, minWidth, minHeight, language, nil)
			for _, q := range c.Questions {
				poll := lesson.Poll{Question: q, Votes: make([]int, q.Options), Answered: true, Measured: phrase.New("1.000 msg/s with 3 consumers")}
				b := &ballot{poll: poll, hands: poll.Votes}
				if card := ballotLines(m.st, m.guide.text(), b, minWidth); len(card) > minHeight {
					t.Errorf("%s, checkpoint %d: the card of %s has %d lines", language, c.Number, q.Name, len(card))
				}
			}
		}
	}
}

func TestTheGuideFitsEverySize(t *testing.T) {
	t.Parallel()
	var models []*model
	for _, language := range []string{phrase.English, phrase.French} {
		for n := range lesson.All() {
			m, _ := guided(t, single(), n, 0, 0, language, nil)
			show(m, crashed(), rushed())
			press(m, "esc")
			models = append(models, m)
		}
	}
	shown := []page{dashboardPage, guidePage, messagesPage, rebalancesPage, consumersPage}
	for w := 70; w < 180; w += 3 {
		for h := 20; h < 50; h += 2 {
			m := models[(w+h)%len(models)]
			m.width, m.height, m.page = w, h, shown[(w/3+h/2)%len(shown)]
			fits(t, m, fmt.Sprintf("checkpoint %d, page %d", m.guide.shown, m.page))
		}
	}
}

func TestTheGuideIsDrawnInASCIIAndWithoutColours(t *testing.T) {
	for _, language := range []string{phrase.English, phrase.French} {
		for n := range lesson.All() {
			m, _ := guided(t, single(), n, 160, 60, language, func(o *Options) { o.ASCII, o.NoColor = true, true })
			show(m, single())
			for range 2 { // with the question, and without
				for _, r := range text(m) {
					if r > '~' || r < ' ' && r != '\n' {
						t.Fatalf("%s, checkpoint %d: %q is not ASCII:\n%s", language, n, r, text(m))
					}
				}
				if strings.Contains(m.View().Content, "38;2") {
					t.Fatal("there are colours")
				}
				press(m, "esc")
			}
		}
	}
}

func TestTheQuestionNeverHoldsTheLabUp(t *testing.T) {
	m, f := guided(t, single(), 3, 100, 30, "", nil)
	show(m, single())
	press(m, "f")
	if len(f.asked) != 0 || m.guide.ballot == nil {
		t.Fatalf("the question is not in front: asked for %v", f.asked)
	}
	press(m, "esc", "f")
	show(m, single())
	if want := []lab.Command{lab.Flood{Count: 1000}}; !reflect.DeepEqual(f.asked, want) || m.guide.ballot != nil {
		t.Fatalf("after esc: asked for %v", f.asked)
	}
	press(m, "A", "b", "enter")
	if votes := m.guide.course.Polls(3)[0].Votes; !reflect.DeepEqual(votes, []int{0, 1, 0, 0}) {
		t.Fatalf("A asks again, and counted %v", votes)
	}
	show(m, rushed())
	press(m, "esc", "g", "g") // the next question was asked, too
	show(m, drained())
	if m.guide.reveal != "howlong" || !strings.Contains(text(m), "measured: 1,000 payments in 100.8 s") {
		t.Fatalf("the measured answer is not in front:\n%s", text(m))
	}
	press(m, "k")
	if len(f.asked) != 2 || m.guide.reveal == "howlong" {
		t.Fatalf("a key of the lab does not go on: %v", f.asked)
	}
}

func TestQuestionsCanBeSwitchedOff(t *testing.T) {
	off, _ := guided(t, single(), 3, 100, 30, "", func(o *Options) { o.NoQuestions = true })
	show(off, single())
	if off.guide.ballot != nil {
		t.Error("--no-questions asks")
	}
	m, _ := guided(t, single(), 3, 100, 30, "", nil)
	show(m, single())
	press(m, "esc", "G")
	for m.dialog.items[m.dialog.cursor].label != "no questions" {
		press(m, "down")
	}
	press(m, "enter", "A")
	show(m, single())
	if m.guide.ballot != nil || !strings.Contains(text(m), "no question") {
		t.Errorf("it asks:\n%s", text(m))
	}
	show(m, rushed(), drained())
	if m.guide.reveal != "" {
		t.Errorf("it answers %s", m.guide.reveal)
	}
}

func TestHandsAreCounted(t *testing.T) {
	tests := []struct {
		keys string
		want []int
	}{
		{"a a B d", []int{2, 1, 0, 1}},
		{"1 2 tab 3 tab tab 4 5 6", []int{12, 3, 0, 456}},
		{"c c 7", []int{0, 0, 7, 0}},
		{"9 9 9 9", []int{999, 0, 0, 0}},
		{"1 2 backspace up 5", []int{1, 0, 0, 5}},
	}
	for _, test := range tests {
		m, _ := guided(t, single(), 3, 100, 30, "", nil)
		show(m, single())
		press(m, strings.Fields(test.keys)...)
		if got := m.guide.ballot.hands; !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v", test.keys, got, test.want)
		}
	}
}

// fresh is the lab that another one was exchanged for.
func fresh() *lab.Snapshot {
	s := running(3, 3)
	s.At, s.Started = noon().Add(4*time.Second), noon().Add(2*time.Second)
	return s
}

func TestACheckpointBeginsWithAnotherLab(t *testing.T) {
	m, f := guided(t, rushed(), 3, 120, 36, "", nil)
	show(m, rushed())
	press(m, "esc", "tab", "space", ">", ">", "enter", "y")
	c, err := lesson.Find(5)
	if err != nil || !reflect.DeepEqual(f.asked, []lab.Command{c.Begin()}) {
		t.Fatalf("asked for %v", f.asked)
	}
	if m.guide.here() != 5 || m.guide.coming != nowhere {
		t.Fatalf("the course is in %d", m.guide.here())
	}
	show(m, fresh())
	if m.selected != "" || m.replay != nil || len(m.past) != 1 {
		t.Errorf("of the old lab there is still: selected %q, replay %v, %d pictures", m.selected, m.replay != nil, len(m.past))
	}
}

func TestABeginningThatDeletesAsks(t *testing.T) {
	s := rushed()
	m, f := guided(t, s, 3, 120, 36, "", nil)
	show(m, s)
	press(m, "esc", "enter")
	if m.dialog == nil || len(f.asked) != 0 {
		t.Fatalf("it does not ask: %v", f.asked)
	}
	press(m, "enter", "f")
	if len(f.asked) != 0 {
		t.Fatalf("another key is a yes: %v", f.asked)
	}
	press(m, "y")
	if len(f.asked) != 1 {
		t.Fatal("y is no yes")
	}
}

// While the lab is exchanged its pictures are of no checkpoint.
func TestNothingIsMeasuredBetweenTwoLabs(t *testing.T) {
	m, _ := guided(t, single(), 3, 120, 36, "", nil)
	show(m, single())
	press(m, "esc", "enter") // which asks, for what was done would be lost
	_, cmd := m.Update(keyPress("y"))
	show(m, rushed())
	if m.guide.course.Present() != 0 {
		t.Error("the old lab moved the new checkpoint")
	}
	m.Update(cmd())
	if m.guide.coming != nowhere {
		t.Error("it still waits for the lab")
	}
}

func TestStepsCanBeSkippedAndGoneBackTo(t *testing.T) {
	m, _ := guided(t, single(), 3, 120, 36, "", func(o *Options) { o.NoQuestions = true })
	show(m, single())
	press(m, "G", "7")
	if m.guide.course.Present() != 1 || !strings.Contains(text(m), "(skipped)") {
		t.Fatalf("not skipped:\n%s", text(m))
	}
	press(m, "G", "8")
	if m.guide.course.Present() != 0 {
		t.Error("there is no way back")
	}
}

func TestTheNarratorStaysForAWhile(t *testing.T) {
	for _, open := range []bool{false, true} {
		m, _ := dashboard(single(), 80, 24)
		if open {
			press(m, "g", "esc")
		}
		show(m, single(), rushed())
		const told = "1,000 payments acknowledged in 12 ms. 1 consumer works on them."
		if got := text(m); !strings.Contains(got, told) {
			t.Fatalf("nobody tells it:\n%s", got)
		}
		press(m, "L")
		if got := text(m); !strings.Contains(got, "acquittement en 12") {
			t.Fatalf("L does not say it in French:\n%s", got)
		}
		later := rushed()
		later.At = later.At.Add(narrationStays + time.Second)
		show(m, later)
		if got := text(m); strings.Contains(got, "acquittement") {
			t.Fatalf("it stays for ever:\n%s", got)
		}
	}
}

func TestTheGuideOpensAndCloses(t *testing.T) {
	m, _ := dashboard(single(), 80, 24)
	press(m, "g")
	if m.page != guidePage || !strings.Contains(text(m), "checkpoint 0 of 6") {
		t.Fatalf("no page of the guide:\n%s", text(m))
	}
	press(m, "g")
	if got := text(m); m.page != dashboardPage || !strings.Contains(got, "GUIDE") || !strings.Contains(got, "CONSUMERS") {
		t.Fatalf("no step under the dashboard:\n%s", got)
	}
	m.Update(tea.WindowSizeMsg{Width: 160, Height: 45})
	if got := text(m); !strings.Contains(got, "checkpoint 0 of 6") || !strings.Contains(got, "CONSUMERS") {
		t.Fatalf("no guide beside the dashboard:\n%s", got)
	}
	press(m, "g")
	if strings.Contains(text(m), "checkpoint 0 of 6") {
		t.Error("it does not close")
	}
}

// What was drawn once is not drawn again in the next frame.
func TestMarkdownIsKept(t *testing.T) {
	m, _ := guided(t, single(), 3, 160, 45, "", nil)
	text(m)
	for as := range m.st.md.drawn {
		m.st.md.drawn[as] = []string{"drawn before"}
	}
	if got := text(m); strings.Count(got, "drawn before") < 3 {
		t.Errorf("the guide is drawn again:\n%s", got)
	}
}

// What no picture shows is told to the course by whoever knows.
func TestTheCourseHearsOfScrapesAndOfTheHandOut(t *testing.T) {
	m, _ := guided(t, running(3, 3), 6, 120, 36, "", func(o *Options) {
		o.NoQuestions = true
		o.Scraped = func() int64 { return 2 }
		o.Publish = func() (string, error) { return "http://127.0.0.1:4711/metrics", nil }
	})
	show(m, running(3, 3))
	press(m, "G", "7", "G", "7") // without a broker that dies
	if !strings.Contains(text(m), ":4711/metrics") {
		t.Errorf("the step does not say where the lab publishes:\n%s", text(m))
	}
	show(m, running(3, 3))
	if steps := m.guide.course.Steps(6); !steps[2].Done {
		t.Errorf("somebody fetched the metrics twice, and the step is %+v", steps[2])
	}
	for range 2 {
		press(m, "G", "7")
	}
	m.handedOut()
	show(m, running(3, 3))
	if steps := m.guide.course.Steps(6); !steps[5].Done {
		t.Errorf("the hand-out was written, and the step is %+v", steps[5])
	}
}

// Somebody else's cluster may hold what another lesson left there.
func TestACheckpointOnAClusterWithDataAsksFirst(t *testing.T) {
	theirs := rushed()
	theirs.Cluster.Embedded = false
	m, f := guided(t, theirs, 4, 100, 30, "", nil)
	show(m, theirs)
	if m.dialog == nil || len(f.asked) != 0 {
		t.Fatalf("it does not ask: %v", f.asked)
	}
	press(m, "esc")
	show(m, theirs)
	if m.dialog != nil {
		t.Error("it asks twice")
	}
}

// A key that was meant for the lab is no hand for an answer.
func TestAQuestionThatComesTakesNoLettersAtFirst(t *testing.T) {
	m, _ := guided(t, single(), 3, 100, 30, "", nil)
	m.Update(frameMsg{snapshot: single(), at: m.now})
	if m.guide.ballot == nil {
		t.Fatal("no question")
	}
	press(m, "d", "7")
	if h := m.guide.ballot.hands; slices.Max(h) != 0 {
		t.Errorf("hands %v", h)
	}
	m.now = m.now.Add(settling)
	press(m, "d")
	if h := m.guide.ballot.hands; h[3] != 1 {
		t.Errorf("hands %v after a while", h)
	}
}

// With the guide open i is about the present step first, then about what a key did, then about the page.
func TestTheCardIsAboutTheStepFirst(t *testing.T) {
	m, _ := guided(t, single(), 3, 120, 36, "", func(o *Options) { o.NoQuestions = true })
	show(m, single())
	m.did(typed.Question{Command: lab.SetDelay{Delay: 0}})
	var about []string
	for press(m, "i"); m.typing != nil; press(m, "i") {
		about = append(about, m.typedCard().About.String())
	}
	want := []string{
		typed.For(m.live, typed.Question{Command: lab.Flood{Count: 1000}}).About.String(),
		typed.For(m.live, typed.Question{Command: lab.SetDelay{Delay: 0}}).About.String(),
		typed.For(m.live, typed.Question{Page: typed.Dashboard}).About.String(),
	}
	if !slices.Equal(about, want) {
		t.Errorf("the cards are about %q, want %q", about, want)
	}
}

// A key that an open question does not take is not swallowed without a word.
func TestAnOpenQuestionAnswersAKeyOfTheLab(t *testing.T) {
	m, f := guided(t, single(), 3, 100, 30, "", nil)
	show(m, single())
	press(m, "k")
	if m.guide.ballot == nil || len(f.asked) > 0 || !strings.Contains(m.said(), "The question comes first") {
		t.Errorf("asked for %v, said %q", f.asked, m.said())
	}
}
