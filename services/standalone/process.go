package standalone

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/services/payment"
	"blackfriday/services/role"
	"blackfriday/services/web"
)

const (
	// lookEvery is how often a service looks for topics that it waits for.
	lookEvery = time.Second
	// goodbye is how long requests under way may take when a service ends.
	goodbye = 2 * time.Second
)

// process is one service and what it needs.
type process struct {
	cfg     Config
	journal *Journal
	asked   bool   // somebody chose the group protocol
	name    string // client id
	number  int
	seat    *seat

	cluster  *kafka.Cluster
	payments *payment.Service
	service  *service
	undo     []func()
}

// onClose registers what undoes a step; the last registered is undone first.
func (p *process) onClose(undo func()) { p.undo = append(p.undo, undo) }

func (p *process) close() {
	for n := len(p.undo) - 1; n >= 0; n-- {
		p.undo[n]()
	}
}

// alongside runs something that ends with ctx, and returns what waits for its end.
func (p *process) alongside(ctx context.Context, run func(ctx context.Context)) (wait func()) {
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	return running.Wait
}

// open brings everything up that the service needs. The port comes first: a sibling that has it is the most common reason
// why a service cannot run.
func (p *process) open(ctx context.Context) error {
	listener, err := p.listen(ctx)
	if err != nil {
		return err
	}
	p.onClose(func() { _ = listener.Close() }) // closed already once it served
	// The id of its transactions is that of this machine: started again after it was killed, it ends what it left open.
	p.cfg.Kafka.Identity = cmp.Or(p.cfg.Kafka.Identity, hostName(os.Hostname()))
	var whose connect.Whose
	if p.cluster, whose, err = connect.OpenRunning(ctx, p.cfg.Kafka, p.cfg.Guest && !p.cfg.Student); err != nil {
		return err
	}
	p.onClose(p.cluster.Close)
	p.cfg.Guest = p.cfg.Student || whose == connect.Lab
	p.journal.Say("Connected to the Kafka cluster at %s.", strings.Join(p.cluster.Brokers(), ", "))
	if err := p.furnish(ctx); err != nil {
		return err
	}
	if err := p.settleName(ctx); err != nil {
		return err
	}
	if p.cfg.Service == Payment {
		if err := p.newPayments(); err != nil {
			return err
		}
	}
	p.service = p.build()
	if err := p.measure(); err != nil {
		return err
	}
	p.serve(listener)
	method, path, _ := strings.Cut(endpoint(p.cfg.Service), " ")
	p.journal.Say("%s answers %s http://%s%s", p.name, method, listener.Addr(), path)
	return nil
}

// real is the name of a topic or a group that the brokers know: a person looks for it there.
func (p *process) real(name string) string { return p.cfg.Kafka.Prefix + name }

// furnish has every topic there: it waits for them, or creates what is missing. On somebody's cluster it asks before the
// service writes anything, or joins a group, which makes one.
func (p *process) furnish(ctx context.Context) error {
	topics := role.Topics(p.cfg.Partitions)
	var groups []string
	if duty, reads := roleOf(p.cfg.Service); reads {
		groups = append(groups, duty.Group)
	}
	if p.cfg.Create {
		_, err := p.cluster.Furnish(ctx, topics, groups...)
		return err
	}
	// The others are none of its business, and it may have no right to look at them.
	topics = slices.DeleteFunc(topics, func(t kafka.Topic) bool { return !slices.Contains(touched(p.cfg.Service), t.Name) })
	if err := p.awaitTopics(ctx, topics); err != nil || p.cfg.Guest {
		return err
	}
	return p.cluster.Use(ctx, topics, groups...)
}

func (p *process) awaitTopics(ctx context.Context, topics []kafka.Topic) error {
	cure := phrase.New("A lab on this cluster creates them, and so does --create-topics.")
	if p.cfg.Student {
		cure = phrase.New("The lab of the teacher creates them.")
	}
	heart := newPulse(p)
	pulsing, stop := context.WithCancel(ctx)
	defer p.alongside(pulsing, heart.run)()
	defer stop()
	for told := ""; ; {
		missing, err := p.missing(ctx, topics)
		if err != nil && !errors.Is(err, kafka.ErrNoBroker) {
			return err
		}
		heart.failing(err)
		if err == nil && len(missing) == 0 {
			return nil
		}
		if what := strings.Join(missing, ", "); err == nil && what != told {
			told = what
			p.journal.Say("Waiting for topics that are not there yet: %s. %s", what, cure)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lookEvery):
		}
	}
}

// missing names the topics that are not there, as the brokers would know them.
func (p *process) missing(ctx context.Context, topics []kafka.Topic) ([]string, error) {
	if p.cfg.Student {
		if _, err := p.cluster.FindPrefix(ctx, kafka.PaymentSuccessful); err != nil {
			return nil, err
		}
		p.cfg.Kafka.Prefix = p.cluster.Config().Prefix
	}
	missing, err := p.cluster.FindTopics(ctx, topics...)
	for i, name := range missing {
		missing[i] = p.real(name)
	}
	return missing, err
}

// touched are the topics that a service reads or writes.
func touched(service string) []string {
	duty, _ := roleOf(service)
	switch service {
	case Payment:
		return []string{kafka.PaymentSuccessful}
	case Order:
		return append(duty.Topics, kafka.OrderCreated, kafka.DLQPayment)
	case Email:
		return append(duty.Topics, kafka.EmailSent, kafka.DLQPayment)
	}
	return duty.Topics
}

// serve answers HTTP until the process ends.
func (p *process) serve(l net.Listener) {
	server := web.NewServer(web.Alone(p.service.http))
	var served sync.WaitGroup
	// Serve only returns once it is closed, or its listener broke: then requests find nobody.
	served.Go(func() { _ = server.Serve(l) })
	p.onClose(func() {
		ctx, cancel := context.WithTimeout(context.Background(), goodbye)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close() // what is still under way is cut off
		}
		served.Wait()
	})
}

// measure has Prometheus told what the service does, if somebody asks for it. The names are those of a lab.
func (p *process) measure() error {
	registry, s := p.cfg.Kafka.Metrics, p.service
	if registry == nil {
		return nil
	}
	finished := func() float64 { return float64(p.payments.Counts().Accepted) }
	if s.work != nil {
		finished = func() float64 { return float64(s.work.Finished()) }
	}
	all := []prometheus.Collector{prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name:        "blackfriday_instance_records_total",
		Help:        "Records that an instance of this process has finished, redeliveries included.",
		ConstLabels: prometheus.Labels{"service": p.cfg.Service, "client_id": p.name},
	}, finished)}
	if s.latency != nil {
		all = append(all, s.latency)
	}
	for _, c := range all {
		if err := registry.Register(c); err != nil {
			return phrase.Errorf("register the metrics of %s: %w", p.name, err)
		}
	}
	return nil
}
