package event

import (
	"fmt"

	"blackfriday/kafka/phrase"
)

// UnknownUser is the user_id of a repaired payment that had none.
const UnknownUser UserID = `"unknown"`

// maxChanges is how many changes of a Repair are told one by one.
const maxChanges = 20

// Repair makes a valid payment of the value of a refused one, and says in plain English what it changed. It keeps what
// was right, unknown fields and the spelling of numbers too, and invents nothing: who paid may be unknown, but what was
// bought and what it cost must follow from the original. So
//
//   - a user_id that is missing or no id becomes UnknownUser, and one with a fraction or an exponent a string;
//   - a cart that is an item becomes the list of it, a name that is a number becomes a string, and a price that is a
//     string of a number becomes that number;
//   - a negative price loses its sign;
//   - characters that are not allowed are removed, and a long name is cut.
//
// A payment that passes the validator is returned as it is, without changes. Anything else is an error that wraps the
// *Rejection in the way, and asks for a repair by hand. Of more than twenty changes the last one told counts the others;
// each is at most a few hundred bytes and safe to print.
func Repair(original []byte) (fixed []byte, changes []string, err error) {
	if _, err := ParsePayment(original); err == nil {
		return original, nil, nil
	}
	var m mender
	fixed, r := m.payment(original)
	if r != nil {
		return nil, nil, irreparable(r)
	}
	// The validator has the last word: what it refuses would only come back.
	if _, err := ParsePayment(fixed); err != nil {
		return nil, nil, irreparable(err)
	}
	return fixed, m.told(), nil
}

// irreparable says that a payment must be repaired by hand.
func irreparable(why error) error {
	return phrase.Errorf("the payment cannot be repaired without inventing something (%w): edit it by hand", why)
}

// mender repairs one payment and keeps account of what it changes.
type mender struct {
	changes []string
	untold  int // changes besides those
}

// change notes a change.
func (m *mender) change(format string, args ...any) {
	if len(m.changes) == maxChanges {
		m.untold++
		return
	}
	m.changes = append(m.changes, fmt.Sprintf(format, args...))
}

// told returns the changes as they are told.
func (m *mender) told() []string {
	if m.untold > 0 {
		return append(m.changes, fmt.Sprintf("and %d more changes", m.untold))
	}
	return m.changes
}

// payment repairs a payment.
func (m *mender) payment(value []byte) ([]byte, *Rejection) {
	if r := object(value, MaxDepth); r != nil {
		return nil, r
	}
	var user, cart []byte
	if r := fields(value, []string{"user_id", "cart"}, []*[]byte{&user, &cart}); r != nil {
		return nil, r
	}
	missing := user == nil
	user = m.user(user)
	cart, r := m.cart(cart)
	if r != nil {
		return nil, r
	}
	var fixed objectWriter
	if missing {
		fixed.add([]byte(`"user_id"`), user)
	}
	for name, value := range members(value) {
		switch string(text(name)) {
		case "user_id":
			value = user
		case "cart":
			value = cart
		}
		fixed.add(name, value)
	}
	return fixed.bytes(), nil
}

// user repairs a user_id; nil is a missing one.
func (m *mender) user(raw []byte) []byte {
	switch {
	case raw == nil:
		m.change("user_id was missing; it is now %q", UnknownUser)
		return []byte(UnknownUser)
	case isInteger(raw):
		return raw
	case kind(raw) == "a number":
		m.change("user_id was the number %s; it is now a string", excerpt(string(raw), maxQuoted))
		raw = appendString(nil, string(raw))
	case kind(raw) != "a string":
		m.change("user_id was %s; it is now %q", kind(raw), UnknownUser)
		return []byte(UnknownUser)
	}
	kept, removed := allowedOnly(text(raw))
	switch {
	case removed == 0:
		return raw
	case kept == "":
		m.change("user_id held nothing but characters that are not allowed; it is now %q", UnknownUser)
		return []byte(UnknownUser)
	default:
		m.change("removed from user_id: %s", forbiddenCount(removed))
		return appendString(nil, kept)
	}
}

// cart repairs a cart.
func (m *mender) cart(raw []byte) ([]byte, *Rejection) {
	if raw != nil && kind(raw) == "an object" {
		m.change("cart was one item; it is now a list of it")
		raw = append(append([]byte{'['}, raw...), ']')
	}
	items, r := cartItems(raw)
	if r != nil {
		return nil, r
	}
	cart, n := []byte{'['}, 0
	for value := range elements(raw) {
		if n > 0 {
			cart = append(cart, ',')
		}
		if value, r = m.item(n+1, value, items[n]); r != nil {
			return nil, r
		}
		cart = append(cart, value...)
		n++
	}
	return append(cart, ']'), nil
}

// item repairs the n-th item of a cart, of which it holds the known fields.
func (m *mender) item(n int, value []byte, it item) ([]byte, *Rejection) {
	itemName, r := m.name(n, it.name)
	if r != nil {
		return nil, r
	}
	price, r := m.price(n, it.price)
	if r != nil {
		return nil, r
	}
	var fixed objectWriter
	for name, value := range members(value) {
		switch string(text(name)) {
		case "name":
			value = itemName
		case "price":
			value = price
		}
		fixed.add(name, value)
	}
	return fixed.bytes(), nil
}
