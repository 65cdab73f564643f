package event

import "blackfriday/kafka/phrase"

// Code says why a record was refused. Codes are stable: they stand in the header error-code of DLQ records, and other
// programs count by them.
type Code string

// The codes of the validator, in the order in which its rules are applied.
const (
	CodeNullValue         Code = "null-value"
	CodeNotUTF8           Code = "not-utf8"
	CodeTooDeep           Code = "too-deep"
	CodeInvalidJSON       Code = "invalid-json"
	CodeNotAnObject       Code = "not-an-object"
	CodeDuplicateField    Code = "duplicate-field"
	CodeOrderIDMissing    Code = "order-id-missing"
	CodeOrderIDWrongType  Code = "order-id-wrong-type"
	CodeUserIDMissing     Code = "user-id-missing"
	CodeUserIDWrongType   Code = "user-id-wrong-type"
	CodeCartMissing       Code = "cart-missing"
	CodeCartNotAList      Code = "cart-not-a-list"
	CodeItemNotAnObject   Code = "item-not-an-object"
	CodeNameMissing       Code = "name-missing"
	CodeNameNotAString    Code = "name-not-a-string"
	CodePriceMissing      Code = "price-missing"
	CodePriceNotANumber   Code = "price-not-a-number"
	CodePriceOutOfRange   Code = "price-out-of-range"
	CodePriceNotPositive  Code = "price-not-positive"
	CodeNameTooLong       Code = "name-too-long"
	CodeUserIDSpecialChar Code = "user-id-special-character"
	CodeUserIDControlChar Code = "user-id-control-character"
	CodeNameSpecialChar   Code = "name-special-character"
	CodeNameControlChar   Code = "name-control-character"
	CodeOrderTooLarge     Code = "order-too-large" // valid, but the order is larger than its topic takes
	CodeEmailTooLarge     Code = "email-too-large" // valid, but the e-mail is larger than its topic takes
)

// Rejection is why a value does not pass. It is the error of every parser of this package.
type Rejection struct { //nolint:errname // the domain's word; ValidationError would say less
	Code   Code
	Reason phrase.Phrase // one sentence without raw control characters, at most a few hundred bytes
}

// refuse makes a Rejection: format and args are those of phrase.New.
func refuse(code Code, format string, args ...any) *Rejection {
	return &Rejection{code, phrase.New(format, args...)}
}

// Error returns the reason in English.
func (r *Rejection) Error() string { return r.Reason.String() }

// In implements phrase.Speaker.
func (r *Rejection) In(l *phrase.Language) string { return r.Reason.In(l) }
