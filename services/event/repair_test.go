package event_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"blackfriday/services/event"
)

func TestRepair(t *testing.T) {
	tests := map[string]struct{ value, want, changes string }{
		"missing user": {
			`{"cart":[{"name":"A","price":27.50,"gift":true}],"timestamp":1.0}`,
			`{"user_id":"unknown","cart":[{"name":"A","price":27.50,"gift":true}],"timestamp":1.0}`,
			`user_id was missing; it is now "unknown"`,
		},
		"user null":       {`{"user_id":null,"cart":[]}`, `{"user_id":"unknown","cart":[]}`, `user_id was null; it is now "unknown"`},
		"user a list":     {`{"user_id":[1],"cart":[]}`, `{"user_id":"unknown","cart":[]}`, `user_id was a list; it is now "unknown"`},
		"user a fraction": {`{"user_id":7.50,"cart":[]}`, `{"user_id":"7.50","cart":[]}`, `user_id was the number 7.50; it is now a string`},
		"user with exponent": {
			`{"user_id":1e+3,"cart":[]}`, `{"user_id":"1e3","cart":[]}`,
			`user_id was the number 1e+3; it is now a string|removed from user_id: 1 character that is not allowed`,
		},
		"user of quotes": {
			`{"user_id":"\"'\"","cart":[]}`, `{"user_id":"unknown","cart":[]}`,
			`user_id held nothing but characters that are not allowed; it is now "unknown"`,
		},
		"user under an escaped name": {
			`{"user\u005fid":"a;b","cart":[]}`, `{"user\u005fid":"ab","cart":[]}`, `removed from user_id: 1 character that is not allowed`,
		},
		"cart that is an item": {
			`{"cart": {"name": "A", "price": -1.0e2}, "user_id": 7}`, `{"cart":[{"name":"A","price":1.0e2}],"user_id":7}`,
			`cart was one item; it is now a list of it|the price of item 1 was -1.0e2; it has lost its sign`,
		},
		"name a number": {
			payment(`{"name":501,"price":1}`), payment(`{"name":"501","price":1}`),
			`the name of item 1 was the number 501; it is now a string`,
		},
		"price a string": {
			payment(`{"name":"A","price":1},{"name":"B","price":" -19.90 "}`), payment(`{"name":"A","price":1},{"name":"B","price":19.90}`),
			`the price of item 2 was a string; it is now the number -19.90|the price of item 2 was -19.90; it has lost its sign`,
		},
		"name too long": {
			payment(`{"name":"` + strings.Repeat("é", 102) + `<","price":1}`), payment(`{"name":"` + strings.Repeat("é", 100) + `","price":1}`),
			`removed from the name of item 1: 1 character that is not allowed|the name of item 1 is cut from 102 characters to 100`,
		},
		"unknown fields and numbers": {
			`{"x":{"user_id":1e400,"a":[1.00,"]"]},"user_id":true,"cart":[{"q":0.10,"name":"A","price":1.10,"quantity":2.0}]}`,
			`{"x":{"user_id":1e400,"a":[1.00,"]"]},"user_id":"unknown","cart":[{"q":0.10,"name":"A","price":1.10,"quantity":2.0}]}`,
			`user_id was a boolean; it is now "unknown"`,
		},
		"valid": {payment(` {"name":"A", "price":1}`), payment(` {"name":"A", "price":1}`), ""},
	}
	for name, tt := range tests {
		fixed, changes, err := event.Repair([]byte(tt.value))
		if err != nil || string(fixed) != tt.want || strings.Join(changes, "|") != tt.changes {
			t.Errorf("%s:\n got %s\n     %q, %v\nwant %s\n     %q", name, fixed, changes, err, tt.want, tt.changes)
		}
	}
}

func TestRepairInventsNothing(t *testing.T) {
	deep := strings.Repeat("[", event.MaxDepth-1) + strings.Repeat("]", event.MaxDepth-1)
	tests := map[string]struct {
		value string
		want  event.Code
	}{
		"not JSON":              {`{"user_id":1,"cart":[`, event.CodeInvalidJSON},
		"a list":                {`[]`, event.CodeNotAnObject},
		"no cart":               {`{}`, event.CodeCartMissing},
		"cart null":             {`{"user_id":1,"cart":null}`, event.CodeCartNotAList},
		"cart an empty object":  {`{"user_id":1,"cart":{}}`, event.CodeNameMissing},
		"two users":             {`{"user_id":1,"user_id":2,"cart":[]}`, event.CodeDuplicateField},
		"two quantities":        {payment(`{"name":"A","price":-1,"quantity":1,"quantity":2}`), event.CodeDuplicateField},
		"item null":             {payment(`null`), event.CodeItemNotAnObject},
		"no name":               {payment(`{"price":1}`), event.CodeNameMissing},
		"name null":             {payment(`{"name":null,"price":1}`), event.CodeNameNotAString},
		"name of quotes":        {payment(`{"name":" <>","price":1}`), event.CodeNameSpecialChar},
		"no price":              {payment(`{"name":"A"}`), event.CodePriceMissing},
		"price null":            {payment(`{"name":"A","price":null}`), event.CodePriceNotANumber},
		"price in words":        {payment(`{"name":"A","price":"1,50"}`), event.CodePriceNotANumber},
		"price an empty string": {payment(`{"name":"A","price":""}`), event.CodePriceNotANumber},
		"price true in quotes":  {payment(`{"name":"A","price":"true"}`), event.CodePriceNotANumber},
		"price 0":               {payment(`{"name":"A","price":-0.0}`), event.CodePriceNotPositive},
		"price that vanishes":   {payment(`{"name":"A","price":-1e-400}`), event.CodePriceNotPositive},
		"price -1e400":          {payment(`{"name":"A","price":-1e400}`), event.CodePriceOutOfRange},
		"price 1e400 in quotes": {payment(`{"name":"A","price":"1e400"}`), event.CodePriceOutOfRange},
		"too deep in a list": {
			`{"user_id":1,"cart":{"name":"A","price":1,"x":` + deep[1:len(deep)-1] + `}}`, event.CodeTooDeep,
		},
	}
	for name, tt := range tests {
		fixed, changes, err := event.Repair([]byte(tt.value))
		if fixed != nil || changes != nil || codeOf(t, err) != tt.want || !strings.Contains(err.Error(), "by hand") {
			t.Errorf("%s: %s, %q, %v; want an error with %q", name, fixed, changes, err, tt.want)
		}
	}
}

func TestRepairOfThePills(t *testing.T) {
	fixed := map[string]string{
		"no-user":        `{"user_id":"unknown","cart":[{"name":"Cafetière","price":27.5}]}`,
		"negative-price": `{"user_id":666,"cart":[{"name":"Cafetière","price":1000}]}`,
		"long-name":      `{"user_id":777,"cart":[{"name":"` + strings.Repeat("A", 100) + `","price":10}]}`,
		"injection":      `{"user_id":" DROP TABLE users --","cart":[{"name":"scriptalertxss/script","price":10}]}`,
		"escapes":        `{"user_id":2,"cart":[{"name":"[2J[31mPWNED[0m","price":10}]}`,
		"boolean-user":   `{"user_id":"unknown","cart":[{"name":"Montre","price":425}]}`,
	}
	for _, p := range event.Pills() {
		got, changes, err := event.Repair(p.Value)
		if string(got) != fixed[p.Name] || (err == nil) != (fixed[p.Name] != "") || (err == nil) != (len(changes) > 0) {
			t.Errorf("%s: %.200s, %q, %v; want %.200s", p.Name, got, changes, err, fixed[p.Name])
		}
	}
}

func TestRepairTellsAtMostTwentyChanges(t *testing.T) {
	items := strings.Repeat(`,{"name":"A","price":-1}`, 5_000)[1:]
	fixed, changes, err := event.Repair([]byte(payment(items)))
	if err != nil || len(changes) != 21 || changes[20] != "and 4980 more changes" || bytes.Contains(fixed, []byte("-")) {
		t.Errorf("%d changes, the last %q, %v", len(changes), changes[len(changes)-1], err)
	}
}

func FuzzRepair(f *testing.F) {
	for _, p := range event.Pills() {
		f.Add(p.Value)
	}
	f.Add([]byte(`{"user_id":-1.5e+7,"cart":{"name":12,"price":"-3.10","x":[{}]},"y":1e999}`))
	f.Add([]byte(payment(`{"name":"\ud800\u003c\u202e","price":-1,"quantity":"x"},{"name":"` + strings.Repeat("é<", 120) + `","price":2}`)))
	f.Fuzz(func(t *testing.T, original []byte) {
		given := bytes.Clone(original)
		fixed, changes, err := event.Repair(original)
		if !bytes.Equal(given, original) {
			t.Fatalf("the original %q was overwritten with %q", given, original)
		}
		if err != nil {
			if reason := err.Error(); codeOf(t, err) == "" || !safe(reason) || fixed != nil || changes != nil {
				t.Fatalf("%q: %q, %q, %q", original, fixed, changes, reason)
			}
			return
		}
		if _, err := event.ParsePayment(fixed); err != nil {
			t.Fatalf("%q became %q: %v", original, fixed, err)
		}
		if bytes.Equal(fixed, original) != (len(changes) == 0) || len(changes) > 21 {
			t.Fatalf("%q became %q by %q", original, fixed, changes)
		}
		for _, c := range changes {
			if !safe(c) {
				t.Fatalf("%q: the change %q", original, c)
			}
		}
		if again, changes, err := event.Repair(fixed); err != nil || len(changes) > 0 || !bytes.Equal(again, fixed) {
			t.Fatalf("%q became %q, and then %q by %q, %v", original, fixed, again, changes, err)
		}
		checkKept(t, original, fixed)
	})
}

// safe says whether a sentence is short and can be printed.
func safe(s string) bool {
	return s != "" && len(s) < 500 && utf8.ValidString(s) && event.Visible(s) == s
}

// checkKept fails unless what a repair may not change is as it was: unknown fields, and how many items there are with
// which quantities.
func checkKept(t *testing.T, original, fixed []byte) {
	t.Helper()
	before, after := decode(t, original), decode(t, fixed)
	if cart, single := before["cart"].(map[string]any); single {
		before["cart"] = []any{cart}
	}
	for _, payment := range []map[string]any{before, after} {
		delete(payment, "user_id")
		cart, _ := payment["cart"].([]any)
		for _, it := range cart {
			if item, ok := it.(map[string]any); ok {
				delete(item, "name")
				delete(item, "price")
			}
		}
	}
	if !reflect.DeepEqual(before, after) {
		t.Fatalf("%q became %q: %v is not %v", original, fixed, before, after)
	}
}

// decode reads a JSON object and keeps the spelling of numbers.
func decode(t *testing.T, value []byte) map[string]any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", value, err)
	}
	return v
}

func TestCents(t *testing.T) {
	tests := map[string]int64{
		`{"name":"A","price":19.99,"quantity":3}`: 59_97,
		`{"name":"A","price":0.1,"quantity":3}`:   30,
		`{"name":"A","price":0.004}`:              0,
		`{"name":"A","price":1e308}`:              event.MaxCents,
		`{"name":"A","price":100000000.01}`:       event.MaxCents,
		`{"name":"A","price":1,"quantity":"2"}`:   0,
	}
	for items, want := range tests {
		p, err := event.ParsePayment([]byte(payment(items)))
		if err != nil || p.Cents() != want {
			t.Errorf("%s: %d cents, %v; want %d", items, p.Cents(), err, want)
		}
	}
	if n := int64(event.MaxCents); n*100_000_000/100_000_000 != n {
		t.Error(fmt.Sprint("the sum of a hundred million payments overflows: ", n))
	}
}
