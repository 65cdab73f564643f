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

// TestAStormLosesNothing is the proof in full: under each guarantee 200,000 payments, all pills, 30 kills and 30 returns. The
// scenario itself holds the ledger against a recount, to the message.
func TestAStormLosesNothing(t *testing.T) {
	p := playJSON(t, "storm", "--seed", "3")
	if !p.Passed || len(p.Guarantees) != 3 {
		t.Fatalf("%+v, want three guarantees that held", p)
	}
	for _, w := range p.Guarantees {
		if w.Payments != 200_014 || w.Kills != 30 || w.Lesson == "" {
			t.Errorf("%+v, want 30 kills", w)
		}
		if w.Guarantee != "at-most-once" && w.Lost > 0 || w.Guarantee != "at-least-once" && w.Duplicates > 0 {
			t.Errorf("%+v is not what it promises", w)
		}
		if w.OrdersPerSecond != nil || w.RelativeThroughput != nil {
			t.Errorf("%+v tells of a speed that was not measured", w)
		}
	}
}
