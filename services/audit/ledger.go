package audit

import (
	"strconv"

	"blackfriday/kafka"
)

// maxCodes is how many different error codes are told apart: headers are hostile.
const maxCodes = 100

// ledger keeps one mark for every payment and every order. It is filled in any order.
type ledger struct {
	topicID   string          // of payment-successful; empty when unknown
	committed map[int32]int64 // by partition, the offset up to which the order group has finished; absent: nothing
	payments  sheets          // followed by orders and dead letters
	done      sheets          // payments again, followed by orders alone
	mailed    sheets          // and by e-mails
	orders    sheets          // followed by e-mails and dead letters
	total     Count           // what can be counted right away
}

func newLedger() *ledger {
	return &ledger{payments: sheets{}, done: sheets{}, mailed: sheets{}, orders: sheets{}, total: Count{Codes: map[string]int64{}}}
}

// add enters a record of one of the lab's topics.
func (l *ledger) add(r *kafka.Record) {
	switch r.Topic {
	case kafka.PaymentSuccessful:
		l.total.Payments++
		l.payments.of(r.Partition).at(r.Offset).appear()
	case kafka.OrderCreated:
		l.total.Orders++
		l.orders.of(r.Partition).at(r.Offset).appear()
		l.followsPayment(r)
	case kafka.EmailSent:
		l.total.Emails++
		if partition, offset, named, ours := l.root(r); named && ours {
			l.mailed.of(partition).at(offset).follow()
		}
		l.followsParent(r)
	case kafka.DLQPayment:
		l.total.DLQ++
		l.addCode(r)
		l.followsParent(r)
	}
}

// followsParent enters a record under its direct parent, payment or order.
func (l *ledger) followsParent(r *kafka.Record) {
	parent, _ := header(r, kafka.HeaderSourceTopic)
	switch {
	case parent == kafka.OrderCreated:
		partition, offset, ok := place(r, kafka.HeaderSourcePartition, kafka.HeaderSourceOffset)
		if !ok {
			l.total.Foreign++
			return
		}
		if r.Topic == kafka.DLQPayment {
			l.total.LettersOfOrder++
		}
		l.orders.of(partition).at(offset).follow()
	case parent == kafka.PaymentSuccessful && r.Topic == kafka.DLQPayment:
		l.followsPayment(r)
	default:
		l.total.Foreign++
	}
}

// followsPayment enters an order or a dead letter under the payment that is its root.
func (l *ledger) followsPayment(r *kafka.Record) {
	partition, offset, named, ours := l.root(r)
	switch {
	case !named:
		l.total.Foreign++
	case !ours:
		l.total.Forged++
	default:
		l.payments.of(partition).at(offset).follow()
		if r.Topic == kafka.OrderCreated {
			l.done.of(partition).at(offset).follow()
		}
	}
}

// root is where the payment stands that a record names. ours is false when it names one of another topic id.
func (l *ledger) root(r *kafka.Record) (partition int32, offset int64, named, ours bool) {
	partition, offset, named = place(r, kafka.HeaderPaymentPartition, kafka.HeaderPaymentOffset)
	id, _ := header(r, kafka.HeaderPaymentTopicID)
	return partition, offset, named, id == "" || l.topicID == "" || id == l.topicID
}

func (l *ledger) addCode(r *kafka.Record) {
	code, _ := header(r, kafka.HeaderErrorCode)
	if _, known := l.total.Codes[code]; !known && len(l.total.Codes) >= maxCodes {
		code = OtherCodes
	}
	l.total.Codes[code]++
}

// count closes the books.
func (l *ledger) count() Count {
	c := l.total
	for partition, s := range l.payments {
		committed, done, mailed := l.committed[partition], l.done.of(partition), l.mailed.of(partition)
		s.each(func(offset int64, m mark) {
			if mails := mailed.at(offset).followers(); m.appeared() && mails > 0 {
				c.Mailed++
				c.MailedAgain += mails - 1
			}
			switch {
			case m.appeared() && m.followers() == 0 && offset < committed:
				c.Lost++
			case m.appeared() && m.followers() == 0:
				c.Waiting++
			case m.appeared() && done.at(offset).followers() > 0:
				c.Done++
			case m.appeared():
				c.Dead++
			}
			switch {
			case m.followers() == 0:
			case m.appeared() || offset < s.start:
				c.Duplicates += m.followers() - 1
			default:
				c.Forged += m.followers()
			}
		})
	}
	for _, s := range l.orders {
		s.each(func(offset int64, m mark) {
			switch {
			case m.appeared() && m.followers() == 0:
				c.Unmailed++
			case m.appeared() || offset < s.start:
				c.MailDuplicates += m.followers() - 1
			default:
				c.Forged += m.followers()
			}
		})
	}
	return c
}

// header is the first header of that name, as everywhere in the lab.
func header(r *kafka.Record, key string) (value string, ok bool) {
	for _, h := range r.Headers {
		if h.Key == key {
			return string(h.Value), true
		}
	}
	return "", false
}

// place reads a partition and an offset in decimal from two headers.
func place(r *kafka.Record, partitionKey, offsetKey string) (partition int32, offset int64, ok bool) {
	p, ok := header(r, partitionKey)
	if !ok {
		return 0, 0, false
	}
	o, ok := header(r, offsetKey)
	if !ok {
		return 0, 0, false
	}
	part, err := strconv.ParseUint(p, 10, 31)
	if err != nil {
		return 0, 0, false
	}
	off, err := strconv.ParseUint(o, 10, 63)
	if err != nil {
		return 0, 0, false
	}
	return int32(part), int64(off), true
}
