package typed_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"blackfriday/scenarios/lesson"
	"blackfriday/scenarios/typed"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

func TestWhatTheCourseSaysToTypeFindsTheLab(t *testing.T) {
	const text = "Type `blackfriday topics list`, or `curl http://localhost:8000/payment`. `i` shows more; `blackfriday cleanup` ends it."
	embedded := lab.Cluster{Embedded: true, Brokers: []string{"localhost:9094"}, Payment: "http://localhost:8000"}
	apart, prefixed := embedded, embedded
	apart.Brokers, apart.Payment = []string{"localhost:4711"}, "http://127.0.0.1:815"
	prefixed.Embedded, prefixed.Prefix = false, "a b."
	for _, test := range []struct {
		name, program string
		cluster       lab.Cluster
		want          []string
	}{
		{"as installed", "", embedded, []string{text}},
		{"by go run", "go run .", embedded, []string{"`go run . topics list`", "`go run . cleanup`"}},
		{"on other ports", "", apart, []string{"`blackfriday topics list --brokers localhost:4711`", "curl http://127.0.0.1:815/payment`", "`blackfriday cleanup` ends"}},
		{"on somebody's cluster", "./lab", prefixed, []string{"`./lab topics list --topic-prefix 'a b.'`", "`./lab cleanup --topic-prefix 'a b.'`"}},
	} {
		got := typed.Prose(text, &lab.Snapshot{Cluster: test.cluster}, typed.Names{Program: test.program}, event.Visible)
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s, want %s", test.name, got, want)
			}
		}
	}
}

// TestEveryAddressOfTheCourseIsReplaced: a text that wrote one in another way would keep it.
func TestEveryAddressOfTheCourseIsReplaced(t *testing.T) {
	s := &lab.Snapshot{Cluster: lab.Cluster{Embedded: true, Brokers: []string{"localhost:4711"}, Payment: "http://127.0.0.1:815"}}
	found := 0
	for _, c := range lesson.All() {
		text, err := c.Read(nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, step := range text.Steps {
			body := typed.Prose(step.Body, s, typed.Names{Program: "./lab", Metrics: "http://127.0.0.1:816/metrics"}, event.Visible)
			found += strings.Count(body, "./lab ") + strings.Count(body, ":815/") + strings.Count(body, ":816/")
			if strings.Contains(body, "localhost:8000") || strings.Contains(body, ":2112") || strings.Contains(body, "blackfriday topics") {
				t.Errorf("step %s of checkpoint %d: %s", name, c.Number, body)
			}
		}
	}
	if found < 7 {
		t.Errorf("%d commands and addresses in the whole course", found)
	}
}

func TestAProgramIsCalledAsItWas(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	installed := filepath.Join(dir, "blackfriday")
	if err := os.WriteFile(installed, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"/tmp/go-build3141/b001/exe/blackfriday": "go run .", installed: "blackfriday", "blackfriday": "blackfriday",
		"./blackfriday": "./blackfriday", "/opt/my lab/bf": "'/opt/my lab/bf'",
	} {
		if got := typed.CalledAs(name); got != want {
			t.Errorf("%q is called as %q, want %q", name, got, want)
		}
	}
}

// TestEveryStepIsAboutSomethingOrWatched: a step that is not in either list was forgotten.
func TestEveryStepIsAboutSomethingOrWatched(t *testing.T) {
	watched := []string{"lag", "rate", "drained", "monitor", "handout"}
	for _, c := range lesson.All() {
		for _, step := range c.Steps {
			q, ok := typed.OfStep(step.Name)
			if ok == slices.Contains(watched, step.Name) {
				t.Errorf("step %s of checkpoint %d: %v", step.Name, c.Number, ok)
			}
			if p, pills := q.Command.(lab.Poison); pills && len(p.Pills) > 0 {
				if !slices.ContainsFunc(event.Pills(), func(known event.Pill) bool { return known.Name == p.Pills[0] }) {
					t.Errorf("no pill %s", p.Pills[0])
				}
			}
		}
	}
}
