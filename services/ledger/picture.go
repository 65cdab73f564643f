// Package ledger proves that nothing is lost. An auditor with a client of its own reads the four topics and counts by
// identity: which payment became an order, an e-mail or a dead letter, which did so twice, and which did not.
package ledger

import "time"

// Picture is one immutable state of the books. In every Entry
//
//	Payments = Done + DLQ + InFlight + Waiting + Lost + Foreign + Expired
//
// holds, in payments and in cents.
type Picture struct {
	Known   bool      // the auditor has read everything up to some moment at least once; the numbers mean nothing before
	TopicID string    // of the payment-successful that the books are about
	At      time.Time // the commits and ends that the books rest on were asked for then
	Looked  time.Time // the auditor asked the brokers last, and was answered
	// Behind is how many of the offsets that there were in the topics, when the auditor looked last, it has not come to
	// yet. While it is not 0, what is finished already may still be shown as in flight or waiting: never as lost. Held are
	// those that it asked for in vain: a transaction that is open hides them, as those of the lab's own members do for a
	// moment under exactly-once.
	Behind, Held int64
	// Blocked: the auditor cannot read on because a transaction is open in these topics.
	// One that ends within a second, as those of the lab's own members do by default, is not told.
	Blocked []string
	Err     error // why the auditor cannot read at present; nil when it can

	Total      Entry
	Partitions []Entry // of payment-successful, by partition

	// By the instance that wrote it (its client id, hostile until escaped), at most a hundred; others under "…".
	Services []Service
	// Codes counts the dead letters of payments by error code, at most a hundred different; others under "…".
	Codes map[string]int64

	Emails         int64 // payments for which at least one e-mail was sent
	EmailsTwice    int64 // the second and every further e-mail of one payment
	Unmailed       int64 // payments with an order and without an e-mail, yet
	LettersOfOrder int64 // dead letters that the e-mail service wrote about orders

	// Anonymous are orders, dead letters and e-mails that name no payment: other programs write such. Forged are those
	// that name a payment that was never written, or one of another topic id.
	Anonymous int64
	Forged    int64

	// Unread counts the offsets of payment-successful that were deleted before the auditor could read them. Whether each
	// held a payment is not known: they are in no Entry. The first order or dead letter that names one is taken for its
	// only one, and further ones count as duplicates, without a worth.
	Unread int64

	// Records counts the data records read from each topic by name; Markers the offsets that hold no record for a
	// reader of committed data: transaction markers, aborted and compacted records.
	Records map[string]int64
	Markers map[string]int64
	Bytes   int64 // memory that the books take
}

// Complete says that the books know of everything that there was when the auditor looked last.
func (p *Picture) Complete() bool {
	return p.Known && p.Behind == 0 && p.Held == 0 && p.Err == nil
}

// Entry is the balance of one partition, or of all.
type Entry struct {
	Payments Sum // in the partition, or deleted from it after they were read
	Done     Sum // with at least one order
	DLQ      Sum // with a dead letter and no order
	InFlight Sum // in the hands of a living instance, or committed so recently that it cannot be judged yet
	Waiting  Sum // not committed yet
	Lost     Sum // committed by an instance of the lab that works on it no longer, without an order or a dead letter
	// Foreign: committed by somebody else, without an order or a dead letter that names it. What the lab committed counts
	// here, too, while its order or dead letter may have been deleted before the auditor could read it: the topics cannot
	// tell, and nothing is called lost without proof.
	Foreign Sum
	Expired Sum // deleted by retention before anybody worked on it

	Duplicates Sum // the second and every further order or dead letter of one payment
	Redriven   Sum // dead letters of which a copy was sent again; the copy is a payment of its own
}

// Sum is a number of payments and what they are worth, rounded to cents payment by payment. Payments that the validator
// refuses are worth nothing, and none is worth more than a billion euros.
type Sum struct {
	Count int64
	Cents int64 // euro cents; of a payment that the validator refuses, what its cart comes to, if that can be told
}

// Service is what one instance wrote.
type Service struct {
	Name       string
	Orders     int64
	Letters    int64 // of payments and of orders
	Emails     int64
	Duplicates int64 // of those, the ones that came second
}
