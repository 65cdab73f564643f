package lesson_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
)

func languages(t *testing.T) []*phrase.Language {
	t.Helper()
	french, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	return []*phrase.Language{nil, french}
}

func TestEveryCheckpointSpeaksBothLanguages(t *testing.T) {
	for _, l := range languages(t) {
		for n, c := range lesson.All() {
			if c.Number != n {
				t.Errorf("checkpoint %d stands in place %d", c.Number, n)
			}
			text, err := c.Read(l)
			if err != nil {
				t.Error(err)
				continue
			}
			if len(text.Steps) != len(c.Steps) || len(text.Questions) != len(c.Questions) {
				t.Errorf("checkpoint %d in %s: %d steps and %d questions in the text, %d and %d in the course", n, l.Name(),
					len(text.Steps), len(text.Questions), len(c.Steps), len(c.Questions))
			}
			for _, q := range c.Questions {
				named := false
				for _, s := range c.Steps {
					named = named || s.Name == q.Before
				}
				if !named {
					t.Errorf("checkpoint %d asks %s before %q, which is no step of it", n, q.Name, q.Before)
				}
			}
		}
	}
}

func TestTheSameCommandsStandInBothLanguages(t *testing.T) {
	all := languages(t)
	for _, c := range lesson.All() {
		english, err := c.Read(all[0])
		if err != nil {
			t.Fatal(err)
		}
		french, err := c.Read(all[1])
		if err != nil {
			t.Fatal(err)
		}
		for name, step := range english.Steps {
			if en, fr := code(step.Body), code(french.Steps[name].Body); en != fr {
				t.Errorf("step %s: English shows %s, French %s", name, en, fr)
			}
		}
	}
}

// code is what stands between backquotes.
func code(text string) string {
	var spans []string
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			spans = append(spans, part)
		}
	}
	return strings.Join(spans, " | ")
}

// The guide stands beside the dashboard, and a line of a diagram that does not fit into it is broken.
func TestDiagramsFitBesideTheDashboard(t *testing.T) {
	const widest = 42
	for _, l := range languages(t) {
		for _, c := range lesson.All() {
			text, err := c.Read(l)
			if err != nil {
				t.Fatal(err)
			}
			_, diagram, found := strings.Cut(text.Concept, "```\n")
			if !found {
				t.Errorf("checkpoint %d in %s has no diagram", c.Number, l.Name())
			}
			for line := range strings.Lines(diagram) {
				if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > widest {
					t.Errorf("checkpoint %d in %s: %d cells, %d fit: %s", c.Number, l.Name(), n, widest, line)
				}
			}
		}
	}
}
