package messages

import (
	"context"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// slack is how much earlier than a payment's own timestamp its traces are looked for: clocks of machines differ.
const slack = time.Minute

// Follow finds the way of a payment. It reads what was written to order-created, email-sent and dlq-payment since the
// payment's timestamp, up to the ends as they are now, and where there is a dead letter payment-successful, for copies
// that were sent again, and then their way. A payment that is a copy itself is followed from the original on. progress,
// which may be nil, is called a few times a second with what is found so far: by goroutines of the search, one at a time.
// The error says what could not be read; a payment that is not there is none, see Trace.Gone.
func (d *Desk) Follow(ctx context.Context, payment Payment, progress func(Trace)) (Trace, error) {
	bounds, err := d.browser.Bounds(ctx, kafka.PaymentSuccessful)
	if err != nil {
		return Trace{}, phrase.Errorf("follow a payment: %w", err)
	}
	s := &search{desk: d, topicID: bounds.ID, progress: progress, room: maxBytes, known: map[Payment]bool{}}
	s.trace.Payment = payment
	line, err := s.climb(ctx, payment)
	if err != nil {
		return Trace{}, phrase.Errorf("follow the payment at partition %d offset %d: %w", payment.Partition, payment.Offset, err)
	}
	var found []Hop
	for generation := 0; generation <= MaxRedrives; generation++ {
		// A copy is named by its own headers too, so the line that leads to the payment asked for is never missed.
		if generation < len(line) && !among(found, line[generation].Of) {
			found = append(found, line[generation])
		}
		if len(found) == 0 {
			break
		}
		if found, err = s.descend(ctx, generation, found); err != nil {
			return Trace{}, phrase.Errorf("follow the payment at partition %d offset %d: %w", payment.Partition, payment.Offset, err)
		}
	}
	return s.picture(), nil
}

func among(payments []Hop, p Payment) bool {
	return slices.ContainsFunc(payments, func(h Hop) bool { return h.Of == p })
}

// climb returns the payment and those that it is a copy of, oldest first. Headers can be forged, so the way up is as
// short as redrives are few, and never goes round in a circle.
func (s *search) climb(ctx context.Context, payment Payment) ([]Hop, error) {
	first, found, err := s.payment(ctx, payment)
	if err != nil {
		return nil, err
	}
	s.trace.Gone = !found
	line, seen := []Hop{first}, map[Payment]bool{payment: true}
	for len(line) <= MaxRedrives {
		letterAt := line[0].Parent
		if letterAt.Topic == "" {
			break
		}
		letter, found, err := s.desk.Read(ctx, letterAt)
		if err != nil || !found {
			break // what a header claims need not exist
		}
		parent, ok := paymentOf(letter.Headers, s.topicID)
		if !ok || seen[parent] {
			break
		}
		hop, found, err := s.payment(ctx, parent)
		if err != nil || !found {
			break
		}
		seen[parent] = true
		line = append([]Hop{hop}, line...)
	}
	return line, ctx.Err()
}

// payment reads the record of a payment. One that is gone has a place and no time.
func (s *search) payment(ctx context.Context, p Payment) (hop Hop, found bool, err error) {
	at := Place{kafka.PaymentSuccessful, p.Partition, p.Offset}
	m, found, err := s.desk.Read(ctx, at)
	m.Place = at
	return Hop{Message: m, Of: p, Parent: RedrivenFrom(m.Headers), Instance: instance(m.Headers)}, found, err
}

// instance is who wrote a record, by its own word.
func instance(headers []Header) string {
	const longest = 256
	name := HeaderValue(headers, kafka.HeaderInstance)
	return string(name[:min(len(name), longest)])
}

// descend looks for what follows from payments of one generation, and returns the copies of them that were sent again.
func (s *search) descend(ctx context.Context, generation int, payments []Hop) (copies []Hop, err error) {
	wanted := map[Payment]bool{}
	for _, p := range payments {
		p.Generation = generation
		wanted[p.Of], s.known[p.Of] = true, true
		if !p.At.IsZero() { // it is there
			s.add(p)
		}
	}
	letters := map[Place]bool{}
	var oldest time.Time
	err = s.scan(ctx, since(payments), func(r *kafka.Record) bool {
		p, ok := paymentOf(r.Headers, s.topicID)
		return ok && wanted[p]
	}, func(m Message) {
		p, _ := paymentOf(m.Headers, s.topicID)
		s.add(Hop{Message: m, Of: p, Generation: generation, Parent: SourceOf(m.Headers), Instance: instance(m.Headers)})
		if m.Topic == kafka.DLQPayment && len(letters) < maxHops {
			if letters[m.Place] = true; len(letters) == 1 || m.At.Before(oldest) {
				oldest = m.At
			}
		}
	}, kafka.OrderCreated, kafka.EmailSent, kafka.DLQPayment)
	if err != nil || len(letters) == 0 || generation == MaxRedrives {
		return nil, err
	}
	err = s.scan(ctx, before(oldest), func(r *kafka.Record) bool { return letters[RedrivenFrom(r.Headers)] }, func(m Message) {
		p := Payment{m.Partition, m.Offset}
		if !s.known[p] && len(copies) < maxHops {
			copies = append(copies, Hop{Message: m, Of: p, Parent: RedrivenFrom(m.Headers), Instance: instance(m.Headers)})
		}
	}, kafka.PaymentSuccessful)
	return copies, err
}

// since is from when on the traces of payments are looked for: from the beginning when one has no time to go by.
func since(payments []Hop) time.Time {
	oldest := payments[0].At
	for _, p := range payments {
		if p.At.Before(oldest) {
			oldest = p.At
		}
	}
	return before(oldest)
}

// before is a little before a timestamp; the beginning of all when it lies in the future and so cannot be true.
func before(at time.Time) time.Time {
	if at.After(time.Now().Add(slack)) {
		return time.Time{}
	}
	return at.Add(-slack)
}
