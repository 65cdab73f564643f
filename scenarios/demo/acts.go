package demo

import (
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

// work is what a payment costs an order consumer in the story, seed makes it the same each time.
const (
	work = 100 * time.Millisecond
	seed = 20261127
)

// team is the lab of every act but the first.
func team() lab.Begin { return lab.Begin{Partitions: 3, Orders: 3, Delay: work, Seed: seed} }

// Acts are the story in its order.
func Acts() []Act {
	return []Act{drown(), three(), powerCut(), naive(), queue(), everyPill(), once(), verdict()}
}

func drown() Act {
	return Act{
		Title: phrase.New("One consumer drowns"),
		Takes: 24 * time.Second,
		Start: lab.Begin{Partitions: 1, Orders: 1, Delay: work, Seed: seed},
		Steps: []Step{
			{
				Say:   phrase.New("The shop opens: one partition, and one consumer, at 100 ms a payment."),
				Until: owners(1), Waits: phrase.New("a consumer that reads its partition"), Within: 20 * time.Second, Hold: 5 * time.Second,
			},
			{
				Say: phrase.New("1,000 payments come at once, and wait in line."),
				Do:  []lab.Command{lab.Flood{Count: 1000}}, Measured: lagNow,
				Until: lagAbove(900), Waits: phrase.New("a lag above 900"), Within: 20 * time.Second, Hold: 5 * time.Second,
			},
			{
				Say:      phrase.New("One partition has one reader, however many consumers there are."),
				Measured: pace, Until: falls(5), Waits: phrase.New("a lag that falls"), Within: 20 * time.Second, Hold: 12 * time.Second,
			},
		},
	}
}

func three() Act {
	return Act{
		Title: phrase.New("Three share the work"),
		Takes: 18 * time.Second,
		Start: team(),
		Steps: []Step{
			{
				Say:   phrase.New("The same shop again, with three partitions and three consumers."),
				Do:    []lab.Command{team()},
				Until: owners(3), Waits: phrase.New("three consumers that each read a partition"), Within: 20 * time.Second, Hold: 4 * time.Second,
			},
			{
				Say: phrase.New("The same 1,000 payments: each consumer takes a third of them."),
				Do:  []lab.Command{lab.Flood{Count: 1000}}, Measured: pace,
				Until: falls(20), Waits: phrase.New("20 payments done per second, or more"), Within: 20 * time.Second, Hold: 9 * time.Second,
			},
		},
	}
}

func powerCut() Act {
	return Act{
		Title:  phrase.New("A consumer loses power"),
		Takes:  36 * time.Second,
		Start:  team(),
		Before: []lab.Command{lab.Flood{Count: 1000}},
		Steps: []Step{
			{
				Say: phrase.New("One consumer loses power: nobody reads its partition, and Kafka waits."),
				Do:  []lab.Command{lab.Kill{}}, Measured: orphaned,
				Until: anyOrphan, Waits: phrase.New("a partition that nobody reads"), Within: 10 * time.Second, Hold: 4 * time.Second,
			},
			{
				Say:      phrase.New("No heartbeat for 6 seconds: then Kafka gives its partition to another."),
				Measured: takenOver,
				Until:    handedOver, Waits: phrase.New("its partition to be read again"), Within: 20 * time.Second, Hold: 6 * time.Second,
			},
			{
				Say: phrase.New("It starts again, and the three work off what is left."),
				Do:  []lab.Command{lab.Restart{}}, Measured: pace,
				Until: both(owners(3), idle), Waits: phrase.New("three readers and no lag"), Within: 60 * time.Second, Hold: 2 * time.Second,
			},
		},
	}
}

func naive() Act {
	return Act{
		Title: phrase.New("A poison pill"),
		Takes: 18 * time.Second,
		Start: team(),
		Steps: []Step{
			{
				Say: phrase.New("A broken payment, and a program without error handling: it crashes."),
				Do:  []lab.Command{lab.SetPoison{Policy: lab.PoisonCrash}, lab.Poison{Pills: []string{event.Pills()[0].Name}}}, Measured: crashes,
				Until: crashedTwice, Waits: phrase.New("two crashes on the same payment"), Within: 30 * time.Second, Hold: 4 * time.Second,
			},
			{
				Say: phrase.New("Every restart meets it again, and its whole partition waits behind it."),
				Do:  []lab.Command{lab.Flood{Count: 90}}, Measured: stuck,
				Until: heldUp, Waits: phrase.New("payments that wait behind the pill"), Within: 20 * time.Second, Hold: 7 * time.Second,
			},
		},
	}
}

func queue() Act {
	return Act{
		Title:  phrase.New("The dead letter queue"),
		Takes:  17 * time.Second,
		Start:  team(),
		Before: []lab.Command{lab.SetPoison{Policy: lab.PoisonCrash}, lab.Poison{Pills: []string{event.Pills()[0].Name}}, lab.Flood{Count: 90}},
		Steps: []Step{
			{
				Say: phrase.New("With a dead letter queue the pill is put aside, and the others go on."),
				Do:  []lab.Command{lab.SetPoison{Policy: lab.PoisonDLQ}}, Measured: letters,
				Until: both(caught(1), idle), Waits: phrase.New("a dead letter and no lag"), Within: 40 * time.Second, Hold: 8 * time.Second,
			},
		},
	}
}

func everyPill() Act {
	return Act{
		Title: phrase.New("Every pill at once"),
		Takes: 9 * time.Second,
		Start: team(),
		Steps: []Step{
			{
				Say: phrase.New("Every kind of broken payment at once: nobody crashes any more."),
				Do:  []lab.Command{lab.Poison{}}, Measured: letters,
				Until: both(caughtSince(int64(len(event.Pills()))), idle), Waits: phrase.New("a dead letter for every pill"), Within: 30 * time.Second, Hold: 8 * time.Second,
			},
		},
	}
}

func once() Act {
	const payments = 450
	return Act{
		Title: phrase.New("Exactly once"),
		Takes: 42 * time.Second,
		Start: team(),
		Steps: []Step{
			{
				Say:   phrase.New("Now with transactions: an order and its commit count together, or not."),
				Do:    []lab.Command{lab.SetGuarantee{Guarantee: string(kafka.ExactlyOnce)}},
				Until: both(owners(3), func(s Seen) bool { return s.Now.Settings.Guarantee == string(kafka.ExactlyOnce) }),
				Waits: phrase.New("three readers under exactly-once"), Within: 40 * time.Second, Hold: 4 * time.Second,
			},
			{
				Say: phrase.New("450 payments, and a power cut in the middle of them."),
				Do:  []lab.Command{lab.Flood{Count: payments}}, Measured: pace,
				Until: falls(15), Waits: phrase.New("a lag that falls"), Within: 20 * time.Second, Hold: 3 * time.Second,
			},
			{
				Say: phrase.New("The power is cut: whatever was not committed is taken back."),
				Do:  []lab.Command{lab.Kill{}}, Measured: orphaned,
				Until: anyOrphan, Waits: phrase.New("a partition that nobody reads"), Within: 10 * time.Second, Hold: 3 * time.Second,
			},
			{
				Say:      phrase.New("The same work began twice: do the books find an order twice, or missing?"),
				Measured: trial,
				Until:    exactly, Waits: phrase.New("everything done exactly once, by the books"), Within: 60 * time.Second, Hold: 7 * time.Second,
			},
		},
	}
}

func verdict() Act {
	return Act{
		Title:  phrase.New("The verdict"),
		Takes:  16 * time.Second,
		Start:  team(),
		Before: []lab.Command{lab.Flood{Count: 300}},
		Books:  true,
		Steps: []Step{
			{
				Say:      phrase.New("An auditor has read every topic: what became of every payment?"),
				Measured: books,
				Until:    closed, Waits: phrase.New("books that are closed"), Within: 30 * time.Second, Hold: 15 * time.Second,
			},
		},
	}
}
