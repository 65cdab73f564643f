// Package email is the e-mail service: it confirms every order, and sends what is not an order to the DLQ.
package email

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/recent"
	"blackfriday/services/relay"
	"blackfriday/services/web"
)

// Handler is the work of the service, over all its lives. It embeds how far the service has come.
type Handler struct {
	relay.Progress
	mailbox *Mailbox
	stage   relay.Stage
}

// NewHandler returns the work of the instance with the client id name. What it sends goes into mailbox, what it
// refuses is reported to rejections.
func NewHandler(name string, mailbox *Mailbox, rejections *relay.Rejections) *Handler {
	return &Handler{mailbox: mailbox, stage: relay.Stage{
		Instance: name, TooLarge: event.CodeEmailTooLarge, Rejections: rejections,
	}}
}

// Handle implements kafka.Handler.
func (h *Handler) Handle(ctx context.Context, out kafka.Writer, batch []*kafka.Record) (finished int, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	jobs := make([]relay.Job, len(batch))
	emails := make([]event.Email, len(batch))
	relay.Each(len(batch), func(i int) bool {
		record := batch[i]
		order, err := event.ParseOrder(record.Value)
		emails[i] = event.Email{UserID: order.UserID, OrderID: order.ID}
		jobs[i] = relay.Job{
			Source: record, Root: relay.RootOf(record), Topic: kafka.EmailSent, Refused: relay.Refusal(err),
		}
		if err == nil {
			jobs[i].Value = emails[i].AppendJSON(make([]byte, 0, 2*len(order.UserID)+192))
		}
		return true
	})
	h.Begin(batch[len(batch)-1], emails[len(batch)-1].UserID)
	errs := h.stage.Write(ctx, out, jobs)
	acknowledged := time.Now()
	for i, job := range jobs {
		if errs[i] == nil && job.Refused == nil {
			h.mailbox.add(emails[i])
			if took, ok := relay.Since(job.Root, acknowledged); ok {
				h.mailbox.latency.Observe(took.Seconds())
			}
		}
	}
	finished, err = relay.Finished(jobs, errs)
	h.Finish(finished)
	return finished, err
}

// Mailbox lists the e-mails that were sent: the newest ones, within bounds, and the true total. It is safe for use by
// several goroutines at once. An e-mail is listed when its write is acknowledged: one that was sent twice stands there
// twice, and so does one that was sent again because the transaction of the first was aborted.
type Mailbox struct {
	latency prometheus.Histogram

	mu   sync.Mutex
	list *recent.List[event.Email]
}

// NewMailbox returns an empty mailbox.
func NewMailbox() *Mailbox {
	size := func(e event.Email) int { return len(e.UserID) }
	return &Mailbox{
		list: recent.NewList(recent.MaxItems, recent.MaxBytes, size),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "blackfriday", Name: "payment_to_email_seconds",
			Help: "From a payment's timestamp in Kafka to the acknowledgement of its e-mail, in whole milliseconds; " +
				"an e-mail that was sent twice counts twice.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300},
		}),
	}
}

// Latency is how long payments took to their e-mails, for Prometheus.
func (m *Mailbox) Latency() prometheus.Collector { return m.latency }

// Total returns how many e-mails were sent, redeliveries included.
func (m *Mailbox) Total() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.list.Total()
}

// Handler answers GET /emails with the newest e-mails, oldest first.
func (m *Mailbox) Handler() http.Handler {
	return web.Route("/emails", http.MethodGet, func(w http.ResponseWriter, _ *http.Request) {
		m.mu.Lock()
		emails, total := m.list.Items(), m.list.Total()
		m.mu.Unlock()
		mails := make([][]byte, len(emails))
		for i, e := range emails {
			mails[i] = e.AppendMail(nil)
		}
		web.List(w, "emails_sent", mails, total)
	})
}

// Reset empties the mailbox and its total.
func (m *Mailbox) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list.Reset()
}

// add enters an e-mail that was sent.
func (m *Mailbox) add(e event.Email) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list.Add(e)
}
