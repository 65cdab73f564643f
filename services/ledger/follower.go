package ledger

import (
	"slices"
	"strconv"

	"blackfriday/kafka"
)

// place is where a record stands in its topic.
type place struct {
	partition int32
	offset    int64
}

// kind is what a follower is.
type kind int

const (
	anOrder kind = iota
	aLetter
	anEmail
)

// follower is an order, a dead letter or an e-mail that names the payment that it followed from. Its bytes belong to
// the record until it is kept.
type follower struct {
	kind     kind
	payment  place
	at       place // where it stands itself
	instance []byte
	code     []byte
}

// kept is the follower without a hold on its record.
func (f follower) kept() follower {
	f.instance, f.code = clipped(f.instance), clipped(f.code)
	return f
}

// clipped copies a name as far as it is told apart from others.
func clipped(name []byte) []byte { return slices.Clone(name[:min(len(name), maxName)]) }

// header is what the books read of a record's headers. Of a name that stands there twice the first counts, as everywhere
// in the lab; a header without a value is empty, one that is missing nil.
type header struct {
	topicID, partition, offset []byte // of the payment
	source, instance, code     []byte
}

func headerOf(r *kafka.Record) header {
	var h header
	for _, one := range r.Headers {
		field := h.field(one.Key)
		if field == nil || *field != nil {
			continue
		}
		if *field = one.Value; one.Value == nil {
			*field = []byte{}
		}
	}
	return h
}

func (h *header) field(key string) *[]byte {
	switch key {
	case kafka.HeaderPaymentTopicID:
		return &h.topicID
	case kafka.HeaderPaymentPartition:
		return &h.partition
	case kafka.HeaderPaymentOffset:
		return &h.offset
	case kafka.HeaderSourceTopic:
		return &h.source
	case kafka.HeaderInstance:
		return &h.instance
	case kafka.HeaderErrorCode:
		return &h.code
	default:
		return nil
	}
}

// placeOf reads a partition and an offset in decimal.
func placeOf(partition, offset []byte) (p place, ok bool) {
	n, err := strconv.ParseUint(string(partition), 10, 31)
	if err != nil {
		return place{}, false
	}
	o, err := strconv.ParseUint(string(offset), 10, 63)
	return place{int32(n), int64(o)}, err == nil
}

// redriven is the dead letter of which a payment says it is a copy.
func redriven(r *kafka.Record) (letter place, ok bool) {
	partition, ok := first(r, kafka.HeaderRedrivePartition)
	if !ok {
		return place{}, false
	}
	offset, _ := first(r, kafka.HeaderRedriveOffset)
	return placeOf(partition, offset)
}

// first is the first header of that name.
func first(r *kafka.Record, key string) (value []byte, ok bool) {
	for _, h := range r.Headers {
		if h.Key == key {
			return h.Value, true
		}
	}
	return nil, false
}
