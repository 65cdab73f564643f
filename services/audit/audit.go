// Package audit counts what the lab did, by identity: which payment became which order, dead letter and e-mail. It
// reads the topics with clients of its own and trusts nobody's totals.
package audit

import (
	"context"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// Count is what the topics hold.
type Count struct {
	// Records in each topic.
	Payments int64
	Orders   int64
	DLQ      int64
	Emails   int64

	// Lost are payments that the order group has committed as finished and that have neither an order nor a dead
	// letter. Waiting are those without either that it has not committed yet.
	Lost    int64
	Waiting int64
	// Duplicates are the second and every further order or dead letter of one payment.
	Duplicates int64

	// Done are the payments with an order, and Dead those with a dead letter and none. Mailed are the payments for which
	// an e-mail was sent, MailedAgain the second and every further e-mail of one payment.
	Done, Dead          int64
	Mailed, MailedAgain int64
	// LettersOfOrder are the dead letters that are about an order.
	LettersOfOrder int64

	// Unmailed are orders without an e-mail or dead letter, yet. MailDuplicates are the second and every further e-mail
	// of one order.
	Unmailed       int64
	MailDuplicates int64

	// Foreign are orders, dead letters and e-mails that do not say what they came from: other programs write such.
	// Forged are those that name a payment or order that was never written, or one of another topic id.
	Foreign int64
	Forged  int64

	// Codes counts the dead letters by their error code; those without one have the code "". Codes beyond the first
	// hundred different ones are counted under OtherCodes.
	Codes map[string]int64
}

// OtherCodes is where Count.Codes counts what it has no more room for.
const OtherCodes = "…"

// Cluster is what is read. A *kafka.Cluster is one.
type Cluster interface {
	// NewObserver opens an observer of these groups and topics.
	NewObserver(groups, topics []string) (*kafka.Observer, error)
	// ReadAll calls each with every record of the topics, up to the ends as they are when it begins.
	ReadAll(ctx context.Context, topics []string, each func(*kafka.Record)) error
}

// Read counts what is in the topics of the lab now: committed records only, so that what a transaction has written counts
// once that is committed. It can be called while the lab works, and waits for transactions that are open.
//
// What follows from a payment is read before the payment itself: commits first, then e-mails and dead letters, then
// orders, then payments. A committed payment wrote its order before it was committed, so its order is found; and every
// order that is found belongs to a payment that is found. So work that goes on meanwhile can look unfinished, but never
// lost or forged.
func Read(ctx context.Context, c Cluster) (Count, error) {
	l := newLedger()
	if err := readPlaces(ctx, c, l); err != nil {
		return Count{}, phrase.Errorf("audit: %w", err)
	}
	for _, topics := range [][]string{{kafka.EmailSent, kafka.DLQPayment}, {kafka.OrderCreated}, {kafka.PaymentSuccessful}} {
		if err := c.ReadAll(ctx, topics, l.add); err != nil {
			return Count{}, phrase.Errorf("audit: %w", err)
		}
	}
	return l.count(), nil
}

// readPlaces notes what the order group has committed, and which payments and orders the topics have forgotten.
func readPlaces(ctx context.Context, c Cluster, l *ledger) error {
	observer, err := c.NewObserver([]string{kafka.OrderGroup}, []string{kafka.PaymentSuccessful, kafka.OrderCreated})
	if err != nil {
		return err
	}
	defer observer.Close()
	reading, err := observer.Read(ctx)
	if err != nil {
		return err
	}
	if err := reading.Err(); err != nil {
		return phrase.Errorf("read what %s has committed: %w", kafka.OrderGroup, err)
	}
	l.committed = reading.Groups[kafka.OrderGroup].Committed[kafka.PaymentSuccessful]
	l.topicID = reading.Topics[kafka.PaymentSuccessful].ID
	for topic, marks := range map[string]sheets{kafka.PaymentSuccessful: l.payments, kafka.OrderCreated: l.orders} {
		for id, p := range reading.Topics[topic].Partitions {
			marks.of(int32(id)).start = p.Start
		}
	}
	return nil
}
