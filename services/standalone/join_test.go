package standalone

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/services/role"
)

// openClassroom opens a cluster that a class may join, with the lab's topics.
func openClassroom(t *testing.T, change ...func(*kafka.Config)) *kafka.Cluster {
	t.Helper()
	cfg := kafka.Config{Classroom: &kafka.Classroom{Host: "127.0.0.2", Code: kafka.NewJoinCode()}}
	for _, c := range change {
		c(&cfg)
	}
	c, err := kafka.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.CreateTopics(t.Context(), role.Topics(3)...); err != nil {
		t.Fatal(err)
	}
	return c
}

// typed runs `join` with an environment and what is typed, until done says of the group that it has seen enough, or it ends
// by itself.
func typed(t *testing.T, c *kafka.Cluster, env map[string]string, stdin string, done func(kafka.GroupReading) bool, args ...string) (out string, err error) {
	t.Helper()
	cmd := JoinCommand(func(name string) string { return env[name] })
	var stdout, stderr bytes.Buffer
	cmd.SetArgs(args)
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return stdout.String() + stderr.String(), err
		case <-look.C:
			if g, err := c.Group(ctx, kafka.OrderGroup, kafka.PaymentSuccessful); err == nil && done != nil && done(g) {
				stop()
			}
		}
	}
}

// TestAStudentJoinsAndWorks under a name that does something to terminals, with the code as people type it.
func TestAStudentJoinsAndWorks(t *testing.T) {
	c := openClassroom(t)
	producer, err := c.NewProducer("payment")
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	payment := &kafka.Record{Topic: kafka.PaymentSuccessful, Value: []byte(`{"user_id": 1, "cart": [{"name": "MacBook", "price": 1999}]}`)}
	sent := make(chan error, 1)
	producer.Send(t.Context(), payment, func(_ *kafka.Record, err error) { sent <- err })
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	name := "\x1b[31mLéa"
	code := " " + strings.ToUpper(strings.Replace(c.Config().Classroom.Code.Reveal(), "-", " ", 1)) + " \n"
	seen := false
	out, err := typed(t, c, nil, name+"\n"+code, func(g kafka.GroupReading) bool {
		for _, m := range g.Members {
			seen = seen || m.ClientID == name && len(m.Partitions[kafka.PaymentSuccessful]) == 3
		}
		return seen && g.Committed[kafka.PaymentSuccessful] != nil
	}, c.Brokers()[0], "--delay", "0s")
	if err != nil || !seen {
		t.Errorf("%v, seen as a member: %v", err, seen)
	}
	for _, want := range []string{"Your name: Join code: ", `\x1b[31mLéa has joined`, "order", "has left order-service-group: it finished 1 record."} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.ContainsRune(out, '\x1b') {
		t.Errorf("an escape sequence reached the terminal:\n%q", out)
	}
}

// TestATeachersOwnCodeIsTheSecret as it was chosen: that is what other tools log in with, and what a student may type in other
// ways, too.
func TestATeachersOwnCodeIsTheSecret(t *testing.T) {
	for code, spellings := range map[string][]string{
		"secret77":   {"secret77", "SECRET-77", "secr et77"},
		"Our Secret": {"Our Secret"},
		"kx7f-m3qp":  {"kx7f-m3qp", "KX7F M3QP", "kx7fm3qp"},
	} {
		c := openClassroom(t, func(cfg *kafka.Config) { cfg.Classroom.Code = kafka.NewSecret(code) })
		for _, spelling := range spellings {
			joined := func(g kafka.GroupReading) bool { return len(g.Members) == 1 }
			if out, err := typed(t, c, map[string]string{connect.CodeVariable: spelling}, "", joined, c.Brokers()[0], "--name", "Lea"); err != nil || !strings.Contains(out, "has joined") {
				t.Errorf("%q, typed as %q: %v\n%s", code, spelling, err, out)
			}
		}
	}
}

func TestWhyAStudentDoesNotGetIn(t *testing.T) {
	c := openClassroom(t)
	address, code := c.Brokers()[0], c.Config().Classroom.Code.Reveal()
	for name, test := range map[string]struct {
		env   string
		stdin string
		args  []string
		want  string
	}{
		"a wrong code":       {"kx7f-m3qp", "", []string{address, "--name", "Lea"}, "the join code is not that of the lab at " + address},
		"a wrong address":    {code, "", []string{"127.0.0.2:1", "--name", "Lea"}, "nothing listens there"},
		"no address":         {code, "", []string{":1", "--name", "Lea"}, "HOST:PORT"},
		"no name":            {code, "\n", []string{address}, "--name"},
		"nobody types":       {"", "", []string{address, "--name", "Lea"}, connect.CodeVariable},
		"a long name":        {code, "", []string{address, "--name", strings.Repeat("é", 25)}, "at most 24"},
		"half a character":   {code, "", []string{address, "--name", "\xc3"}, "is not text in UTF-8"},
		"a blank name":       {code, "", []string{address, "--name", " \u200b "}, "the name is blank"},
		"a service's name":   {code, "", []string{address, "--name", "Email"}, `"Email" is what the lab calls one of its own: choose another name with --name`},
		"a consumer's name":  {code, "", []string{address, "--name", " order-17"}, `"order-17" is what the lab`},
		"no lab":             {code, "", nil, "which lab? "},
		"two addresses":      {code, "", []string{address, "Lea"}, "--name"},
		"no duration":        {code, "", []string{address, "--name", "Lea", "--delay", "fast"}, `--delay "fast": it takes a duration such as 500ms`},
		"an endless payment": {code, "", []string{address, "--name", "Lea", "--delay", "2h"}, "--delay"},
	} {
		began := time.Now()
		_, err := typed(t, c, map[string]string{connect.CodeVariable: test.env}, test.stdin, nil, test.args...)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), code) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: said after %v", name, took)
		}
	}
}

func TestTwoStudentsOfOneName(t *testing.T) {
	c := openClassroom(t)
	env := map[string]string{connect.CodeVariable: c.Config().Classroom.Code.Reveal()}
	ctx, stop := context.WithCancel(t.Context())
	first := JoinCommand(func(name string) string { return env[name] })
	first.SetArgs([]string{c.Brokers()[0], "--name", "Lea"})
	first.SetOut(io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- first.ExecuteContext(ctx) }()
	defer func() { stop(); <-ended }()
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		if g, err := c.Group(t.Context(), kafka.OrderGroup, kafka.PaymentSuccessful); err == nil && len(g.Members) > 0 {
			break
		}
	}
	if _, err := typed(t, c, env, "", nil, c.Brokers()[0], "--name", "Lea"); err == nil || !strings.Contains(err.Error(), "another --name") {
		t.Errorf("the second Lea: %v", err)
	}
}

// TestAStudentLearnsThePrefix of the teacher's lab, of which nobody told him, and which group protocol it speaks.
func TestAStudentLearnsThePrefix(t *testing.T) {
	for _, p := range []kafka.Protocol{kafka.ConsumerProtocol, kafka.Range} {
		c := openClassroom(t, func(cfg *kafka.Config) { cfg.Prefix, cfg.Protocol = "monday.", p })
		cfg := config(c, Order)
		cfg.Kafka.Prefix, cfg.Kafka.Security, cfg.Kafka.Protocol = "monday.", c.Config().Security, p
		start(t, cfg).says(t, "now reads monday.payment-successful P0, P1, P2")
		env := map[string]string{connect.CodeVariable: c.Config().Classroom.Code.Reveal()}
		out, err := typed(t, c, env, "", func(g kafka.GroupReading) bool {
			return slices.ContainsFunc(g.Members, func(m kafka.MemberReading) bool { return m.ClientID == "Lea" && len(m.Partitions) > 0 })
		}, c.Brokers()[0], "--name", "Lea")
		if err != nil || !strings.Contains(out, "Lea has left monday.order-service-group") {
			t.Errorf("%s: %v\n%s", p, err, out)
		}
	}
}

// TestAStudentHearsWhyThereIsNothingToDo, and what the teacher can do.
func TestAStudentHearsWhyThereIsNothingToDo(t *testing.T) {
	c := openClassroom(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for range 3 {
		cfg := config(c, Order)
		cfg.Kafka.Security = c.Config().Security
		start(t, cfg).says(t, "has joined")
	}
	pupil := &pupil{address: c.Brokers()[0], name: "Lea", code: c.Config().Classroom.Code.Reveal()}
	lea := start(t, pupil.config(c.Config().Classroom.Code))
	lea.says(t, "Lea waits: each partition of payment-successful has an owner already (3 partitions, 4 members in the group).",
		"the teacher can add partitions with the key t.")
	if err := c.GrowTopics(t.Context(), 8, kafka.PaymentSuccessful); err != nil {
		t.Fatal(err)
	}
	lea.says(t, "Lea now reads payment-successful P")
}

// TestAClassroomOffersWhatItsUsersHave, and says what a student has no right to in words.
func TestAClassroomOffersWhatItsUsersHave(t *testing.T) {
	c := openClassroom(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	cfg := config(c, Email)
	if err := <-start(t, cfg).ended; err == nil || !strings.Contains(err.Error(), "add --sasl, one of SCRAM-SHA-256, and --user") {
		t.Errorf("without a login: %v", err)
	}
	cfg.Kafka.Security = kafka.Security{Mechanism: kafka.ScramSHA256, User: kafka.StudentUser, Password: c.Config().Classroom.Code}
	if err := <-start(t, cfg).ended; err == nil || !strings.Contains(err.Error(), "email-sent") || !strings.Contains(err.Error(), "gives this user no right to it") {
		t.Errorf("as a student: %v", err)
	}
}
