package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// name repairs the name of the n-th item; nil is a missing one.
func (m *mender) name(n int, raw []byte) ([]byte, *Rejection) {
	if raw == nil {
		return nil, refuse(CodeNameMissing, "item %d has no name", n)
	}
	switch kind(raw) {
	case "a string":
	case "a number":
		m.change("the name of item %d was the number %s; it is now a string", n, excerpt(string(raw), maxQuoted))
		raw = appendString(nil, string(raw))
	default:
		return nil, refuse(CodeNameNotAString, "the name of item %d is %s", n, word(raw))
	}
	kept, removed := allowedOnly(text(raw))
	length := utf8.RuneCountInString(kept)
	if removed == 0 && length <= MaxName {
		return raw, nil
	}
	if removed > 0 {
		if strings.TrimSpace(kept) == "" {
			return nil, refuse(CodeNameSpecialChar, "the name of item %d holds nothing but characters that are not allowed", n)
		}
		m.change("removed from the name of item %d: %s", n, forbiddenCount(removed))
	}
	if length > MaxName {
		m.change("the name of item %d is cut from %d characters to %d", n, length, MaxName)
		kept = string([]rune(kept)[:MaxName])
	}
	return appendString(nil, kept), nil
}

// price repairs the price of the n-th item; nil is a missing one.
func (m *mender) price(n int, raw []byte) ([]byte, *Rejection) {
	if raw == nil {
		return nil, refuse(CodePriceMissing, "item %d has no price", n)
	}
	number, ok := numberIn(raw)
	if !ok {
		return nil, refuse(CodePriceNotANumber, "the price of item %d is %s", n, word(raw))
	}
	shown := excerpt(string(number), maxQuoted)
	price, err := strconv.ParseFloat(string(number), 64)
	switch {
	case err != nil:
		return nil, refuse(CodePriceOutOfRange, "the price of item %d is %s, which is beyond what a float64 holds", n, shown)
	case price == 0:
		return nil, refuse(CodePriceNotPositive, "the price of item %d is %s", n, shown)
	}
	if kind(raw) == "a string" {
		m.change("the price of item %d was a string; it is now the number %s", n, shown)
	}
	if price < 0 {
		m.change("the price of item %d was %s; it has lost its sign", n, shown)
		number = number[1:]
	}
	return number, nil
}

// numberIn returns the JSON number that a valid JSON value is or, in a string, says.
func numberIn(raw []byte) (number []byte, ok bool) {
	switch kind(raw) {
	case "a number":
		return raw, true
	case "a string":
		number = bytes.TrimSpace(text(raw))
		return number, json.Valid(number) && kind(number) == "a number"
	default:
		return nil, false
	}
}

// allowedOnly returns s without the characters that no user_id and no name may hold, and how many those were.
func allowedOnly(s []byte) (kept string, removed int) {
	kept = strings.Map(func(r rune) rune {
		if forbidden(r) {
			removed++
			return -1
		}
		return r
	}, string(s))
	return kept, removed
}

// forbiddenCount says how many characters were removed.
func forbiddenCount(n int) string {
	if n == 1 {
		return "1 character that is not allowed"
	}
	return fmt.Sprintf("%d characters that are not allowed", n)
}

// objectWriter builds a JSON object of names and values that are JSON already. The zero value is empty.
type objectWriter struct{ json []byte }

// add adds a member.
func (w *objectWriter) add(name, value []byte) {
	between := byte(',')
	if len(w.json) == 0 {
		between = '{'
	}
	w.json = append(append(w.json, between), name...)
	w.json = append(append(w.json, ':'), value...)
}

// bytes returns the object; it has at least one member.
func (w *objectWriter) bytes() []byte { return append(w.json, '}') }
