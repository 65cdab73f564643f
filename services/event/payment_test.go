package event_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"blackfriday/services/event"
)

// payment returns a payment with the given cart items.
func payment(items string) string { return `{"user_id":1,"cart":[` + items + `],"timestamp":1.5}` }

// codeOf returns the code of a parser's error, or "" for none.
func codeOf(t *testing.T, err error) event.Code {
	t.Helper()
	if err == nil {
		return ""
	}
	var r *event.Rejection
	if !errors.As(err, &r) {
		t.Fatalf("error is %T %v; want a *event.Rejection", err, err)
	}
	return r.Code
}

func TestParsePaymentRefuses(t *testing.T) {
	const good = `{"name":"A","price":1}`
	tests := map[string]struct {
		value string
		want  event.Code
	}{
		"empty":                       {"", event.CodeInvalidJSON},
		"white space only":            {" \n", event.CodeInvalidJSON},
		"not JSON":                    {"{ invalid json :", event.CodeInvalidJSON},
		"trailing data":               {payment(good) + " x", event.CodeInvalidJSON},
		"two objects":                 {payment(good) + payment(good), event.CodeInvalidJSON},
		"trailing comma":              {`{"user_id":1,"cart":[],}`, event.CodeInvalidJSON},
		"byte order mark":             {"\ufeff" + payment(good), event.CodeInvalidJSON},
		"NaN":                         {payment(`{"name":"A","price":NaN}`), event.CodeInvalidJSON},
		"Infinity":                    {payment(`{"name":"A","price":Infinity}`), event.CodeInvalidJSON},
		"hex number":                  {payment(`{"name":"A","price":0x10}`), event.CodeInvalidJSON},
		"leading zero":                {`{"user_id":007,"cart":[]}`, event.CodeInvalidJSON},
		"raw control character":       {payment("{\"name\":\"\x1b[2J\",\"price\":1}"), event.CodeInvalidJSON},
		"single quotes":               {`{'user_id':1,'cart':[]}`, event.CodeInvalidJSON},
		"not UTF-8":                   {"{\"user_id\":\"\xff\",\"cart\":[]}", event.CodeNotUTF8},
		"UTF-16 surrogate in UTF-8":   {"{\"user_id\":\"\xed\xa0\x80\",\"cart\":[]}", event.CodeNotUTF8},
		"a list":                      {`[1]`, event.CodeNotAnObject},
		"a string":                    {` "text"`, event.CodeNotAnObject},
		"the JSON null":               {`null`, event.CodeNotAnObject},
		"no user":                     {`{"cart":[]}`, event.CodeUserIDMissing},
		"user in other case":          {`{"User_ID":1,"cart":[]}`, event.CodeUserIDMissing},
		"user null":                   {`{"user_id":null,"cart":[]}`, event.CodeUserIDWrongType},
		"user true":                   {`{"user_id":true,"cart":[]}`, event.CodeUserIDWrongType},
		"user a fraction":             {`{"user_id":1.5,"cart":[]}`, event.CodeUserIDWrongType},
		"user 1.0":                    {`{"user_id":1.0,"cart":[]}`, event.CodeUserIDWrongType},
		"user 1e3":                    {`{"user_id":1e3,"cart":[]}`, event.CodeUserIDWrongType},
		"user a list":                 {`{"user_id":[1],"cart":[]}`, event.CodeUserIDWrongType},
		"user twice":                  {`{"user_id":1,"user_id":2,"cart":[]}`, event.CodeDuplicateField},
		"user twice, once escaped":    {`{"user_id":1,"user\u005fid":2,"cart":[]}`, event.CodeDuplicateField},
		"price twice":                 {payment(`{"name":"A","price":1,"price":-1}`), event.CodeDuplicateField},
		"no cart":                     {`{"user_id":1}`, event.CodeCartMissing},
		"cart in other case":          {`{"user_id":1,"CART":[]}`, event.CodeCartMissing},
		"cart null":                   {`{"user_id":1,"cart":null}`, event.CodeCartNotAList},
		"cart an object":              {`{"user_id":1,"cart":{}}`, event.CodeCartNotAList},
		"item a number":               {payment(good + ",7"), event.CodeItemNotAnObject},
		"item null":                   {payment("null"), event.CodeItemNotAnObject},
		"no name":                     {payment(`{"price":1}`), event.CodeNameMissing},
		"name null":                   {payment(`{"name":null,"price":1}`), event.CodeNameNotAString},
		"name a number":               {payment(`{"name":7,"price":1}`), event.CodeNameNotAString},
		"no price":                    {payment(`{"name":"A"}`), event.CodePriceMissing},
		"price a string":              {payment(`{"name":"A","price":"1"}`), event.CodePriceNotANumber},
		"price true":                  {payment(`{"name":"A","price":true}`), event.CodePriceNotANumber},
		"price 0":                     {payment(`{"name":"A","price":0}`), event.CodePriceNotPositive},
		"price -0.0":                  {payment(`{"name":"A","price":-0.0}`), event.CodePriceNotPositive},
		"price -1000":                 {payment(`{"name":"A","price":-1000}`), event.CodePriceNotPositive},
		"price too small for a float": {payment(`{"name":"A","price":1e-400}`), event.CodePriceNotPositive},
		"price 1e400":                 {payment(`{"name":"A","price":1e400}`), event.CodePriceOutOfRange},
		"price -1e400":                {payment(`{"name":"A","price":-1e400}`), event.CodePriceOutOfRange},
		"name of 101":                 {payment(`{"name":"` + strings.Repeat("é", 101) + `","price":1}`), event.CodeNameTooLong},
		"name with <":                 {payment(`{"name":"a<b","price":1}`), event.CodeNameSpecialChar},
		"name with escaped <":         {payment(`{"name":"a\u003cb","price":1}`), event.CodeNameSpecialChar},
		"name with escaped quote":     {payment(`{"name":"a\"b","price":1}`), event.CodeNameSpecialChar},
		"name with ESC":               {payment(`{"name":"\u001b[2J","price":1}`), event.CodeNameControlChar},
		"name with DEL":               {payment("{\"name\":\"\x7f\",\"price\":1}"), event.CodeNameControlChar},
		"name with C1":                {payment(`{"name":"\u009b2J","price":1}`), event.CodeNameControlChar},
		"user with newline":           {`{"user_id":"a\nb","cart":[]}`, event.CodeUserIDControlChar},
		"user with quote":             {`{"user_id":"a'b","cart":[]}`, event.CodeUserIDSpecialChar},
	}
	for _, c := range "<>'%;()&+" {
		value := `{"user_id":"a` + string(c) + `","cart":[]}`
		tests["user with "+string(c)] = struct {
			value string
			want  event.Code
		}{value, event.CodeUserIDSpecialChar}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := event.ParsePayment([]byte(tt.value))
			if got := codeOf(t, err); got != tt.want {
				t.Errorf("ParsePayment(%q) = %+v, %q (%v); want code %q", tt.value, p, got, err, tt.want)
			}
		})
	}
}

func TestParsePaymentAccepts(t *testing.T) {
	tests := map[string]struct {
		value, user, cart string
		revenue           float64
		unpriced          int
	}{
		"the course's own": {
			value: `{"user_id": 1, "cart": [{"name": "iPhone", "price": 999, "quantity": 2}]}`,
			user:  "1", cart: `[{"name": "iPhone", "price": 999, "quantity": 2}]`, revenue: 1998,
		},
		"empty cart": {value: `{"user_id":1,"cart":[]}`, user: "1", cart: "[]"},
		"huge integer user": {
			value: `{"user_id":-123456789012345678901234567890,"cart":[]}`,
			user:  "-123456789012345678901234567890", cart: "[]",
		},
		"escaped field name": {value: `{"user\u005fid":"\u0041\\","cart":[ ]}`, user: `"\u0041\\"`, cart: "[ ]"},
		"unknown fields are kept": {
			value: `{"x":{"user_id":7},"cart":[{"name":"A","price":1.5,"gift":{"a":[1,"]"]}}],"user_id":"bob"}`,
			user:  `"bob"`, cart: `[{"name":"A","price":1.5,"gift":{"a":[1,"]"]}}]`, revenue: 1.5,
		},
		"null quantity is one": {
			value: `{"user_id":1,"cart":[{"name":"A","price":2,"quantity":null}]}`,
			user:  "1", cart: `[{"name":"A","price":2,"quantity":null}]`, revenue: 2,
		},
		"quantities that cannot be counted": {
			value: `{"user_id":1,"cart":[{"name":"A","price":2,"quantity":"3"},{"name":"B","price":1,"quantity":-1},` +
				`{"name":"C","price":1e308,"quantity":1e308},{"name":"D","price":5,"quantity":0.5}]}`,
			user: "1", revenue: 2.5, unpriced: 3,
		},
		"100 characters": {
			value: payment(`{"name":"` + strings.Repeat("é", 100) + `","price":1}`), user: "1", revenue: 1,
		},
		"lone surrogate escape": {value: payment(`{"name":"\ud800","price":1}`), user: "1", revenue: 1},
		"other script":          {value: payment(`{"name":"شاي","price":1}`), user: "1", revenue: 1},
		"white space":           {value: "\r\n\t{ \"user_id\" : 1 , \"cart\" : [ ] } \n", user: "1", cart: "[ ]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := event.ParsePayment([]byte(tt.value))
			if err != nil {
				t.Fatalf("ParsePayment(%q): %v", tt.value, err)
			}
			if string(p.UserID) != tt.user || tt.cart != "" && string(p.Cart) != tt.cart {
				t.Errorf("user %s, cart %s; want %s and %s", p.UserID, p.Cart, tt.user, tt.cart)
			}
			if p.Revenue != tt.revenue || p.Unpriced != tt.unpriced {
				t.Errorf("revenue %v, unpriced %d; want %v and %d", p.Revenue, p.Unpriced, tt.revenue, tt.unpriced)
			}
		})
	}
}

// The rules are applied one after the other over the whole payment, so that a record with several faults has one
// predictable code.
func TestParsePaymentOrderOfRules(t *testing.T) {
	long := strings.Repeat("A", 101)
	faults := []struct {
		value string
		want  event.Code
	}{
		{"\xff" + strings.Repeat("[", 100), event.CodeNotUTF8},
		{`{"cart":"x"` + strings.Repeat("[", 100), event.CodeTooDeep},
		{`{"user_id":true,"cart":7}`, event.CodeUserIDWrongType},
		{`{"user_id":"<","cart":7}`, event.CodeCartNotAList},
		{`{"user_id":"<","cart":[{"name":"A","price":-1},{"name":7}]}`, event.CodeNameNotAString},
		{`{"user_id":"<","cart":[{"name":"` + long + `","price":1},{"name":"A","price":-1}]}`, event.CodePriceNotPositive},
		{`{"user_id":"<","cart":[{"name":">","price":1},{"name":"` + long + `","price":1}]}`, event.CodeNameTooLong},
		{`{"user_id":"<","cart":[{"name":">","price":1}]}`, event.CodeUserIDSpecialChar},
		{`{"user_id":"a","cart":[{"name":">","price":1}]}`, event.CodeNameSpecialChar},
	}
	for _, f := range faults {
		_, err := event.ParsePayment([]byte(f.value))
		if got := codeOf(t, err); got != f.want {
			t.Errorf("ParsePayment(%q) has code %q; want %q", f.value, got, f.want)
		}
	}
}

func TestParsePaymentDepth(t *testing.T) {
	nested := func(levels int) []byte {
		return []byte(`{"user_id":1,"cart":[],"x":` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + `}`)
	}
	tests := []struct {
		name  string
		value []byte
		want  event.Code
	}{
		{"as deep as allowed", nested(event.MaxDepth), ""},
		{"one too deep", nested(event.MaxDepth + 1), event.CodeTooDeep},
		{"a million deep", nested(1_000_000), event.CodeTooDeep},
		{"brackets in strings do not nest", []byte(`{"user_id":1,"cart":[],"x":"` + strings.Repeat(`[\"`, 500) + `"}`), ""},
		{"siblings do not nest", []byte(`{"user_id":1,"cart":[],"x":[` + strings.Repeat(`[],`, 500) + `0]}`), ""},
	}
	for _, tt := range tests {
		_, err := event.ParsePayment(tt.value)
		if got := codeOf(t, err); got != tt.want {
			t.Errorf("%s: code %q; want %q", tt.name, got, tt.want)
		}
	}
}

func TestParsePaymentNull(t *testing.T) {
	if _, err := event.ParsePayment(nil); codeOf(t, err) != event.CodeNullValue {
		t.Errorf("ParsePayment(nil): %v; want %q", err, event.CodeNullValue)
	}
}

func FuzzParsePayment(f *testing.F) {
	for _, p := range event.Pills() {
		f.Add(p.Value)
	}
	f.Add([]byte(payment(`{"name":"A","price":1,"quantity":2}`)))
	f.Add([]byte(`{"user\u005fid":"\ud83d\ude00","cart":[{"name":"\\","price":1e3}],"x":[[],{},"]"]}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		p, err := event.ParsePayment(value)
		if err != nil {
			checkReason(t, err)
			return
		}
		var decoded struct {
			UserID any              `json:"user_id"`
			Cart   []map[string]any `json:"cart"`
		}
		if err := json.Unmarshal(value, &decoded); err != nil {
			var number *json.UnmarshalTypeError // a number beyond float64 where nothing judges it
			if !errors.As(err, &number) {
				t.Fatalf("accepted %q, which encoding/json does not: %v", value, err)
			}
		}
		order := event.Order{ID: 7, UserID: p.UserID, Items: p.Cart}
		again, err := event.ParseOrder(order.AppendJSON(nil))
		if err != nil || again.UserID != p.UserID || string(again.Items) != string(p.Cart) || again.ID != 7 {
			t.Fatalf("the order of %q reads back as %+v, %v", value, again, err)
		}
		if p.Revenue < 0 || p.Revenue != p.Revenue {
			t.Fatalf("revenue of %q is %v", value, p.Revenue)
		}
	})
}

// checkReason fails unless a rejection has a code and a short reason that is safe to print.
func checkReason(t *testing.T, err error) {
	t.Helper()
	code := codeOf(t, err)
	if reason := err.Error(); code == "" || reason == "" || len(reason) > 400 || !utf8.ValidString(reason) ||
		event.Visible(reason) != reason {
		t.Fatalf("code %q with the reason %q", code, reason)
	}
}

func BenchmarkParsePayment(b *testing.B) {
	value := event.NewGenerator(1).Append(nil, day())
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := event.ParsePayment(value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseBracketBomb(b *testing.B) {
	value := []byte(strings.Repeat("[", 1_000_000))
	for b.Loop() {
		if _, err := event.ParsePayment(value); err == nil {
			b.Fatal("a bomb passed")
		}
	}
}
