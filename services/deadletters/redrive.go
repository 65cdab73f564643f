package deadletters

import (
	"bytes"
	"context"
	"errors"
	"strconv"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/messages"
)

// Why a letter is not sent again. The errors of an Outcome wrap these, name the letter, and say what to do.
var (
	ErrSentBefore = phrase.Errorf("a copy was sent before")
	ErrLoop       = phrase.Errorf("the payment was sent again too often")
	ErrNoPayment  = phrase.Errorf("the letter is not about a payment")
	ErrNotWhole   = phrase.Errorf("the letter holds only the beginning of the original")
	ErrNoLetter   = phrase.Errorf("no letter stands there")
)

// Letters are sent in portions of so many, or of so many bytes.
const (
	portionLetters = 100
	portionBytes   = 8 << 20
)

// Redrive sends letters again, each as a payment of its own that names its letter in its headers, and returns one outcome
// per letter, in their order. Before it sends, it looks through payment-successful for copies that somebody sent
// already, so that a letter is sent twice only where the order says so. Refused are:
//
//   - letters of payments that were sent again MostRedrives times, and with a count that cannot be read
//   - letters about orders: the payment was worked on
//   - AsIs and Fix of letters that do not say that they are about a payment, which other programs write; AsIs goes where
//     the value is a valid payment
//   - AsIs and Fix of an original that is cut and no longer stands in payment-successful
//
// The copy has the letter's key and goes where the lab's partitioner puts it.
func (b *Box) Redrive(ctx context.Context, o Order) []Outcome {
	outcomes := make([]Outcome, 0, len(o.Letters))
	put := func(out Outcome) { outcomes = append(outcomes, out) }
	s, err := b.beginSending(ctx, o, put)
	if err == nil {
		for _, place := range o.Letters {
			l, err := b.read(ctx, place)
			s.send(ctx, l, err)
		}
		s.flush(ctx)
		b.sending.give()
	}
	for _, place := range o.Letters[len(outcomes):] {
		put(Outcome{Letter: place, Err: err})
	}
	return outcomes
}

// RedriveAll sends every letter again that a query is about and that stands in the queue when it begins, each at most
// once: letters that come meanwhile, from copies that failed again, are left alone. It calls each with every outcome,
// partition by partition, oldest first. How is as for Redrive; its Letters mean nothing here, nor the query's limit and
// cursor. The error says what could not be read; what was sent before that is sent.
func (b *Box) RedriveAll(ctx context.Context, q Query, how Order, each func(Outcome)) error {
	s, err := b.beginSending(ctx, how, each)
	if err != nil {
		return err
	}
	defer b.sending.give()
	err = b.walk(ctx, q, func(l Letter) error {
		s.send(ctx, l, nil)
		return nil
	})
	s.flush(ctx)
	if err != nil {
		return phrase.Errorf("send all dead letters again: %w", err)
	}
	return nil
}

// beginSending waits until nobody else sends, and learns what was sent so far. Whoever gets no error gives the turn back.
func (b *Box) beginSending(ctx context.Context, o Order, put func(Outcome)) (*sender, error) {
	if err := b.sending.take(ctx); err != nil {
		return nil, phrase.Errorf("send dead letters again: another request still sends: %w", err)
	}
	if err := b.FindCopies(ctx); err != nil {
		b.sending.give()
		return nil, err
	}
	return &sender{box: b, order: o, put: put, now: map[messages.Place]bool{}}, nil
}

// read reads the letter at a place.
func (b *Box) read(ctx context.Context, at messages.Place) (Letter, error) {
	l := Letter{Message: messages.Message{Place: at}}
	if at.Topic != kafka.DLQPayment {
		return l, phrase.Errorf("%s is not %s: %w", at.Topic, kafka.DLQPayment, ErrNoLetter)
	}
	m, found, err := b.desk.Read(ctx, at)
	if err != nil {
		return l, err
	}
	if !found {
		return l, phrase.Errorf("it was deleted, or never written: list the letters again: %w", ErrNoLetter)
	}
	return Parse(m), nil
}

// sender sends letters in portions, and puts their outcomes in their order.
type sender struct {
	box   *Box
	order Order
	put   func(Outcome)
	now   map[messages.Place]bool // what this portion holds

	outcomes []Outcome       // of this portion
	records  []*kafka.Record // nil where the outcome is an error already
	bytes    int
}

// send takes the next letter, or why it could not be read.
func (s *sender) send(ctx context.Context, l Letter, err error) {
	if s.now[l.Place] {
		s.flush(ctx) // its copy is known then
	}
	var record *kafka.Record
	if err == nil {
		record, err = s.box.draw(ctx, l, s.order)
	}
	if err != nil {
		err = phrase.Errorf("send the dead letter at partition %d offset %d again: %w", l.Partition, l.Offset, err)
	} else {
		s.bytes += len(record.Key) + len(record.Value)
		s.now[l.Place] = true
	}
	s.records = append(s.records, record)
	s.outcomes = append(s.outcomes, Outcome{Letter: l.Place, Err: err})
	if len(s.records) >= portionLetters || s.bytes >= portionBytes {
		s.flush(ctx)
	}
}

// flush writes the portion and puts its outcomes.
func (s *sender) flush(ctx context.Context) {
	var records []*kafka.Record
	for _, r := range s.records {
		if r != nil {
			records = append(records, r)
		}
	}
	errs := s.box.browser.Write(ctx, records...)
	for i, r := range s.records {
		out := s.outcomes[i]
		if r != nil {
			out = s.outcome(ctx, out, r, errs[0])
			errs = errs[1:]
		}
		s.put(out)
	}
	s.records, s.outcomes, s.bytes = nil, nil, 0
	clear(s.now)
}

// outcome is what became of a copy that was written with this error.
func (s *sender) outcome(ctx context.Context, out Outcome, r *kafka.Record, err error) Outcome {
	if errors.Is(err, kafka.ErrTooLarge) {
		// Brokers refuse a whole batch for what its records weigh together.
		err = s.box.browser.Write(ctx, r)[0]
	}
	switch {
	case err == nil:
		out.SentAs = messages.Place{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset}
		s.box.remember(ctx, out.Letter, out.SentAs)
		return out
	case errors.Is(err, kafka.ErrUnknownOutcome):
		err = phrase.Errorf("send it once more: if the copy did arrive, it is found: %w", err)
	}
	out.Err = phrase.Errorf("send the dead letter at partition %d offset %d again: %w", out.Letter.Partition, out.Letter.Offset, err)
	return out
}

// draw is the copy of a letter that is to be sent, or why there is none.
func (b *Box) draw(ctx context.Context, l Letter, o Order) (*kafka.Record, error) {
	if err := b.books.take(ctx); err != nil {
		return nil, err
	}
	sent := b.sentAs(l.Place)
	b.books.give()
	switch {
	case sent.Topic != "" && !o.Again:
		return nil, phrase.Errorf("it stands at partition %d offset %d of %s: ask for another one if that is meant: %w",
			sent.Partition, sent.Offset, sent.Topic, ErrSentBefore)
	case l.Redrives >= MostRedrives:
		return nil, phrase.Errorf("%d times, and %d are allowed: produce a new payment instead: %w", l.Redrives, MostRedrives, ErrLoop)
	case l.Source.Topic != "" && l.Source.Topic != kafka.PaymentSuccessful:
		return nil, phrase.Errorf("it is about a record of %s, whose payment was worked on; leave it: %w", event.Visible(l.Source.Topic), ErrNoPayment)
	}
	value, err := b.mend(ctx, l, o)
	if err != nil {
		return nil, err
	}
	decimal := func(n int64) []byte { return strconv.AppendInt(nil, n, 10) }
	return &kafka.Record{
		Topic: kafka.PaymentSuccessful, Partition: kafka.AnyPartition, Key: l.Key, Value: value,
		Headers: []kafka.Header{
			{Key: kafka.HeaderRedrivePartition, Value: decimal(int64(l.Partition))},
			{Key: kafka.HeaderRedriveOffset, Value: decimal(l.Offset)},
			{Key: kafka.HeaderRedriveCount, Value: decimal(int64(l.Redrives) + 1)},
		},
	}, nil
}

// mend is the value of a copy.
func (b *Box) mend(ctx context.Context, l Letter, o Order) ([]byte, error) {
	if o.Repair == Replace {
		if o.Value == nil {
			return nil, phrase.Errorf("there is no value to replace it with: give one")
		}
		return o.Value, nil
	}
	value := l.Original
	if l.Truncated {
		m, found, err := b.desk.Read(ctx, l.Source)
		if err != nil || !found || m.Cut > 0 || !bytes.HasPrefix(m.Value, l.Original) {
			return nil, phrase.Errorf("write the value anew: %w", ErrNotWhole)
		}
		value = m.Value
	}
	ours := !l.Foreign && l.Source.Topic == kafka.PaymentSuccessful
	switch {
	case ours && o.Repair == Fix:
		fixed, _, err := event.Repair(value)
		return fixed, err
	case ours:
		return value, nil
	case o.Repair == Fix:
		return nil, phrase.Errorf("another program wrote it, so what is right is not known: write the value anew: %w", ErrNoPayment)
	}
	if _, err := event.ParsePayment(value); err != nil {
		return nil, phrase.Errorf("another program wrote it, and its value is no valid payment (%w): write the value anew: %w", err, ErrNoPayment)
	}
	return value, nil
}
