package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/deadletters"
	"blackfriday/services/email"
	"blackfriday/services/ledger"
	"blackfriday/services/messages"
	"blackfriday/services/order"
	"blackfriday/services/payment"
	"blackfriday/services/role"
)

// teardown is one thing to be undone when the lab stops.
type teardown struct {
	name string
	undo func(ctx context.Context) error
}

// onStop registers what undoes a step of starting; the last registered is undone first.
func (s *state) onStop(name string, undo func(ctx context.Context) error) {
	s.teardown = append(s.teardown, teardown{name, undo})
}

// startStep is one thing that starting does.
type startStep struct {
	name phrase.Phrase
	run  func(ctx context.Context) (detail phrase.Phrase, err error)
}

// startSteps are what this lab does to start.
func (s *state) startSteps() []startStep {
	if s.cfg.Observe {
		return s.lookingSteps()
	}
	return []startStep{
		{phrase.New("Kafka"), s.startKafka},
		{phrase.New("Topics"), s.startTopics},
		{phrase.New("HTTP"), s.startServers},
		{phrase.New("Services"), s.startServices},
		{phrase.New("Observer"), s.startObserver},
	}
}

// start brings everything up, in the order in which it depends on each other, and shows each step.
func (s *state) start(ctx context.Context) error {
	for _, step := range s.startSteps() {
		began := time.Now()
		s.steps = append(s.steps, StartStep{Name: step.name})
		s.publish()
		detail, err := step.run(ctx)
		if err != nil {
			return err
		}
		s.steps[len(s.steps)-1] = StartStep{Name: step.name, Detail: detail, Done: true, Took: time.Since(began)}
		s.feed.tell(Good, strings.ToLower(step.name.String()), 0, detail)
		s.publish()
	}
	s.tellResumed()
	s.tellClassroom()
	s.phase = Running
	s.publish()
	return nil
}

func (s *state) startKafka(ctx context.Context) (phrase.Phrase, error) {
	cluster, err := kafka.Open(ctx, s.cfg.Kafka)
	if err != nil && s.cfg.Guest {
		err = phrase.Errorf("no lab runs on this machine: start one with blackfriday, or name a cluster with --brokers: %w", err)
	}
	if err != nil {
		return phrase.Phrase{}, err
	}
	s.cluster = cluster
	s.protocol = cluster.Config().Protocol
	s.brokers.simulated, s.brokers.fixed = cluster.Simulated(), cluster.Controller()
	s.tellProtocol()
	brokers := brokersText(cluster.Named())
	switch {
	case cluster.Embedded():
		return phrase.New("embedded cluster: %s", brokers), nil
	case cluster.Simulated():
		return phrase.New("connected to %s, embedded ones of another process, which do not replicate", brokers), nil
	}
	return phrase.New("connected to %s", brokers), nil
}

// tellProtocol says which group protocol was chosen on somebody's cluster and why. Who only observes has no use for one.
func (s *state) tellProtocol() {
	if why := s.cluster.Chosen(); !why.Empty() && !s.cluster.Embedded() && !s.cfg.Observe {
		s.feed.add(Info, "kafka", 0, "The groups speak %s. %s", s.protocol, why)
	}
}

// brokersText counts the brokers, and names as many as somebody reads.
func brokersText(brokers []string) phrase.Phrase {
	const most = 5
	named, more := brokers, ""
	if len(brokers) > most {
		named, more = brokers[:most], ", …"
	}
	return phrase.Count(int64(len(brokers)), "%s broker on %s", "%s brokers on %s", strings.Join(named, ", ")+more)
}

func (s *state) startTopics(ctx context.Context) (phrase.Phrase, error) {
	if s.cfg.Opening.Bare {
		if err := s.cluster.DeleteTopics(ctx, s.topicNames()...); err != nil {
			return phrase.Phrase{}, err
		}
		return phrase.New("none is made: make them yourself"), nil
	}
	plan, err := s.cluster.Furnish(ctx, role.Topics(s.cfg.Partitions), role.Groups()...)
	if err != nil {
		return phrase.Phrase{}, err
	}
	return phrase.New("topics with their partitions: %s", furnishedText(plan)), s.takeOver(ctx, plan)
}

// startServices opens the payment producer and begins the life of every group member.
func (s *state) startServices(ctx context.Context) (phrase.Phrase, error) {
	if err := s.startTerms(ctx); err != nil {
		return phrase.Phrase{}, err
	}
	for n := range s.cfg.Orders {
		s.instances = append(s.instances, s.newConsumer(n+1))
	}
	s.instances = append(s.instances,
		&instance{name: "email", kind: EmailKind, work: email.NewHandler("email", s.mailbox, s.rejections)},
		&instance{name: "analytics", kind: AnalyticsKind, work: s.analytics})
	s.delay.Set(s.cfg.Delay)
	if r := s.cfg.Kafka.Metrics; r != nil {
		if err := r.Register(s.mailbox.Latency()); err != nil {
			return phrase.Phrase{}, phrase.Errorf("register the metrics of the e-mail service: %w", err)
		}
	}
	s.onStop("services", s.stopInstances)
	if s.cfg.Opening.Idle {
		for _, i := range s.instances {
			i.become(Left)
		}
		return phrase.New("payment runs; %d × order, email and analytics are stopped", s.cfg.Orders), nil
	}
	if err := s.beginAll(s.instances); err != nil {
		return phrase.Phrase{}, err
	}
	if s.cfg.Orders > 0 {
		s.rebalances.begin(Change{At: time.Now(), Cause: CauseStart, Member: membersText(ordersOf(s.instances))}, s.protocol.String(), nil, nil)
	}
	return phrase.New("payment, %d × order, email and analytics run", s.cfg.Orders), nil
}

// newConsumer prepares an order consumer that has not lived yet.
func (s *state) newConsumer(number int) *instance {
	name := fmt.Sprintf("order-%d", number)
	return &instance{name: name, kind: OrderKind, number: number, work: order.NewHandler(order.Config{
		Number: number, Name: name, Delay: s.delay, Policy: s.policy, Topics: s.cluster, Book: s.book, Rejections: s.rejections,
	})}
}

func (s *state) startObserver(ctx context.Context) (phrase.Phrase, error) {
	observer, err := s.cluster.NewObserver([]string{kafka.OrderGroup, kafka.EmailGroup, kafka.AnalyticsGroup}, s.topicNames())
	if err != nil {
		return phrase.Phrase{}, err
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	watched := s.watchBrokers(watch, observer)
	s.onStop("observer", func(context.Context) error {
		stop()
		<-watched
		return nil
	})
	s.startLedger()
	s.startGuests()
	return phrase.New("the brokers are read every %s, and an auditor counts every payment", phrase.Seconds(readEvery(s.cfg.Partitions))), nil
}

// startLedger has the auditor keep the books until the tasks are stopped.
func (s *state) startLedger() {
	books := ledger.New(ledger.Config{Cluster: s.cluster, Work: s.hands.work})
	s.books = books
	s.tasks.start(func(ctx context.Context) {
		// Run only ends with ctx: what it cannot read stands in its pictures.
		_ = books.Run(ctx)
	})
}

// showLife lets a clean-up see the lab also while none of its consumers runs: payments can be written to its topics.
func (s *state) showLife() {
	host, err := os.Hostname()
	if err != nil {
		host = "host"
	}
	cluster, who := s.cluster, fmt.Sprintf("lab-%s-%d", host, os.Getpid())
	s.tasks.start(func(ctx context.Context) {
		if err := cluster.ShowLife(ctx, who); err != nil {
			s.lab.post(func(s *state) { s.feed.add(Warn, "kafka", 0, "blackfriday cleanup cannot see this lab: %v", err) })
		}
	})
}

// startServers opens the payment service's producer and the four HTTP servers in front of it.
func (s *state) startServers(context.Context) (phrase.Phrase, error) {
	producer, err := s.cluster.NewProducer("payment")
	if err != nil {
		return phrase.Phrase{}, err
	}
	s.onStop("payment", func(context.Context) error { producer.Close(); return nil })
	s.producer = producer
	s.payments = payment.NewService(producer)
	s.onStop("tasks", s.tasks.stop)
	s.startDesks(s.analytics)
	s.showLife()
	if s.cfg.HTTPPort == NoHTTP {
		s.servers = &servers{}
		return phrase.New("no HTTP wanted"), nil
	}
	s.servers, err = listen(s.cfg.HTTPPort, s.cfg.Kafka.Classroom, s.payments.Handler(), s.book.Handler(), s.mailbox.Handler(), s.analytics.Report())
	if err != nil {
		return phrase.Phrase{}, err
	}
	s.onStop("HTTP", s.servers.stop)
	return phrase.New("payments on %s/payment, orders, emails and analytics on %s, %s, %s",
		s.servers.url(0), s.servers.url(1), s.servers.url(2), s.servers.url(3)), nil
}

// startDesks opens what reads and writes messages on request. counter knows what analytics counted; nil for nobody.
func (s *state) startDesks(counter messages.Counter) {
	browser := s.cluster.NewBrowser("browser")
	s.onStop("browser", func(context.Context) error { browser.Close(); return nil })
	s.lab.messages.Store(messages.New(browser, counter))
	s.lab.letters.Store(deadletters.New(browser))
}

// stop undoes what was started, last first, within stopTimeout. Notes go on being heard meanwhile: whoever ends wants to
// say so.
func (s *state) stop() error {
	s.phase = Stopping
	s.publish()
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	done := make(chan error, 1)
	steps := s.teardown
	go func() {
		var errs []error
		for n := len(steps) - 1; n >= 0; n-- {
			if err := steps[n].undo(ctx); err != nil {
				errs = append(errs, phrase.Errorf("stop %s: %w", steps[n].name, err))
			}
		}
		done <- errors.Join(errs...)
	}()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.publish()
		case note := <-s.lab.notes:
			note(s)
		case r := <-s.lab.requests:
			r.reply <- ErrNotRunning
		case err := <-done:
			err = errors.Join(err, s.closeCluster())
			s.phase = Stopped
			s.publish()
			return err
		}
	}
}

// closeCluster closes what the crashed left open, and then the brokers.
func (s *state) closeCluster() error {
	if s.cluster == nil {
		return nil
	}
	for _, i := range s.instances {
		for _, l := range i.bereaved {
			l.member.Release()
		}
	}
	s.cluster.Close()
	return s.kept()
}
