package relay

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
)

// Rejection is one record in the DLQ, and why it is there.
type Rejection struct {
	At        time.Time // when the dead letter was acknowledged
	Instance  string    // client id of the instance that wrote it
	Topic     string    // where the refused record stands
	Partition int32
	Offset    int64
	Code      event.Code
	Reason    phrase.Phrase // without raw control characters
}

// Rejections is what the instances of this process sent to the DLQ. The zero value is empty and ready; it is safe for
// use by several goroutines at once. Like Progress it counts acknowledged writes: also those of a transaction that was
// aborted later, and of a record that was delivered again.
type Rejections struct {
	mu     sync.Mutex
	total  int64
	recent []Rejection // oldest first
	counts map[event.Code]int
}

// Newest returns the newest rejection and how many there have been; it is zero when there was none.
func (r *Rejections) Newest() (newest Rejection, total int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.recent); n > 0 {
		newest = r.recent[n-1]
	}
	return newest, r.total
}

// Recent returns the newest rejections, oldest first: as many as one can tell apart at a glance.
func (r *Rejections) Recent() []Rejection {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.recent)
}

// Counts returns how many rejections there have been for each code.
func (r *Rejections) Counts() map[event.Code]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.counts)
}

// Reset forgets every rejection.
func (r *Rejections) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total, r.recent, r.counts = 0, nil, nil
}

// add reports that the dead letter of source was acknowledged.
func (r *Rejections) add(instance string, source *kafka.Record, why *event.Rejection) {
	const kept = 30
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = make(map[event.Code]int)
	}
	r.counts[why.Code]++
	r.total++
	r.recent = append(slices.Delete(r.recent, 0, max(len(r.recent)+1-kept, 0)), Rejection{
		At: time.Now(), Instance: instance,
		Topic: source.Topic, Partition: source.Partition, Offset: source.Offset,
		Code: why.Code, Reason: why.Reason,
	})
}

// Refusal returns the *event.Rejection that a parser's error is, or nil for no error.
func Refusal(err error) *event.Rejection {
	var r *event.Rejection
	if errors.As(err, &r) {
		return r
	}
	if err != nil {
		return &event.Rejection{Code: event.CodeInvalidJSON, Reason: phrase.New("%s", event.Visible(err.Error()))}
	}
	return nil
}
