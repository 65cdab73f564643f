package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

func pillsRejected() Condition {
	pills := len(event.Pills())
	return Condition{
		Text: phrase.New("%d records in dlq-payment", pills),
		Holds: func(s *lab.Snapshot) bool {
			return s.DLQ.Known && s.DLQ.Total >= int64(pills) && s.Lag.Known && s.Lag.Total == 0
		},
	}
}

// pillsHaveReasons: each pill is in the dead letter queue once, under the code that its defect deserves.
func pillsHaveReasons(r Result) Check {
	wanted := map[string]int64{}
	for _, p := range event.Pills() {
		wanted[string(p.Code)]++
	}
	return Check{
		Name:     phrase.New("reasons"),
		Expected: phrase.New("%d records in the DLQ: %s", len(event.Pills()), codes(wanted)),
		Measured: phrase.New("%s: %s", count(r.Count.DLQ), codes(r.Count.Codes)),
		Passed:   r.Count.DLQ == int64(len(event.Pills())) && maps.Equal(wanted, r.Count.Codes),
	}
}

func codes(counts map[string]int64) string {
	words := make([]string, 0, len(counts))
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%s %d", code, counts[code]))
	}
	return strings.Join(words, ", ")
}

// consumersAlive: no pill ended a consumer, not even one that was started again afterwards.
func consumersAlive(r Result) Check {
	alive := 0
	for _, i := range r.Final.Orders {
		if (i.Health == lab.Active || i.Health == lab.Standby) && i.Restarts == 0 && i.Err == nil {
			alive++
		}
	}
	return Check{
		Name:     phrase.New("consumers alive"),
		Expected: phrase.New("%d of %d, none started again", r.Setup.Orders, r.Setup.Orders),
		Measured: phrase.New("%d of %d", alive, r.Setup.Orders),
		Passed:   alive == r.Setup.Orders,
	}
}
