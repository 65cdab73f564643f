package headless

import (
	"math"
	"time"

	"blackfriday/scenarios"
)

// report is the one JSON object of `run --json`. Other programs read it: its names do not change. What was not measured
// is null, never 0.
type report struct {
	Scenario string  `json:"scenario"`
	Passed   bool    `json:"passed"`
	Cluster  string  `json:"cluster"` // a lab.ClusterKind
	Checks   []check `json:"checks"`

	// What became of the payments that floods wrote; of the unknown ones no broker said anything, so they may be among payments.
	Acknowledged *int64 `json:"acknowledged"`
	Refused      *int64 `json:"refused"`
	Unknown      *int64 `json:"unknown"`

	Payments   *int64 `json:"payments"`
	Orders     *int64 `json:"orders"`
	DLQ        *int64 `json:"dlq"`
	Emails     *int64 `json:"emails"`
	Lost       *int64 `json:"lost"`
	Duplicates *int64 `json:"duplicates"`

	FloodSeconds    *float64 `json:"flood_seconds"`
	DrainSeconds    *float64 `json:"drain_seconds"`
	OrdersPerSecond *float64 `json:"orders_per_second"`

	Rebalances []rebalance `json:"rebalances"`
	Lag        []lagPoint  `json:"lag"`
	Protocols  []cost      `json:"protocols"`
	Seed       *uint64     `json:"seed"` // null: nothing was left to chance

	Guarantees      []worth    `json:"guarantees"`       // those that were tried one after the other
	CommitIntervals []interval `json:"commit_intervals"` // under which the same crashes were compared
}

// reports is the one JSON object of `run all --json`.
type reports struct {
	Passed    bool     `json:"passed"`
	Scenarios []report `json:"scenarios"`
}

type check struct {
	Name     string `json:"name"`
	Expected string `json:"expected"`
	Measured string `json:"measured"`
	Passed   bool   `json:"passed"`
}

type lagPoint struct {
	AtSeconds  float64 `json:"at_seconds"`
	Partitions []int64 `json:"partitions"`
}

// newReport turns a result into its JSON form. Every at_seconds counts from the start of the lab.
func newReport(r scenarios.Result) report {
	rep := report{
		Scenario:     r.Scenario,
		Passed:       r.Passed(),
		Cluster:      string(r.Final.Cluster.Kind()),
		Checks:       make([]check, len(r.Checks)),
		FloodSeconds: measuredSeconds(r.Flood),
		DrainSeconds: measuredSeconds(r.Drain),
		Rebalances:   make([]rebalance, len(r.Final.Rebalances)),
		Lag:          make([]lagPoint, len(r.Lag)),
		Protocols:    []cost{},

		Guarantees:      []worth{},
		CommitIntervals: []interval{},
	}
	for i, c := range r.Checks {
		// Programs read it: it is English, whoever runs it.
		rep.Checks[i] = check{Name: c.Name.String(), Expected: c.Expected.String(), Measured: c.Measured.String(), Passed: c.Passed}
	}
	for i, b := range r.Final.Rebalances {
		rep.Rebalances[i] = newRebalance(b, r.Final.Started)
	}
	for i, s := range r.Lag {
		rep.Lag[i] = lagPoint{AtSeconds: seconds(s.At.Sub(r.Final.Started)), Partitions: s.Partitions}
	}
	for _, c := range scenarios.Costs(r.Final.Rebalances) {
		rep.Protocols = append(rep.Protocols, newCost(c))
	}
	for _, w := range scenarios.Worths(r) {
		rep.Guarantees = append(rep.Guarantees, newWorth(w))
	}
	for _, v := range scenarios.Intervals(r) {
		rep.CommitIntervals = append(rep.CommitIntervals, newInterval(v))
	}
	if seed := r.Setup.Seed; seed != 0 {
		rep.Seed = &seed
	}
	if sent, flooded := r.Sent(); flooded {
		rep.Acknowledged, rep.Refused, rep.Unknown = &sent.Acknowledged, &sent.Refused, &sent.Unknown
	}
	rep.addCount(r)
	return rep
}

func (rep *report) addCount(r scenarios.Result) {
	c := r.Count
	if c == nil {
		return
	}
	rep.Payments, rep.Orders, rep.DLQ, rep.Emails = &c.Payments, &c.Orders, &c.DLQ, &c.Emails
	rep.Lost, rep.Duplicates = &c.Lost, &c.Duplicates
	// What several floods came to in the time of the first would be no rate.
	if r.Drain > 0 && len(r.Earlier) == 0 {
		rate := round(float64(c.Orders) / r.Drain.Seconds())
		rep.OrdersPerSecond = &rate
	}
}

func measuredSeconds(d time.Duration) *float64 {
	if d < 0 {
		return nil
	}
	s := seconds(d)
	return &s
}

func seconds(d time.Duration) float64 { return round(d.Seconds()) }

// round keeps the milliseconds.
func round(x float64) float64 { return math.Round(x*1000) / 1000 }
