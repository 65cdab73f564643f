// Package relay is the step that the order and the e-mail service share: what becomes of a record is written, to its
// topic or to the DLQ, and acknowledged before the record counts as finished.
package relay

import (
	"context"
	"errors"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
)

// The sizes to which a dead letter is cut, one after the other, on a cluster whose dlq-payment takes less than this
// lab's own does. A DLQ that refuses would stop its consumer for good.
const (
	smallerEnvelope  = 512 << 10
	smallestEnvelope = 16 << 10
)

// Job is one record on its way: what it came from, and what is written for it.
type Job struct {
	Source *kafka.Record
	Root   []kafka.Header // the payment it goes back to

	Topic string // where Value goes
	Value []byte
	// Refused says why the record goes to the DLQ instead; nil when it does not. Write sets it, too, for a value that
	// is larger than its topic takes.
	Refused *event.Rejection
	// Attempts is how often the record has been tried, this time included, for the header of its dead letter. 0 is 1.
	Attempts int
}

// Stage writes what an instance makes of its records.
type Stage struct {
	Instance   string      // client id, for the headers
	TooLarge   event.Code  // the code of a value that is larger than its topic takes
	Rejections *Rejections // where dead letters are reported once they are acknowledged
}

// Write writes the jobs together and waits. errs[i] is nil once what was written for jobs[i] is acknowledged. A value
// that is refused for its size goes to the DLQ, so that no record can block its consumer for ever.
func (s *Stage) Write(ctx context.Context, out kafka.Writer, jobs []Job) (errs []error) {
	records := make([]*kafka.Record, len(jobs))
	for i := range jobs {
		records[i] = s.record(&jobs[i], event.MaxEnvelope)
	}
	errs = out.Write(ctx, records...)
	for i, err := range errs {
		if errors.Is(err, kafka.ErrTooLarge) {
			errs[i] = s.divert(ctx, out, &jobs[i])
		}
		if errs[i] == nil && jobs[i].Refused != nil {
			s.Rejections.add(s.Instance, jobs[i].Source, jobs[i].Refused)
		}
	}
	return errs
}

// divert writes a job that was refused for its size once more: first as it is, because brokers refuse a whole batch
// for what the records in it weigh together, then as a dead letter, cut smaller each time.
func (s *Stage) divert(ctx context.Context, out kafka.Writer, job *Job) error {
	err := out.Write(ctx, s.record(job, event.MaxEnvelope))[0]
	limits := []int{smallerEnvelope, smallestEnvelope}
	if job.Refused == nil && errors.Is(err, kafka.ErrTooLarge) {
		limits = []int{event.MaxEnvelope, smallerEnvelope, smallestEnvelope}
		job.Refused = &event.Rejection{Code: s.TooLarge, Reason: phrase.New(
			"the record is valid, but what follows from it has %s bytes, more than %s takes", phrase.Number(len(job.Value)), job.Topic)}
	}
	for _, limit := range limits {
		if !errors.Is(err, kafka.ErrTooLarge) {
			break
		}
		err = out.Write(ctx, s.record(job, limit))[0]
	}
	return err
}

// record returns what is to be written for a job: its value, or its dead letter of at most limit bytes.
func (s *Stage) record(job *Job, limit int) *kafka.Record {
	all := headers(job.Source, job.Root, s.Instance)
	if job.Refused == nil {
		return &kafka.Record{Topic: job.Topic, Value: job.Value, Headers: all}
	}
	return &kafka.Record{
		Topic:   kafka.DLQPayment,
		Key:     letterKey(job.Source.Key),
		Value:   event.AppendDeadLetter(nil, job.Source.Value, job.Refused.Reason.String(), time.Now(), limit),
		Headers: append(all, refusal(job)...),
	}
}

// longestKey is the longest key that a dead letter carries on. A longer one could be more than a small DLQ takes.
const longestKey = 4 << 10

// letterKey is the key of a dead letter: that of the refused record, so that a copy that is sent again goes to the partition
// where the others of its key are.
func letterKey(key []byte) []byte {
	if len(key) > longestKey {
		return nil
	}
	return key
}

// Finished returns how long the prefix without an error is, and the error that ends it.
func Finished(jobs []Job, errs []error) (int, error) {
	for i, err := range errs {
		if err != nil {
			src := jobs[i].Source
			return i, phrase.Errorf("write what follows from %s partition %d offset %d: %w",
				src.Topic, src.Partition, src.Offset, err)
		}
	}
	return len(errs), nil
}
