package ledger

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"blackfriday/services/event"
)

// slowly is what a payment is worth by the validator alone.
func slowly(value []byte) int64 {
	p, err := event.ParsePayment(value)
	if err != nil {
		return toCents(cartOf(value))
	}
	return toCents(p.Revenue)
}

func TestTillAgreesWithTheValidator(t *testing.T) {
	g, till := event.NewGenerator(1), newTill()
	var total int64
	for i := range 20_000 {
		value := g.Append(nil, time.Unix(1_700_000_000, 500_000_000))
		got := till.cents(value)
		if want := slowly(value); got != want || got == 0 {
			t.Fatalf("%s is worth %d cents, want %d", value, got, want)
		}
		if _, _, quick := till.quick(value); !quick && i > 10_000 {
			t.Fatalf("%s takes the long way still", value)
		}
		total += got
	}
	if n := len(till.items); n > 4*len(event.Catalogue()) {
		t.Errorf("%d items remembered of %d products", n, len(event.Catalogue()))
	}
}

// TestPillsAreWorthTheirCart, where they have one that can be told.
func TestPillsAreWorthTheirCart(t *testing.T) {
	want := map[string]int64{"no-user": 2750, "long-name": 1000, "injection": 1000, "escapes": 1000, "boolean-user": 42500}
	for _, pill := range event.Pills() {
		if got := newTill().cents(pill.Value); got != want[pill.Name] {
			t.Errorf("the pill %s is worth %d cents, want %d", pill.Name, got, want[pill.Name])
		}
	}
	for value, want := range map[string]int64{
		`{"cart":[{"price":2,"quantity":3},{"price":1}]}`: 700, `{"cart":[{"price":2},{"price":-1}]}`: 0,
		`{"cart":[{"price":2},{"price":"1"}]}`: 0, `{"cart":[{"price":2},{"name":"gift"}]}`: 0, `{"cart":{}}`: 0, `[]`: 0,
	} {
		if got := newTill().cents([]byte(value)); got != want {
			t.Errorf("%s is worth %d cents, want %d", value, got, want)
		}
	}
}

// payments that look plain, and are not, or are worth something odd.
func oddPayments() []string {
	item := `{"name":"Casque","price":10.25,"quantity":2}`
	around := func(cart string) string { return `{"user_id":1,"cart":[` + cart + `],"timestamp":1.5}` }
	return []string{
		around(item), around(item + "," + item), around(""), around(item + ","), around("," + item), around(item + item),
		`{"user_id":01,"cart":[` + item + `],"timestamp":1.5}`, `{"user_id":,"cart":[` + item + `],"timestamp":1.5}`,
		`{"user_id":1,"cart":[` + item + `],"timestamp":01}`, `{"user_id":1,"cart":[` + item + `],"timestamp":1.}`,
		`{"user_id":1,"cart":[` + item + `],"timestamp":1e5}`, `{"user_id":1,"cart":[` + item + `],"timestamp":1}}`,
		`{"user_id":1,"cart":[` + item + `],"user_id":2}`, `{"user_id":1,"cart":[` + item + `]}`,
		`{"user_id":"bob","cart":[` + item + `],"timestamp":1.5}`, ` ` + around(item),
		around(`{"name":"a}b","price":1}`), around(`{"name":"x","price":1,"more":{"price":2}}`),
		around(`{"name":"x","price":1e308},{"name":"x","price":1e308}`), around(`{"name":"x","price":1e308,"quantity":9}`),
		around(`{"name":"x","price":1,"quantity":-1}`), around(`{"name":"x","price":0.004}`),
		around(`{"name":"x","price":1,"quantity":null}`), around(`{"name":"x","price":1]`), around(`{"name":"x","price":1,"price":2}`),
		around(`{"name":"` + strings.Repeat("x", 300) + `","price":1}`), around(`{"name":"x","price":1,"a":[1,2]}`), "", "{",
	}
}

func TestTillIsNotFooled(t *testing.T) {
	till := newTill()
	for range 2 { // the second time every item that can be known is known
		for _, value := range oddPayments() {
			if got, want := till.cents([]byte(value)), slowly([]byte(value)); got != want {
				t.Errorf("%q is worth %d cents, want %d", value, got, want)
			}
		}
	}
}

func FuzzTill(f *testing.F) {
	for _, value := range oddPayments() {
		f.Add([]byte(value))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		till := newTill()
		for range 3 {
			if got, want := till.cents(value), slowly(value); got != want {
				t.Fatalf("%q is worth %d cents, want %d", value, got, want)
			}
		}
		// Pieces of it, with items that are known now.
		for _, other := range [][]byte{bytes.ReplaceAll(value, []byte("}"), []byte("},")), value[:len(value)/2], slices.Concat(value, value)} {
			if got, want := till.cents(other), slowly(other); got != want {
				t.Fatalf("%q is worth %d cents, want %d", other, got, want)
			}
		}
	})
}

func TestTillForgetsWhatItCannotHold(t *testing.T) {
	till := newTill()
	for i := range 3 * maxItems {
		value := []byte(`{"user_id":1,"cart":[{"name":"x","price":1,"quantity":` + strings.Repeat("1", 1+i%5) + `,"n":` +
			strings.Repeat("7", 1+i/100) + `}],"timestamp":1}`)
		if got, want := till.cents(value), slowly(value); got != want {
			t.Fatalf("%s is worth %d cents, want %d", value, got, want)
		}
	}
	for i := range 3 * maxItems {
		till.learn([]byte(`{"name":"x","price":` + string(rune('1'+i%9)) + strings.Repeat("0", i%7) + `.` + strings.Repeat("1", 1+i/50) + `}`))
	}
	if n := len(till.items); n > maxItems {
		t.Errorf("%d items remembered, at most %d", n, maxItems)
	}
}

func TestHugeAmounts(t *testing.T) {
	if got := toCents(math.MaxFloat64); got != maxCents {
		t.Errorf("all the money of the world is %d cents", got)
	}
	a := newAmounts()
	for i := range int64(2 * maxHuge) {
		a.put(3*i, maxCents)
	}
	a.put(1, 0)
	a.put(4, isHuge-1)
	if got := []int64{a.at(0), a.at(3*maxHuge - 3), a.at(3 * maxHuge), a.at(1), a.at(4), a.at(5), a.at(1 << 60)}; !slices.Equal(got,
		[]int64{maxCents, maxCents, isHuge - 1, 0, isHuge - 1, 0, 0}) {
		t.Errorf("amounts %v", got)
	}
}

func BenchmarkTill(b *testing.B) {
	g, till := event.NewGenerator(1), newTill()
	var values [][]byte
	for range 1000 {
		values = append(values, g.Append(nil, time.Unix(1_700_000_000, 0)))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		till.cents(values[i%len(values)])
	}
}
