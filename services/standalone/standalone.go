// Package standalone runs one service in a process of its own, as the course's terminals do: it joins the group that the
// services of a lab are in, and says on lines what it does.
package standalone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/analytics"
	"blackfriday/services/email"
	"blackfriday/services/event"
	"blackfriday/services/order"
	"blackfriday/services/payment"
	"blackfriday/services/relay"
	"blackfriday/services/role"
)

// The services that there are.
const (
	Payment   = "payment"
	Order     = "order"
	Email     = "email"
	Analytics = "analytics"
)

// Services lists the services in the order of their ports.
func Services() []string { return []string{Payment, Order, Email, Analytics} }

// Config says which service runs, and how.
type Config struct {
	Kafka   kafka.Config // of a cluster that runs already: with brokers
	Service string
	// Guest: the cluster should be that of a lab, which asked before it wrote there and remembers the groups. Where it is not
	// that of a lab, the service does that itself.
	Guest bool
	// Student: the cluster is that of a classroom, whose prefix a student does not know.
	Student bool
	// Name is the client id. Empty: one that no member of the group has, from Service, the name of this machine and Number.
	Name string
	// Number is that of the instance; 0: the first that is free.
	Number int
	// Port is that of the HTTP side, 0: any that is free; Host is its address, empty: the loopback. AnyPort: where Port is
	// taken, the next one that is free will do.
	Port    int
	AnyPort bool
	Host    string
	// Create: the topics that are missing are created, with as many partitions as Partitions says. Otherwise they are
	// waited for.
	Create     bool
	Partitions int

	// Habit is the protocol in a group that nobody is in; empty: one that fits the brokers' timeouts.
	Habit kafka.Protocol

	Delay       time.Duration // simulated work per payment, of order consumers
	Guarantee   kafka.Guarantee
	CommitEvery time.Duration
	Remedy      order.Remedy // what an order consumer does with what it cannot work on
	Attempts    int          // of order.RetryThenDLQ
}

// worker is what a service does with what it reads.
type worker interface {
	kafka.Handler
	Finished() int64
	Last() (relay.Last, bool)
}

// service is one that is about to run. A payment service reads nothing: it has no worker.
type service struct {
	role     role.Role
	work     worker
	http     http.Handler
	writes   string // what it makes of a record
	refusals *relay.Rejections
	latency  prometheus.Collector // nil where nothing is sent at the end
}

// build prepares the service that the process runs.
func (p *process) build() *service {
	s := &service{refusals: &relay.Rejections{}}
	switch p.cfg.Service {
	case Payment:
		s.http = p.payments.Handler()
	case Order:
		delay, policy, book := &order.Delay{}, &order.Policy{}, order.NewBook()
		delay.Set(p.cfg.Delay)
		policy.Set(p.cfg.Remedy, p.cfg.Attempts)
		s.role, s.http, s.writes = role.Order(), book.Handler(), "order"
		s.work = order.NewHandler(order.Config{
			Number: p.number, Name: p.name, Delay: delay, Policy: policy, Topics: p.cluster, Book: book, Rejections: s.refusals,
		})
	case Email:
		mailbox := email.NewMailbox()
		s.role, s.http, s.writes = role.Email(), mailbox.Handler(), "e-mail"
		s.work = email.NewHandler(p.name, mailbox, s.refusals)
		s.latency = mailbox.Latency()
	default:
		counts := analytics.NewHandler()
		s.role, s.http, s.writes = role.Analytics(), counts.Report(), "counted"
		s.work = counts
	}
	return s
}

// roleOf is the role of a service; false for the payment service, which reads nothing.
func roleOf(name string) (role.Role, bool) {
	switch name {
	case Order:
		return role.Order(), true
	case Email:
		return role.Email(), true
	case Analytics:
		return role.Analytics(), true
	}
	return role.Role{}, false
}

// batch is asked how many records the service takes at a time.
func (p *process) batch() int {
	if p.cfg.Service == Order && p.cfg.Delay > 0 {
		return 1
	}
	return role.FullBatch
}

// Run runs the service until ctx ends, then leaves politely. What happens is told to j. The error says in a sentence what
// keeps the service from running, or what ended it.
func Run(ctx context.Context, cfg Config, j *Journal) error {
	p := &process{cfg: cfg, journal: j, asked: cfg.Kafka.Protocol != ""}
	defer p.close()
	if err := p.open(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // whoever ended it knows why it did not start
		}
		return err
	}
	if p.service.work == nil {
		p.take(ctx)
		return nil
	}
	return p.stay(ctx)
}

// stay works until ctx ends, in the protocol that the group speaks, which may change.
func (p *process) stay(ctx context.Context) error {
	for {
		err := p.work(ctx)
		if p.asked || !errors.Is(err, kafka.ErrOtherProtocol) {
			return err
		}
		err = p.follow(ctx, err)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was asked to stop meanwhile
		case err != nil:
			return err
		}
	}
}

// take tells of the payments that are taken, until ctx ends.
func (p *process) take(ctx context.Context) {
	pulsing, stop := context.WithCancel(ctx)
	defer p.alongside(pulsing, newPulse(p).run)()
	defer p.alongside(pulsing, p.showLife)()
	defer stop()
	tick, second := time.NewTicker(time.Second/5), time.NewTicker(time.Second)
	defer tick.Stop()
	defer second.Stop()
	var gone *kafka.TopicGoneError
	for told := int64(0); ; {
		select {
		case <-ctx.Done():
			p.journal.Say("%s ends: it took %s.", p.name, phrase.Count(p.payments.Counts().Accepted, "%s payment", "%s payments"))
			return
		case <-second.C:
			p.journal.sumUp()
		case <-tick.C:
		}
		gone = p.tellGone(gone)
		newest, total := p.payments.Deliveries()
		fresh := min(total-told, int64(len(newest)))
		p.journal.count(int(total - told - fresh))
		for _, d := range newest[int64(len(newest))-fresh:] {
			p.journal.each(slog.LevelInfo, "payment of user %s → %s P%d@%d", d.User, p.real(d.Topic), d.Partition, d.Offset)
		}
		told = total
	}
}

// tellGone tells once when the topic of the payments is gone, and when it is there again. told is what was told last.
func (p *process) tellGone(told *kafka.TopicGoneError) *kafka.TopicGoneError {
	gone := p.payments.Gone()
	switch {
	case gone != nil && told == nil:
		p.journal.Warn("%s cannot take payments: %v", p.name, gone)
	case gone == nil && told != nil:
		p.journal.Say("%s takes payments again.", p.name)
	}
	return gone
}

// showLife lets a clean-up see the service until ctx ends: it is in no group.
func (p *process) showLife(ctx context.Context) {
	if err := p.cluster.ShowLife(ctx, p.name); err != nil {
		p.journal.Warn("blackfriday cleanup cannot see %s: %v", p.name, err)
	}
}

// newPayments opens the payment service's producer.
func (p *process) newPayments() error {
	producer, err := p.cluster.NewProducer(p.name)
	if err != nil {
		return err
	}
	p.onClose(producer.Close)
	p.payments = payment.NewService(producer)
	return nil
}

// shown makes a name that anybody may have chosen harmless.
func shown(name string) string { return fmt.Sprintf("%q", event.Visible(name)) }
