package lesson

import (
	"embed"
	"fmt"
	"strings"

	"blackfriday/kafka/phrase"
)

//go:embed text
var files embed.FS

// Text is what one checkpoint says to people, in Markdown.
type Text struct {
	Title     string
	Goal      string
	Look      string // what to look at on the screen
	Concept   string // two sentences and a small diagram
	Steps     map[string]StepText
	Questions map[string]QuestionText
}

// StepText is what a step says.
type StepText struct {
	Title string // one line
	Body  string // what to do, and where
}

// QuestionText is what a question says.
type QuestionText struct {
	Ask     string
	Options []string
	Because string // once it was measured
}

// Read returns the text of a checkpoint in a language; nil is English. It fails for a number that there is not, and for a
// text that lacks something.
func (c Checkpoint) Read(l *phrase.Language) (Text, error) {
	name := fmt.Sprintf("text/%s/%d.md", l.Name(), c.Number)
	raw, err := files.ReadFile(name)
	if err != nil {
		return Text{}, fmt.Errorf("read the text of checkpoint %d: %w", c.Number, err)
	}
	t, err := parse(string(raw))
	if err != nil {
		return Text{}, fmt.Errorf("%s: %w", name, err)
	}
	if missing := c.missing(t); missing != "" {
		return Text{}, fmt.Errorf("%s: no %s", name, missing)
	}
	return t, nil
}

// missing names the first thing that a text lacks; empty when it has everything.
func (c Checkpoint) missing(t Text) string {
	switch {
	case t.Title == "" || t.Goal == "":
		return "title and goal"
	case t.Look == "" || t.Concept == "":
		return "look and concept"
	}
	for _, s := range c.Steps {
		if text := t.Steps[s.Name]; text.Title == "" || text.Body == "" {
			return "step " + s.Name
		}
	}
	for _, q := range c.Questions {
		if text := t.Questions[q.Name]; text.Ask == "" || text.Because == "" || len(text.Options) != q.Options {
			return fmt.Sprintf("question %s with %d options and a because", q.Name, q.Options)
		}
	}
	return ""
}

// parse takes a text apart: a heading and the goal, and then parts, each under a comment that names it.
func parse(raw string) (Text, error) {
	t := Text{Steps: map[string]StepText{}, Questions: map[string]QuestionText{}}
	head, rest, _ := strings.Cut(raw, "<!-- ")
	t.Title, t.Goal = titled(head)
	for part := range strings.SplitSeq(rest, "\n<!-- ") {
		if part == "" {
			continue
		}
		mark, body, closed := strings.Cut(part, " -->")
		if !closed {
			return Text{}, fmt.Errorf("a comment without an end: %.30q", part)
		}
		kind, name, _ := strings.Cut(mark, " ")
		body = strings.TrimSpace(body)
		switch kind {
		case "look":
			t.Look = body
		case "concept":
			t.Concept = body
		case "step":
			title, body := titled(body)
			t.Steps[name] = StepText{Title: title, Body: body}
		case "question":
			q := asked(body)
			q.Because = t.Questions[name].Because
			t.Questions[name] = q
		case "because":
			q := t.Questions[name]
			q.Because = body
			t.Questions[name] = q
		default:
			return Text{}, fmt.Errorf("a part named %q: there are look, concept, step, question and because", mark)
		}
	}
	return t, nil
}

// titled takes the heading off a text.
func titled(text string) (title, body string) {
	title, body, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(strings.TrimLeft(title, "#")), strings.TrimSpace(body)
}

// asked takes a question and its options apart: they are a list under it.
func asked(body string) (q QuestionText) {
	var ask []string
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if option, ok := strings.CutPrefix(line, "- "); ok {
			q.Options = append(q.Options, option)
		} else if line != "" {
			ask = append(ask, line)
		}
	}
	q.Ask = strings.Join(ask, " ")
	return q
}
