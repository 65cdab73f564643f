package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"blackfriday/kafka/realtest"
)

// ours runs one of the program's commands on a cluster, and expects an exit code.
func ours(t *testing.T, brokers, stdin string, want int, args ...string) string {
	t.Helper()
	stdout, stderr, code := run(t, 60*time.Second, stdin, program(t), append(args, "--brokers", brokers)...)
	if code != want {
		t.Fatalf("%q: exit code %d, want %d\nstdout: %s\nstderr: %s", args, code, want, stdout, stderr)
	}
	if strings.Contains(stdout, "\x1b") {
		t.Errorf("%q: there are terminal escapes in a pipe: %q", args, stdout)
	}
	return stdout
}

// asJSON is ours for a command with --json: stdout is one object.
func asJSON(t *testing.T, brokers string, want int, into any, args ...string) {
	t.Helper()
	out := ours(t, brokers, "", want, append(args, "--json")...)
	decoder := json.NewDecoder(strings.NewReader(out))
	if err := decoder.Decode(into); err != nil || decoder.More() {
		t.Fatalf("%q: stdout is not one JSON object (%v):\n%s", args, err, out)
	}
}

func TestTheConsoleOfTheLab(t *testing.T) {
	s := serve(t, "--delay", "0s")
	on := s.brokers()
	if got := strings.Fields(ours(t, on, "", 0, "topics", "list")); !slices.Equal(got, []string{"dlq-payment", "email-sent", "order-created", "payment-successful"}) {
		t.Errorf("topics list: %q", got)
	}
	ours(t, on, "", 0, "topics", "create", "--topic", "course", "--partitions", "2", "--replication-factor", "3", "--config", "retention.ms=60000")
	ours(t, on, "", 1, "topics", "create", "course")
	ours(t, on, "", 0, "topics", "create", "course", "--if-not-exists")
	for _, args := range [][]string{
		{"topics", "create"}, {"topics", "create", "x", "--partitions", "0"}, {"topics", "create", "x", "--config", "y"}, {"topics", "nonsense"},
		{"topics", "list", "--nonsense"}, {"groups", "describe"}, {"consume"}, {"consume", "a", "b"}, {"consume", "course", "--max-messages", "0"},
		{"produce", "course", "--key-separator", ""}, {"flood", "-n", "0"}, {"flood", "--intense", "--extreme"}, {"poison", "15"},
	} {
		ours(t, on, "", 2, args...)
	}
	ours(t, on, "", 1, "consume", "nosuch")
	ours(t, on, "", 1, "groups", "describe", "nosuch")
	ours(t, on, "", 1, "topics", "delete", "course") // nobody to ask, and no --yes

	ours(t, on, "k1:v1\nno key\nk2:v2\n", 3, "produce", "course", "--key-separator", ":")
	consumed := ours(t, on, "", 0, "consume", "course", "--from-beginning", "--max-messages", "2", "--key", "--headers")
	if lines := strings.Split(strings.TrimSpace(consumed), "\n"); len(lines) != 2 || !slices.Contains(lines, "NO_HEADERS\tk1\tv1") || !slices.Contains(lines, "NO_HEADERS\tk2\tv2") {
		t.Errorf("consume: %q", consumed)
	}
	ours(t, on, "", 3, "consume", "course", "--from-beginning", "--max-messages", "3", "--timeout", "1s")
	var recreated struct {
		Partitions int `json:"partition_count"`
	}
	asJSON(t, on, 0, &recreated, "topics", "recreate", "course", "--yes", "--partitions", "4")
	var described struct {
		Topics []struct {
			Name       string
			Partitions []struct{ Replicas []int }
			Configs    map[string]string
		}
	}
	asJSON(t, on, 0, &described, "topics", "describe", "course")
	if d := described.Topics; recreated.Partitions != 4 || len(d) != 1 || len(d[0].Partitions) != 4 || len(d[0].Partitions[0].Replicas) != 3 || d[0].Configs["retention.ms"] != "60000" {
		t.Errorf("recreated with %d partitions: %+v", recreated.Partitions, d)
	}
	ours(t, on, "", 0, "topics", "delete", "course", "-y")
	if left := ours(t, on, "", 0, "topics", "list"); strings.Contains(left, "course") {
		t.Errorf("after the delete:\n%s", left)
	}
}

func TestNobodyAnswers(t *testing.T) {
	nowhere := "127.0.0.1:1"
	for _, args := range [][]string{{"topics", "list"}, {"groups", "list"}, {"consume", "x"}, {"produce", "x"}, {"flood"}, {"poison"}} {
		ours(t, nowhere, "", 4, args...)
	}
	_, stderr, code := run(t, 20*time.Second, "", program(t), "load", "--url", "http://"+nowhere)
	if code != 4 || !strings.Contains(stderr, "start one with blackfriday") {
		t.Errorf("load: exit code %d\n%s", code, stderr)
	}
}

// TestALongLineIsNamed: it is not written, and the others are.
func TestALongLineIsNamed(t *testing.T) {
	s := serve(t, "--delay", "0s")
	lines := "first\n" + strings.Repeat("x", 3<<20) + "\nlast\n"
	stdout, stderr, code := run(t, 60*time.Second, lines, program(t), "produce", "email-sent", "--json", "--brokers", s.brokers())
	if code != 3 || !strings.Contains(stderr, "line 2:") || strings.TrimSpace(stdout) != `{"written":2,"failed":1,"unknown":0}` {
		t.Errorf("exit code %d, %s\n%s", code, stdout, stderr)
	}
}

// TestCtrlCEndsConsumeCleanly: it says how many there were.
func TestCtrlCEndsConsumeCleanly(t *testing.T) {
	s := serve(t, "--delay", "0s")
	ours(t, s.brokers(), "one\x1b[2J\n", 0, "produce", "email-sent")
	var out, errs lockedBuffer
	cmd := exec.Command(program(t), "consume", "email-sent", "--from-beginning", "--brokers", s.brokers())
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	eventually(t, 20*time.Second, func() (bool, string) { return out.String() == "one\x1b[2J\n", out.String() }) // raw in a pipe
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-exited:
		if err != nil || strings.TrimSpace(errs.String()) != "Processed a total of 1 messages" {
			t.Errorf("%v\n%s", err, errs.String())
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still there 10 s after SIGINT")
	}
}

func TestTheRushThroughTheProgram(t *testing.T) {
	s := serve(t, "--delay", "0s")
	var flood struct{ Wanted, Acknowledged, Refused, Unknown int }
	asJSON(t, s.brokers(), 0, &flood, "flood", "-n", "300", "--yes")
	if flood.Acknowledged != 300 || flood.Refused+flood.Unknown != 0 {
		t.Errorf("%+v", flood)
	}
	var poison struct {
		Pills []struct{ Partition *int }
		Sent  bool
	}
	asJSON(t, s.brokers(), 0, &poison, "poison", "--yes")
	if !poison.Sent || len(poison.Pills) != 14 || poison.Pills[13].Partition == nil {
		t.Errorf("%+v", poison)
	}
	var load struct {
		Succeeded   int
		SuccessRate float64 `json:"success_rate"`
		Min         float64 `json:"min_ms"`
		Max         float64 `json:"max_ms"`
		Passed      bool
	}
	stdout, stderr, code := run(t, time.Minute, "", program(t), "load", "-n", "50", "-c", "5", "--url", s.Payment, "--json")
	if err := json.Unmarshal([]byte(stdout), &load); err != nil || code != 0 || load.Succeeded != 50 || load.SuccessRate != 100 || !load.Passed || load.Max < load.Min || load.Min <= 0 {
		t.Errorf("load: exit code %d, %v\n%s%s", code, err, stdout, stderr)
	}
	if stdout, stderr, code := run(t, time.Minute, "", program(t), "load", "-n", "5", "--url", s.Orders+"/orders"); code != 3 || !strings.Contains(stdout, "405") {
		t.Errorf("load where nobody takes payments: exit code %d\n%s%s", code, stdout, stderr)
	}
	eventually(t, 30*time.Second, func() (bool, string) {
		orders := get(t, s.Orders+"/orders")
		return object(t, orders)["total"] == 350.0, tail(orders, 1)[:min(len(orders), 200)]
	})
}

// TestTheLabSurvivesItsTopics: deleted under its feet, created anew, recreated.
func TestTheLabSurvivesItsTopics(t *testing.T) {
	s := serve(t, "--delay", "0s")
	orders := func(want float64) {
		t.Helper()
		eventually(t, 40*time.Second, func() (bool, string) {
			reply := get(t, s.Orders+"/orders")
			return object(t, reply)["total"] == want, reply
		})
	}
	told := func(words string) {
		t.Helper()
		eventually(t, 30*time.Second, func() (bool, string) { return strings.Contains(s.logs.String(), words), tail(s.logs.String(), 5) })
	}
	post(t, s, http.StatusOK, goodPayment)
	orders(1)
	ours(t, s.brokers(), "", 0, "topics", "delete", "payment-successful", "order-created", "--yes")
	told("not there any more: payment-successful, order-created.")
	ours(t, s.brokers(), "", 0, "topics", "create", "payment-successful", "--partitions", "2")
	ours(t, s.brokers(), "", 0, "topics", "create", "order-created", "--partitions", "2")
	told("created them anew: payment-successful, order-created.")
	orders(0)
	eventually(t, 30*time.Second, func() (bool, string) {
		state := ours(t, s.brokers(), "", 0, "groups", "describe", "order-service-group")
		return strings.Count(state, "127.0.0.1") == 2, state
	})
	var flood struct{ Acknowledged int }
	asJSON(t, s.brokers(), 0, &flood, "flood", "-n", "100", "--yes")
	orders(100)
	s.stop(t, syscall.SIGTERM)
}

// columns are the words of a table of kafka-consumer-groups from a row on that has them, sorted; without what the two
// programs pad differently.
func columns(table string) []string {
	var rows []string
	for line := range strings.Lines(table) {
		if words := strings.Fields(line); len(words) > 1 && words[0] != "Consumer" {
			rows = append(rows, strings.Join(words, " "))
		}
	}
	slices.Sort(rows)
	return rows
}

// TestTheConsoleAgreesWithApache: on a real Kafka both say the same, and kcat reads what ours writes.
func TestTheConsoleAgreesWithApache(t *testing.T) {
	need(t, "kcat")
	c := realtest.Start(t, realtest.Options{})
	on := c.Brokers()[0]
	apache := func(name string, args ...string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out, err := c.Tool(ctx, name, args...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	ours(t, on, "", 0, "topics", "create", "course", "--partitions", "2", "--replication-factor", "1")
	ours(t, on, "a\tone\nb\ttwo\nc\tthree\n", 0, "produce", "course", "--parse-key")
	if read, stderr, code := run(t, 30*time.Second, "", "kcat", "-b", on, "-C", "-t", "course", "-o", "beginning", "-e", "-f", "%k=%s\n"); code != 0 ||
		!slices.Equal(words(read), []string{"a=one", "b=two", "c=three"}) {
		t.Errorf("kcat: exit code %d, %q\n%s", code, read, stderr)
	}
	if _, stderr, code := run(t, 30*time.Second, "d=four\n", "kcat", "-b", on, "-P", "-t", "course", "-K", "="); code != 0 {
		t.Fatalf("kcat -P: exit code %d\n%s", code, stderr)
	}
	if read := ours(t, on, "", 0, "consume", "course", "--from-beginning", "--max-messages", "4", "--group", "readers"); !strings.Contains(read, "four\n") {
		t.Errorf("consume: %q", read)
	}
	theirs := columns(apache("consumer-groups", "--describe", "--group", "readers"))
	if got := columns(ours(t, on, "", 0, "groups", "describe", "readers")); !slices.Equal(got, theirs) || len(got) < 2 {
		t.Errorf("groups describe:\n%q\nApache's:\n%q", got, theirs)
	}
	withoutELR := func(table string) []string {
		var rows []string
		for line := range strings.Lines(table) {
			line, _, _ = strings.Cut(line, "\tElr:")
			rows = append(rows, strings.TrimRight(line, "\n\t "))
		}
		return rows
	}
	theirs = withoutELR(apache("topics", "--describe", "--topic", "course"))
	if got := withoutELR(ours(t, on, "", 0, "topics", "describe", "course")); !slices.Equal(got, theirs) {
		t.Errorf("topics describe:\n%s\nApache's:\n%s", strings.Join(got, "\n"), strings.Join(theirs, "\n"))
	}
	if got, theirs := ours(t, on, "", 0, "topics", "list"), apache("topics", "--list"); got != theirs {
		t.Errorf("topics list %q, Apache's %q", got, theirs)
	}
	ours(t, on, "", 0, "topics", "recreate", "course", "--partitions", "3", "--yes")
	if out := apache("topics", "--describe", "--topic", "course"); !strings.Contains(out, "PartitionCount: 3") {
		t.Errorf("after recreate Apache says\n%s", out)
	}
	ours(t, on, "", 0, "topics", "delete", "course", "--yes")
}

// words are the words of a text, sorted.
func words(text string) []string {
	lines := strings.Fields(text)
	slices.Sort(lines)
	return lines
}

func TestShellsCompleteAndAManPage(t *testing.T) {
	s := serve(t, "--delay", "0s")
	complete := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(program(t), append([]string{"__complete"}, args...)...)
		cmd.Env = append(os.Environ(), "BLACKFRIDAY_BROKERS="+s.brokers())
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for _, test := range [][]string{
		{"payment-successful", "topics", "describe", ""}, {"order-service-group", "groups", "describe", ""}, {"order-created", "consume", ""},
		{"dlq-payment", "topics", "delete", "--topic", ""}, {"negative-price", "poison", ""},
	} {
		if out := complete(test[1:]...); !strings.Contains(out, test[0]) {
			t.Errorf("%q completes to\n%s", test[1:], out)
		}
	}
	stdout, _, code := run(t, 10*time.Second, "", program(t), "man")
	if code != 0 || !strings.Contains(stdout, ".TH BLACKFRIDAY 1") || !strings.Contains(stdout, "recreate") {
		t.Errorf("man: exit code %d\n%s", code, fmt.Sprint(stdout[:min(len(stdout), 400)]))
	}
}
