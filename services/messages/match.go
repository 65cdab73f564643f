package messages

import (
	"bytes"

	"blackfriday/kafka"
)

// Contains returns a function that says whether key, value or a header of a record contains a text, in any case. It may
// be called by several goroutines at once.
func Contains(text string) func(*kafka.Record) bool {
	wanted := bytes.ToLower([]byte(text))
	return func(r *kafka.Record) bool { return contains(r, wanted) }
}

// matcher says which records pass a text and a match of their own; nil when all do.
func matcher(text string, also func(*kafka.Record) bool) func(*kafka.Record) bool {
	if text == "" {
		return also
	}
	has := Contains(text)
	return func(r *kafka.Record) bool { return has(r) && (also == nil || also(r)) }
}

// contains says whether key, value or a header of the record contains the lower-case text, in any case.
func contains(r *kafka.Record, text []byte) bool {
	in := func(b []byte) bool { return len(b) >= len(text)/3 && bytes.Contains(bytes.ToLower(b), text) }
	if in(r.Value) || in(r.Key) {
		return true
	}
	for _, h := range r.Headers {
		if in([]byte(h.Key)) || in(h.Value) {
			return true
		}
	}
	return false
}
