package ledger

import (
	"bytes"
	"encoding/json"
	"math"

	"blackfriday/services/event"
)

const (
	// maxCents is what one payment is worth at most in the books, a billion euros: sums must not overflow, and anybody may
	// write a price of 1e300.
	maxCents = 100_000_000_000
	// maxItems and maxItem bound how many items a till remembers, and how long each is in bytes.
	maxItems = 1024
	maxItem  = 256
)

// till says what payments are worth. Judging one by all rules takes microseconds, and a flood brings a million; but it
// brings them from a small catalogue. So a till remembers items by their exact text, and adds those up when the text
// around them is of the plainest kind. Whatever else there is goes through event.ParsePayment, and so does every item
// once, in a cart of its own: both ways give the same amount for every payment.
type till struct {
	items map[string]float64 // euros of a valid item, by its text
}

func newTill() *till { return &till{items: map[string]float64{}} }

// cents is what a payment is worth. Of one that the validator refuses it is what its cart comes to, if that can be told.
func (t *till) cents(value []byte) int64 {
	euros, unknown, ok := t.quick(value)
	if ok {
		return toCents(euros)
	}
	p, err := event.ParsePayment(value)
	if err != nil {
		return toCents(cartOf(value))
	}
	t.learn(unknown)
	return toCents(p.Revenue)
}

// cartOf adds up the cart of a payment that the validator refuses, in euros; 0 where it is no list of priced items.
func cartOf(value []byte) float64 {
	var p struct {
		Cart []struct {
			Price    float64  `json:"price"`
			Quantity *float64 `json:"quantity"`
		} `json:"cart"`
	}
	if json.Unmarshal(value, &p) != nil {
		return 0
	}
	euros := 0.0
	for _, item := range p.Cart {
		worth := item.Price
		if item.Quantity != nil {
			worth *= *item.Quantity
		}
		if worth <= 0 {
			return 0
		}
		euros += worth
	}
	return euros
}

func toCents(euros float64) int64 {
	return int64(math.Round(min(euros*100, maxCents)))
}

// quick adds up a payment of the plainest kind from items that are known: {"user_id":1,"cart":[…],"timestamp":1.5}
// without white space. unknown is the item that it missed.
func (t *till) quick(value []byte) (euros float64, unknown []byte, ok bool) {
	rest, ok := after(value, `{"user_id":`)
	if ok {
		rest, ok = afterDigits(rest)
	}
	if ok {
		rest, ok = after(rest, `,"cart":[`)
	}
	for ok {
		end := bytes.IndexByte(rest, '}') + 1
		worth, known := t.items[string(rest[:end])]
		if !known {
			return 0, rest[:end], false
		}
		euros += worth
		if rest, ok = after(rest[end:], ","); !ok {
			return euros, nil, endsPlainly(rest) && !math.IsInf(euros, 0)
		}
	}
	return 0, nil, false
}

// endsPlainly says whether what follows the last item is nothing but a timestamp.
func endsPlainly(rest []byte) bool {
	rest, ok := after(rest, `],"timestamp":`)
	if ok {
		rest, ok = afterDigits(rest)
	}
	if fraction, has := after(rest, "."); ok && has {
		rest = bytes.TrimLeft(fraction, "0123456789")
		ok = len(rest) < len(fraction)
	}
	return ok && string(rest) == "}"
}

// after is what follows a prefix; all of data when it does not begin so.
func after(data []byte, prefix string) (rest []byte, ok bool) {
	if len(data) < len(prefix) || string(data[:len(prefix)]) != prefix {
		return data, false
	}
	return data[len(prefix):], true
}

// afterDigits is what follows a JSON number above 0 that has digits only.
func afterDigits(data []byte) (rest []byte, ok bool) {
	n := 0
	for n < len(data) && '0' <= data[n] && data[n] <= '9' {
		n++
	}
	return data[n:], n > 0 && data[0] != '0'
}

// learn remembers an item that the validator takes in a cart of its own. Its text runs to its first closing brace: were
// that inside a string, or were there more than one object, the cart would be no valid JSON.
func (t *till) learn(item []byte) {
	if len(item) == 0 || len(item) > maxItem || item[0] != '{' {
		return
	}
	alone := append([]byte(`{"user_id":1,"cart":[`), item...)
	p, err := event.ParsePayment(append(alone, `]}`...))
	if err != nil || p.Unpriced > 0 {
		return
	}
	if len(t.items) >= maxItems {
		clear(t.items)
	}
	t.items[string(item)] = p.Revenue
}

// bytes is about what the till takes in memory.
func (t *till) bytes() int64 {
	n := int64(0)
	for item := range t.items {
		n += int64(len(item)) + 48
	}
	return n
}
