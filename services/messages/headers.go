package messages

import (
	"strconv"

	"blackfriday/kafka"
)

// maxTopicName is how long Kafka lets the name of a topic be.
const maxTopicName = 249

// HeaderValue is the value of the first header with a key; nil when there is none.
func HeaderValue(headers []Header, key string) []byte {
	for i := range headers {
		if headers[i].Key == key {
			return headers[i].Value
		}
	}
	return nil
}

// SourceOf is the record from which one follows by its own word; Topic is empty when it does not say. Anybody can write
// headers: there may be no such record.
func SourceOf(headers []Header) Place {
	topic := HeaderValue(headers, kafka.HeaderSourceTopic)
	partition, offset, ok := place(headers, kafka.HeaderSourcePartition, kafka.HeaderSourceOffset)
	if !ok || len(topic) == 0 || len(topic) > maxTopicName {
		return Place{}
	}
	return Place{string(topic), partition, offset}
}

// RedrivenFrom is the dead letter of which a payment is a copy by its own word; Topic is empty when it is none.
func RedrivenFrom(headers []Header) Place {
	partition, offset, ok := place(headers, kafka.HeaderRedrivePartition, kafka.HeaderRedriveOffset)
	if !ok {
		return Place{}
	}
	return Place{kafka.DLQPayment, partition, offset}
}

// paymentOf is the payment of a topic with this id from which a record follows by its own word.
func paymentOf(headers []Header, topicID string) (p Payment, ok bool) {
	partition, offset, ok := place(headers, kafka.HeaderPaymentPartition, kafka.HeaderPaymentOffset)
	if !ok || string(HeaderValue(headers, kafka.HeaderPaymentTopicID)) != topicID {
		return Payment{}, false
	}
	return Payment{partition, offset}, true
}

// place reads a partition and an offset from two headers.
func place(headers []Header, partitionKey, offsetKey string) (partition int32, offset int64, ok bool) {
	p, err := strconv.ParseUint(string(HeaderValue(headers, partitionKey)), 10, 31)
	if err != nil {
		return 0, 0, false
	}
	o, err := strconv.ParseUint(string(HeaderValue(headers, offsetKey)), 10, 63)
	return int32(p), int64(o), err == nil
}
