// Package order is the order service: each instance turns payments into orders, one at a time, and sends what is not a
// payment to the DLQ.
package order

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/relay"
)

// Delay is the simulated work per payment that all instances share. The zero value is no delay.
type Delay struct{ nanos atomic.Int64 }

// Set changes the delay for every payment that is begun from now on. A negative delay is none.
func (d *Delay) Set(delay time.Duration) { d.nanos.Store(int64(max(0, delay))) }

// Load returns the delay.
func (d *Delay) Load() time.Duration { return time.Duration(d.nanos.Load()) }

// Config is what an instance needs. Delay, Book and Rejections are shared by all instances.
type Config struct {
	Number     int    // 2 for order-2
	Name       string // client id: "order-2"
	Delay      *Delay
	Topics     kafka.TopicIDs
	Book       *Book
	Rejections *relay.Rejections
}

// Handler is the work of one instance, over all its lives. It embeds how far the instance has come.
type Handler struct {
	relay.Progress
	config  Config
	stage   relay.Stage
	lastDue time.Time // of the payment before; one batch is in hand at a time
}

// NewHandler returns the work of an instance.
func NewHandler(c Config) *Handler {
	return &Handler{config: c, stage: relay.Stage{
		Instance: c.Name, TooLarge: event.CodeOrderTooLarge, Rejections: c.Rejections,
	}}
}

// Handle implements kafka.Handler. With a delay it takes one payment at a time, which then lasts exactly that long,
// its write included while the backlog lasts; without one it writes the whole batch at once. What does not pass the
// validator is not delayed.
func (h *Handler) Handle(ctx context.Context, out kafka.Writer, batch []*kafka.Record) (finished int, err error) {
	delay := h.config.Delay.Load()
	if delay > 0 {
		batch = batch[:1]
	}
	jobs := h.judge(batch)
	if delay > 0 && jobs[0].Refused == nil {
		if err := wait(ctx, time.Until(h.due(time.Now(), delay))); err != nil {
			return 0, fmt.Errorf("%s stopped before it finished payment partition %d offset %d: %w",
				h.config.Name, batch[0].Partition, batch[0].Offset, err)
		}
	}
	errs := h.stage.Write(ctx, out, jobs)
	var written [][]byte
	for i, job := range jobs {
		if errs[i] == nil && job.Refused == nil {
			written = append(written, job.Value)
		}
	}
	h.config.Book.add(h.config.Number, written)
	finished, err = relay.Finished(jobs, errs)
	h.Finish(finished)
	return finished, err
}

// catchUp is how late a payment may begin after the one before was due and still count as following at once.
const catchUp = 20 * time.Millisecond

// due is when the payment taken now is to be finished. Payments that follow each other at once are spaced by the delay
// itself, so that what a write and a timer take is part of the work and 100 ms are 10 payments a second.
func (h *Handler) due(taken time.Time, delay time.Duration) time.Time {
	begin := taken
	if late := taken.Sub(h.lastDue); late >= 0 && late < min(catchUp, delay) {
		begin = h.lastDue
	}
	h.lastDue = begin.Add(delay)
	return h.lastDue
}

// judge decides what becomes of each payment.
func (h *Handler) judge(payments []*kafka.Record) []relay.Job {
	topicID := h.config.Topics.TopicID(kafka.PaymentSuccessful)
	jobs := make([]relay.Job, len(payments))
	var user event.UserID
	for i, record := range payments {
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
		}
		jobs[i] = job
	}
	h.Begin(payments[len(payments)-1], user)
	return jobs
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
