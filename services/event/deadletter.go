package event

import (
	"encoding/base64"
	"encoding/json"
	"time"
	"unicode/utf8"

	"blackfriday/kafka/phrase"
)

// MaxEnvelope is the largest envelope in bytes: the 8 MiB that dlq-payment takes, less room for headers and framing.
const MaxEnvelope = 8<<20 - 64<<10

// ErrTruncated says that an envelope holds only the beginning of its original.
var ErrTruncated = phrase.Errorf("the dead letter holds only the beginning of the original")

// maxEnvelopeError bounds the sentence in an envelope, in characters.
const maxEnvelopeError = 1000

// envelopeRoom is what an envelope needs besides original and sentence: names, braces, timestamp, both flags.
const envelopeRoom = 256

// DeadLetter is what dlq-payment carries: a record that did not pass, and why.
type DeadLetter struct {
	Original  *string `json:"original_message"` // nil: the record's value was null
	Error     string  `json:"error"`            // plain English
	Timestamp float64 `json:"timestamp"`        // seconds since 1970
	Encoding  string  `json:"encoding,omitempty"`
	Truncated bool    `json:"truncated,omitempty"` // Original is only the beginning
}

// AppendDeadLetter appends the envelope of a refused value to dst: text as a string, bytes that are not UTF-8 as
// base64, null as null. The envelope has at most limit bytes; an original that does not fit is cut, at a boundary that
// keeps the envelope valid, and marked as truncated. limit is at least 8 KiB; use MaxEnvelope.
func AppendDeadLetter(dst, original []byte, reason string, at time.Time, limit int) []byte {
	reason = excerpt(reason, maxEnvelopeError)
	room := limit - envelopeRoom - len(appendString(nil, reason))
	dst = append(dst, `{"original_message":`...)
	truncated, encoded := false, false
	switch {
	case original == nil:
		dst = append(dst, "null"...)
	case utf8.Valid(original):
		keep := fittingText(original, room)
		truncated = keep < len(original)
		dst = appendString(dst, string(original[:keep]))
	default:
		encoded = true
		keep := min(len(original), room/4*3)
		truncated = keep < len(original)
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, original[:keep])
		dst = append(dst, '"')
	}
	dst = append(dst, `,"error":`...)
	dst = appendString(dst, reason)
	dst = append(dst, `,"timestamp":`...)
	dst = appendSeconds(dst, at)
	if encoded {
		dst = append(dst, `,"encoding":"base64"`...)
	}
	if truncated {
		dst = append(dst, `,"truncated":true`...)
	}
	return append(dst, '}')
}

// fittingText returns how many bytes of UTF-8 text take at most room bytes once escaped.
func fittingText(s []byte, room int) int {
	for i, r := range string(s) {
		if room -= escapedLen(r); room < 0 {
			return i
		}
	}
	return len(s)
}

// ParseDeadLetter reads an envelope.
func ParseDeadLetter(value []byte) (DeadLetter, error) {
	var d DeadLetter
	if err := json.Unmarshal(value, &d); err != nil {
		return DeadLetter{}, phrase.Errorf("read a DLQ envelope of %d bytes: %w", len(value), err)
	}
	return d, nil
}

// Value returns the original record's value: nil when that was null. When the envelope was cut, it returns what there
// is together with ErrTruncated.
func (d DeadLetter) Value() ([]byte, error) {
	if d.Original == nil {
		return nil, nil
	}
	value := []byte(*d.Original)
	if d.Encoding == "base64" {
		var err error
		if value, err = base64.StdEncoding.DecodeString(*d.Original); err != nil {
			return nil, phrase.Errorf("decode the original in a DLQ envelope: %w", err)
		}
	}
	if d.Truncated {
		return value, ErrTruncated
	}
	return value, nil
}
