package event_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"blackfriday/services/event"
)

func TestDeadLetterJSON(t *testing.T) {
	tests := map[string]struct {
		original []byte
		want     string
	}{
		"text":     {[]byte("{ \"é\": <\n"), `{"original_message":"{ \"é\": <\n","error":"bad","timestamp":1795766400.123456}`},
		"null":     {nil, `{"original_message":null,"error":"bad","timestamp":1795766400.123456}`},
		"empty":    {[]byte{}, `{"original_message":"","error":"bad","timestamp":1795766400.123456}`},
		"bytes":    {[]byte{0xff, 0xfe}, `{"original_message":"//4=","error":"bad","timestamp":1795766400.123456,"encoding":"base64"}`},
		"terminal": {[]byte("\x1b]0;\u009b\x7f"), `{"original_message":"\u001b]0;\u009b\u007f","error":"bad","timestamp":1795766400.123456}`},
	}
	for name, tt := range tests {
		got := event.AppendDeadLetter(nil, tt.original, "bad", day(), event.MaxEnvelope)
		if string(got) != tt.want {
			t.Errorf("%s: %s\nwant %s", name, got, tt.want)
		}
	}
}

func TestDeadLetterIsCut(t *testing.T) {
	const limit = 8 << 10
	tests := map[string]struct {
		original  []byte
		truncated bool
	}{
		"plain text":           {bytes.Repeat([]byte("a"), 20_000), true},
		"text of wide letters": {bytes.Repeat([]byte("日"), 20_000), true},
		"text of escapes":      {bytes.Repeat([]byte("\x01"), 2_000), true},
		"text that just fits":  {bytes.Repeat([]byte("a"), 7_000), false},
		"bytes":                {bytes.Repeat([]byte{0xff}, 20_000), true},
		"bytes that just fit":  {bytes.Repeat([]byte{0xff}, 5_000), false},
	}
	for name, tt := range tests {
		checkDeadLetter(t, name, tt.original, limit, tt.truncated)
	}
}

// A payload of the largest size a topic of the lab takes must fit whole or be cut: never a record that blocks.
func TestDeadLetterOfHugeOriginals(t *testing.T) {
	checkDeadLetter(t, "900 KB of control characters", bytes.Repeat([]byte{1}, 900_000), event.MaxEnvelope, false)
	checkDeadLetter(t, "9 MB of text", bytes.Repeat([]byte("x"), 9_000_000), event.MaxEnvelope, true)
	checkDeadLetter(t, "9 MB of bytes", bytes.Repeat([]byte{0xfe}, 9_000_000), event.MaxEnvelope, true)
}

// checkDeadLetter fails unless original comes back from its envelope, whole or as a proper beginning.
func checkDeadLetter(t *testing.T, name string, original []byte, limit int, truncated bool) {
	t.Helper()
	envelope := event.AppendDeadLetter(nil, original, "why", day(), limit)
	d, err := event.ParseDeadLetter(envelope)
	if err != nil || len(envelope) > limit || !utf8.Valid(envelope) {
		t.Fatalf("%s: envelope of %d bytes, limit %d: %v", name, len(envelope), limit, err)
	}
	value, err := d.Value()
	if truncated != errors.Is(err, event.ErrTruncated) || truncated != d.Truncated {
		t.Fatalf("%s: truncated %v, %v; want %v", name, d.Truncated, err, truncated)
	}
	if !bytes.HasPrefix(original, value) || !truncated && len(value) != len(original) {
		t.Fatalf("%s: %d of %d bytes came back, or others", name, len(value), len(original))
	}
	if truncated && len(envelope) < limit-512 {
		t.Errorf("%s: cut to %d bytes though %d were allowed", name, len(envelope), limit)
	}
}

func TestDeadLetterBoundsItsReason(t *testing.T) {
	envelope := event.AppendDeadLetter(nil, []byte("x"), strings.Repeat("\x1b[2J", 100_000), day(), 8<<10)
	d, err := event.ParseDeadLetter(envelope)
	if err != nil || len(envelope) > 8<<10 || event.Visible(d.Error) != d.Error {
		t.Errorf("envelope of %d bytes, %v", len(envelope), err)
	}
}

func TestDeadLetterValueRefusesBadBase64(t *testing.T) {
	d, err := event.ParseDeadLetter([]byte(`{"original_message":"***","error":"","timestamp":1,"encoding":"base64"}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Value(); err == nil {
		t.Error("bad base64 was decoded")
	}
	if _, err := event.ParseDeadLetter([]byte("{")); err == nil {
		t.Error("half an envelope was read")
	}
}

func FuzzDeadLetter(f *testing.F) {
	for _, p := range event.Pills() {
		f.Add(p.Value, "reason", uint(0))
	}
	f.Add([]byte("\u2028\U0001f600\"\\"), "\x1b", uint(4000))
	f.Fuzz(func(t *testing.T, original []byte, reason string, more uint) {
		limit := 8<<10 + int(more%(64<<10))
		envelope := event.AppendDeadLetter(nil, original, reason, day(), limit)
		if len(envelope) > limit || !json.Valid(envelope) || !utf8.Valid(envelope) {
			t.Fatalf("%q became %q", original, envelope)
		}
		d, err := event.ParseDeadLetter(envelope)
		if err != nil {
			t.Fatal(err)
		}
		value, err := d.Value()
		if err != nil && !errors.Is(err, event.ErrTruncated) {
			t.Fatal(err)
		}
		whole := bytes.Equal(value, original) && (value == nil) == (original == nil)
		beginning := d.Truncated && bytes.HasPrefix(original, value)
		if !whole && !beginning {
			t.Fatalf("%q came back as %q", original, value)
		}
	})
}
