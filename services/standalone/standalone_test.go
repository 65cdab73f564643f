package standalone

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/event"
	"blackfriday/services/order"
	"blackfriday/services/role"
	"blackfriday/services/web"
)

// paper is what a journal writes on.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// says waits until the paper says all of the words.
func (p *paper) says(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		eventually(t, func() bool { return strings.Contains(p.String(), w) }, func() string { return fmt.Sprintf("no %q in\n%s", w, p) })
	}
}

// eventually waits for as long as a busy machine may need.
func eventually(t *testing.T, ok func() bool, said func() string) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-again.C:
		case <-deadline.C:
			t.Fatal(said())
		}
	}
}

// open is a cluster that runs elsewhere, as far as a service can see.
func open(t *testing.T, topics bool) *kafka.Cluster {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c, err := kafka.Open(t.Context(), kafka.Config{Nodes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if topics {
		furnish(t, c)
	}
	return c
}

func furnish(t *testing.T, c *kafka.Cluster) {
	t.Helper()
	if err := c.CreateTopics(t.Context(), role.Topics(1)...); err != nil {
		t.Fatal(err)
	}
}

func config(c *kafka.Cluster, service string) Config {
	return Config{
		Kafka: kafka.Config{Brokers: c.Brokers(), Confirm: kafkatest.Agree}, Service: service, Partitions: 1,
		Delay: time.Millisecond, Guarantee: kafka.AtLeastOnce, CommitEvery: kafka.DefaultCommitInterval,
	}
}

// started is a service that runs.
type started struct {
	*paper
	stop  context.CancelFunc
	ended chan error
}

func start(t *testing.T, cfg Config) *started {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s := &started{paper: &paper{}, stop: stop, ended: make(chan error, 1)}
	journal, done := NewJournal(s.paper, false), make(chan struct{})
	go func() {
		defer close(done)
		err := Run(ctx, cfg, journal)
		journal.Close()
		s.ended <- err
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return s
}

func pay(t *testing.T, c *kafka.Cluster, values ...string) {
	t.Helper()
	p, err := c.NewProducer("payment")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, v := range values {
		if err := p.Write(t.Context(), &kafka.Record{Topic: kafka.PaymentSuccessful, Value: []byte(v)})[0]; err != nil {
			t.Fatal(err)
		}
	}
}

const laptop = `{"user_id": 42, "cart": [{"name": "MacBook", "price": 1999}], "timestamp": 1}`

func members(t *testing.T, c *kafka.Cluster) []kafka.MemberReading {
	t.Helper()
	g, err := c.Group(t.Context(), kafka.OrderGroup, kafka.PaymentSuccessful)
	if err != nil {
		t.Fatal(err)
	}
	return g.Members
}

func TestOrderServiceWorksAnswersAndLeaves(t *testing.T) {
	c := open(t, true)
	cfg := config(c, Order)
	cfg.Number = 7
	s := start(t, cfg)
	pay(t, c, laptop, "oops")
	s.says(t, "-7 has joined order-service-group", "-7 now reads payment-successful P0",
		"payment-successful P0@0 of user 42 → order", "! payment-successful P0@1 → dead letter queue: not valid JSON")
	_, rest, _ := strings.Cut(s.String(), "answers GET ")
	address, _, _ := strings.Cut(rest, "\n")
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var reply struct {
		Total int
	}
	if err := json.NewDecoder(response.Body).Decode(&reply); err != nil || reply.Total != 1 {
		t.Errorf("GET /orders: %+v, %v", reply, err)
	}
	s.stop()
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	s.says(t, "has left order-service-group: it finished 2 records.")
	if left := members(t, c); len(left) != 0 {
		t.Errorf("members after the goodbye: %+v", left)
	}
}

func TestPaymentEmailAndAnalyticsRunBesideEachOther(t *testing.T) {
	c := open(t, true)
	till := start(t, config(c, Payment))
	start(t, config(c, Order))
	mail, counts := start(t, config(c, Email)), start(t, config(c, Analytics))
	till.says(t, "answers POST ")
	_, rest, _ := strings.Cut(till.String(), "answers POST ")
	address, _, _ := strings.Cut(rest, "\n")
	response, err := http.Post(address, "application/json", strings.NewReader(laptop))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	till.says(t, "payment of user 42 → payment-successful P0@0")
	mail.says(t, "order-created P0@0 of user 42 → e-mail")
	counts.says(t, "email-sent P0@0 of user 42 → counted")
}

func TestServiceWaitsForItsTopics(t *testing.T) {
	c := open(t, false)
	s := start(t, config(c, Order))
	s.says(t, "Waiting for topics that are not there yet: payment-successful, order-created, dlq-payment")
	furnish(t, c)
	s.says(t, "now reads payment-successful P0")
}

// TestServiceNamesWhatTheBrokersKnow: under a prefix somebody would look for the short names in vain.
func TestServiceNamesWhatTheBrokersKnow(t *testing.T) {
	open(t, false) // for the place where names are taken
	c, err := kafka.Open(t.Context(), kafka.Config{Nodes: 1, Prefix: "m."})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	cfg := config(c, Order)
	cfg.Kafka.Prefix = "m."
	s := start(t, cfg)
	s.says(t, "not there yet: m.payment-successful, m.order-created, m.dlq-payment")
	furnish(t, c)
	s.says(t, "asks to join m.order-service-group", "has joined m.order-service-group", "now reads m.payment-successful P0")
	pay(t, c, laptop, "oops")
	s.says(t, "m.payment-successful P0@0 of user 42 → order", "! m.payment-successful P0@1 → dead letter queue")
	s.stop()
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	s.says(t, "has left m.order-service-group")
	if got := strings.ReplaceAll(s.String(), "m.payment-successful", ""); strings.Contains(got, "payment-successful") {
		t.Error(s)
	}
}

func TestServiceCreatesTopicsWhenAsked(t *testing.T) {
	cfg := config(open(t, false), Order)
	cfg.Create = true
	start(t, cfg).says(t, "now reads payment-successful P0")
}

func TestServicesThatStartTogetherHaveDifferentNames(t *testing.T) {
	c := open(t, true)
	for range 4 {
		start(t, config(c, Order))
	}
	names := map[string]bool{}
	eventually(t, func() bool {
		for _, m := range members(t, c) {
			names[m.ClientID] = true
		}
		return len(names) == 4
	}, func() string { return fmt.Sprint(names) })
}

func TestNameOfALivingMemberIsRefused(t *testing.T) {
	c := open(t, true)
	cfg := config(c, Order)
	cfg.Number = 3
	start(t, cfg).says(t, "has joined")
	second := start(t, cfg)
	if err := <-second.ended; err == nil || !strings.Contains(err.Error(), "is named") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the second of the same name ended with %v", err)
	}
}

// The lock is of one machine only: from another one of the same name the group tells.
func TestNameIsRefusedAcrossMachines(t *testing.T) {
	c := open(t, true)
	cfg := config(c, Order)
	cfg.Number = 3
	start(t, cfg).says(t, "has joined")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if err := <-start(t, cfg).ended; err == nil || !strings.Contains(err.Error(), "is named") {
		t.Errorf("the second of the same name ended with %v", err)
	}
	cfg.Number = 0
	start(t, cfg).says(t, "-1 has joined")
}

// A service that was killed is started again at once: Kafka still counts the dead one, and nobody waits for that.
func TestKilledServiceIsStartedAgainUnderItsName(t *testing.T) {
	c := open(t, true)
	cfg := config(c, Order)
	cfg.Remedy, cfg.Guarantee = order.Crash, kafka.ExactlyOnce
	first := start(t, cfg)
	first.says(t, "-1 has joined")
	pay(t, c, "oops")
	if err := <-first.ended; err == nil {
		t.Fatal("it did not die")
	}
	if left := members(t, c); len(left) != 1 {
		t.Fatalf("members %+v", left)
	}
	cfg.Remedy = order.ToDLQ
	again := start(t, cfg)
	again.says(t, "-1 has joined", "P0@0 → dead letter queue")
}

// Two that joined at the same moment did not see each other before.
func TestTwinIsFoundAfterJoining(t *testing.T) {
	c := open(t, true)
	p := &process{cfg: config(c, Order), cluster: c, name: "order-host-1", service: &service{role: role.Order()}, seat: &seat{}}
	cfg := config(c, Order)
	cfg.Name = "order-host-1"
	start(t, cfg).says(t, "has joined")
	if !p.hasTwin(t.Context(), "another id") {
		t.Error("a member of the same name with another id is no twin")
	}
	if p.hasTwin(t.Context(), members(t, c)[0].MemberID) {
		t.Error("a member is its own twin")
	}
}

func TestServiceSpeaksWhatTheGroupSpeaks(t *testing.T) {
	c := open(t, true)
	cfg := config(c, Order)
	cfg.Kafka.Protocol = kafka.Range
	start(t, cfg).says(t, "has joined")
	second := config(c, Order)
	start(t, second).says(t, "has joined")
	if n := len(members(t, c)); n != 2 {
		t.Errorf("%d members", n)
	}
}

func TestCrashRemedyEndsTheProcess(t *testing.T) {
	c := open(t, true)
	cfg := config(c, Order)
	cfg.Remedy = order.Crash
	s := start(t, cfg)
	pay(t, c, "oops")
	var fatal *kafka.FatalError
	if err := <-s.ended; !errors.As(err, &fatal) || !strings.Contains(err.Error(), "died") {
		t.Errorf("ended with %v", err)
	}
	if left := members(t, c); len(left) != 1 {
		t.Errorf("after a crash the group still counts the member; it has %+v", left)
	}
}

func TestTakenPortIsSaidInOneSentence(t *testing.T) {
	c := open(t, true)
	first := start(t, config(c, Order))
	first.says(t, "answers GET ")
	_, rest, _ := strings.Cut(first.String(), "answers GET http://127.0.0.1:")
	port, _, _ := strings.Cut(rest, "/")
	strange, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer strange.Close()
	go func() {
		for {
			conn, err := strange.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "what?\n")
			conn.Close()
		}
	}()
	_, other, _ := net.SplitHostPort(strange.Addr().String())
	ofLab := httptest.NewServer(web.Guard(order.NewBook().Handler()))
	defer ofLab.Close()
	_, labs, _ := strings.Cut(ofLab.URL, "127.0.0.1:")
	for port, who := range map[string]string{port: "a sibling, another blackfriday service order", labs: "a sibling, the order service of a lab", other: "another program"} {
		cfg := config(c, Email)
		if _, err := fmt.Sscan(port, &cfg.Port); err != nil {
			t.Fatal(err)
		}
		err := <-start(t, cfg).ended
		if err == nil || !strings.Contains(err.Error(), who) || !strings.Contains(err.Error(), "--port or PORT") || strings.Contains(err.Error(), "\n") {
			t.Errorf("on port %s: %v", port, err)
		}
		// Nobody asked for that port: it takes the next that is free, and says why.
		cfg.AnyPort = true
		start(t, cfg).says(t, "Port "+port+" is taken by "+who, ": this email service takes ", "answers GET http://127.0.0.1:")
	}
}

func TestNobodyThereIsSaidWithTheCure(t *testing.T) {
	err := Run(t.Context(), Config{
		Service: Order, Guest: true, Kafka: kafka.Config{Brokers: []string{connect.LocalBroker}, Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("connection refused")
		}},
	}, NewJournal(io.Discard, false))
	if err == nil || !strings.HasPrefix(err.Error(), "no lab runs on this machine: start one with blackfriday") {
		t.Error(err)
	}
}

func TestHostNamesFitClientIDs(t *testing.T) {
	for name, want := range map[string]string{
		"teacher": "teacher", "lab-7.school.example": "lab-7", "Zoë's Mac": "Zo--s-Mac", "": "host", "\x1b[2J": "2J", "界": "host",
		strings.Repeat("a", 300): strings.Repeat("a", longestHost),
	} {
		if got := hostName(name, nil); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := hostName("x", errors.New("no name")); got != "host" {
		t.Error(got)
	}
}

func TestFlagsAndEnvironment(t *testing.T) {
	for _, c := range []struct {
		service, args string
		env           map[string]string
		port, number  int
		err           string
	}{
		{service: Payment, port: 8000},
		{service: Order, port: 8001},
		{service: Email, port: 8002},
		{service: Analytics, port: 8003},
		{service: Order, env: map[string]string{"PORT": "8011", "INSTANCE_ID": "2"}, port: 8011, number: 2},
		{service: Order, args: "--port 0 --instance 3", env: map[string]string{"PORT": "8011", "INSTANCE_ID": "2"}, port: 0, number: 3},
		{service: Order, env: map[string]string{"PORT": "http"}, err: `PORT "http": it takes a number between 0 and 65535`},
		{service: Order, args: "--instance 0", err: `--instance "0": it takes a number between 1 and 9999`},
		{service: Order, args: "--poison eat", err: `--poison "eat": it takes dlq, retry-dlq, retry or crash`},
		{service: Order, args: "--heartbeat 0", err: "--heartbeat 0: "},
		{service: Order, args: "--session-timeout 0", err: "--session-timeout 0: "},
		{service: Order, args: "--guarantee maybe", err: "--guarantee: "},
		{service: Order, args: "--commit-interval 1h", err: "--commit-interval 1h0m0s: between 10ms and 5s"},
	} {
		getenv := func(name string) string { return c.env[name] }
		f := &flags{cluster: connect.New(getenv), getenv: getenv}
		set := pflag.NewFlagSet("service", pflag.ContinueOnError)
		f.register(set)
		if err := set.Parse(strings.Fields(c.args)); err != nil {
			t.Fatal(err)
		}
		cfg, err := f.config(set, c.service)
		if c.err != "" {
			if err == nil || !strings.HasPrefix(err.Error(), c.err) {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		given := strings.Contains(c.args, "--port") || c.env["PORT"] != ""
		if err != nil || cfg.AnyPort == given || cfg.Port != c.port || cfg.Number != c.number || cfg.Kafka.Brokers[0] != connect.LocalBroker || !cfg.Guest {
			t.Errorf("%+v: port %d, number %d, brokers %v, %v", c, cfg.Port, cfg.Number, cfg.Kafka.Brokers, err)
		}
	}
}

func TestJournalTellsFewAndCountsMany(t *testing.T) {
	var few, many paper
	j := NewJournal(&few, false)
	j.each(0, "P0@%d of user %s", 1, "\x1b[2J")
	j.sumUp()
	j.Close()
	if text := few.String(); !strings.HasSuffix(text, event.Visible("P0@1 of user \x1b[2J")+"\n") || strings.Count(text, "\n") != 1 {
		t.Errorf("%q", text)
	}
	j = NewJournal(&many, true)
	for n := range 1000 {
		j.each(0, "record %d", n)
	}
	j.sumUp()
	j.sumUp()
	j.Close()
	if text := many.String(); strings.Count(text, "\n") != readable+1 || !strings.Contains(text, `"msg":"… and 980 records more in this second."`) {
		t.Errorf("%s", text)
	}
}
