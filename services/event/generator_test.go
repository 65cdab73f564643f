package event_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
	"time"

	"blackfriday/services/event"
)

// day returns a fixed time.
func day() time.Time { return time.Date(2026, 11, 27, 8, 0, 0, 123456000, time.UTC) }

func TestEveryProductPasses(t *testing.T) {
	names := map[string]bool{}
	for _, p := range event.Catalogue() {
		name, err := json.Marshal(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		value := payment(`{"name":` + string(name) + `,"price":1}`)
		if _, err := event.ParsePayment([]byte(value)); err != nil || p.Price <= 0 || names[p.Name] {
			t.Errorf("product %+v: %v; seen before: %v", p, err, names[p.Name])
		}
		names[p.Name] = true
	}
}

func TestEveryGeneratedPaymentPasses(t *testing.T) {
	prices := map[string]float64{}
	for _, p := range event.Catalogue() {
		prices[p.Name] = float64(p.Price) / 100
	}
	g := event.NewGenerator(42)
	users, products, carts := map[int]bool{}, map[string]bool{}, map[int]bool{}
	for range 10_000 {
		value := g.Append(nil, day())
		p, err := event.ParsePayment(value)
		if err != nil {
			t.Fatalf("generated %s: %v", value, err)
		}
		var decoded struct {
			UserID int `json:"user_id"`
			Cart   []struct {
				Name     string
				Price    float64
				Quantity int
			}
			Timestamp float64
		}
		if err := json.Unmarshal(value, &decoded); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, it := range decoded.Cart {
			if it.Price != prices[it.Name] || it.Quantity < 1 || it.Quantity > 4 {
				t.Fatalf("item %+v in %s", it, value)
			}
			sum += it.Price * float64(it.Quantity)
			products[it.Name] = true
		}
		if math.Abs(sum-p.Revenue) > 1e-6 || p.Unpriced != 0 {
			t.Fatalf("revenue %v of %s; want %v", p.Revenue, value, sum)
		}
		if decoded.UserID < 1 || decoded.UserID > event.Users || decoded.Timestamp != 1795766400.123456 {
			t.Fatalf("generated %s", value)
		}
		users[decoded.UserID], carts[len(decoded.Cart)] = true, true
	}
	if len(users) < event.Users/2 || len(products) != len(prices) || len(carts) != 3 {
		t.Errorf("%d users, %d of %d products, cart sizes %v: not varied", len(users), len(products), len(prices), carts)
	}
}

func TestGeneratorIsDeterministic(t *testing.T) {
	a, b, other := event.NewGenerator(7), event.NewGenerator(7), event.NewGenerator(8)
	same := 0
	for range 100 {
		x, y := a.Append(nil, day()), b.Append(nil, day())
		if !bytes.Equal(x, y) {
			t.Fatalf("the same seed gave %s and %s", x, y)
		}
		if bytes.Equal(x, other.Append(nil, day())) {
			same++
		}
	}
	if same > 5 {
		t.Errorf("another seed gave the same payment %d times of 100", same)
	}
}

func BenchmarkGenerator(b *testing.B) {
	g, at := event.NewGenerator(1), time.Now()
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = g.Append(buf[:0], at)
	}
}

func TestPills(t *testing.T) {
	pills := event.Pills()
	if len(pills) != 14 {
		t.Fatalf("%d pills; want 14", len(pills))
	}
	names := map[string]bool{}
	for _, p := range pills {
		_, err := event.ParsePayment(p.Value)
		if got := codeOf(t, err); got != p.Code || p.Code == "" {
			t.Errorf("pill %s has code %q (%v); want %q", p.Name, got, err, p.Code)
		}
		checkReason(t, err)
		if names[p.Name] || p.Name == "" || p.Title.Empty() || event.Visible(p.Title.String()) != p.Title.String() {
			t.Errorf("pill %q titled %q: names are unique, titles printable", p.Name, p.Title)
		}
		names[p.Name] = true
	}
}
