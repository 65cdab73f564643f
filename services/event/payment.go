package event

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// MaxName is how many characters the name of an item may have.
const MaxName = 100

// maxQuoted is how many characters of a payload a reason quotes.
const maxQuoted = 32

// Payment is what payment-successful carries, after it has passed the validator.
type Payment struct {
	UserID  UserID
	Cart    json.RawMessage // the list of items exactly as it was sent, unknown fields and all; shares the value's memory
	Revenue float64         // in euros: Σ price × quantity, where an absent or null quantity is 1
	// Unpriced counts the items that Revenue leaves out because their quantity is not a number from 0 up or the
	// product is beyond float64. The validator does not judge quantities, so such a payment still passes.
	Unpriced int
}

// MaxCents is the most that a payment counts in sums of cents: a hundred million euros, so that the sum of a hundred
// million payments is still an int64 though any price within float64 passes the validator.
const MaxCents = 10_000_000_000

// Cents returns the revenue in euro cents, rounded to the nearest one and at most MaxCents.
func (p Payment) Cents() int64 { return int64(math.Min(math.Round(p.Revenue*100), MaxCents)) }

// ParsePayment judges the value of a record of payment-successful by the lab's rules, one rule after the other, each
// over the whole cart. A nil value is a Kafka null. The error is a *Rejection.
func ParsePayment(value []byte) (Payment, error) {
	if r := object(value, MaxDepth); r != nil {
		return Payment{}, r
	}
	var user, cart []byte
	if r := fields(value, []string{"user_id", "cart"}, []*[]byte{&user, &cart}); r != nil {
		return Payment{}, r
	}
	if user == nil {
		return Payment{}, refuse(CodeUserIDMissing, "user_id is missing")
	}
	if r := userType(user); r != nil {
		return Payment{}, r
	}
	items, r := cartItems(cart)
	if r != nil {
		return Payment{}, r
	}
	for _, rule := range []func([]item) *Rejection{itemNames, itemPrices, itemNameLengths} {
		if r := rule(items); r != nil {
			return Payment{}, r
		}
	}
	if r := userChars(user); r != nil {
		return Payment{}, r
	}
	if r := itemNameChars(items); r != nil {
		return Payment{}, r
	}
	p := Payment{UserID: UserID(user), Cart: cart}
	p.Revenue, p.Unpriced = revenue(items)
	return p, nil
}

// item is one line of a cart: raw JSON values, nil where absent, and the price once it is judged.
type item struct {
	name, price, quantity []byte
	euros                 float64
}

// cartItems checks that the cart is a list of objects and takes it apart.
func cartItems(cart []byte) ([]item, *Rejection) {
	if cart == nil {
		return nil, refuse(CodeCartMissing, "cart is missing")
	}
	if kind(cart) != "a list" {
		return nil, refuse(CodeCartNotAList, "cart is %s; it must be a list of items", word(cart))
	}
	items := make([]item, 0, 4)
	for value := range elements(cart) {
		if kind(value) != "an object" {
			return nil, refuse(CodeItemNotAnObject, "item %d of the cart is %s; it must be an object", len(items)+1, word(value))
		}
		var it item
		err := fields(value, []string{"name", "price", "quantity"}, []*[]byte{&it.name, &it.price, &it.quantity})
		if err != nil {
			return nil, err
		}
		items = append(items, it)
	}
	return items, nil
}

// itemNames checks that every item has a name and that it is a string.
func itemNames(items []item) *Rejection {
	for i, it := range items {
		if it.name == nil {
			return refuse(CodeNameMissing, "item %d has no name", i+1)
		}
		if kind(it.name) != "a string" {
			return refuse(CodeNameNotAString, "the name of item %d is %s; it must be a string", i+1, word(it.name))
		}
	}
	return nil
}

// itemPrices checks that every item has a price above 0 within float64, and keeps it.
func itemPrices(items []item) *Rejection {
	for i := range items {
		raw := items[i].price
		if raw == nil {
			return refuse(CodePriceMissing, "item %d has no price", i+1)
		}
		if kind(raw) != "a number" {
			return refuse(CodePriceNotANumber, "the price of item %d is %s; it must be a number", i+1, word(raw))
		}
		price, err := strconv.ParseFloat(string(raw), 64)
		if err != nil {
			return refuse(CodePriceOutOfRange, "the price of item %d is %s, which is beyond what a float64 holds", i+1, excerpt(string(raw), maxQuoted))
		}
		if price <= 0 {
			return refuse(CodePriceNotPositive, "the price of item %d is %s; it must be above 0", i+1, excerpt(string(raw), maxQuoted))
		}
		items[i].euros = price
	}
	return nil
}

// itemNameLengths checks that no name has more than MaxName characters.
func itemNameLengths(items []item) *Rejection {
	for i, it := range items {
		if n := utf8.RuneCount(text(it.name)); n > MaxName {
			return refuse(CodeNameTooLong, "the name of item %d has %d characters; %d are allowed", i+1, n, MaxName)
		}
	}
	return nil
}

// itemNameChars checks the characters of every name.
func itemNameChars(items []item) *Rejection {
	for i, it := range items {
		bad, found := badChar(text(it.name))
		switch {
		case !found:
		case unicode.IsControl(bad):
			return refuse(CodeNameControlChar, "the name of item %d contains the control character %s", i+1, Visible(string(bad)))
		default:
			return refuse(CodeNameSpecialChar, "the name of item %d contains the character %c, which is not allowed", i+1, bad)
		}
	}
	return nil
}

// revenue adds up what the items cost and counts those that cannot be added.
func revenue(items []item) (euros float64, unpriced int) {
	for _, it := range items {
		quantity := 1.0
		if it.quantity != nil && kind(it.quantity) != "null" {
			var err error
			quantity, err = strconv.ParseFloat(string(it.quantity), 64)
			if err != nil || quantity < 0 {
				unpriced++
				continue
			}
		}
		sum := euros + it.euros*quantity
		if math.IsInf(sum, 0) {
			unpriced++
			continue
		}
		euros = sum
	}
	return euros, unpriced
}
