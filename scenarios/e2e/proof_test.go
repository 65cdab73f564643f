package e2e

import "testing"

// worth is what other programs read of a guarantee.
type worth struct {
	Guarantee                         string
	Payments, Lost, Duplicates, Kills int64
	OrdersPerSecond                   *float64 `json:"orders_per_second"`
	RelativeThroughput                *float64 `json:"relative_throughput"`
	Lesson                            string
}

// TestPoliciesShowWhatBecomesOfAPill plays all four policies on the built program.
func TestPoliciesShowWhatBecomesOfAPill(t *testing.T) {
	p := playJSON(t, "policies", "--payments", "75")
	if !p.Passed || p.DLQ == nil || *p.DLQ != 4 || *p.Payments != 79 || *p.Lost != 0 {
		t.Errorf("%+v, want 75 payments and 4 pills in the DLQ", p)
	}
}

// TestAStormLosesNothing is a small one; the large one is for `run storm`.
func TestAStormLosesNothing(t *testing.T) {
	p := playJSON(t, "storm", "--payments", "20000", "--guarantee", "exactly-once", "--seed", "3")
	if !p.Passed || len(p.Guarantees) != 1 {
		t.Fatalf("%+v, want one guarantee that held", p)
	}
	w := p.Guarantees[0]
	if w.Guarantee != "exactly-once" || w.Payments != 20_014 || w.Kills != 8 || w.Lost+w.Duplicates != 0 || w.Lesson == "" {
		t.Errorf("%+v, want 8 kills that did not show", w)
	}
	if w.OrdersPerSecond != nil || w.RelativeThroughput != nil {
		t.Errorf("%+v tells of a speed that was not measured", w)
	}
}
