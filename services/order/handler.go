// Package order is the order service: each instance turns payments into orders, one at a time, and sends what is not a
// payment to the DLQ.
package order

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/relay"
)

// Delay is the simulated work per payment that all instances share. The zero value is no delay.
type Delay struct{ nanos atomic.Int64 }

// Set changes the delay for every payment that is begun from now on. A negative delay is none.
func (d *Delay) Set(delay time.Duration) { d.nanos.Store(int64(max(0, delay))) }

// Load returns the delay.
func (d *Delay) Load() time.Duration { return time.Duration(d.nanos.Load()) }

// Config is what an instance needs. Delay, Policy, Book and Rejections are shared by all instances.
type Config struct {
	Number     int    // 2 for order-2
	Name       string // client id: "order-2"
	Delay      *Delay
	Policy     *Policy // nil: ToDLQ
	Topics     kafka.TopicIDs
	Book       *Book
	Rejections *relay.Rejections
}

// Handler is the work of one instance, over all its lives. It embeds how far the instance has come.
type Handler struct {
	relay.Progress
	config  Config
	stage   relay.Stage
	blocked blockage
	writing atomic.Int64 // nanoseconds
	// Of the payment before: when it was to be finished, and when it was. One batch is in hand at a time.
	lastDue, lastDone time.Time
}

// NewHandler returns the work of an instance.
func NewHandler(c Config) *Handler {
	if c.Policy == nil {
		c.Policy = new(Policy)
	}
	return &Handler{config: c, stage: relay.Stage{
		Instance: c.Name, TooLarge: event.CodeOrderTooLarge, Rejections: c.Rejections,
	}}
}

// Blocked returns the payments that the instance could not get past when it last tried, by partition; nil when there is
// none. The instance does not know who owns a partition: whoever does calls Forget.
func (h *Handler) Blocked() []Blocked { return h.blocked.list() }

// Forget drops what Blocked knows of partitions, since they belong to somebody else now. It is not called when the
// instance crashes: in its next life it may meet the same payment again, and goes on counting.
func (h *Handler) Forget(partitions ...int32) { h.blocked.forget(partitions) }

// Writing is how long the instance has waited, all in all, until what it wrote for its payments was acknowledged or failed.
func (h *Handler) Writing() time.Duration { return time.Duration(h.writing.Load()) }

// Reset forgets all progress and what Blocked knows: the records are gone with their topic.
func (h *Handler) Reset() {
	h.Progress.Reset()
	h.writing.Store(0)
	h.blocked.reset()
}

// Handle implements kafka.Handler. With a delay it takes one payment at a time, which then lasts exactly that long,
// its write included while the backlog lasts; without one it writes the whole batch at once. What does not pass the
// validator is not delayed. What the Policy holds back ends the batch: the payments before it are finished first, then
// Handle returns a *kafka.LaterError or a *kafka.FatalError.
func (h *Handler) Handle(ctx context.Context, out kafka.Writer, batch []*kafka.Record) (finished int, err error) {
	delay := h.config.Delay.Load()
	if delay > 0 {
		batch = batch[:1]
	}
	jobs, held := h.judge(batch)
	if delay > 0 && len(jobs) > 0 && jobs[0].Refused == nil {
		if err := wait(ctx, time.Until(h.due(time.Now(), delay))); err != nil {
			return 0, h.stopped(batch[0], err)
		}
	}
	finished, err = h.write(ctx, out, jobs)
	h.lastDone = time.Now()
	if err != nil || held == nil {
		return finished, err
	}
	if ctx.Err() != nil {
		// The payment may be somebody else's by now: it is neither counted nor died of.
		return finished, h.stopped(held.payment, context.Cause(ctx))
	}
	var crash *kafka.FatalError
	h.blocked.failed(held.payment, held.why, errors.As(held.answer, &crash))
	return finished, held.answer
}

// stopped says which payment was not finished because the work was interrupted.
func (h *Handler) stopped(payment *kafka.Record, cause error) error {
	return phrase.Errorf("%s stopped before it finished payment partition %d offset %d: %w",
		h.config.Name, payment.Partition, payment.Offset, cause)
}

// write writes what becomes of payments, and returns how long the acknowledged prefix is and what ends it.
func (h *Handler) write(ctx context.Context, out kafka.Writer, jobs []relay.Job) (finished int, err error) {
	if len(jobs) == 0 {
		return 0, nil
	}
	began := time.Now()
	errs := h.stage.Write(ctx, out, jobs)
	h.writing.Add(int64(time.Since(began)))
	var written [][]byte
	for i, job := range jobs {
		if errs[i] == nil && job.Refused == nil {
			written = append(written, job.Value)
		}
	}
	h.config.Book.add(h.config.Number, written)
	finished, err = relay.Finished(jobs, errs)
	h.Finish(finished)
	if finished > 0 {
		h.blocked.passed(jobs[finished-1].Source)
	}
	return finished, err
}

// catchUp is how long after the one before was finished a payment may be taken and still count as following at once.
const catchUp = 20 * time.Millisecond

// due is when the payment taken now is to be finished. Payments that follow each other at once are spaced by the delay
// itself, so that what a write and a timer take is part of the work and 100 ms are 10 payments a second, however slow the
// brokers are, as long as they answer within the delay.
func (h *Handler) due(taken time.Time, delay time.Duration) time.Time {
	begin := taken
	if taken.Sub(h.lastDone) < min(catchUp, delay) {
		begin = later(h.lastDue, taken.Add(-delay))
	}
	h.lastDue = begin.Add(delay)
	return h.lastDue
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// held is a payment that the Policy holds back.
type held struct {
	payment *kafka.Record
	why     *event.Rejection
	answer  error // what Handle is to return
}

// judge decides what becomes of each payment, up to the first one that is held back; at is nil when none is.
func (h *Handler) judge(payments []*kafka.Record) (jobs []relay.Job, at *held) {
	rule := h.config.Policy.load()
	topicID := h.config.Topics.TopicID(kafka.PaymentSuccessful)
	jobs = make([]relay.Job, 0, len(payments))
	var user event.UserID
	relay.Each(len(payments), func(i int) bool {
		record := payments[i]
		payment, err := event.ParsePayment(record.Value)
		user = payment.UserID
		job := relay.Job{
			Source: record, Root: relay.Root(record, topicID),
			Topic: kafka.OrderCreated, Refused: relay.Refusal(err),
		}
		if err == nil {
			o := event.Order{
				ID: event.OrderID(record.Partition, record.Offset), UserID: user, Items: payment.Cart,
			}
			job.Value = o.AppendJSON(make([]byte, 0, len(user)+len(o.Items)+96))
		} else {
			job.Attempts = 1 + h.blocked.attempts(record)
			if answer := rule.answer(job.Attempts, h.failure(&job)); answer != nil {
				at = &held{record, job.Refused, answer}
				return false
			}
		}
		jobs = append(jobs, job)
		return true
	})
	if at != nil {
		h.Begin(at.payment, user)
		return jobs, at
	}
	h.Begin(payments[len(payments)-1], user)
	return jobs, nil
}

// failure says in one sentence which attempt at which payment failed, and why.
func (h *Handler) failure(job *relay.Job) error {
	return phrase.Errorf("%s cannot work on %s partition %d offset %d (attempt %d): %w",
		h.config.Name, job.Source.Topic, job.Source.Partition, job.Source.Offset, job.Attempts, job.Refused)
}

// wait returns after d, or with an error as soon as ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
