package event_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"blackfriday/services/event"
)

func TestOrderID(t *testing.T) {
	tests := []struct {
		partition int32
		offset    int64
		want      int64
	}{
		{0, 0, 1}, {0, 1, 2}, {1, 0, 1_000_000_001}, {2, 41, 2_000_000_042},
		{math.MaxInt32, 999_999_999, 2_147_483_648_000_000_000},
	}
	for _, tt := range tests {
		if got := event.OrderID(tt.partition, tt.offset); got != tt.want {
			t.Errorf("OrderID(%d, %d) = %d; want %d", tt.partition, tt.offset, got, tt.want)
		}
	}
}

func TestOrderJSON(t *testing.T) {
	o := event.Order{ID: 3, UserID: `"42"`, Items: json.RawMessage(`[{"name": "A<", "x":1}]`)}
	const want = `{"order_id":3,"user_id":"42","items":[{"name": "A<", "x":1}],"status":"confirmed"}`
	if got := string(o.AppendJSON(nil)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestEmailJSON(t *testing.T) {
	e := event.Email{UserID: `"zo\u00e9\\"`, OrderID: 1_000_000_007}
	const want = `{"user_id":"zo\u00e9\\","order_id":1000000007,"email_to":"user_zoé\\@example.com",` +
		`"subject":"Confirmation de commande #1000000007","status":"sent"}`
	if got := string(e.AppendJSON(nil)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	var mail struct{ To, Subject, Body string }
	if err := json.Unmarshal(e.AppendMail(nil), &mail); err != nil {
		t.Fatal(err)
	}
	if mail.To != `user_zoé\@example.com` || mail.Subject != e.Subject() || !strings.Contains(mail.Body, "1000000007") {
		t.Errorf("mail is %+v", mail)
	}
	again, err := event.ParseEmail(e.AppendJSON(nil))
	if err != nil || again != e {
		t.Errorf("read back as %+v, %v", again, err)
	}
}

func TestParseOrderRefuses(t *testing.T) {
	tests := map[string]event.Code{
		`nonsense`:          event.CodeInvalidJSON,
		`[]`:                event.CodeNotAnObject,
		`{"user_id":1}`:     event.CodeOrderIDMissing,
		`{"ORDER_ID":1}`:    event.CodeOrderIDMissing,
		`{"order_id":1}`:    event.CodeUserIDMissing,
		`{"order_id":"1"}`:  event.CodeOrderIDWrongType,
		`{"order_id":1.5}`:  event.CodeOrderIDWrongType,
		`{"order_id":null}`: event.CodeOrderIDWrongType,
		`{"order_id":99999999999999999999,"user_id":1}`: event.CodeOrderIDWrongType,
		`{"order_id":1,"user_id":false}`:                event.CodeUserIDWrongType,
		`{"order_id":1,"user_id":"a\r\nBcc: x"}`:        event.CodeUserIDControlChar,
		`{"order_id":1,"user_id":"<b>"}`:                event.CodeUserIDSpecialChar,
		`{"order_id":1,"order_id":2,"user_id":1}`:       event.CodeDuplicateField,
		"\xff":                           event.CodeNotUTF8,
		strings.Repeat(`{"a":`, 100_000): event.CodeTooDeep,
	}
	for value, want := range tests {
		_, err := event.ParseOrder([]byte(value))
		if got := codeOf(t, err); got != want {
			t.Errorf("ParseOrder(%.60q) has code %q (%v); want %q", value, got, err, want)
		}
		checkReason(t, err)
		if _, err := event.ParseEmail([]byte(value)); codeOf(t, err) != want {
			t.Errorf("ParseEmail(%.60q): %v; want %q", value, err, want)
		}
	}
}

func FuzzParseOrder(f *testing.F) {
	f.Add([]byte(`{"order_id":1,"user_id":"a","items":[{"name":"A"}],"status":"confirmed"}`))
	for _, p := range event.Pills() {
		f.Add(p.Value)
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		o, err := event.ParseOrder(value)
		if err != nil {
			checkReason(t, err)
			return
		}
		e := event.Email{UserID: o.UserID, OrderID: o.ID}
		if again, err := event.ParseEmail(e.AppendJSON(nil)); err != nil || again != e {
			t.Fatalf("the e-mail for %q reads back as %+v, %v", value, again, err)
		}
		if !json.Valid(e.AppendMail(nil)) {
			t.Fatalf("the mail for %q is not JSON", value)
		}
	})
}

func TestUserID(t *testing.T) {
	tests := []struct{ json, text, shown string }{
		{"42", "42", "42"},
		{`"42"`, "42", "42"},
		{`"a\u001bb"`, "a\x1bb", `a\x1bb`},
		{`"` + strings.Repeat("é", 70) + `"`, strings.Repeat("é", 70), strings.Repeat("é", 64) + "…"},
		{"", "", ""},
	}
	for _, tt := range tests {
		u := event.UserID(tt.json)
		if u.String() != tt.text || u.Shown() != tt.shown {
			t.Errorf("%s says %q, shown %q; want %q and %q", tt.json, u.String(), u.Shown(), tt.text, tt.shown)
		}
	}
	var u event.UserID
	if err := json.Unmarshal([]byte(`7.5`), &u); err == nil {
		t.Error("7.5 was taken as a user_id")
	}
	if err := json.Unmarshal([]byte(`900719925474099312345`), &u); err != nil || u != "900719925474099312345" {
		t.Errorf("decoded %q, %v", u, err)
	}
	if b, err := json.Marshal([]event.UserID{"7", `"x"`}); err != nil || string(b) != `[7,"x"]` {
		t.Errorf("encoded %s, %v", b, err)
	}
	if _, err := json.Marshal(event.UserID("not json")); err == nil {
		t.Error("a user_id that is not JSON was encoded")
	}
}
