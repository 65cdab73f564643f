package rush

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
)

// verdict is the JSON of `load`. Other programs read it: its names do not change. Times are in milliseconds, and those of
// every payment that was answered or given up.
type verdict struct {
	Payments    int     `json:"payments"`
	Clients     int     `json:"clients"`
	Succeeded   int     `json:"succeeded"`
	Failed      int     `json:"failed"`
	SuccessRate float64 `json:"success_rate"` // in percent
	Seconds     float64 `json:"seconds"`
	PerSecond   float64 `json:"requests_per_second"`
	Min         float64 `json:"min_ms"`
	Mean        float64 `json:"mean_ms"`
	P50         float64 `json:"p50_ms"`
	P95         float64 `json:"p95_ms"`
	P99         float64 `json:"p99_ms"`
	Max         float64 `json:"max_ms"`
	Threshold   float64 `json:"threshold"` // in percent
	Passed      bool    `json:"passed"`
	Failures    []cause `json:"failures"` // the most frequent first
}

// cause is why payments were not taken.
type cause struct {
	Why   string `json:"why"`
	Count int    `json:"count"`
}

// mostCauses bounds the causes that are told.
const mostCauses = 5

// judge sums up what became of all payments.
func judge(answers []answer, took time.Duration, clients int, threshold float64) verdict {
	v := verdict{Payments: len(answers), Clients: clients, Seconds: round(took.Seconds()), Threshold: threshold, Failures: []cause{}}
	if len(answers) == 0 {
		return v
	}
	times := make([]time.Duration, len(answers))
	var sum time.Duration
	why := map[string]int{}
	for i, a := range answers {
		times[i] = a.took
		sum += a.took
		if a.ok {
			v.Succeeded++
		} else {
			why[a.why]++
		}
	}
	slices.Sort(times)
	v.Failed = len(answers) - v.Succeeded
	share := 100 * float64(v.Succeeded) / float64(len(answers))
	v.SuccessRate, v.Passed = round(share), share >= threshold
	v.PerSecond = round(float64(len(answers)) / max(took.Seconds(), 1e-9))
	v.Min, v.Mean, v.Max = millis(times[0]), millis(sum/time.Duration(len(times))), millis(times[len(times)-1])
	v.P50, v.P95, v.P99 = millis(percentile(times, 50)), millis(percentile(times, 95)), millis(percentile(times, 99))
	for _, w := range slices.Sorted(maps.Keys(why)) {
		v.Failures = append(v.Failures, cause{event.Visible(w), why[w]})
	}
	slices.SortStableFunc(v.Failures, func(a, b cause) int { return cmp.Compare(b.Count, a.Count) })
	v.Failures = v.Failures[:min(len(v.Failures), mostCauses)]
	return v
}

// percentile is the smallest of the sorted times that at least p percent do not exceed (nearest rank).
func percentile(sorted []time.Duration, p int) time.Duration {
	rank := (len(sorted)*p + 99) / 100
	return sorted[max(rank, 1)-1]
}

func millis(d time.Duration) float64 { return round(float64(d) / float64(time.Millisecond)) }

// round keeps three decimals.
func round(x float64) float64 { return math.Round(x*1000) / 1000 }

// text is the verdict for people.
func (v verdict) text() phrase.List {
	lines := []phrase.Speaker{
		phrase.New("%s by %s in %s s, %s per second", phrase.Count(int64(v.Payments), "%s payment", "%s payments"),
			phrase.Count(int64(v.Clients), "%s customer", "%s customers"), decimal(v.Seconds, 2), decimal(v.PerSecond, 1)),
		phrase.New("taken       %d of %d, %s %%", v.Succeeded, v.Payments, decimal(v.SuccessRate, 1)),
		phrase.New("answers     min %s ms, mean %s ms, max %s ms", decimal(v.Min, 1), decimal(v.Mean, 1), decimal(v.Max, 1)),
		phrase.New("percentiles 50 %% %s ms, 95 %% %s ms, 99 %% %s ms", decimal(v.P50, 1), decimal(v.P95, 1), decimal(v.P99, 1)),
	}
	for _, f := range v.Failures {
		lines = append(lines, phrase.New("not taken   %d × %s", f.Count, f.Why))
	}
	switch {
	case v.Payments == 0:
		lines = append(lines, phrase.New("No payment was answered."))
	case v.Failed == 0:
		lines = append(lines, phrase.New("Black Friday can come: every payment was taken."))
	case v.Passed:
		lines = append(lines, phrase.New("Black Friday can come, with a scratch: some payments were not taken."))
	default:
		lines = append(lines, phrase.New("Black Friday would end the shop: too many payments were not taken."))
	}
	return phrase.List{Between: "\n", Parts: lines}
}

func decimal(x float64, digits int) phrase.Decimal { return phrase.Decimal{Value: x, Digits: digits} }
