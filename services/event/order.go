package event

import (
	"encoding/json"
	"strconv"
)

// ordersPerPartition is the room that OrderID gives each partition.
const ordersPerPartition = 1_000_000_000

// OrderID returns the id of the order for the payment at a place in payment-successful: unique across instances, and
// the same again when the payment is delivered a second time. With one partition it counts 1, 2, 3, …
func OrderID(partition int32, offset int64) int64 {
	return int64(partition)*ordersPerPartition + offset + 1
}

// Order is what order-created carries.
type Order struct {
	ID     int64           `json:"order_id"`
	UserID UserID          `json:"user_id"`
	Items  json.RawMessage `json:"items"` // the payment's cart as it was sent
}

// AppendJSON appends the order to dst as JSON, with UserID and Items byte for byte as they are.
func (o Order) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"order_id":`...)
	dst = strconv.AppendInt(dst, o.ID, 10)
	dst = append(dst, `,"user_id":`...)
	dst = append(dst, o.UserID...)
	dst = append(dst, `,"items":`...)
	dst = append(dst, o.Items...)
	return append(dst, `,"status":"confirmed"}`...)
}

// ParseOrder judges the value of a record of order-created by what its readers need: an order_id that is an integer,
// and a user_id under the same rules as in a payment. Items is nil when absent. The error is a *Rejection.
func ParseOrder(value []byte) (Order, error) {
	var items []byte
	id, user, r := orderFields(value, &items)
	if r != nil {
		return Order{}, r
	}
	return Order{ID: id, UserID: user, Items: items}, nil
}

// orderFields judges the two fields that orders and e-mails share, and picks out items where there are some.
func orderFields(value []byte, items *[]byte) (id int64, user UserID, r *Rejection) {
	if r := object(value, MaxDepth); r != nil {
		return 0, "", r
	}
	var rawID, rawUser []byte
	names := []string{"order_id", "user_id", "items"}
	if r := fields(value, names, []*[]byte{&rawID, &rawUser, items}); r != nil {
		return 0, "", r
	}
	if id, r = orderID(rawID); r != nil {
		return 0, "", r
	}
	if rawUser == nil {
		return 0, "", refuse(CodeUserIDMissing, "user_id is missing")
	}
	for _, rule := range []func([]byte) *Rejection{userType, userChars} {
		if r := rule(rawUser); r != nil {
			return 0, "", r
		}
	}
	return id, UserID(rawUser), nil
}

// orderID judges an order_id.
func orderID(raw []byte) (int64, *Rejection) {
	if raw == nil {
		return 0, refuse(CodeOrderIDMissing, "order_id is missing")
	}
	if !isInteger(raw) {
		return 0, refuse(CodeOrderIDWrongType, "order_id is %s; it must be an integer", word(raw))
	}
	id, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0, refuse(CodeOrderIDWrongType, "order_id is %s, which is beyond a 64-bit integer", excerpt(string(raw), maxQuoted))
	}
	return id, nil
}
