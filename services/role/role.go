// Package role says what each service is to Kafka: its group, what it reads, how it reads it, and the topics that all of
// them need. A lab that runs all services and a process that runs one agree because both ask here.
package role

import (
	"slices"
	"strings"
	"time"

	"blackfriday/kafka"
)

// Role is a service that reads.
type Role struct {
	Group  string
	Topics []string
	// Patience is for kafka.MemberConfig: short for order consumers, whose handovers are measured, and longer for those
	// that are left in peace.
	Patience time.Duration
}

// Order is the role of an order consumer.
func Order() Role {
	return Role{kafka.OrderGroup, []string{kafka.PaymentSuccessful}, 100 * time.Millisecond}
}

// Email is the role of the e-mail service.
func Email() Role {
	return Role{kafka.EmailGroup, []string{kafka.OrderCreated}, 500 * time.Millisecond}
}

// Analytics is the role of the analytics service.
func Analytics() Role {
	topics := []string{kafka.PaymentSuccessful, kafka.OrderCreated, kafka.EmailSent}
	return Role{kafka.AnalyticsGroup, topics, 500 * time.Millisecond}
}

// Groups are the consumer groups of all services.
func Groups() []string {
	return []string{kafka.OrderGroup, kafka.EmailGroup, kafka.AnalyticsGroup}
}

// FullBatch is how many records of one partition a member without a delay takes at a time. One with a delay takes one, as
// the course's consumers do.
const FullBatch = 500

// Topics are the topics of all services and the largest record each takes. The dead letter queue has one partition, the
// others as many as are asked for.
func Topics(partitions int) []kafka.Topic {
	return []kafka.Topic{
		{Name: kafka.PaymentSuccessful, Partitions: partitions, MaxBytes: 1 << 20},
		// An order repeats its payment's items and adds to them: it may be larger than the payment.
		{Name: kafka.OrderCreated, Partitions: partitions, MaxBytes: 2 << 20},
		{Name: kafka.EmailSent, Partitions: partitions, MaxBytes: 1 << 20},
		// An envelope may be several times its original (JSON escapes, base64).
		{Name: kafka.DLQPayment, Partitions: 1, MaxBytes: 8 << 20},
	}
}

// IsOurs says whether a client of that name, in capitals or not, could be taken for one of the lab's own: a service, an order
// consumer that it has or may get, or what it looks with.
func IsOurs(client string) bool {
	client = strings.ToLower(client)
	if number, order := strings.CutPrefix(client, "order-"); order && strings.Trim(number, "0123456789") == "" {
		return true
	}
	return slices.Contains([]string{"payment", "order", "email", "analytics", "observer", "ledger", "lab", "kafka"}, client)
}
