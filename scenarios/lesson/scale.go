package lesson

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// rush is the flood of the course.
const rush = 1_000

// work is what a payment costs an order consumer in the course.
const work = 100 * time.Millisecond

// bottleneck is checkpoint 3: one consumer on one partition drowns.
func bottleneck() Checkpoint {
	single := func(r lab.Run) bool { return r.Partitions == 1 && r.Delay == work }
	return Checkpoint{
		Number: 3,
		Start:  Start{Partitions: 1, Orders: 1, Delay: work},
		Steps: []Step{
			{Name: "flood", Keys: []string{"f"}, Expected: phrase.New("at most a few seconds"), Check: flooded},
			{Name: "lag", Expected: phrase.New("above %s", phrase.Number(900)), Check: func(e Evidence) Finding {
				return finding(peak(e) > 900, phrase.New("lag %s", phrase.Number(peak(e))))
			}},
			{Name: "rate", Expected: phrase.New("about %s msg/s", phrase.Number(10)), Check: rated(single, 5, 15)},
			{Name: "second", Keys: []string{"+"}, Expected: phrase.New("1 works, 1 waits"), Check: benched},
			{Name: "drained", Expected: phrase.New("about %s s", phrase.Number(100)), Check: drained(single)},
		},
		Questions: []Question{
			{Name: "howlong", Before: "flood", Options: 4, Answer: drainAnswer(single, []time.Duration{
				10 * time.Second, 33 * time.Second, 100 * time.Second, time.Hour,
			})},
			{Name: "second", Before: "second", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
				found := benched(e)
				return 1, found.Measured, found.Done
			}},
		},
	}
}

// partitions is checkpoint 4: three partitions, three consumers, and one of them dies.
func partitions() Checkpoint {
	three := func(r lab.Run) bool { return r.Partitions == 3 && r.Consumers == 3 && r.Delay == work }
	return Checkpoint{
		Number: 4,
		Start:  Start{Partitions: 1, Orders: 1, Delay: work},
		Steps: []Step{
			{Name: "grow", Keys: []string{"t"}, Expected: phrase.New("3 partitions"), Check: func(e Evidence) Finding {
				n := len(e.Now.Partitions)
				return finding(n == 3, phrase.Count(int64(n), "%s partition", "%s partitions"))
			}},
			{Name: "alone", Keys: []string{"f"}, Expected: phrase.New("about %s msg/s", phrase.Number(10)), Check: rated(
				func(r lab.Run) bool { return r.Partitions == 3 && r.Consumers == 1 && r.Delay == work }, 5, 15)},
			{Name: "emptied", Keys: []string{"d"}, Expected: phrase.New("lag 0, 100 ms"), Check: emptied},
			{Name: "three", Keys: []string{"+", "+"}, Expected: phrase.New("3 owners"), Check: func(e Evidence) Finding {
				return finding(e.owners() == 3, phrase.Count(int64(e.owners()), "%s owner", "%s owners"))
			}},
			{Name: "rate", Keys: []string{"f"}, Expected: phrase.New("about %s msg/s", phrase.Number(30)), Check: rated(three, 20, 40)},
			{Name: "drained", Expected: phrase.New("about %s s", phrase.Number(33)), Check: drained(three)},
			{Name: "kill", Keys: []string{"f", "k"}, Expected: phrase.New("about the session timeout"), Check: killed},
			{Name: "again", Keys: []string{"r"}, Expected: phrase.New("lag 0, 3 owners"), Check: func(e Evidence) Finding {
				return finding(e.Now.Lag.Known && e.Now.Lag.Total == 0 && e.owners() == 3,
					phrase.New("lag %s, %s", phrase.Number(e.Now.Lag.Total), phrase.Count(int64(e.owners()), "%s owner", "%s owners")))
			}},
			{Name: "five", Keys: []string{"+", "+"}, Expected: phrase.New("3 work, 2 wait"), Check: func(e Evidence) Finding {
				return finding(e.owners() == 3 && e.idle() == 2,
					workAndWait(e.owners(), e.idle()))
			}},
		},
		Questions: partitionQuestions(three),
	}
}

func partitionQuestions(three func(lab.Run) bool) []Question {
	return []Question{
		{Name: "alone", Before: "alone", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
			speed, ok := e.rate(func(r lab.Run) bool { return r.Partitions == 3 && r.Consumers == 1 && r.Delay == work })
			// 10 msg/s for one worker, 30 for as many as there are partitions; a third of it if it read one of them only.
			return nearest(speed, 10, 30), rate(speed), ok
		}},
		{Name: "best", Before: "three", Options: 4, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
			speed, ok := e.rate(three)
			return 2, phrase.New("%s with 3 consumers", rate(speed)), ok && speed > 20
		}},
		{Name: "dead", Before: "kill", Options: 4, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
			unread, ok := unreadAfterCrash(e)
			choices := []float64{0.1, e.Now.Settings.SessionTimeout.Seconds(), 10 * e.Now.Settings.SessionTimeout.Seconds()}
			return nearest(unread.Seconds(), choices...), phrase.New("unread for %s", phrase.Seconds(unread)), ok
		}},
		{Name: "lost", Before: "again", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
			books, ok := e.books()
			if !ok || e.Now.Lag.Total > 0 || !e.Now.Lag.Known {
				return 0, phrase.Phrase{}, false
			}
			measured := phrase.New("lost %s, done twice %s", phrase.Number(books.Lost.Count), phrase.Number(books.Duplicates.Count))
			if books.Lost.Count > 0 {
				return 0, measured, true
			}
			return 1, measured, true
		}},
		{Name: "five", Before: "five", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
			idle := e.idle()
			return 1, workAndWait(e.owners(), idle), e.alive() >= 5 && e.owners() == 3 && idle == 2
		}},
	}
}

// benched wants one consumer at work and another without a partition. While nothing waits nobody works.
func benched(e Evidence) Finding {
	works := e.owners()
	if e.Now.Lag.Known && e.Now.Lag.Total == 0 {
		return finding(false, phrase.New("there is no work: flood it again"))
	}
	return finding(works == 1 && e.idle() > 0 && e.Now.Lag.Known, workAndWait(works, e.idle()))
}

// workAndWait says how many consumers have a partition, and how many have none.
func workAndWait(work, wait int) phrase.Phrase {
	return phrase.New("%s, %s", phrase.Count(int64(work), "%s works", "%s work"), phrase.Count(int64(wait), "%s waits", "%s wait"))
}

// emptied wants an empty topic, and work that costs again what it costs in the course.
func emptied(e Evidence) Finding {
	return finding(e.Now.Lag.Known && e.Now.Lag.Total == 0 && e.Now.Settings.Delay == work,
		phrase.New("lag %s, %s ms", phrase.Number(e.Now.Lag.Total), phrase.Number(e.Now.Settings.Delay.Milliseconds())))
}

// flooded wants the flood of the course to be acknowledged.
func flooded(e Evidence) Finding {
	f := e.Now.Flood
	if f.ID == 0 || !f.StartedAt.After(e.Since) {
		return Finding{}
	}
	return finding(!f.Running && f.Acked >= rush, phrase.New("%s in %s", payments(f.Acked), phrase.Seconds(f.Took)))
}

// peak is the largest lag: of the step, or of the floods since the checkpoint began where it rose before the step came.
func peak(e Evidence) int64 {
	top := e.Peak
	for _, r := range e.Now.Runs {
		if !r.StartedAt.After(e.Since) {
			continue
		}
		for _, p := range r.Curve {
			top = max(top, p.Lag)
		}
	}
	return top
}

// rated wants a flood that is worked on at a rate between two bounds, in payments per second.
func rated(fits func(lab.Run) bool, least, most float64) func(Evidence) Finding {
	return func(e Evidence) Finding {
		speed, ok := e.rate(fits)
		if !ok {
			return Finding{}
		}
		return finding(speed > least && speed < most, rate(speed))
	}
}

// drained wants a flood of the course whose lag is zero again.
func drained(fits func(lab.Run) bool) func(Evidence) Finding {
	return func(e Evidence) Finding {
		r, ok := e.run(rush, func(r lab.Run) bool { return fits(r) && r.Drained && !r.Retimed })
		if !ok {
			r, ok = e.run(rush, fits)
		}
		if !ok {
			return Finding{}
		}
		if r.Retimed {
			return finding(false, phrase.New("the delay was changed: flood it again"))
		}
		if !r.Drained {
			return finding(false, phrase.New("%s left after %s", payments(e.Now.Lag.Total), phrase.Seconds(r.Took)))
		}
		return finding(true, phrase.New("%s in %s", payments(r.Payments), phrase.Seconds(r.Took)))
	}
}

// drainAnswer is the choice that is nearest to how long a flood of the course took.
func drainAnswer(fits func(lab.Run) bool, choices []time.Duration) func(Evidence) (int, phrase.Phrase, bool) {
	return func(e Evidence) (int, phrase.Phrase, bool) {
		r, ok := e.run(rush, func(r lab.Run) bool { return fits(r) && r.Drained && !r.Retimed })
		if !ok {
			return 0, phrase.Phrase{}, false
		}
		seconds := make([]float64, len(choices))
		for i, c := range choices {
			seconds[i] = c.Seconds()
		}
		return nearest(r.Took.Seconds(), seconds...), phrase.New("%s in %s", payments(r.Payments), phrase.Seconds(r.Took)), true
	}
}

// nearest is the choice that is the fewest times larger or smaller than a figure.
func nearest(figure float64, choices ...float64) int {
	best, distance := 0, 0.0
	for i, c := range choices {
		d := max(figure, c) / max(min(figure, c), 1e-3)
		if i == 0 || d < distance {
			best, distance = i, d
		}
	}
	return best
}

// killed wants a crash whose partitions are read again.
func killed(e Evidence) Finding {
	unread, ok := unreadAfterCrash(e)
	if !ok {
		return Finding{}
	}
	return finding(true, phrase.New("unread for %s", phrase.Seconds(unread)))
}

func unreadAfterCrash(e Evidence) (time.Duration, bool) {
	r, ok := e.rebalance(lab.CauseCrash)
	if !ok || r.Open {
		return 0, false
	}
	longest, _, measured := r.Unread()
	return longest, measured > 0
}
