package deadletters

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"unicode/utf8"

	"blackfriday/kafka/phrase"
	"blackfriday/services/messages"
)

// Line is one line of an export: a letter as JSON. The names of its fields are stable. Bytes that are UTF-8 stand as text;
// others in base64, and the field beside them says so.
type Line struct {
	Partition   int32        `json:"partition"` // of the letter in dlq-payment
	Offset      int64        `json:"offset"`
	TimestampMS int64        `json:"timestamp_ms"` // of the record, milliseconds since 1970
	Code        string       `json:"code"`         // empty when the letter has none
	Error       string       `json:"error"`
	Original    *string      `json:"original"`            // the refused value; null when it was null
	Encoding    string       `json:"encoding,omitempty"`  // "base64": Original is
	Truncated   bool         `json:"truncated,omitempty"` // Original is only its beginning
	Foreign     bool         `json:"foreign,omitempty"`   // no envelope of this lab's: Original is the letter's whole value
	Key         *string      `json:"key,omitempty"`
	KeyEncoding string       `json:"key_encoding,omitempty"`
	Source      *LineSource  `json:"source,omitempty"` // where the refused record stood; absent when unknown
	Instance    string       `json:"instance,omitempty"`
	Attempts    int          `json:"attempts,omitempty"`
	Redrives    int          `json:"redrives,omitempty"`
	RefusedAtMS int64        `json:"refused_at_ms,omitempty"`
	Headers     []LineHeader `json:"headers,omitempty"`
}

// LineSource is a place in a Line.
type LineSource struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
}

// LineHeader is a header in a Line.
type LineHeader struct {
	Key      string  `json:"key"`
	Value    *string `json:"value"`
	Encoding string  `json:"encoding,omitempty"`
}

// Export writes every letter that a query is about and that stands in the queue when it begins, as JSON Lines: one Line
// after the other, partition by partition, oldest first. The query's limit and cursor mean nothing here. It returns how
// many letters were written, also with an error: then the last line may be cut.
func (b *Box) Export(ctx context.Context, q Query, w io.Writer) (n int64, err error) {
	buffered := bufio.NewWriter(w)
	lines := json.NewEncoder(buffered)
	err = b.walk(ctx, q, func(l Letter) error {
		if err := lines.Encode(line(l)); err != nil {
			return err
		}
		n++
		return nil
	})
	if err := firstOf(err, buffered.Flush()); err != nil {
		return n, phrase.Errorf("export dead letters: %w", err)
	}
	return n, nil
}

// line is a letter as it is exported.
func line(l Letter) Line {
	out := Line{
		Partition: l.Partition, Offset: l.Offset, TimestampMS: l.At.UnixMilli(),
		Code: l.Code, Error: l.Error, Truncated: l.Truncated, Foreign: l.Foreign,
		Instance: l.Instance, Attempts: l.Attempts, Redrives: l.Redrives,
	}
	out.Original, out.Encoding = text(l.Original)
	out.Key, out.KeyEncoding = text(l.Key)
	if l.Source != (messages.Place{}) {
		out.Source = &LineSource{l.Source.Topic, l.Source.Partition, l.Source.Offset}
	}
	if !l.RefusedAt.IsZero() {
		out.RefusedAtMS = l.RefusedAt.UnixMilli()
	}
	for _, h := range l.Headers {
		value, encoding := text(h.Value)
		out.Headers = append(out.Headers, LineHeader{h.Key, value, encoding})
	}
	return out
}

// text is bytes as JSON can hold them without loss.
func text(b []byte) (s *string, encoding string) {
	if b == nil {
		return nil, ""
	}
	t := string(b)
	if !utf8.Valid(b) {
		t, encoding = base64.StdEncoding.EncodeToString(b), "base64"
	}
	return &t, encoding
}
