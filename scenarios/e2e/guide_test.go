package e2e

import (
	"context"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
	"blackfriday/scenarios/typed"
	"blackfriday/services/lab"
)

// commandsIn are the commands that a Markdown text shows: what stands between backquotes and has more than one word, or begins
// with the name of a program; of blocks, the lines that begin with one.
func commandsIn(text string) (all []string) {
	program := regexp.MustCompile(`^(blackfriday|curl|kcat|kafka-[a-z-]+|docker|go) \S`)
	rest := regexp.MustCompile("(?ms)^```\\w*\n(.*?)^```$").ReplaceAllStringFunc(text, func(block string) string {
		for line := range strings.Lines(block) {
			if line = strings.TrimPrefix(strings.TrimSpace(line), "$ "); program.MatchString(line) {
				all = append(all, line)
			}
		}
		return ""
	})
	for _, span := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(rest, -1) {
		if len(strings.Fields(span[1])) > 1 {
			all = append(all, span[1])
		}
	}
	return all
}

// guided are the commands that the guide shows in the lab of a picture, in the order of the course, each once. Only the body of
// a step is fitted to the lab: nothing else may show one.
func guided(t *testing.T, s *lab.Snapshot, names typed.Names) (all []string) {
	t.Helper()
	french, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*phrase.Language{nil, french} {
		for _, c := range lesson.All() {
			text, err := c.Read(l)
			if err != nil {
				t.Fatal(err)
			}
			other := []string{text.Title, text.Goal, text.Look, text.Concept}
			for _, q := range text.Questions {
				other = append(append(other, q.Ask, q.Because), q.Options...)
			}
			for _, step := range text.Steps {
				other = append(other, step.Title)
			}
			if lost := commandsIn(strings.Join(other, "\n\n")); len(lost) > 0 {
				t.Errorf("checkpoint %d in %s shows %q where nobody fits them to the lab", c.Number, l.Name(), lost)
			}
			for _, step := range c.Steps {
				body := typed.Prose(text.Steps[step.Name].Body, s, names, func(word string) string { return word })
				for _, line := range commandsIn(body) {
					if !slices.Contains(all, line) {
						all = append(all, line)
					}
				}
			}
		}
	}
	return all
}

// follow types a command of the guide: it is given one line, and where it goes on it is ended by Ctrl+C once it said something.
func (term *typist) follow(t *testing.T, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	cmd := term.shell(t, ctx, line)
	if cmd.keys == nil {
		cmd.Stdin = strings.NewReader(goodPayment + "\n")
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	var err error
	if cmd.keys != nil && strings.Contains(line, " produce ") {
		for _, said := range []string{"which is no lab's", "Ctrl+D ends"} {
			eventually(t, 60*time.Second, func() (bool, string) { return strings.Contains(cmd.out.String(), said), cmd.out.String() })
		}
		if _, err := io.WriteString(cmd.keys, goodPayment+"\n\x04"); err != nil {
			t.Error(err)
		}
	}
	if strings.Contains(line, " consume ") {
		eventually(t, 60*time.Second, func() (bool, string) { return strings.Contains(cmd.out.String(), "user_id"), cmd.errs.String() })
		cmd.interrupt(t)
		<-exited // a shell around it may call a signal an error
	} else {
		err = <-exited
	}
	want := ""
	switch { // curl is content with whatever answers
	case strings.Contains(line, "/payment "):
		want = `"success"`
	case strings.Contains(line, "/metrics"):
		want = "# HELP blackfriday_"
	}
	if err != nil || !strings.Contains(cmd.out.String(), want) || regexp.MustCompile(`Exception|ERROR|not found`).MatchString(cmd.errs.String()) {
		t.Errorf("%s: %v\n%s\n%s", line, err, tail(cmd.out.String(), 10), tail(cmd.errs.String(), 20))
	}
}

// follows types all commands of the guide, but for the clean-up, which is for somebody's cluster and at the very end.
func (term *typist) follows(t *testing.T, s *server, picture *lab.Snapshot) (cleanup string) {
	t.Helper()
	picture.Cluster.Payment = s.Payment
	all := guided(t, picture, typed.Names{Metrics: s.Metrics})
	for _, line := range all {
		switch {
		case strings.HasPrefix(line, "blackfriday cleanup"):
			cleanup = line
			continue
		case strings.HasPrefix(line, "blackfriday topics create "):
			ours(t, s.brokers(), "", 0, "topics", "delete", "payment-successful", "--yes") // as where the course begins
		}
		term.follow(t, line)
	}
	if len(all) < 7 || cleanup == "" {
		t.Errorf("the guide shows %q", all)
	}
	return cleanup
}

// TestWhatTheGuideShowsWorks: each command of its texts, in both languages, as it stands there for this lab.
func TestWhatTheGuideShowsWorks(t *testing.T) {
	t.Parallel()
	need(t, "curl")
	term := newTypist(t)
	s := serve(t, "--delay", "0s", "--orders", "1", "--metrics", "127.0.0.1:0")
	term.follows(t, s, pictureOf(s, "KIP-848", ""))
}
