package kafka

import (
	"context"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Record is one Kafka record. It is franz-go's own, so that nothing is copied at this package's door; the rest of the
// program names it only through here.
type Record = kgo.Record

// Header is one header of a Record.
type Header = kgo.RecordHeader

// Topics of the lab.
const (
	PaymentSuccessful = "payment-successful"
	OrderCreated      = "order-created"
	EmailSent         = "email-sent"
	DLQPayment        = "dlq-payment"
)

// Consumer groups of the lab.
const (
	OrderGroup     = "order-service-group"
	EmailGroup     = "email-service-group"
	AnalyticsGroup = "analytics-service-group"
)

// Headers that tie every record back to the payment it came from.
const (
	HeaderSourceTopic      = "source-topic"      // the direct parent
	HeaderSourcePartition  = "source-partition"  // decimal
	HeaderSourceOffset     = "source-offset"     // decimal
	HeaderPaymentTopicID   = "payment-topic-id"  // the root: topic id of payment-successful, as Kafka prints it
	HeaderPaymentPartition = "payment-partition" // decimal
	HeaderPaymentOffset    = "payment-offset"    // decimal
	HeaderPaymentTime      = "payment-time"      // the root's timestamp in Kafka: milliseconds since 1970, decimal
	HeaderInstance         = "instance"          // client id of the instance that wrote the record
	HeaderErrorCode        = "error-code"        // DLQ records: the validator's stable code
	HeaderAttempts         = "attempts"          // DLQ records: how often the work was tried, decimal
)

// Headers of a payment that was sent again from the DLQ.
const (
	HeaderRedrivePartition = "redriven-from-partition" // of the DLQ record, decimal
	HeaderRedriveOffset    = "redriven-from-offset"    // of the DLQ record, decimal
	// HeaderRedriveCount is how often the payment has been sent again, this time included: decimal. A DLQ record that
	// follows from the payment carries it on.
	HeaderRedriveCount = "redrive-count"
)

// Writer writes records and waits for the brokers.
type Writer interface {
	// Write sends the records and returns once each is acknowledged by all in-sync replicas or has failed: errs[i]
	// belongs to records[i] and is nil when it was acknowledged. When ctx ends first, the records without an answer
	// get an error that wraps ErrUnknownOutcome: they may or may not have been written.
	Write(ctx context.Context, records ...*Record) (errs []error)
}

// Handler is the work of a group member.
type Handler interface {
	// Handle works on records of one partition in offset order, and returns how long a prefix of them is finished:
	// all their effects acknowledged. Only that prefix is ever committed. The rest of the batch is handed over again,
	// after a pause when there is an err. Handle must return soon after ctx ends: then the member
	// crashed or is leaving late, and what is unfinished stays uncommitted.
	Handle(ctx context.Context, out Writer, batch []*Record) (finished int, err error)
}

// TopicIDs gives the id of a topic as the brokers know it, in the text form of Kafka's own tools; empty when unknown.
type TopicIDs interface {
	TopicID(topic string) string
}
