package relay

import (
	"strconv"
	"time"

	"blackfriday/kafka"
)

// maxRootValue is how long a root header may be to be copied on: topic ids have 22 characters, numbers 20 digits.
const maxRootValue = 64

// Root returns the headers that name a payment as the root of all that follows from it. topicID is the id of
// payment-successful, empty when unknown.
func Root(payment *kafka.Record, topicID string) []kafka.Header {
	partition, offset := place(payment)
	return []kafka.Header{
		{Key: kafka.HeaderPaymentTopicID, Value: []byte(topicID)},
		{Key: kafka.HeaderPaymentPartition, Value: partition},
		{Key: kafka.HeaderPaymentOffset, Value: offset},
		{Key: kafka.HeaderPaymentTime, Value: strconv.AppendInt(nil, payment.Timestamp.UnixMilli(), 10)},
	}
}

const (
	// oldest is how long ago a payment may have been made for Since to believe it: Kafka's own retention.
	oldest = 7 * 24 * time.Hour
	// skew is how far the clocks of two machines may be apart for Since to believe them.
	skew = time.Minute
)

// Since returns how long ago the payment that a record goes back to was made, by the header payment-time: in whole
// milliseconds, 0 when the clocks of two machines make it negative. ok is false when the header is missing, or is not what
// this lab writes.
func Since(root []kafka.Header, now time.Time) (since time.Duration, ok bool) {
	for _, h := range root {
		if h.Key != kafka.HeaderPaymentTime {
			continue
		}
		ms, err := strconv.ParseInt(string(h.Value), 10, 64)
		since = now.Sub(time.UnixMilli(ms)) // saturates
		return max(0, since), err == nil && since <= oldest && since >= -skew
	}
	return 0, false
}

// RootOf returns the root headers that a record carries, to be copied on. Anybody can write to a topic, so headers may
// be missing, stand there twice (the first counts) or be too long to be real (left out).
func RootOf(record *kafka.Record) []kafka.Header {
	root := make([]kafka.Header, 0, 4)
	for _, key := range [...]string{
		kafka.HeaderPaymentTopicID, kafka.HeaderPaymentPartition, kafka.HeaderPaymentOffset, kafka.HeaderPaymentTime,
	} {
		for _, h := range record.Headers {
			if h.Key != key {
				continue
			}
			if len(h.Value) <= maxRootValue {
				root = append(root, h)
			}
			break
		}
	}
	return root
}

// maxRedriveDigits is how long the number in a redrive-count header may be: longer ones were not written by a redrive.
const maxRedriveDigits = 6

// Redrives returns how often the payment in a record has been sent again, by its header redrive-count: 0 when there is
// none. Anybody can write to a topic, so only a plain decimal number of at most six digits counts, and of several
// headers the first.
func Redrives(record *kafka.Record) int {
	for _, h := range record.Headers {
		if h.Key != kafka.HeaderRedriveCount {
			continue
		}
		if len(h.Value) > maxRedriveDigits {
			return 0
		}
		// Unlike Atoi it takes no sign.
		n, err := strconv.ParseUint(string(h.Value), 10, 32)
		if err != nil {
			return 0
		}
		return int(n)
	}
	return 0
}

// headers returns all headers of what is written for a record: its parent, its root, and who wrote it.
func headers(parent *kafka.Record, root []kafka.Header, instance string) []kafka.Header {
	partition, offset := place(parent)
	all := make([]kafka.Header, 0, 5+len(root))
	all = append(all,
		kafka.Header{Key: kafka.HeaderSourceTopic, Value: []byte(parent.Topic)},
		kafka.Header{Key: kafka.HeaderSourcePartition, Value: partition},
		kafka.Header{Key: kafka.HeaderSourceOffset, Value: offset})
	all = append(all, root...)
	return append(all, kafka.Header{Key: kafka.HeaderInstance, Value: []byte(instance)})
}

// refusal returns what a dead letter says besides: why, after how many attempts, and how often the payment had been sent
// again before.
func refusal(job *Job) []kafka.Header {
	number := func(key string, n int) kafka.Header {
		return kafka.Header{Key: key, Value: strconv.AppendInt(nil, int64(n), 10)}
	}
	all := []kafka.Header{
		{Key: kafka.HeaderErrorCode, Value: []byte(job.Refused.Code)},
		number(kafka.HeaderAttempts, max(1, job.Attempts)),
	}
	if redrives := Redrives(job.Source); redrives > 0 {
		all = append(all, number(kafka.HeaderRedriveCount, redrives))
	}
	return all
}

// place returns partition and offset in decimal. They share one allocation, since every record needs them.
func place(r *kafka.Record) (partition, offset []byte) {
	digits := strconv.AppendInt(make([]byte, 0, 32), int64(r.Partition), 10)
	n := len(digits)
	digits = strconv.AppendInt(digits, r.Offset, 10)
	return digits[:n:n], digits[n:]
}
