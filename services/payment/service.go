// Package payment is the payment service: POST /payment, floods, and poison pills, all into payment-successful.
package payment

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/recent"
	"blackfriday/services/web"
)

// BrokerTimeout is how long the service waits for Kafka before it says that the outcome is unknown.
const BrokerTimeout = 5 * time.Second

// maxDeliveries bounds the list of the newest deliveries: what can be acknowledged between two looks at it.
const maxDeliveries = 4096

// Producer is what the service writes with.
type Producer interface {
	kafka.Writer
	// Send writes one record without waiting: done is called once, from any goroutine, with what the brokers
	// answered. Send blocks while the producer's buffer is full, at most until ctx ends.
	Send(ctx context.Context, r *kafka.Record, done func(*kafka.Record, error))
}

// Delivery is one acknowledged payment or pill, floods apart.
type Delivery struct {
	At        time.Time // when it was acknowledged
	Topic     string
	Partition int32
	Offset    int64
	User      string // at most 64 characters, every one visible; empty for a pill
	Pill      string // the name of the pill; empty for a payment
}

// Counts are what became of the requests to POST /payment.
type Counts struct {
	Accepted int64 // acknowledged by the brokers
	Refused  int64 // answered with 4xx; nothing was written
	Failed   int64 // answered with 503
}

// Service is the payment service. It is safe for use by several goroutines at once.
type Service struct {
	out                       Producer
	accepted, refused, failed atomic.Int64
	floods                    floods
	gone                      atomic.Pointer[kafka.TopicGoneError]

	mu         sync.Mutex
	deliveries *recent.List[Delivery]
}

// NewService returns a payment service that writes with out.
func NewService(out Producer) *Service {
	size := func(d Delivery) int { return len(d.User) }
	return &Service{out: out, deliveries: recent.NewList(maxDeliveries, recent.MaxBytes, size)}
}

// Counts returns what became of the requests so far.
func (s *Service) Counts() Counts {
	return Counts{Accepted: s.accepted.Load(), Refused: s.refused.Load(), Failed: s.failed.Load()}
}

// Gone is why the newest payment could not be written, when that is that its topic is gone; else nil.
func (s *Service) Gone() *kafka.TopicGoneError { return s.gone.Load() }

// Deliveries returns the newest deliveries, oldest first, and how many there have ever been: a reader that remembers
// total can tell which ones are new and how many it has missed.
func (s *Service) Deliveries() (newest []Delivery, total int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deliveries.Items(), s.deliveries.Total()
}

// Poison writes pills as they are and returns once each is acknowledged or BrokerTimeout has passed. The error joins
// what happened to those that were not.
func (s *Service) Poison(ctx context.Context, pills []event.Pill) error {
	ctx, cancel := context.WithTimeout(ctx, BrokerTimeout)
	defer cancel()
	records := make([]*kafka.Record, len(pills))
	for i, p := range pills {
		records[i] = &kafka.Record{Topic: kafka.PaymentSuccessful, Value: p.Value}
	}
	errs := s.out.Write(ctx, records...)
	for i, err := range errs {
		if err != nil {
			errs[i] = phrase.Errorf("write the poison pill %s to %s: %w", pills[i].Name, kafka.PaymentSuccessful, err)
			continue
		}
		s.delivered(records[i], Delivery{Pill: pills[i].Name})
	}
	return errors.Join(errs...)
}

// Handler answers POST /payment.
func (s *Service) Handler() http.Handler { return web.Route("/payment", http.MethodPost, s.post) }

// delivered notes that the brokers acknowledged r, and completes d with its place.
func (s *Service) delivered(r *kafka.Record, d Delivery) {
	d.At, d.Topic, d.Partition, d.Offset = time.Now(), r.Topic, r.Partition, r.Offset
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries.Add(d)
}
