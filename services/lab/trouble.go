package lab

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/order"
)

// Blocked is a payment that is tried again and again.
type Blocked struct {
	Topic     string
	Partition int32
	Offset    int64
	Attempts  int           // so far
	Since     time.Time     // of the first attempt
	Reason    phrase.Phrase // why the last one failed; may quote the payload, so hostile until escaped
}

// DLQ is what the dead letter queue holds.
type DLQ struct {
	Known  bool
	Total  int64          // records in dlq-payment
	Newest Rejection      // the newest that one of our instances wrote
	Recent []Rejection    // and the last few of them before it and with it, oldest first
	Counts map[string]int // by error code, written by our instances
}

// Rejection is why a record went to the dead letter queue.
type Rejection struct {
	At        time.Time
	Instance  string
	Partition int32
	Offset    int64
	Code      string        // stable: "price-not-positive"
	Reason    phrase.Phrase // may quote the payload, so hostile until escaped
}

// works says whether an order consumer has finished payments over the last seconds.
func (s *state) works(number int) bool {
	for _, i := range s.instances {
		if i.kind == OrderKind && i.number == number {
			return i.rate.perSecond() > 0
		}
	}
	return false
}

// blockedAt is the payment that the reader of a partition cannot get past.
func (s *state) blockedAt(partition int32, reader int) *Blocked {
	for _, i := range s.instances {
		if i.kind != OrderKind || i.number != reader {
			continue
		}
		for _, b := range i.blocked() {
			if b.Partition == partition {
				return shownBlocked(b)
			}
		}
	}
	return nil
}

// buildTrouble says what an order consumer cannot get past, and how often it died of it.
func (s *state) buildTrouble(shown *Instance, i *instance, now time.Time) {
	for _, b := range i.blocked() {
		// A loop goes on while its instance is down, or back and without the partition yet; but not under another policy.
		loops := b.Crashes > 0 && s.poisonPolicy == PoisonCrash
		if shown.Blocked == nil && (i.life.has(b.Partition) || loops) {
			shown.Blocked, shown.Crashes = shownBlocked(b), b.Crashes
		}
	}
	if i.health == Crashed && !i.restartAt.IsZero() {
		shown.RestartIn = max(0, i.restartAt.Sub(now))
	}
}

func shownBlocked(b order.Blocked) *Blocked {
	return &Blocked{Topic: b.Topic, Partition: b.Partition, Offset: b.Offset, Attempts: b.Attempts, Since: b.Since, Reason: b.Reason}
}
