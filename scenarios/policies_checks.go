package scenarios

import (
	"fmt"
	"strconv"
	"strings"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// oneLaneBlocks: the pill stops its own partition and no other.
func oneLaneBlocks(r Result) Check {
	c := Check{
		Name:     phrase.New("retry"),
		Expected: phrase.New("one partition waits behind the pill while its lag climbs and the others are drained"),
		Measured: phrase.New("no partition was blocked"),
	}
	first, _ := r.moment(laneWaits())
	second, found := r.moment(laneWaitsMore())
	if !found {
		return c
	}
	a, alone := blocked(first.Picture)
	b, still := blocked(second.Picture)
	if !alone || !still {
		return c
	}
	c.Measured = phrase.New("P%d blocked at offset %d: lag %s after %d attempts, lag %s after %d",
		b.ID, b.Blocked.Offset, count(a.Lag), a.Blocked.Attempts, count(b.Lag), b.Blocked.Attempts)
	c.Passed = a.ID == b.ID && a.Blocked.Offset == b.Blocked.Offset && b.Lag > a.Lag && b.Blocked.Attempts >= a.Blocked.Attempts
	return c
}

// laneFlowsAgain: the policy is looked up at every attempt, so that a change frees what waits.
func laneFlowsAgain(r Result) Check {
	c := Check{Name: phrase.New("retry, then dlq"), Expected: phrase.New("nothing blocked, no lag, DLQ +1"), Measured: phrase.New("it never flowed")}
	m, found := r.moment(laneFlows())
	if !found {
		return c
	}
	waiting := 0
	for _, p := range m.Picture.Partitions {
		if p.Blocked != nil {
			waiting++
		}
	}
	c.Measured = phrase.New("%d blocked, lag %s, DLQ %s", waiting, count(m.Picture.Lag.Total), count(m.Picture.DLQ.Total))
	c.Passed = waiting == 0 && m.Picture.Lag.Total == 0 && m.Picture.DLQ.Total == 1
	return c
}

// crashesOnTheSame: what is not committed comes back, and so does the pill.
func crashesOnTheSame(r Result) Check {
	c := Check{
		Name:     phrase.New("crash"),
		Expected: phrase.New("%d crashes, each counted, each at the same payment", policyCrashes),
		Passed:   true,
	}
	var words []phrase.Phrase
	places := map[string]bool{}
	for n := 1; n <= policyCrashes; n++ {
		m, found := r.moment(crashNumber(n))
		i, in := inTrouble(m)
		if !found || !in {
			c.Passed = false
			continue
		}
		place := fmt.Sprintf("P%d@%d", i.Blocked.Partition, i.Blocked.Offset)
		places[place] = true
		words = append(words, phrase.New("crash %d of %s at %s", i.Crashes, i.Name, place))
		c.Passed = c.Passed && i.Crashes >= n
	}
	c.Measured = listed(words, phrase.New("none"))
	c.Passed = c.Passed && len(places) == 1
	return c
}

// inTrouble is the consumer that died of a payment.
func inTrouble(m Moment) (lab.Instance, bool) {
	if m.Picture == nil {
		return lab.Instance{}, false
	}
	for _, i := range m.Picture.Orders {
		if i.Blocked != nil && i.Crashes > 0 {
			return i, true
		}
	}
	return lab.Instance{}, false
}

// attemptsInTheHeader reads from the dead letters themselves how often each pill was tried.
func attemptsInTheHeader(r Result) Check {
	c := Check{
		Name: phrase.New("attempts"),
		Expected: phrase.New("in the headers of the dead letters: retry more than 1, crash %d and the last, retry-dlq %d, dlq 1",
			policyCrashes, lab.DefaultAttempts),
	}
	tries := attempts(r)
	words := make([]phrase.Phrase, len(tries))
	for i, n := range tries {
		words[i] = phrase.New("%d", n)
	}
	c.Measured = listed(words, phrase.New("no dead letters"))
	c.Passed = len(tries) == 4 && tries[0] > 1 && tries[1] > policyCrashes && tries[2] == lab.DefaultAttempts && tries[3] == 1
	return c
}

// attempts are the headers of the dead letters, in their order; 0 for one that does not say.
func attempts(r Result) []int {
	m, _ := r.moment(theEnd())
	list := make([]int, len(m.Letters))
	for i, letter := range m.Letters {
		n, err := strconv.Atoi(header(letter, kafka.HeaderAttempts))
		if err == nil {
			list[i] = n
		}
	}
	return list
}

// reasonsInTheQueue: whatever the policy, the letter says the same of the same pill.
func reasonsInTheQueue(r Result) Check {
	m, _ := r.moment(theEnd())
	pill := policyPill()
	words := make([]phrase.Phrase, len(m.Letters))
	right := len(m.Letters) == len(lab.PoisonPolicies())
	for i, letter := range m.Letters {
		code := header(letter, kafka.HeaderErrorCode)
		words[i] = phrase.New("%s", code)
		right = right && code == string(pill.Code) && header(letter, kafka.HeaderInstance) == instance(1)
	}
	return Check{
		Name:     phrase.New("reasons"),
		Expected: phrase.New("a dead letter for each of %d policies, all by %s: %s", len(lab.PoisonPolicies()), instance(1), pill.Code),
		Measured: listed(words, phrase.New("none")),
		Passed:   right,
	}
}

// header is the first header of that name, as everywhere in the lab; empty when there is none.
func header(r *kafka.Record, key string) string {
	for _, h := range r.Headers {
		if h.Key == key {
			return strings.ToValidUTF8(string(h.Value), "�")
		}
	}
	return ""
}
