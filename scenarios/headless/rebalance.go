package headless

import (
	"strconv"
	"time"

	"blackfriday/services/lab"
)

// rebalance is one entry of lab.Snapshot.Rebalances. Its maps are by partition.
type rebalance struct {
	AtSeconds float64          `json:"at_seconds"`
	Cause     string           `json:"cause"`
	Member    string           `json:"member"`
	Moved     []int32          `json:"moved"`
	UnreadMS  map[string]int64 `json:"unread_ms"` // those that were measured

	Also           []change          `json:"also"`
	Protocol       string            `json:"protocol"`
	FromGeneration *int32            `json:"from_generation"`
	ToGeneration   *int32            `json:"to_generation"`
	Kept           map[string]*int64 `json:"kept"`            // longest pause in ms; null: not measured
	Redelivered    map[string]int64  `json:"redelivered"`     // records; those that were measured
	SettledSeconds *float64          `json:"settled_seconds"` // from the cause, by our members' callbacks
	BrokerSeconds  *float64          `json:"broker_seconds"`  // from the cause until the brokers showed it
}

// change is a further change that the group settled in the same generation.
type change struct {
	AtSeconds float64 `json:"at_seconds"`
	Cause     string  `json:"cause"`
	Member    string  `json:"member"`
}

func newRebalance(b lab.Rebalance, started time.Time) rebalance {
	r := rebalance{
		AtSeconds: seconds(b.At.Sub(started)),
		Cause:     string(b.Cause),
		Member:    b.Member,
		Moved:     make([]int32, len(b.Moved)),
		UnreadMS:  map[string]int64{},

		Also:           make([]change, len(b.Also)),
		Protocol:       b.Protocol,
		FromGeneration: knownGeneration(b.FromGeneration),
		ToGeneration:   knownGeneration(b.ToGeneration),
		Kept:           map[string]*int64{},
		Redelivered:    map[string]int64{},
		SettledSeconds: secondsUntil(b.Settled, b.At),
		BrokerSeconds:  secondsUntil(b.BrokerAt, b.At),
	}
	for i, c := range b.Also {
		r.Also[i] = change{AtSeconds: seconds(c.At.Sub(started)), Cause: string(c.Cause), Member: c.Member}
	}
	for i, m := range b.Moved {
		r.Moved[i] = m.Partition
		if m.Measured {
			r.UnreadMS[partition(m.Partition)] = m.Unread.Milliseconds()
			r.Redelivered[partition(m.Partition)] = m.Redelivered
		}
	}
	for _, k := range b.Kept {
		r.Kept[partition(k.Partition)] = nil
		if k.Measured {
			pause := k.Pause.Milliseconds()
			r.Kept[partition(k.Partition)] = &pause
		}
	}
	return r
}

func partition(id int32) string { return strconv.Itoa(int(id)) }

func knownGeneration(g int32) *int32 {
	if g < 0 {
		return nil
	}
	return &g
}

// secondsUntil is nil for a moment that has not come.
func secondsUntil(moment, since time.Time) *float64 {
	if moment.IsZero() {
		return nil
	}
	s := seconds(moment.Sub(since))
	return &s
}
