package order

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
)

// Blocked is a payment that an instance cannot get past. It is known until the instance has finished it or a later one
// of its partition, also while the instance is dead; under at-most-once, where a crash loses the payment, it is the next
// one that ends it.
type Blocked struct {
	Topic     string
	Partition int32
	Offset    int64
	Attempts  int           // failed ones, over all lives of the instance
	Crashes   int           // of those, how many the instance died of
	Since     time.Time     // of the first attempt
	Code      event.Code    // why the last attempt failed
	Reason    phrase.Phrase // the same as a sentence, without raw control characters
}

// blockage is what an instance is blocked on: at most one payment of each partition, the one at its head. It is safe for
// use by several goroutines at once.
type blockage struct {
	mu          sync.Mutex
	byPartition map[int32]Blocked
}

// attempts returns how often the instance has failed at a payment.
func (b *blockage) attempts(payment *kafka.Record) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := b.byPartition[payment.Partition]; at.Offset == payment.Offset {
		return at.Attempts
	}
	return 0
}

// failed notes one more failed attempt at a payment.
func (b *blockage) failed(payment *kafka.Record, why *event.Rejection, crashed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, known := b.byPartition[payment.Partition]
	if !known || at.Offset != payment.Offset {
		at = Blocked{
			Topic: payment.Topic, Partition: payment.Partition, Offset: payment.Offset, Since: time.Now(),
		}
	}
	at.Attempts++
	if crashed {
		at.Crashes++
	}
	at.Code, at.Reason = why.Code, why.Reason
	if b.byPartition == nil {
		b.byPartition = make(map[int32]Blocked)
	}
	b.byPartition[payment.Partition] = at
}

// passed notes that a payment and everything before it in its partition is finished. What stands behind it stays: after
// a crash an instance comes back to payments before the one that it died of, because they were not committed.
func (b *blockage) passed(payment *kafka.Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at, known := b.byPartition[payment.Partition]; known && at.Offset <= payment.Offset {
		delete(b.byPartition, payment.Partition)
	}
}

// forget drops what is known of some partitions.
func (b *blockage) forget(partitions []int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range partitions {
		delete(b.byPartition, p)
	}
}

// reset drops everything.
func (b *blockage) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.byPartition = nil
}

// list returns all of it by partition.
func (b *blockage) list() []Blocked {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.byPartition) == 0 {
		return nil
	}
	return slices.SortedFunc(maps.Values(b.byPartition), func(x, y Blocked) int {
		return cmp.Compare(x.Partition, y.Partition)
	})
}
