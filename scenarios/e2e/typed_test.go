package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"blackfriday/kafka/realtest"
	"blackfriday/scenarios/lesson"
	"blackfriday/scenarios/typed"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

// typist is a shell in which the programs that a typed.Card names are found.
type typist struct {
	path string
	jvms chan struct{} // how many of Apache's programs run at once
	asks bool          // the program asks on this cluster: it is typed at a terminal, where somebody answers

	mu    sync.Mutex
	typed map[string]bool // every line and every snippet that was run
}

// newTypist puts the built program and scripts like Apache's into the path: the scripts start their classes.
func newTypist(t *testing.T) *typist {
	t.Helper()
	need(t, "kcat")
	tools := realtest.NeedTools(t)
	bin := t.TempDir()
	if err := os.Symlink(program(t), filepath.Join(bin, "blackfriday")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"topics", "consumer-groups", "console-consumer", "console-producer", "broker-api-versions", "transactions"} {
		cmd, err := tools.Command(context.Background(), name) // only its words are wanted
		if err != nil {
			t.Fatal(err)
		}
		script := "#!/bin/sh\nexec '" + strings.Join(slices.Insert(cmd.Args[1:len(cmd.Args):len(cmd.Args)], 0, cmd.Path, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), "' '") + "' \"$@\"\n"
		if err := os.WriteFile(filepath.Join(bin, "kafka-"+name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return &typist{path: bin, jvms: make(chan struct{}, 2), typed: map[string]bool{}} // and one that stays
}

// note remembers what was run.
func (term *typist) note(lines ...string) {
	term.mu.Lock()
	defer term.mu.Unlock()
	for _, line := range lines {
		term.typed[line] = true
	}
}

// knows fails for what the cards of questions show and nobody has run.
func (term *typist) knows(t *testing.T, s *lab.Snapshot, questions ...typed.Question) {
	t.Helper()
	for _, q := range questions {
		for _, e := range typed.For(s, q).Entries {
			lines := e.Lines
			if e.Tool == typed.FranzGo && len(lines) > 0 {
				lines = []string{e.Text()}
			}
			for _, line := range lines {
				if !term.typed[line] {
					t.Errorf("%+v shows what nobody has run:\n%s", q, line)
				}
			}
		}
	}
}

// session is a line of a card, as somebody types it, in a process group of its own.
type session struct {
	*exec.Cmd
	out, errs *lockedBuffer
	keys      io.WriteCloser // at a terminal; else nil
}

// shell prepares a line.
func (term *typist) shell(t *testing.T, ctx context.Context, line string) *session {
	t.Helper()
	s := &session{exec.CommandContext(ctx, "sh", "-c", line), &lockedBuffer{}, &lockedBuffer{}, nil}
	if term.asks && strings.HasPrefix(line, "blackfriday ") {
		s.Cmd = exec.CommandContext(ctx, "script", "-qec", "stty cols 120 rows 30; "+line, "/dev/null")
	}
	s.Stdout, s.Stderr = s.out, s.errs
	s.Env = append(os.Environ(), "SHELL=/bin/sh", "TERM=xterm", "PATH="+term.path+":"+os.Getenv("PATH"))
	s.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.Cancel = func() error { return syscall.Kill(-s.Process.Pid, syscall.SIGKILL) }
	s.WaitDelay = 5 * time.Second
	if s.Args[0] == "script" {
		keys, err := s.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		s.keys, s.Stdout = keys, &answering{lockedBuffer: s.out, keys: keys}
	}
	return s
}

// interrupt presses Ctrl+C.
func (s *session) interrupt(t *testing.T) {
	t.Helper()
	var err error
	if s.keys != nil {
		_, err = io.WriteString(s.keys, "\x03")
	} else {
		err = syscall.Kill(-s.Process.Pid, syscall.SIGINT)
	}
	if err != nil && !errors.Is(err, syscall.ESRCH) && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

// answering is what a terminal shows: whether to go on is answered with yes, each time.
type answering struct {
	*lockedBuffer
	keys     io.Writer
	answered int
}

// Write implements io.Writer.
func (a *answering) Write(p []byte) (int, error) {
	n, err := a.lockedBuffer.Write(p)
	if asked := strings.Count(a.String(), "Go on?  y yes"); asked > a.answered && err == nil {
		a.answered = asked
		_, err = io.WriteString(a.keys, "y")
	}
	return n, err
}

// turn waits until a line may run: what starts Java takes a second of a core each.
func (term *typist) turn(line string) (done func()) {
	if !strings.Contains(line, "kafka-") {
		return func() {}
	}
	term.jvms <- struct{}{}
	return func() { <-term.jvms }
}

// run types a line that comes to an end.
func (term *typist) run(t *testing.T, line string) {
	t.Helper()
	term.note(line)
	defer term.turn(line)()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	cmd := term.shell(t, ctx, line)
	err := cmd.Run()
	said := cmd.errs.String()
	// A consumer of Apache's that has waited long enough calls that an error, and exits with 0.
	said = regexp.MustCompile(`(?m)^.*ConsoleConsumer - Error processing message.*\n.*TimeoutException.*\n?`).ReplaceAllString(said, "")
	if err != nil || regexp.MustCompile(`Exception|ERROR|is not a recognized|not found`).MatchString(said) {
		t.Errorf("%s: %v\n%s\n%s", line, err, tail(cmd.out.String(), 10), tail(cmd.errs.String(), 20))
	}
}

// stay types a line that goes on, waits until the group has one more member, and presses Ctrl+C.
func (term *typist) stay(t *testing.T, s *server, prefix, line string) {
	t.Helper()
	term.note(line)
	group := "order-service-group"
	if own := regexp.MustCompile(`(my|kcat|go)-readers`).FindString(line); own != "" {
		group = own
	}
	if service := regexp.MustCompile(`service (email|analytics)`).FindStringSubmatch(line); service != nil {
		group = service[1] + "-service-group"
	}
	before, _ := members(t, s, prefix, group)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	cmd := term.shell(t, ctx, line)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	joined := false
	for ctx.Err() == nil && !joined && len(exited) == 0 {
		// Not while it is on its way in: kfake keeps a classic member that goes then.
		now, stable := members(t, s, prefix, group)
		joined = stable && len(newcomers(now, before)) > 0 // who was there may have gone meanwhile
	}
	cmd.interrupt(t)
	err := <-exited
	if !joined || ctx.Err() != nil {
		t.Errorf("%s: no new member in %s: %v\n%s\n%s", line, group, err, tail(cmd.out.String(), 10), tail(cmd.errs.String(), 20))
	}
	eventually(t, 30*time.Second, func() (bool, string) {
		now, stable := members(t, s, prefix, group)
		return len(newcomers(now, before)) == 0 && (stable || len(now) == 0), fmt.Sprint(now)
	})
}

// newcomers are those who were not there before.
func newcomers(now, before []string) []string {
	return slices.DeleteFunc(slices.Clone(now), func(id string) bool { return slices.Contains(before, id) })
}

// members are the ids of those in a group, none where there is no such group, and whether it has dealt its partitions out.
func members(t *testing.T, s *server, prefix, group string) (ids []string, stable bool) {
	t.Helper()
	stdout, _, code := run(t, 60*time.Second, "", program(t), "groups", "describe", group, "--json", "--brokers", s.brokers(), "--topic-prefix", prefix)
	var described struct {
		Groups []struct {
			State   string
			Members []struct {
				ID string `json:"consumer_id"`
			}
		}
	}
	if code != 0 {
		return nil, false
	}
	if err := json.Unmarshal([]byte(stdout), &described); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	for _, g := range described.Groups {
		stable = g.State == "Stable"
		for _, m := range g.Members {
			ids = append(ids, m.ID)
		}
	}
	return ids, stable
}

// pictureOf is what a lab shows of itself, as far as cards ask.
func pictureOf(s *server, protocol, prefix string) *lab.Snapshot {
	return &lab.Snapshot{
		Cluster: lab.Cluster{Embedded: true, Simulated: true, Brokers: s.Kafka, Prefix: prefix}, Settings: lab.Settings{Protocol: protocol},
		Partitions: make([]lab.Partition, 3),
	}
}

// steps are the questions that the steps of the course ask.
func steps() (all []typed.Question) {
	for _, c := range lesson.All() {
		for _, step := range c.Steps {
			if q, ok := typed.OfStep(step.Name); ok {
				all = append(all, q)
			}
		}
	}
	return all
}

// essentials are those of the pages and of the course, but for the kill.
func essentials() (all []typed.Question) {
	for _, p := range typed.Pages() {
		all = append(all, typed.Question{Page: p})
	}
	for _, q := range steps() {
		switch q.Command.(type) {
		case lab.GrowPartitions, lab.Kill:
		default:
			all = append(all, q)
		}
	}
	return all
}

// everything are the questions whose answers change no topic.
func everything() (all []typed.Question) {
	all = essentials()
	commands := []lab.Command{
		lab.Flood{Count: 1000}, lab.SetKey{Key: lab.KeyUser}, lab.SetKey{Key: lab.KeyVIP}, lab.SetKey{Key: lab.KeyNone}, lab.Poison{},
		lab.AddConsumer{}, lab.Restart{Name: "email"}, lab.Stop{}, lab.SetDelay{Delay: 10 * time.Millisecond},
		lab.SetProtocol{Protocol: "consumer"}, lab.SetProtocol{Protocol: "range"}, lab.SetGuarantee{Guarantee: "at-most-once"},
		lab.SetGuarantee{Guarantee: "at-least-once"}, lab.SetGuarantee{Guarantee: "exactly-once"}, lab.SetCommitInterval{Every: time.Second},
		lab.SetPoison{Policy: lab.PoisonRetryDLQ}, lab.StopBroker{ID: 1}, lab.StartBroker{ID: 1},
	}
	for _, pill := range event.Pills() {
		commands = append(commands, lab.Poison{Pills: []string{pill.Name}})
	}
	for _, c := range append(commands, lab.Kill{}) { // what the dead leave behind disturbs nobody after it
		all = append(all, typed.Question{Command: c})
	}
	return append(all, typed.Question{Redrive: true}, typed.Question{Page: typed.Messages, Topic: "email-sent"})
}

// entries are those of the cards, each once, by their tool.
func entries(s *lab.Snapshot, questions []typed.Question) map[typed.Tool][]typed.Entry {
	all, seen := map[typed.Tool][]typed.Entry{}, map[string]bool{}
	for _, q := range questions {
		for _, e := range typed.For(s, q).Entries {
			text := e.Text()
			if text != "" && !seen[text] {
				seen[text] = true
				all[e.Tool] = append(all[e.Tool], e)
			}
		}
	}
	return all
}

// types runs what a person would type into a shell: what ends, several at once; what stays, one after the other.
func (term *typist) types(t *testing.T, s *server, prefix string, all map[typed.Tool][]typed.Entry) {
	t.Helper()
	var running sync.WaitGroup
	done := map[string]bool{}
	var staying []string
	for _, tool := range []typed.Tool{typed.Apache, typed.Kcat, typed.Console} {
		for _, e := range all[tool] {
			for i, line := range e.Lines {
				switch {
				case done[line]:
				case e.Stays && i == len(e.Lines)-1:
					staying = append(staying, line)
				default:
					running.Go(func() { term.run(t, line) })
				}
				done[line] = true
			}
		}
	}
	eventually(t, 30*time.Second, func() (bool, string) {
		now, stable := members(t, s, prefix, "order-service-group")
		return stable && len(now) == 1, fmt.Sprint(now)
	})
	for _, line := range staying {
		term.stay(t, s, prefix, line)
	}
	running.Wait()
}

func TestWhatOneWouldTypeWorks(t *testing.T) {
	t.Parallel()
	term := newTypist(t)
	s := serve(t, "--delay", "0s", "--orders", "1")
	ours(t, s.brokers(), "", 0, "poison", "--yes")
	picture := pictureOf(s, "KIP-848", "")
	all := entries(picture, everything())
	for _, tool := range typed.Tools() {
		t.Logf("%s: %d", tool, len(all[tool]))
	}
	slices.SortStableFunc(all[typed.FranzGo], func(a, b typed.Entry) int { // the dead last
		return strings.Compare(fmt.Sprint(haunts(a)), fmt.Sprint(haunts(b)))
	})
	goRun := term.buildSnippets(t, all[typed.FranzGo])
	term.types(t, s, "", all)
	goRun(t, s, "")
	term.changes(t, s, picture)
	term.knows(t, picture, append(everything(), steps()...)...)
}

// changes types what the cards show that changes topics.
func (term *typist) changes(t *testing.T, s *server, picture *lab.Snapshot) {
	t.Helper()
	change := func(q typed.Question, tool typed.Tool, want int) {
		t.Helper()
		for _, e := range typed.For(picture, q).Entries {
			switch {
			case e.Tool != tool:
				continue
			case tool == typed.FranzGo:
				term.buildSnippets(t, []typed.Entry{e})(t, s, "")
			default:
				term.note(e.Lines...)
				term.run(t, strings.Join(e.Lines, " && "))
			}
			eventually(t, 30*time.Second, func() (bool, string) {
				stdout, _, _ := run(t, 60*time.Second, "", program(t), "topics", "describe", "payment-successful", "--brokers", s.brokers())
				return strings.Contains(stdout, fmt.Sprintf("PartitionCount: %d\t", want)), stdout
			})
		}
	}
	recreate, grow := typed.Question{Command: lab.RecreateTopics{Partitions: 1}}, typed.Question{Command: lab.GrowPartitions{Count: 3}}
	change(recreate, typed.Apache, 1)
	change(grow, typed.Apache, 3)
	change(recreate, typed.Console, 1)
	change(grow, typed.FranzGo, 3)
	change(recreate, typed.FranzGo, 1)
	bare := *picture
	bare.Topics = []lab.Topic{{Name: "payment-successful", Missing: true}}
	picture = &bare
	missing := typed.Question{Page: typed.Topics}
	for _, tool := range []typed.Tool{typed.Apache, typed.Console, typed.FranzGo} {
		ours(t, s.brokers(), "", 0, "topics", "delete", "payment-successful", "--yes")
		change(missing, tool, 1)
	}
	term.knows(t, picture, missing, recreate, grow)
}

// TestWhatOneWouldTypeWorksOnARealKafka, where the program asks before it writes, the guide's texts included. It gives the
// group the protocol that most real clusters get, which kcat speaks, too.
func TestWhatOneWouldTypeWorksOnARealKafka(t *testing.T) {
	t.Parallel()
	need(t, "curl", "script")
	term := newTypist(t)
	c := realtest.Start(t, realtest.Options{})
	s := serve(t, "--yes", "--brokers", c.Brokers()[0], "--delay", "0s", "--orders", "1", "--protocol", "cooperative-sticky", "--metrics", "127.0.0.1:0")
	picture := pictureOf(s, "cooperative-sticky", "")
	picture.Cluster = lab.Cluster{Brokers: s.Kafka}
	term.asks = true
	ours(t, s.brokers(), "", 0, "poison", "--yes")
	questions := essentials()
	all := entries(picture, append(questions, typed.Question{Command: lab.Kill{}}))
	all[typed.FranzGo] = slices.DeleteFunc(all[typed.FranzGo], haunts)
	goRun := term.buildSnippets(t, all[typed.FranzGo])
	term.types(t, s, "", all)
	goRun(t, s, "")
	term.changes(t, s, picture)
	cleanup := term.follows(t, s, picture)
	s.stop(t, syscall.SIGTERM)
	term.follow(t, cleanup)
	// Topics that were created anew meanwhile are not the lab's any more.
	if left, err := c.Tool(t.Context(), "topics", "--list", "--exclude-internal"); err != nil || strings.Contains(left, "dlq-payment") {
		t.Errorf("%s left (%v):\n%s", cleanup, err, left)
	}
	// Kafka believes in a dead member for 45 s: each comes when everybody has left, and the second into another group.
	for prefix, q := range map[string]typed.Question{"": {Command: lab.AddConsumer{}}, "again.": {Command: lab.Kill{}}} {
		picture.Cluster.Prefix = prefix
		ours(t, s.brokers(), "", 0, "topics", "create", "payment-successful", "--if-not-exists", "--topic-prefix", prefix)
		term.buildSnippets(t, entries(picture, []typed.Question{q})[typed.FranzGo])(t, s, prefix)
	}
	picture.Cluster.Prefix = ""
	term.knows(t, picture, questions...)
}

// TestWhatOneWouldTypeJoinsEveryKindOfGroup: the options of a member follow the protocol of the lab.
func TestWhatOneWouldTypeJoinsEveryKindOfGroup(t *testing.T) {
	t.Parallel()
	term := newTypist(t)
	for _, protocol := range []string{"cooperative-sticky", "range", "roundrobin"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			prefix := "lab-" + protocol[:1] + "."
			s := serve(t, "--delay", "0s", "--orders", "1", "--protocol", protocol, "--topic-prefix", prefix)
			all := entries(pictureOf(s, protocol, prefix), []typed.Question{{Page: typed.Dashboard}, {Command: lab.AddConsumer{}}, {Command: lab.Flood{Count: 10}}})
			if len(all[typed.Kcat]) != 3 {
				t.Errorf("kcat joins classic groups, and the cards show %+v", all[typed.Kcat])
			}
			goRun := term.buildSnippets(t, all[typed.FranzGo])
			term.types(t, s, prefix, all)
			goRun(t, s, prefix)
		})
	}
}

// haunts says that a snippet leaves a dead member behind, in whom Kafka believes for a while.
func haunts(e typed.Entry) bool { return e.Stays || strings.Contains(e.Text(), "os.Exit(137)") }

// buildSnippets compiles the Go programs that are copied, each a function of one program. What it returns runs them.
func (term *typist) buildSnippets(t *testing.T, all []typed.Entry) (goRun func(t *testing.T, s *server, prefix string)) {
	t.Helper()
	root, dir := moduleRoot(t), t.TempDir()
	overlay := map[string]string{}
	put := func(name, source string) {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay[filepath.Join(root, "scenarios", "e2e", "typed", name)] = file
	}
	runs := "package main\n\nimport (\"context\"; \"log\"; \"os\"; \"strconv\")\n\nfunc main() {\nn, _ := strconv.Atoi(os.Args[1])\n" +
		"if err := []func(context.Context) error{\n"
	head := regexp.MustCompile(`(?s)func main\(\) \{.*?\n\}\n`)
	for i, e := range all {
		body := head.ReplaceAllString(e.Text(), "")
		put(fmt.Sprintf("s%d.go", i), strings.Replace(strings.Replace(body, "func run(", fmt.Sprintf("func run%d(", i), 1), "\t\"log\"\n", "", 1))
		runs += fmt.Sprintf("run%d,\n", i)
	}
	put("main.go", runs+"}[n](context.Background()); err != nil {\nlog.Fatal(err)\n}\n}\n")
	files, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	mapped, binary := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "snippets")
	if err := os.WriteFile(mapped, files, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-overlay", mapped, "-o", binary, "./scenarios/e2e/typed")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return func(t *testing.T, s *server, prefix string) {
		t.Helper()
		for i, e := range all {
			term.note(e.Text())
			runSnippet(t, s, prefix, exec.Command(binary, fmt.Sprint(i)), e)
		}
	}
}

// runSnippet runs one snippet, and writes payments as long as it reads in the group of the orders.
func runSnippet(t *testing.T, s *server, prefix string, cmd *exec.Cmd, e typed.Entry) {
	t.Helper()
	var out, errs lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	polls := strings.Contains(e.Text(), "PollFetches")
	for end := time.Now().Add(60 * time.Second); ; {
		if polls {
			run(t, 60*time.Second, "", program(t), "flood", "-n", "60", "--yes", "--brokers", s.brokers(), "--topic-prefix", prefix)
		}
		wait := time.NewTimer(200 * time.Millisecond)
		select {
		case err := <-exited:
			wait.Stop()
			dies := strings.Contains(e.Text(), "os.Exit(137)")
			if dies && cmd.ProcessState.ExitCode() != 137 || !dies && err != nil {
				t.Errorf("%v:\n%s\n%s\n%s", err, e.Text(), tail(out.String(), 10), errs.String())
			}
			return
		case <-wait.C:
		}
		read := e.Stays && bytes.Contains([]byte(out.String()), []byte("user_id"))
		if read || time.Now().After(end) {
			_ = cmd.Process.Kill() // it goes on until somebody ends it
			<-exited
			if !read {
				t.Errorf("it does not end:\n%s\n%s\n%s", e.Text(), tail(out.String(), 10), errs.String())
			}
			return
		}
	}
}
