package deadletters

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/messages"
)

// How long what headers say may be to be believed, in bytes.
const (
	maxCode     = 100
	maxInstance = 256
)

// Parse reads a record of dlq-payment. It never fails: what is no envelope of this lab's is a foreign letter.
func Parse(m messages.Message) Letter {
	l := Letter{
		Message:  m,
		Code:     codeOf(m.Headers),
		Source:   messages.SourceOf(m.Headers),
		Instance: excerpt(messages.HeaderValue(m.Headers, kafka.HeaderInstance), maxInstance),
		Redrives: redrives(m.Headers),
	}
	if n, err := strconv.ParseUint(string(messages.HeaderValue(m.Headers, kafka.HeaderAttempts)), 10, 31); err == nil {
		l.Attempts = int(n)
	}
	envelope, original, ok := open(m.Value)
	if !ok {
		l.Foreign, l.Null, l.Original, l.Truncated = true, m.Value == nil, m.Value, m.Cut > 0
		return l
	}
	l.Error, l.Original, l.Truncated, l.Null = envelope.Error, original, envelope.Truncated, envelope.Original == nil
	const tooLate = 1e11 // the year 5138: nothing that time.Time could not hold
	if envelope.Timestamp > 0 && envelope.Timestamp < tooLate {
		l.RefusedAt = time.UnixMilli(int64(envelope.Timestamp * 1000))
	}
	return l
}

// open takes an envelope of this lab's, or of the course's own services, apart. ok is false for everything else.
func open(value []byte) (envelope event.DeadLetter, original []byte, ok bool) {
	var fields struct {
		Original json.RawMessage `json:"original_message"`
		Error    json.RawMessage `json:"error"`
	}
	if json.Unmarshal(value, &fields) != nil || fields.Original == nil || fields.Error == nil {
		return event.DeadLetter{}, nil, false
	}
	envelope, err := event.ParseDeadLetter(value)
	if err != nil {
		return event.DeadLetter{}, nil, false
	}
	original, err = envelope.Value()
	return envelope, original, err == nil || errors.Is(err, event.ErrTruncated)
}

func codeOf(headers []messages.Header) string {
	return excerpt(messages.HeaderValue(headers, kafka.HeaderErrorCode), maxCode)
}

func excerpt(b []byte, most int) string { return string(b[:min(len(b), most)]) }

// redrives is how often the payment of a letter had been sent again. A count that cannot be read might hide a loop, so it
// counts as the most there may be.
func redrives(headers []messages.Header) int {
	for _, h := range headers {
		if h.Key != kafka.HeaderRedriveCount {
			continue
		}
		n, err := strconv.ParseUint(string(h.Value), 10, 31)
		if err != nil {
			return MostRedrives
		}
		return int(n)
	}
	return 0
}

// matcher says which records of dlq-payment a query is about; nil when it is about all.
func matcher(q Query) func(*kafka.Record) bool {
	if q.Code == "" && q.Filter == "" {
		return nil
	}
	has := messages.Contains(q.Filter)
	return func(r *kafka.Record) bool {
		if q.Code != "" && codeOf(r.Headers) != q.Code {
			return false
		}
		if q.Filter == "" || has(r) {
			return true
		}
		// In its envelope an original is escaped or encoded, and whoever searches does not know how.
		_, original, ok := open(r.Value)
		return ok && has(&kafka.Record{Value: original})
	}
}
