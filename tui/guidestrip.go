package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
)

// guideStrip is the present step under the dashboard, in exactly so many lines.
func guideStrip(st *styles, v lessonView, w, lines int) []string {
	title, right := st.t("Checkpoint %d: %s", v.number, v.text.Title), ""
	what := st.t("You are in checkpoint %d. Enter begins this one.", v.here)
	poll, asked := pollOf(v)
	switch {
	case v.coming:
		what = st.t("The lab is being made ready.")
	case v.reveal && asked:
		title, right = st.t("Predicted, and measured"), st.votes(poll)
		what = letterOf(poll.Answer) + " " + st.t("measured: %s", poll.Measured) + ". " + v.text.Questions[poll.Question.Name].Because
	case v.present >= 0 && v.present < len(v.steps):
		s := v.steps[v.present]
		title = fmt.Sprintf("%d.%d %s", v.here, v.present+1, v.text.Steps[s.Step.Name].Title)
		what, right = v.body(s), st.figures(s, v.waiting != "")
	case v.present >= 0:
		what = st.ending(v)
	}
	head := " " + st.title.Render(st.t("GUIDE")) + " " + st.key.Render(st.g.cursor) + " " + st.strong.Render(st.plain(title)) + " "
	if right != "" {
		right = " " + st.waits.Render(right) + " "
	}
	out := []string{st.ruled(head, cut(right, max(w-width(head)-1, 0), st.ascii), w)}
	said := st.md.lines(what, w-4)
	if len(said) > lines-1 { // the end stands on the page of the guide
		said = slices.Clone(said[:lines-1])
		said[lines-2] = cut(said[lines-2], w-14, st.ascii) + " " + st.key.Render("g") + " " + st.muted.Render(st.t("for all"))
	}
	for _, line := range said {
		out = append(out, "   "+line)
	}
	return st.box(out, w, lines)
}

// votes are the votes in short, the measured answer with its sign.
func (st *styles) votes(poll lesson.Poll) string {
	var parts []string
	for i, n := range poll.Votes {
		part := letterOf(i) + " " + strconv.Itoa(n)
		if poll.Answered && i == poll.Answer {
			part = st.g.ok + " " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "  ")
}

// figures are what was measured of a step beside what the course expects.
func (st *styles) figures(s lesson.StepState, asked bool) string {
	measured, expected := s.Measured, s.Step.Expected
	if asked && !s.Done {
		expected = phrase.Phrase{} // the class is asked for it
	}
	if !s.Done && !measured.Empty() {
		measured = phrase.New("so far %s", measured)
	}
	switch {
	case measured.Empty() && expected.Empty():
		return ""
	case measured.Empty():
		return st.t("expected: %s", expected)
	case expected.Empty():
		return st.say(measured)
	}
	return st.say(measured) + " " + st.g.dot + " " + st.t("expected: %s", expected)
}

// narration is what was told last.
type narration struct {
	p  phrase.Phrase
	at time.Time
}

// narrationStays is how long the class has to read it.
const narrationStays = 20 * time.Second

// narrates is the sentence about what happened last, empty once it is old.
func (m *model) narrates() string {
	if m.told.p.Empty() || m.live.At.Sub(m.told.at) > narrationStays {
		return ""
	}
	return m.st.say(m.told.p)
}

// narrate notes what happened between the newest picture and the one that comes now.
func (m *model) narrate(s *lab.Snapshot) {
	if all := lesson.Narrate(m.live, s); len(all) > 0 {
		m.told = narration{all[len(all)-1], s.At}
	}
}
