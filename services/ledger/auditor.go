package ledger

import (
	"context"
	"errors"
	"maps"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

const (
	// slice is how long one turn reads payments, and then what follows from them, before it shows how far it has come.
	slice = 100 * time.Millisecond
	// blockedAfter is how long an open transaction may hold the auditor up before it says so.
	blockedAfter = time.Second
)

var errNoTopic = phrase.Errorf("there is no such topic")

// allTopics are what is audited, payments first.
func allTopics() []string { return append([]string{kafka.PaymentSuccessful}, followers()...) }

// followers are the topics of what follows from payments.
func followers() []string { return []string{kafka.OrderCreated, kafka.EmailSent, kafka.DLQPayment} }

// auditor reads the topics into the books. It is for one goroutine.
//
// It has two readers, so that payments are read before what follows from them, however much there is of either.
type auditor struct {
	cluster Cluster
	work    func() Work

	gauge    *kafka.Gauge // nil until it is needed
	payments *kafka.Tail  // of payment-successful; nil until it is needed
	others   *kafka.Tail  // of the other topics; likewise
	ids      map[string]string
	books    *books // of the topics with these ids; nil before the first look

	newest look
	idle   bool // the newest look found nothing new
	// pending is a look that is proven once everything before its ends has been read.
	pending, proven *look
	blocked         []string // see Picture
	// dry says of which topics nothing more came, though there was more when the auditor looked.
	dryPayments, dryOthers bool
}

// close closes what is open.
func (a *auditor) close() {
	a.closeTails()
	if a.gauge != nil {
		a.gauge.Close()
		a.gauge = nil
	}
}

func (a *auditor) closeTails() {
	for _, t := range []*kafka.Tail{a.payments, a.others} {
		if t != nil {
			t.Close()
		}
	}
	a.payments, a.others = nil, nil
}

// turn looks once and reads on for a moment.
func (a *auditor) turn(ctx context.Context) (err error) {
	if a.gauge == nil {
		if a.gauge, err = a.cluster.NewGauge("ledger", allTopics()...); err != nil {
			return err
		}
	}
	l, err := a.look(ctx)
	if errors.Is(err, errNoTopic) {
		// A client that reads a deleted topic beside one that is there asks for it without a pause.
		a.closeTails()
	}
	if err != nil {
		return err
	}
	if err := a.open(l); err != nil {
		return err
	}
	a.prove(l)
	if err := a.readOn(ctx, l); err != nil {
		if errors.Is(err, kafka.ErrGivenUp) {
			a.closeTails()
		}
		return err
	}
	a.blocked, err = a.waitsFor(ctx)
	return err
}

// open has books and readers of the topics that are there. Where one was created anew the books begin anew: what stood in
// the old one cannot be held against anything any more.
func (a *auditor) open(l look) (err error) {
	if ids := l.ids(); !maps.Equal(a.ids, ids) {
		a.closeTails()
		samePayments := a.ids[kafka.PaymentSuccessful] == ids[kafka.PaymentSuccessful]
		a.books, a.ids, a.pending, a.proven = newBooks(ids[kafka.PaymentSuccessful]), ids, nil, nil
		a.books.blinded = samePayments
	}
	a.books.grow(len(l.topics[kafka.PaymentSuccessful].Partitions))
	if a.payments == nil {
		if a.payments, err = a.newTail(kafka.PaymentSuccessful); err != nil {
			return err
		}
	}
	if a.others == nil {
		a.others, err = a.newTail(followers()...)
	}
	return err
}

// newTail opens a reader of topics, that goes on where the books end.
func (a *auditor) newTail(topics ...string) (*kafka.Tail, error) {
	t, err := a.cluster.NewTail("ledger", topics...)
	if err != nil {
		return nil, err
	}
	for tp, next := range a.books.next {
		t.Skip(tp, next)
	}
	return t, nil
}

// prove takes note of a look at topics that are the same still. What was pending is proven if everything before its ends
// has been read.
func (a *auditor) prove(l look) {
	a.pass(l)
	if a.books.blinded {
		a.books.blind(a.proven, l.ends(kafka.PaymentSuccessful))
	}
	if a.pending != nil && a.toRead(*a.pending, allTopics()...) == 0 {
		a.proven, a.pending = a.pending, nil
	}
	if a.pending == nil {
		a.pending = &l
	}
	a.idle = l.same(a.newest) && a.toRead(l, allTopics()...) == 0
	a.newest = l
}

// pass passes over partitions of which everything was deleted before it could be read: no record will tell.
func (a *auditor) pass(l look) {
	for name, topic := range l.topics {
		for id, p := range topic.Partitions {
			tp := kafka.TopicPartition{Topic: name, Partition: int32(id)}
			next := a.books.next[tp]
			if p.Start < p.End || next >= p.Start {
				continue
			}
			a.books.enter(kafka.Stretch{TopicPartition: tp, First: next, Next: p.Start, LogStart: p.Start})
			a.payments.Skip(tp, p.Start)
			a.others.Skip(tp, p.Start)
		}
	}
}

// toRead is how many offsets stand before the ends of a look that have not been read.
func (a *auditor) toRead(l look, topics ...string) int64 {
	n := int64(0)
	for _, name := range topics {
		for id, p := range l.topics[name].Partitions {
			n += max(0, p.End-a.books.next[kafka.TopicPartition{Topic: name, Partition: int32(id)}])
		}
	}
	return n
}

// readOn reads payments for a moment, and then what follows from them.
func (a *auditor) readOn(ctx context.Context, l look) error {
	a.books.settleClaims(l.ends(kafka.DLQPayment))
	var err error
	a.dryPayments, err = a.read(ctx, a.payments, func() bool { return a.toRead(l, kafka.PaymentSuccessful) > 0 })
	if err != nil {
		return err
	}
	a.books.settle(l.ends(kafka.PaymentSuccessful))
	a.dryOthers, err = a.read(ctx, a.others, func() bool { return a.toRead(l, followers()...) > 0 && len(a.books.aside) < maxAside })
	return err
}

// unread is how much of what there was at the last look the auditor has not read: what it has not come to, and what it
// waited for in vain.
func (a *auditor) unread() (behind, held int64) {
	for _, part := range []struct {
		dry    bool
		topics []string
	}{{a.dryPayments, []string{kafka.PaymentSuccessful}}, {a.dryOthers, followers()}} {
		if n := a.toRead(a.newest, part.topics...); part.dry {
			held += n
		} else {
			behind += n
		}
	}
	return behind, held
}

// read reads while there is more, for a slice at most. It is dry when nothing more came although there is more.
func (a *auditor) read(ctx context.Context, t *kafka.Tail, more func() bool) (dry bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, slice)
	defer cancel()
	for ctx.Err() == nil && more() {
		stretches, err := t.Poll(ctx)
		for _, s := range stretches {
			a.books.enter(s)
		}
		if err != nil {
			return false, err
		}
		dry = len(stretches) == 0
	}
	return dry, nil
}

// waitsFor names the topics in which an open transaction has held up the auditor for a while.
func (a *auditor) waitsFor(ctx context.Context) ([]string, error) {
	if time.Since(a.pending.at) < blockedAfter || a.toRead(*a.pending, allTopics()...) == 0 {
		return nil, nil
	}
	stable, err := a.gauge.Stable(ctx)
	if err != nil {
		return nil, err
	}
	var blocked []string
	for _, name := range allTopics() {
		for id, p := range a.pending.topics[name].Partitions {
			tp := kafka.TopicPartition{Topic: name, Partition: int32(id)}
			last, known := stable[tp]
			if next := a.books.next[tp]; known && next < p.End && next >= last {
				blocked = append(blocked, name)
				break
			}
		}
	}
	return blocked, nil
}
