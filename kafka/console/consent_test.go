package console

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
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

// TestProduceAndJoiningNameTheCluster at a terminal, and nowhere else: not to a script, not where nothing is written.
func TestProduceAndJoiningNameTheCluster(t *testing.T) {
	address := kafkatest.Somebodys(t)
	if _, err := run(t, address, "", "topics", "create", "course", "--brokers", address); err != nil {
		t.Fatal(err)
	}
	typed := func(person bool, stdin string, args ...string) (said string) {
		t.Helper()
		terminal := Terminal{In: person, Visible: func(s string) string { return s }}
		flags := func() *connect.Flags { return connect.New(func(string) string { return "" }) }
		for _, cmd := range Commands(flags, terminal) {
			if cmd.Name() != args[0] {
				continue
			}
			var errs bytes.Buffer
			cmd.SetArgs(append(args[1:], "--brokers", address))
			cmd.SetIn(strings.NewReader(stdin))
			cmd.SetOut(io.Discard)
			cmd.SetErr(&errs)
			if err := cmd.ExecuteContext(t.Context()); err != nil {
				t.Errorf("%q: %v", args, err)
			}
			return errs.String()
		}
		t.Fatalf("no command %q", args[0])
		return ""
	}
	const cluster = ", which is no lab's.\n"
	writes, joins := "Writes to course, on the Kafka at "+address+cluster, "Joins readers and commits there, on the Kafka at "+address+cluster
	for _, person := range []bool{true, false} {
		want := map[bool]string{true: writes}[person]
		if said := typed(person, "one\n", "produce", "course"); said != want {
			t.Errorf("produce, a person %v: %q, want %q", person, said, want)
		}
		want = map[bool]string{true: joins}[person] + "Processed a total of 1 messages\n"
		if said := typed(person, "one more\n", "consume", "course", "--from-beginning", "--max-messages", "1", "--group", "readers"); said != want {
			t.Errorf("consume --group, a person %v: %q, want %q", person, said, want)
		}
	}
	if said := typed(true, "", "consume", "course", "--from-beginning", "--max-messages", "1"); strings.Contains(said, cluster) {
		t.Errorf("consume without a group writes nothing, and says %q", said)
	}
}
