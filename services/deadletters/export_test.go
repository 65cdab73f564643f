package deadletters_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"blackfriday/kafka"
	"blackfriday/services/deadletters"
	"blackfriday/services/event"
	"blackfriday/services/messages"
)

// bytesOf undoes what a Line does to bytes.
func bytesOf(t rapid.TB, text *string, encoding string) []byte {
	t.Helper()
	if text == nil {
		return nil
	}
	if encoding != "base64" {
		return []byte(*text)
	}
	b, err := base64.StdEncoding.DecodeString(*text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// lines reads an export.
func lines(t rapid.TB, export []byte) []deadletters.Line {
	t.Helper()
	var all []deadletters.Line
	scanner := bufio.NewScanner(bytes.NewReader(export))
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		decoder := json.NewDecoder(bytes.NewReader(scanner.Bytes()))
		decoder.DisallowUnknownFields()
		var l deadletters.Line
		if err := decoder.Decode(&l); err != nil {
			t.Fatalf("%.200s: %v", scanner.Text(), err)
		}
		all = append(all, l)
	}
	return all
}

func TestExportKeepsEveryByte(t *testing.T) {
	d := openDesk(t)
	pills := event.Pills()
	for _, p := range pills {
		d.letter(p.Value, p.Code)
	}
	huge := bytes.Repeat([]byte("é"), 2<<20)
	d.letter(huge, "huge")
	d.raw([]byte("\xff\x1b[2J\u2028</script>"), header("\x07", "\xfe"))
	var out bytes.Buffer
	n, err := d.Export(t.Context(), deadletters.Query{}, &out)
	got := lines(t, out.Bytes())
	if err != nil || n != int64(len(pills)+2) || len(got) != len(pills)+2 {
		t.Fatalf("%d letters in %d lines, %v", n, len(got), err)
	}
	if bytes.ContainsAny(out.Bytes(), "\x1b\x07\x00") {
		t.Error("control characters stand in the export as they are")
	}
	want := map[messages.Place][]byte{}
	for _, l := range d.list(deadletters.Query{}).Letters {
		want[l.Place] = l.Original
	}
	for _, l := range got {
		place := messages.Place{Topic: kafka.DLQPayment, Partition: l.Partition, Offset: l.Offset}
		original := bytesOf(t, l.Original, l.Encoding)
		if !bytes.Equal(original, want[place]) || (original == nil) != (want[place] == nil) {
			t.Errorf("%+v came back as %.40q, want %.40q", place, original, want[place])
		}
		if !l.Foreign && (l.Source == nil || l.Source.Offset != 42 || l.Instance != "order-2" || l.Code == "" || l.RefusedAtMS != l.TimestampMS) {
			t.Errorf("line %+v", l)
		}
	}
}

func TestExportWritesWhatAQueryIsAbout(t *testing.T) {
	d := openDesk(t)
	d.letter([]byte("1"), "a")
	d.letter([]byte("2"), "b")
	var out bytes.Buffer
	if n, err := d.Export(t.Context(), deadletters.Query{Code: "b", Limit: 1}, &out); n != 1 || err != nil || *lines(t, out.Bytes())[0].Original != "2" {
		t.Errorf("%d letters, %v: %s", n, err, out.String())
	}
	if !strings.HasPrefix(out.String(), `{"partition":1,"offset":0,"timestamp_ms":1732860001000,"code":"b","error":"the reason is b","original":"2","source":`) {
		t.Errorf("exported %s", out.String())
	}
	full := errors.New("disk full")
	if _, err := d.Export(t.Context(), deadletters.Query{}, failing{full}); !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
}

// failing is a writer on a full disk.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// FuzzParse: whatever stands in the queue, it is read, and nothing of it gets lost on the way to the screen.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"original_message":"a","error":"b","timestamp":1}`), "redrive-count", []byte("1"))
	f.Add([]byte(`{"original_message":null,"error":"","timestamp":-1e308}`), "source-offset", []byte("1"))
	f.Add([]byte("\xff"), "error-code", []byte("\x1b"))
	f.Fuzz(func(t *testing.T, value []byte, key string, header []byte) {
		l := deadletters.Parse(messages.Message{Value: value, Headers: []messages.Header{{Key: key, Value: header}}})
		if l.Foreign && !bytes.Equal(l.Original, value) || l.Redrives < 0 || l.Attempts < 0 || len(l.Code) > 100 || len(l.Instance) > 256 {
			t.Errorf("%q became %+v", value, l)
		}
		if _, err := json.Marshal(l.RefusedAt); err != nil {
			t.Errorf("refused at %v: %v", l.RefusedAt, err)
		}
	})
}
