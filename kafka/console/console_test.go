package console

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/kafkatest"
)

// FuzzLines: whatever stands on stdin, each line is a message or is refused for its size, and none is lost.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\n\nb\r\nlong line here\nno end"), 5)
	f.Add([]byte("\n"), 1)
	f.Fuzz(func(t *testing.T, stdin []byte, most int) {
		most = max(1, most&0xff)
		reader := &lines{in: bufio.NewReaderSize(bytes.NewReader(stdin), 16), most: most}
		want := bytes.SplitAfter(stdin, []byte("\n"))
		if len(want[len(want)-1]) == 0 {
			want = want[:len(want)-1]
		}
		for _, w := range want {
			w = bytes.TrimSuffix(bytes.TrimSuffix(w, []byte("\n")), []byte("\r"))
			got, err := reader.next()
			var long *longLineError
			switch {
			case len(w) > most && !errors.As(err, &long):
				t.Fatalf("%d bytes where %d fit: %q, %v", len(w), most, got, err)
			case len(w) <= most && (err != nil || !bytes.Equal(got, w)):
				t.Fatalf("%q, %v; want %q", got, err, w)
			}
		}
		if _, err := reader.next(); !errors.Is(err, io.EOF) {
			t.Fatalf("behind the last line: %v", err)
		}
	})
}

// TestTerminalsAreNotObeyed: on a terminal what a message holds is spelled out, and in a pipe it goes through.
func TestTerminalsAreNotObeyed(t *testing.T) {
	r := &kafka.Record{Topic: "t", Key: []byte("k\x1b"), Value: []byte("v\x1b[2J"), Timestamp: time.UnixMilli(0)}
	visible := func(s string) string { return strings.ReplaceAll(s, "\x1b", `\x1b`) }
	for _, terminal := range []bool{false, true} {
		c := &consumption{desk: &desk{terminal: Terminal{Out: terminal, Visible: visible}}, keys: true, extras: true}
		var out bytes.Buffer
		want := "NO_HEADERS\tk\x1b\tv\x1b[2J\n"
		if terminal {
			want = visible(want)
		}
		if err := c.write(&out, r); err != nil || out.String() != want {
			t.Errorf("terminal %v: %q, %v", terminal, out.String(), err)
		}
	}
}

// TestRecordsAsJSON: bytes that are no text, and nulls, are told apart from empty texts.
func TestRecordsAsJSON(t *testing.T) {
	r := &kafka.Record{Topic: "t", Partition: 1, Offset: 2, Key: []byte{}, Value: []byte{0xff}, Headers: []kafka.Header{{Key: "h"}}, Timestamp: time.UnixMilli(1)}
	got, err := json.Marshal(newRecord(r))
	const want = `{"topic":"t","partition":1,"offset":2,"timestamp":"1970-01-01T00:00:00.001Z","key":"","value":null,"value_base64":"/w==","headers":[{"key":"h","value":null}]}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

// room is a console on a cluster of the test.
func room(t *testing.T) (on string, command func(stdin string, args ...string) (string, error)) {
	t.Helper()
	c, err := kafka.Open(t.Context(), kafka.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	on = strings.Join(c.Brokers(), ",")
	return on, func(stdin string, args ...string) (string, error) {
		return run(t, c.Brokers()[0], stdin, append(args, "--brokers", on)...)
	}
}

// run runs a command of somebody who says no. Where it names no brokers, it finds broker where the lab would be.
func run(t *testing.T, broker, stdin string, args ...string) (string, error) {
	t.Helper()
	flags := func() *connect.Flags {
		return connect.New(func(string) string { return "" }).DialWith(kafkatest.At(connect.LocalBroker, broker)).
			ConfirmWith(func(_ context.Context, question string) error { return &noError{question} })
	}
	for _, cmd := range Commands(flags, Terminal{Visible: func(s string) string { return s }}) {
		if cmd.Name() != args[0] {
			continue
		}
		var out bytes.Buffer
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(args[1:])
		cmd.SetIn(strings.NewReader(stdin))
		cmd.SetOut(&out)
		cmd.SetErr(io.Discard)
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	t.Fatalf("no command %q", args[0])
	return "", nil
}

// noError is the answer to a question.
type noError struct{ question string }

func (*noError) Error() string { return "no" }

// TestARealClusterAtTheDefaultAddressIsSomebodys: nobody named it, and it is not the lab, which nobody has to be asked about.
func TestARealClusterAtTheDefaultAddressIsSomebodys(t *testing.T) {
	somebodys := kafkatest.Somebodys(t)
	if _, err := run(t, somebodys, "", "topics", "create", "course", "--brokers", somebodys); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"delete", "course"}, {"recreate", "course"}, {"create", "new"}} {
		out, err := run(t, somebodys, "", append([]string{"topics"}, args...)...)
		var no *noError
		if !errors.As(err, &no) || out != "" || !strings.Contains(no.question, "somebody's Kafka") || !strings.Contains(no.question, connect.LocalBroker) {
			t.Errorf("%q: %q, %v (%+v)", args, out, err, no)
		}
	}
	if got, err := run(t, somebodys, "", "topics", "list"); err != nil || got != "course\n" {
		t.Errorf("after three noes: %q, %v", got, err)
	}
	if got, err := run(t, somebodys, "", "topics", "create", "new", "--yes"); err != nil || got != "Created topic new.\n" {
		t.Errorf("with --yes: %q, %v", got, err)
	}
	on, _ := room(t)
	lab, _, _ := strings.Cut(on, ",")
	for _, args := range [][]string{{"create", "course"}, {"recreate", "course"}, {"delete", "course"}} {
		if _, err := run(t, lab, "", append([]string{"topics"}, args...)...); err != nil {
			t.Errorf("%q on the lab of this machine: %v", args, err)
		}
	}
}

// TestAPrefixIsPutInFrontAndTakenOff: two namespaces on one cluster do not see each other.
func TestAPrefixIsPutInFrontAndTakenOff(t *testing.T) {
	_, command := room(t)
	if _, err := command("", "topics", "create", "course", "--topic-prefix", "monday."); err != nil {
		t.Fatal(err)
	}
	for prefix, want := range map[string]string{"monday.": "course\n", "": "monday.course\n", "tuesday.": ""} {
		if got, err := command("", "topics", "list", "--topic-prefix", prefix); err != nil || got != want {
			t.Errorf("under %q: %q, %v; want %q", prefix, got, err, want)
		}
	}
	if _, err := command("hello\n", "produce", "course", "--topic-prefix", "monday."); err != nil {
		t.Fatal(err)
	}
	got, err := command("", "consume", "course", "--topic-prefix", "monday.", "--from-beginning", "--max-messages", "1", "--group", "g", "--json")
	if err != nil || !strings.Contains(got, `"topic":"course"`) || !strings.Contains(got, `"value":"hello"`) {
		t.Errorf("consume: %s, %v", got, err)
	}
	if got, err := command("", "groups", "describe", "g", "--topic-prefix", "monday."); err != nil || !strings.Contains(got, "\ng      course") {
		t.Errorf("groups describe: %s, %v", got, err)
	}
	if got, err := command("", "groups", "list"); err != nil || got != "monday.g\n" {
		t.Errorf("groups list: %q, %v", got, err)
	}
}

// TestDeletingAsksFirst: a no leaves the topic as it was, and --yes asks nobody.
func TestDeletingAsksFirst(t *testing.T) {
	_, command := room(t)
	if _, err := command("", "topics", "create", "course"); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"topics", "delete", "course"}, {"topics", "recreate", "course"}} {
		if out, err := command("", args...); err == nil || err.Error() != "no" || out != "" {
			t.Errorf("%q: %q, %v", args, out, err)
		}
	}
	if got, err := command("", "topics", "list"); err != nil || got != "course\n" {
		t.Errorf("after two noes: %q, %v", got, err)
	}
	if _, err := command("", "topics", "delete", "course", "nosuch", "--yes"); !errors.Is(err, kafka.ErrNoTopic) {
		t.Errorf("one of two topics is not there: %v", err)
	}
	if got, err := command("", "topics", "delete", "course", "--yes"); err != nil || got != "Deleted topic course.\n" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := command("", "topics", "delete", "course", "--yes", "--if-exists"); err != nil {
		t.Error(err)
	}
}

// TestAConsumerHearsThatItsTopicIsGone instead of waiting for a topic that nobody writes to any more.
func TestAConsumerHearsThatItsTopicIsGone(t *testing.T) {
	on, command := room(t)
	if _, err := command("", "topics", "create", "course"); err != nil {
		t.Fatal(err)
	}
	c, err := kafka.Open(t.Context(), kafka.Config{Brokers: strings.Split(on, ",")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	stream, err := c.NewStream(t.Context(), "test", kafka.StreamConfig{Topic: "course", Partition: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stream.Close)
	if _, err := command("", "topics", "recreate", "course", "--yes"); err != nil {
		t.Fatal(err)
	}
	if records, err := stream.Poll(t.Context()); !errors.Is(err, kafka.ErrTopicGone) {
		t.Errorf("%v, %v", records, err)
	}
}

// TestAStudentIsRefusedInWords: the rights of a classroom are not enough for more than an order consumer.
func TestAStudentIsRefusedInWords(t *testing.T) {
	c, err := kafka.Open(t.Context(), kafka.Config{Classroom: &kafka.Classroom{Host: "127.0.0.1", Code: kafka.NewSecret("kx7f-m3qp")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.CreateTopics(t.Context(), kafka.Topic{Name: kafka.PaymentSuccessful, Partitions: 1, MaxBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	login := kafka.Security{Mechanism: kafka.ScramSHA256, User: kafka.StudentUser, Password: kafka.NewSecret("kx7f-m3qp")}
	student, err := kafka.Open(t.Context(), kafka.Config{Brokers: c.Brokers(), Security: login})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(student.Close)
	k := student.Console()
	described, err := k.Describe(t.Context(), kafka.PaymentSuccessful)
	if err != nil || described[0].Settings != nil {
		t.Errorf("what a student may see: %+v, %v", described, err)
	}
	if err := k.Create(t.Context(), kafka.NewTopic{Name: "mine"}); err == nil || !strings.Contains(err.Error(), "kafka-acls") {
		t.Errorf("create: %v", err)
	}
	if err := k.Delete(t.Context(), described...); err == nil || !strings.Contains(err.Error(), "kafka-acls") {
		t.Errorf("delete: %v", err)
	}
}

// TestWhoReadsLeavesItsPosition as kafka-console-consumer does: the guide sees that somebody has read.
func TestWhoReadsLeavesItsPosition(t *testing.T) {
	_, command := room(t)
	if _, err := command("", "topics", "create", "course"); err != nil {
		t.Fatal(err)
	}
	if _, err := command("hello\n", "produce", "course"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // each is a reader of its own: the message is there again
		if got, err := command("", "consume", "course", "--from-beginning", "--max-messages", "1"); err != nil || got != "hello\n" {
			t.Fatalf("consume: %q, %v", got, err)
		}
	}
	got, err := command("", "groups", "list")
	if err != nil || len(strings.Fields(got)) != 2 || strings.Count(got, "console-consumer-") != 2 {
		t.Errorf("groups list: %q, %v", got, err)
	}
	if _, err := command("", "consume", "course", "--from-beginning", "--max-messages", "1", "--partition", "0"); err != nil {
		t.Fatal(err)
	}
	if again, err := command("", "groups", "list"); err != nil || again != got {
		t.Errorf("who reads one partition joins nothing: %q, %v", again, err)
	}
}
