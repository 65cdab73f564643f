package cleanup_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/cleanup"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/kafkatest"
)

// somebodys is a cluster on which a lab has made the topic a, and its owner the topic b.
func somebodys(t *testing.T) (*kafka.Cluster, kafka.Config) {
	t.Helper()
	his, err := kafka.Open(t.Context(), kafka.Config{Prefix: "lab."})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(his.Close)
	topic := func(name string) kafka.Topic { return kafka.Topic{Name: name, Partitions: 1, MaxBytes: 1 << 20} }
	if err := his.CreateTopics(t.Context(), topic("b")); err != nil {
		t.Fatal(err)
	}
	cfg := kafka.Config{Brokers: his.Brokers(), Prefix: "lab.", Confirm: kafkatest.Agree}
	c, err := kafka.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.CreateTopics(t.Context(), topic("a"), topic("b")); err != nil {
		t.Fatal(err)
	}
	return his, cfg
}

func standing(t *testing.T, c *kafka.Cluster, name string) kafka.Standing {
	t.Helper()
	plan, err := c.Plan(t.Context(), []kafka.Topic{{Name: name}})
	if err != nil {
		t.Fatal(err)
	}
	return plan.Of(name).Standing
}

func TestCleanupListsAsksAndDeletes(t *testing.T) {
	his, cfg := somebodys(t)
	no, asked := errors.New("no"), ""
	var out bytes.Buffer
	refuse := func(_ context.Context, question string) error { asked = question; return no }
	if err := cleanup.Run(t.Context(), cfg, refuse, &out); !errors.Is(err, no) {
		t.Error(err)
	}
	if !strings.Contains(asked, "delete topic lab.a with all its records") || strings.Contains(asked, "lab.b") || !strings.Contains(asked, his.ID()) {
		t.Errorf("asked:\n%s", asked)
	}
	if standing(t, his, "a") == kafka.Missing {
		t.Error("it deleted what it was not to")
	}
	agree := func(context.Context, string) error { return nil }
	for range 2 {
		if err := cleanup.Run(t.Context(), cfg, agree, &out); err != nil {
			t.Error(err)
		}
		if !strings.Contains(out.String(), "Nothing that a lab made is left") {
			t.Errorf("said %q", out.String())
		}
		if standing(t, his, "a") != kafka.Missing || standing(t, his, "b") == kafka.Missing || standing(t, his, "blackfriday-made") != kafka.Missing {
			t.Error("not exactly what the lab made is gone")
		}
		agree = refuse // there is nothing to ask any more
	}
}

// idle is a member's handler and watcher that does nothing but tell when it has joined.
type idle struct{ joined chan struct{} }

func (idle) Handle(_ context.Context, _ kafka.Writer, batch []*kafka.Record) (int, error) {
	return len(batch), nil
}
func (i idle) Assigned(kafka.Assignment)                      { i.joined <- struct{}{} }
func (idle) Released(time.Time, []kafka.TopicPartition, bool) {}
func (idle) Begun(time.Time, []*kafka.Record)                 {}
func (idle) Failing(error)                                    {}

// join has order-7 join the lab's order consumers, in a group that the lab made.
func join(t *testing.T, cfg kafka.Config) (leave func()) {
	t.Helper()
	c, err := kafka.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if _, err := c.Furnish(t.Context(), nil, kafka.OrderGroup); err != nil {
		t.Fatal(err)
	}
	i := idle{make(chan struct{}, 100)}
	m, err := c.NewMember(kafka.MemberConfig{
		ClientID: "order-7", Group: kafka.OrderGroup, Topics: []string{"a"}, Handler: i, Watch: i, Batch: func() int { return 1 },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { _ = m.Run(ctx) })
	leave = sync.OnceFunc(func() { cancel(); ended.Wait(); m.Release() })
	t.Cleanup(leave)
	<-i.joined
	return leave
}

func TestCleanupDeletesNothingUnderALabThatRuns(t *testing.T) {
	his, cfg := somebodys(t)
	leave := join(t, cfg)
	var out bytes.Buffer
	asked := false
	agree := func(context.Context, string) error { asked = true; return nil }
	err := cleanup.Run(t.Context(), cfg, agree, &out)
	for _, want := range []string{"nothing is deleted", "lab." + kafka.OrderGroup, "order-7 on ", "stop the labs"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
	if !errors.Is(err, kafka.ErrInUse) || asked || out.Len() > 0 {
		t.Errorf("%v; asked %v; said %q", err, asked, out.String())
	}
	for _, name := range []string{"a", "b", "blackfriday-made"} {
		if standing(t, his, name) == kafka.Missing {
			t.Errorf("%s is deleted", name)
		}
	}
	leave()
	if err := cleanup.Run(t.Context(), cfg, agree, &out); err != nil || standing(t, his, "a") != kafka.Missing {
		t.Errorf("once they are gone: %v", err)
	}
}

func TestCleanupHelpFitsIt(t *testing.T) {
	flags := cleanup.Command(connect.New(func(string) string { return "" })).Flags()
	if usage := flags.FlagUsages(); strings.Contains(usage, "embedded") || strings.Contains(usage, "write to") || !strings.Contains(usage, connect.BrokersVariable) {
		t.Error(usage)
	}
}

func TestCleanupWithoutATerminalNeedsYes(t *testing.T) {
	his, _ := somebodys(t)
	run := func(args ...string) error {
		cmd := cleanup.Command(connect.New(func(string) string { return "" }))
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		cmd.SetOut(&bytes.Buffer{})
		cmd.SetArgs(args)
		return cmd.ExecuteContext(t.Context())
	}
	brokers := strings.Join(his.Brokers(), ",")
	if err := run(); err == nil || !strings.Contains(err.Error(), "--brokers") {
		t.Errorf("without brokers: %v", err)
	}
	if err := run("--brokers", brokers, "--topic-prefix", "lab."); !errors.Is(err, kafka.ErrUnconfirmed) || !strings.Contains(err.Error(), "--yes") {
		t.Errorf("without a terminal: %v", err)
	}
	if err := run("--brokers", brokers, "--topic-prefix", "lab.", "--yes"); err != nil || standing(t, his, "a") != kafka.Missing {
		t.Errorf("with --yes: %v", err)
	}
}
