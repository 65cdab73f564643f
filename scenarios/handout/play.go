package handout

import (
	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
)

// Play is a scenario that was played instead of a lesson.
type Play struct {
	Summary phrase.Phrase
	Result  scenarios.Result
}

// play tells what a scenario was to show, and what it showed.
func (r Report) play(t *text) {
	if r.Play == nil {
		return
	}
	result := r.Play.Result
	t.heading(phrase.New("The scenario %s", theirs(result.Scenario)))
	t.line(quoted{r.Play.Summary})
	t.WriteString("\n")
	var rows [][]phrase.Speaker
	for _, c := range result.Checks {
		state := phrase.New("✓ holds")
		if !c.Passed {
			state = phrase.New("✕ does not hold")
		}
		rows = append(rows, []phrase.Speaker{quoted{c.Name}, state, quoted{c.Expected}, quoted{c.Measured}})
	}
	t.table([]phrase.Speaker{phrase.New("check"), phrase.New("state"), phrase.New("expected"), phrase.New("measured")}, rows)
}
