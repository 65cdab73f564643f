package payment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/web"
)

// MaxBody is the largest request body in bytes. It leaves room below the million that a Kafka producer sends at once.
const MaxBody = 900_000

// post takes one payment: it judges the request, writes the payment, and answers once Kafka has.
func (s *Service) post(w http.ResponseWriter, r *http.Request) {
	request, refusal := read(w, r)
	if refusal != nil {
		s.refused.Add(1)
		web.Error(w, refusal.status, refusal.message)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), BrokerTimeout)
	defer cancel()
	value := request.AppendPayment(make([]byte, 0, len(request.UserID)+len(request.Cart)+64), time.Now())
	record := &kafka.Record{Topic: kafka.PaymentSuccessful, Value: value}
	if err := s.out.Write(ctx, record)[0]; err != nil {
		s.fail(w, err)
		return
	}
	s.accepted.Add(1)
	s.gone.Store(nil)
	user := event.UserID(request.UserID)
	s.delivered(record, Delivery{User: user.Shown()})
	web.Reply(w, http.StatusOK, success(request))
}

// refusal is a request that nothing was written for.
type refusal struct {
	status  int
	message string
}

// read takes the request apart, or says why it cannot.
func read(w http.ResponseWriter, r *http.Request) (event.Request, *refusal) {
	if !web.SendsJSON(r) {
		return event.Request{}, &refusal{http.StatusUnsupportedMediaType,
			"send the payment with Content-Type: application/json"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return event.Request{}, &refusal{http.StatusRequestEntityTooLarge,
			fmt.Sprintf("the body is larger than %d bytes; send a smaller cart", MaxBody)}
	case err != nil:
		return event.Request{}, &refusal{http.StatusBadRequest, "the body did not arrive whole; send it again"}
	}
	request, err := event.ParseRequest(body)
	if err != nil {
		return event.Request{}, &refusal{http.StatusBadRequest, "the payment was not taken: " + err.Error()}
	}
	return request, nil
}

// fail answers for a payment that Kafka did not acknowledge.
func (s *Service) fail(w http.ResponseWriter, err error) {
	var gone *kafka.TopicGoneError
	switch {
	case errors.As(err, &gone):
		s.failed.Add(1)
		s.gone.Store(gone)
		web.Error(w, http.StatusServiceUnavailable, event.Visible(gone.Error())+", then send the payment again; it was not written")
	case errors.Is(err, kafka.ErrTooLarge):
		s.refused.Add(1)
		web.Error(w, http.StatusRequestEntityTooLarge, "the payment is larger than "+kafka.PaymentSuccessful+" takes")
	case errors.Is(err, kafka.ErrUnknownOutcome), errors.Is(err, context.DeadlineExceeded):
		s.failed.Add(1)
		web.Error(w, http.StatusServiceUnavailable, fmt.Sprintf("Kafka did not answer within %v: the outcome is "+
			"unknown, the payment may or may not have been written; look before you send it again", BrokerTimeout))
	case errors.Is(err, kafka.ErrNotWritten):
		s.failed.Add(1)
		web.Error(w, http.StatusServiceUnavailable, "Kafka does not answer: the payment was not written; send it again once it does")
	default:
		s.failed.Add(1)
		web.Error(w, http.StatusServiceUnavailable,
			"Kafka did not acknowledge the payment: "+event.Visible(err.Error())+"; try again")
	}
}

// success returns the reply to a payment that was acknowledged, with what was paid as it was sent.
func success(r event.Request) []byte {
	body := make([]byte, 0, len(r.UserID)+len(r.Cart)+96)
	body = append(body, `{"status":"success","message":"Paiement effectué avec succès","user_id":`...)
	body = append(body, r.UserID...)
	body = append(body, `,"cart":`...)
	body = append(body, r.Cart...)
	return append(body, '}')
}
