package lesson

import (
	"slices"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

// pills is checkpoint 5: a poison pill stops a naive consumer, and a dead letter queue saves it.
func pills() Checkpoint {
	return Checkpoint{
		Number: 5,
		Start:  Start{Partitions: 3, Orders: 3, Delay: work, Poison: lab.PoisonCrash},
		Steps: []Step{
			{Name: "pill", Keys: []string{"P"}, Check: func(e Evidence) Finding {
				worst, ok := crashLoop(e)
				if e.written(kafka.PaymentSuccessful) > 1 && e.Now.Flood.ID == 0 {
					return finding(false, phrase.New("more than one pill: begin again, G and 5"))
				}
				return finding(ok, phrase.Count(int64(worst), "%s crash on the same payment", "%s crashes on the same payment"))
			}},
			{Name: "blocked", Keys: []string{"f"}, Expected: phrase.New("one lag stays, the others fall"), Check: heldUp},
			{Name: "policy", Keys: []string{"n"}, Expected: phrase.New("the DLQ holds the pill"), Check: func(e Evidence) Finding {
				return finding(e.Now.Settings.Poison == lab.PoisonDLQ && e.Now.DLQ.Known && e.Now.DLQ.Total > 0, letters(e))
			}},
			{Name: "all", Keys: []string{"p"}, Expected: phrase.Count(int64(len(event.Pills())), "%s dead letter", "%s dead letters"), Check: func(e Evidence) Finding {
				caught := e.written(kafka.DLQPayment)
				return finding(caught >= int64(len(event.Pills())),
					phrase.Count(caught, "%s dead letter", "%s dead letters"))
			}},
			{Name: "alive", Keys: []string{"f"}, Expected: phrase.New("lag 0, 3 owners"), Check: workedOff},
		},
		Questions: []Question{
			{Name: "naive", Before: "pill", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
				worst, ok := crashLoop(e)
				return 1, phrase.Count(int64(worst), "%s crash on the same payment", "%s crashes on the same payment"), ok
			}},
			{Name: "behind", Before: "blocked", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
				found := heldUp(e)
				return 1, found.Measured, found.Done
			}},
			{Name: "letter", Before: "policy", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
				held, _ := behindPill(e)
				return 2, letters(e), e.Now.Settings.Poison == lab.PoisonDLQ && e.Now.DLQ.Known && e.Now.DLQ.Total > 0 && held == 0
			}},
		},
	}
}

func letters(e Evidence) phrase.Phrase {
	return phrase.Count(e.Now.DLQ.Total, "%s dead letter", "%s dead letters")
}

// crashLoop is how often a consumer has crashed on the same payment; ok once that happened twice.
func crashLoop(e Evidence) (worst int, ok bool) {
	for _, o := range e.Now.Orders {
		worst = max(worst, o.Crashes)
	}
	return worst, worst >= 2
}

// behindPill is how many payments wait behind a pill, and how many the partitions without one have had done since the step
// began.
func behindPill(e Evidence) (held, beside int64) {
	var stuck []int32
	for _, o := range e.Now.Orders {
		if o.Blocked != nil && o.Crashes >= 2 {
			stuck = append(stuck, o.Blocked.Partition)
		}
	}
	for i, p := range e.Now.Partitions {
		switch {
		case !p.Known:
		case slices.Contains(stuck, p.ID):
			held += max(p.Lag-1, 0) // the pill itself does not wait behind it
		case e.Began != nil && i < len(e.Began.Partitions) && e.Began.Partitions[i].Known:
			beside += max(p.Committed-e.Began.Partitions[i].Committed, 0)
		}
	}
	return held, beside
}

// heldUp wants payments that stand behind a pill while those of other partitions are done.
func heldUp(e Evidence) Finding {
	const enough = 50 // payments; the class has seen two lags fall for a moment
	held, beside := behindPill(e)
	return finding(held > 0 && beside >= enough, phrase.New("%s behind the pill, %s done beside it", payments(held), phrase.Number(beside)))
}

// workedOff wants a flood that began after the step, and everything done.
func workedOff(e Evidence) Finding {
	r, ok := e.run(1, func(r lab.Run) bool { return e.Began != nil && r.StartedAt.After(e.Began.At) })
	owners := phrase.Count(int64(e.owners()), "%s owner", "%s owners")
	if !ok || !e.Now.Lag.Known {
		return Finding{}
	}
	return finding(r.Drained && e.Now.Lag.Total == 0 && e.owners() == 3, phrase.New("lag %s, %s", phrase.Number(e.Now.Lag.Total), owners))
}

// bonus is checkpoint 6: a broker dies, the lab is monitored, nothing is done twice, and everything is cleared away.
func bonus() Checkpoint {
	return Checkpoint{
		Number: 6,
		Start:  Start{Partitions: 3, Orders: 3, Delay: work, Metrics: true},
		Steps: []Step{
			{Name: "broker", Keys: []string{"f", "b"}, Check: func(e Evidence) Finding {
				l, ok := loss(e)
				return finding(ok && l.Waiting == 0 && len(l.Moved) > 0,
					phrase.Count(int64(len(l.Moved)), "%s partition has a new leader", "%s partitions have a new leader"))
			}},
			{Name: "back", Keys: []string{"b"}, Check: func(e Evidence) Finding {
				l, ok := loss(e)
				return finding(ok && !l.Back.IsZero(), phrase.Phrase{})
			}},
			{Name: "monitor", Check: func(e Evidence) Finding {
				return finding(e.Scraped > 0, phrase.Count(e.Scraped, "fetched %s time", "fetched %s times"))
			}},
			{Name: "once", Keys: []string{"e"}, Check: func(e Evidence) Finding {
				return finding(e.Now.Settings.Guarantee == string(kafka.ExactlyOnce), phrase.New("%s", e.Now.Settings.Guarantee))
			}},
			{Name: "proof", Keys: []string{"f", "k"}, Expected: phrase.New("lost 0, done twice 0"), Check: func(e Evidence) Finding {
				t, ok := exactly(e)
				if left := e.Now.Lag.Total; !ok && e.Now.Lag.Known && left > 0 {
					return finding(false, phrase.Count(left, "%s payment waits", "%s payments wait"))
				}
				return finding(ok, phrase.New("lost %s, done twice %s", phrase.Number(t.Lost), phrase.Number(t.Duplicates)))
			}},
			{Name: HandOutStep, Check: func(e Evidence) Finding { return Finding{Done: e.HandedOut} }},
		},
		Questions: []Question{
			{Name: "leader", Before: "broker", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
				l, ok := loss(e)
				return 1, phrase.Count(int64(len(l.Moved)), "%s partition has a new leader", "%s partitions have a new leader"),
					ok && l.Waiting == 0 && len(l.Moved) > 0
			}},
			{Name: "twice", Before: "proof", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
				t, ok := exactly(e)
				measured := phrase.New("lost %s, done twice %s", phrase.Number(t.Lost), phrase.Number(t.Duplicates))
				if t.Lost > 0 {
					return 2, measured, ok
				}
				return min(int(t.Duplicates), 1), measured, ok
			}},
		},
	}
}

// loss is the newest loss of a broker since the checkpoint began.
func loss(e Evidence) (lab.Loss, bool) {
	for _, l := range slices.Backward(e.Now.Losses) {
		if l.At.After(e.Since) {
			return l, true
		}
	}
	return lab.Loss{}, false
}

// exactly is what the books count under exactly-once, after a kill and once nothing is on its way.
func exactly(e Evidence) (lab.Trial, bool) {
	for _, t := range e.Now.Trials {
		if t.Guarantee == string(kafka.ExactlyOnce) && t.Kills > 0 && t.Payments > 0 && e.Now.Lag.Known && e.Now.Lag.Total == 0 {
			if _, closed := e.books(); closed {
				return t, true
			}
		}
	}
	return lab.Trial{}, false
}
