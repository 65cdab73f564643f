package event

import (
	"encoding/json"
	"time"
)

// maxRequestDepth keeps a request within what encoding/json reads; far deeper than the validator takes, so that a
// poison pill of brackets can be posted too.
const maxRequestDepth = 9_000

// Request is the body of POST /payment. Only its shape is judged: business rules live in the order consumer, so that
// a poison pill can be posted.
type Request struct {
	UserID json.RawMessage // any JSON value, as it was sent
	Cart   json.RawMessage // any JSON value, as it was sent
}

// ParseRequest takes a body apart: a JSON object in which user_id and cart are present. The error is a *Rejection.
func ParseRequest(body []byte) (Request, error) {
	if r := object(body, maxRequestDepth); r != nil {
		return Request{}, r
	}
	var user, cart []byte
	if r := fields(body, []string{"user_id", "cart"}, []*[]byte{&user, &cart}); r != nil {
		return Request{}, r
	}
	if user == nil {
		return Request{}, refuse(CodeUserIDMissing, "user_id is missing")
	}
	if cart == nil {
		return Request{}, refuse(CodeCartMissing, "cart is missing")
	}
	return Request{UserID: user, Cart: cart}, nil
}

// AppendPayment appends the payment to dst as the JSON of payment-successful.
func (r Request) AppendPayment(dst []byte, at time.Time) []byte {
	dst = append(dst, `{"user_id":`...)
	dst = append(dst, r.UserID...)
	dst = append(dst, `,"cart":`...)
	dst = append(dst, r.Cart...)
	dst = append(dst, `,"timestamp":`...)
	dst = appendSeconds(dst, at)
	return append(dst, '}')
}
