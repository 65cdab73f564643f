package console

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/kafka/phrase"
)

// TestARealClusterIsNamedToAPerson before something is written there: not to a script, and not where it is a lab's.
func TestARealClusterIsNamedToAPerson(t *testing.T) {
	lab, err := kafka.Open(t.Context(), kafka.Config{Nodes: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	somebodys, err := kafka.Open(t.Context(), kafka.Config{Brokers: []string{kafkatest.Somebodys(t)}})
	if err != nil {
		t.Fatal(err)
	}
	defer somebodys.Close()
	for _, test := range []struct {
		c      *kafka.Cluster
		person bool
		says   string
	}{
		{somebodys, true, "Writes to course, on the Kafka at " + strings.Join(somebodys.Brokers(), ", ") + ", which is no lab's.\n"},
		{somebodys, false, ""}, {lab, true, ""},
	} {
		var errs bytes.Buffer
		cmd := &cobra.Command{}
		cmd.SetErr(&errs)
		cmd.SetContext(t.Context())
		Terminal{In: test.person, Visible: strings.TrimSpace}.name(cmd, test.c, phrase.New("Writes to %s", "course"))
		if errs.String() != test.says {
			t.Errorf("a person %v, a lab %v: %q, want %q", test.person, test.c.Simulated(), errs.String(), test.says)
		}
	}
}
