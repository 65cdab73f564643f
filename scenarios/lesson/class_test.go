//go:build synctests

package lesson_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/handout"
	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
	"blackfriday/services/lab/labtest"
	"blackfriday/services/role"
)

// class is a course on a stage in virtual time.
type class struct {
	t      *testing.T
	stage  *lab.Stage
	course *lesson.Course
	diary  handout.Diary
	cfg    kafka.Config
}

func newClass(t *testing.T) *class {
	t.Helper()
	cfg := lab.Config{Partitions: 1, Orders: 1, HTTPPort: lab.NoHTTP, Seed: 1, Kafka: kafkatest.VirtualConfig()}
	c := &class{t: t, stage: lab.NewStage(cfg, nil), cfg: cfg.Kafka}
	labtest.Run(t, c.stage)
	c.until("the first lab runs", 10*time.Second, func() bool { return c.stage.Snapshot().State == lab.Running })
	return c
}

// until lets virtual time pass, and the course look at every picture, until something holds.
func (c *class) until(what string, within time.Duration, holds func() bool) {
	c.t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); <-time.After(100 * time.Millisecond) {
		if c.course != nil {
			c.course.Watch(c.stage.Snapshot())
			c.diary.Watch(c.stage.Snapshot(), c.course)
		}
		if holds() {
			return
		}
	}
	s := c.stage.Snapshot()
	c.t.Fatalf("not within %v: %s\npartitions %+v\norders %+v\nDLQ %+v\nrebalances %+v\nguests %q", within, what, s.Partitions, s.Orders, s.DLQ,
		s.Rebalances, s.Guests)
}

// enter begins a checkpoint from its own lab.
func (c *class) enter(number int) {
	c.t.Helper()
	enter := lesson.NewCourse
	if c.course != nil {
		enter = func(number int, at time.Time) (*lesson.Course, error) { return c.course, c.course.Enter(number, at) }
	}
	course, err := enter(number, time.Now())
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.stage.Do(c.t.Context(), course.Checkpoint().Begin()); err != nil {
		c.t.Fatal(err)
	}
	c.course = course
	c.ask()
}

// ask asks what is to be asked before the present step, and has the class guess.
func (c *class) ask() {
	c.t.Helper()
	if poll, ok := c.course.Ask(); ok {
		votes := make([]int, poll.Question.Options)
		votes[0] = 12
		if err := c.course.Vote(poll.Question.Name, votes); err != nil {
			c.t.Fatal(err)
		}
	}
}

// step wants the named step to be the present one, does something, and waits until the lab shows that it was done.
func (c *class) step(name string, within time.Duration, commands ...lab.Command) {
	c.t.Helper()
	at := c.course.Present()
	steps := c.course.Checkpoint().Steps
	if at >= len(steps) || steps[at].Name != name {
		c.t.Fatalf("step %d is to be %s: %+v", at, name, c.course.Steps(c.course.Checkpoint().Number))
	}
	for _, command := range commands {
		if err := c.stage.Do(c.t.Context(), command); err != nil {
			c.t.Fatalf("%s: %#v: %v", name, command, err)
		}
	}
	c.until(name+" to be done", within, func() bool { return c.course.Present() > at })
	c.ask()
}

// settled waits until no consumer is on its way into the group.
func (c *class) settled() {
	c.t.Helper()
	c.until("a group at rest", time.Minute, func() bool {
		return !slices.ContainsFunc(c.stage.Snapshot().Orders, func(i lab.Instance) bool { return i.Health == lab.Joining })
	})
}

func (c *class) drain() {
	c.t.Helper()
	c.until("no lag", 5*time.Minute, func() bool { s := c.stage.Snapshot(); return s.Lag.Known && s.Lag.Total == 0 })
}

// finished wants every step done, and every answer to be the one that the course teaches.
func (c *class) finished(answers map[string]int) {
	c.t.Helper()
	number := c.course.Checkpoint().Number
	c.until("every answer", 30*time.Second, func() bool {
		for _, p := range c.course.Polls(number) {
			if !p.Answered {
				return false
			}
		}
		return true
	})
	if !c.course.Complete(number) {
		c.t.Errorf("checkpoint %d is not complete: %+v", number, c.course.Steps(number))
	}
	for _, s := range c.course.Steps(number) {
		c.t.Logf("%d %-10s expected %q, measured %q", number, s.Step.Name, s.Step.Expected, s.Measured)
	}
	polls := c.course.Polls(number)
	if len(polls) != len(answers) {
		c.t.Errorf("checkpoint %d asked %d questions, want %d", number, len(polls), len(answers))
	}
	for _, p := range polls {
		c.t.Logf("%d %-10s option %d, measured %q", number, p.Question.Name, p.Answer, p.Measured)
		if want, ok := answers[p.Question.Name]; !ok || p.Answer != want {
			c.t.Errorf("%s: measured option %d (%s), want %d", p.Question.Name, p.Answer, p.Measured, want)
		}
	}
}

const delay = 100 * time.Millisecond

func (c *class) setUp() {
	c.enter(0)
	c.until("the lab stands", 10*time.Second, func() bool { return c.course.Present() == 2 })
	c.step("payment", 30*time.Second, lab.Flood{Count: 5})
	c.finished(nil)
}

func (c *class) console() {
	c.enter(1)
	cfg := c.cfg
	cfg.Brokers, cfg.Confirm = c.stage.Snapshot().Cluster.Brokers, kafkatest.Agree
	terminal, err := kafka.Open(c.t.Context(), cfg)
	if err != nil {
		c.t.Fatal(err)
	}
	defer terminal.Close()
	create := func(topics ...kafka.Topic) {
		if err := terminal.CreateTopics(c.t.Context(), topics...); err != nil {
			c.t.Fatal(err)
		}
	}
	all := role.Topics(1)
	create(all[0])
	c.step("topic", 10*time.Second)
	create(all[1:]...)
	c.step("others", 10*time.Second)
	producer, err := terminal.NewProducer("console-producer")
	if err != nil {
		c.t.Fatal(err)
	}
	defer producer.Close()
	if err := errors.Join(producer.Write(c.t.Context(), &kafka.Record{Topic: kafka.PaymentSuccessful, Value: []byte("hello")})...); err != nil {
		c.t.Fatal(err)
	}
	c.step("produce", 10*time.Second)
	c.visit(terminal, "console-consumer-4711")
	c.until("the first reader", 10*time.Second, func() bool { return len(c.stage.Snapshot().Guests) == 1 })
	if c.course.Present() != 3 {
		t := c.course.Steps(1)
		c.t.Errorf("read once, and the step that asks for two is done: %+v", t[3])
	}
	c.visit(terminal, "console-consumer-4712")
	c.step("consume", 10*time.Second)
	c.finished(map[string]int{"stays": 1})
}

// visit has a console consumer read the payments in a group of its own.
func (c *class) visit(terminal *kafka.Cluster, group string) {
	c.t.Helper()
	member, err := terminal.NewMember(kafka.MemberConfig{
		ClientID: "console", Group: group, Topics: []string{kafka.PaymentSuccessful}, Patience: time.Second,
		Watch: silent{}, Batch: func() int { return 1 }, Handler: reader{},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, leave := context.WithTimeout(c.t.Context(), 3*time.Second)
	defer leave()
	if err := member.Run(ctx); err != nil {
		c.t.Error(err)
	}
	member.Release()
}

type reader struct{}

func (reader) Handle(_ context.Context, _ kafka.Writer, batch []*kafka.Record) (int, error) {
	return len(batch), nil
}

type silent struct{}

func (silent) Assigned(kafka.Assignment)                        {}
func (silent) Released(time.Time, []kafka.TopicPartition, bool) {}
func (silent) Begun(time.Time, []*kafka.Record)                 {}
func (silent) Failing(error)                                    {}

func (c *class) chain() {
	c.enter(2)
	c.step("pay", 10*time.Second, lab.Flood{Count: 3})
	c.step("order", 20*time.Second, lab.Restart{Name: "order-1"})
	c.step("email", 20*time.Second, lab.Restart{Name: "email"})
	c.step("analytics", 20*time.Second, lab.Restart{Name: "analytics"})
	c.step("whole", 20*time.Second, lab.Flood{Count: 1})
	c.finished(map[string]int{"late": 2})
}

func (c *class) bottleneck() {
	c.enter(3)
	c.step("flood", 10*time.Second, lab.Flood{Count: 1000})
	c.step("lag", 10*time.Second)
	c.step("rate", 20*time.Second)
	c.step("second", 20*time.Second, lab.AddConsumer{})
	c.step("drained", 3*time.Minute)
	c.finished(map[string]int{"howlong": 2, "second": 1})
}

func (c *class) partitions() {
	c.enter(4)
	c.step("grow", 20*time.Second, lab.GrowPartitions{Count: 3})
	c.step("alone", 20*time.Second, lab.Flood{Count: 1000})
	if c.course.Present() != 2 {
		c.t.Errorf("step %d, and the topic is not empty yet", c.course.Present())
	}
	c.faster()
	c.until("an empty topic, and the delay of the course", 10*time.Second, func() bool { return c.course.Present() == 3 })
	c.ask()
	c.step("three", 20*time.Second, lab.AddConsumer{}, lab.AddConsumer{})
	c.step("rate", 20*time.Second, lab.Flood{Count: 1000})
	c.step("drained", time.Minute)
	c.step("kill", 30*time.Second, lab.Flood{Count: 1000}, lab.Kill{})
	if err := c.stage.Do(c.t.Context(), lab.Restart{}); err != nil {
		c.t.Fatal(err)
	}
	c.until("three at work again", 20*time.Second, func() bool {
		return !slices.ContainsFunc(c.stage.Snapshot().Orders, func(i lab.Instance) bool { return i.Health != lab.Active })
	})
	if c.course.Present() != 7 {
		c.t.Error("what was lost is not known before the lag is zero, and the step is done")
	}
	c.drain()
	c.until("the step to be done", 20*time.Second, func() bool { return c.course.Present() == 8 })
	c.ask()
	c.step("five", 20*time.Second, lab.AddConsumer{}, lab.AddConsumer{})
	c.finished(map[string]int{"alone": 0, "best": 2, "dead": 1, "lost": 1, "five": 1})
}

// faster empties the topic without simulated work.
func (c *class) faster() {
	c.t.Helper()
	for _, d := range []time.Duration{0, delay} {
		if err := c.stage.Do(c.t.Context(), lab.SetDelay{Delay: d}); err != nil {
			c.t.Fatal(err)
		}
		c.drain()
	}
}

func (c *class) pills() {
	c.enter(5)
	c.step("pill", time.Minute, lab.Poison{Pills: []string{"invalid-json"}})
	c.step("blocked", time.Minute, lab.Flood{Count: 300})
	c.step("policy", time.Minute, lab.SetPoison{Policy: lab.PoisonDLQ})
	c.step("all", time.Minute, lab.Poison{})
	c.drain()
	if c.course.Present() != 4 {
		c.t.Error("nothing was written after the pills, and yet everything is said to go on")
	}
	c.step("alive", time.Minute, lab.Flood{Count: 300})
	c.finished(map[string]int{"naive": 1, "behind": 1, "letter": 2})
}

func (c *class) bonus() {
	c.enter(6)
	broker := int32(-1)
	for _, b := range c.stage.Snapshot().Brokers {
		if !b.Fixed {
			broker = b.ID
		}
	}
	c.step("broker", time.Minute, lab.Flood{Count: 1000}, lab.StopBroker{ID: broker})
	c.step("back", time.Minute, lab.StartBroker{ID: broker})
	c.course.Scraped(1)
	c.step("monitor", time.Minute)
	c.settled() // the group may have lost its coordinator with the broker
	c.step("once", 2*time.Minute, lab.SetGuarantee{Guarantee: string(kafka.ExactlyOnce)})
	c.step("proof", 5*time.Minute, lab.Flood{Count: 1000}, lab.Kill{})
	c.handOut()
	c.course.HandedOut()
	c.step("handout", time.Minute)
	c.finished(map[string]int{"leader": 1, "twice": 0})
}

func TestAClassGoesThroughEveryCheckpointByDoing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClass(t)
		for _, checkpoint := range []func(){c.setUp, c.console, c.chain, c.bottleneck, c.partitions, c.pills, c.bonus} {
			checkpoint()
		}
	})
}

// handOut wants the table of the course in the hand-out, measured, and what the class did and thought.
func (c *class) handOut() {
	c.t.Helper()
	report := handout.Report{At: time.Now(), Diary: &c.diary, Course: c.course, Picture: "picture.svg"}
	markdown := report.Markdown(nil)
	if dir := os.Getenv("HANDOUT"); dir != "" {
		french, err := phrase.Load(phrase.French)
		for _, l := range []*phrase.Language{nil, french} {
			path, saveErr := report.Render(l).Save(dir)
			c.t.Log(path, errors.Join(err, saveErr))
		}
	}
	for _, want := range []string{
		`1 partition, 1 consumer: done per second \| 10 msg/s \| (9\.\d|10\.\d) msg/s`,
		`1 partition, 1 consumer: until the last is done \| 100 s \| (99|100|101|102)\.\d s`,
		`3 partitions, 3 consumers: done per second \| 30 msg/s \| (29|30)\.\d msg/s`,
		`3 partitions, 3 consumers: until the last is done \| 33 s \| (33|34)\.\d s`,
		`Add a second consumer \| ✓ done at [\d:]+ \| 1 works, 1 waits \| 1 works, 1 waits`,
		`About 10 a second: it reads all three in turns \| 12 \| ✓ (9|10)\.\d msg/s`,
		`exactly-once \| [\d,]+ \| 1 \| 0 \| 0 \|`,
		`\| order-\d crashed and nobody reads partition \d`,
	} {
		if !regexp.MustCompile(want).MatchString(markdown) {
			c.t.Errorf("the hand-out has no %q:\n%s", want, markdown)
		}
	}
}

// In any order, and again: nothing of another checkpoint is in the way.
func TestACheckpointBeginsFromAnyOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClass(t)
		for _, checkpoint := range []func(){c.pills, c.console, c.bottleneck, c.chain, c.pills, c.chain, c.setUp, c.console} {
			checkpoint()
		}
	})
}
