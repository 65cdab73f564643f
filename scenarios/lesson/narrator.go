package lesson

import (
	"fmt"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

// Narrate tells what happened between two successive pictures of a lab: a few sentences for each event, made of what was
// measured, the most important event last. It is empty where nothing did, and between two labs.
func Narrate(before, now *lab.Snapshot) []phrase.Phrase {
	if before == nil || now == nil || before.State != lab.Running || now.State != lab.Running || !before.Started.Equal(now.Started) {
		return nil
	}
	return slices.Concat(tellSettings(before, now), tellFlood(before, now), tellLetters(before, now), tellBench(before, now),
		tellRebalances(before, now), tellLoops(before, now), tellLosses(before, now), tellOutage(before, now))
}

func tellSettings(before, now *lab.Snapshot) (told []phrase.Phrase) {
	was, is := before.Settings, now.Settings

	if was.Delay != is.Delay {
		if is.Delay == 0 {
			told = append(told, phrase.New("A payment takes an order consumer no time now."))
		} else {
			told = append(told, phrase.New("A payment takes an order consumer %s now.", phrase.Seconds(is.Delay)))
		}
	}
	if n := len(now.Partitions); len(before.Partitions) != n && n > 0 && len(before.Partitions) > 0 {
		told = append(told, phrase.Count(int64(n), "%[2]s has %[1]s partition now.", "%[2]s has %[1]s partitions now.", kafka.PaymentSuccessful))
	}
	if was.Protocol != is.Protocol {
		told = append(told, phrase.New("The group shares its partitions out by %s now.", is.Protocol))
	}
	if was.Guarantee != is.Guarantee {
		told = append(told, phrase.New("The consumers promise %s from now on.", is.Guarantee))
	}
	if was.Poison == is.Poison {
		return told
	}
	switch is.Poison {
	case lab.PoisonDLQ:
		told = append(told, phrase.New("What cannot be worked on goes to the dead letter queue from now on."))
	case lab.PoisonRetryDLQ:
		told = append(told, phrase.New("What cannot be worked on is tried again %d times from now on, and then goes to the dead letter queue.", is.Attempts))
	case lab.PoisonRetry:
		told = append(told, phrase.New("What cannot be worked on is tried again for ever from now on."))
	case lab.PoisonCrash:
		told = append(told, phrase.New("What cannot be worked on crashes its consumer from now on."))
	}
	return told
}

// tellFlood tells when a flood begins, is acknowledged, and is worked off.
func tellFlood(before, now *lab.Snapshot) (told []phrase.Phrase) {
	was, is := before.Flood, now.Flood
	fresh := is.ID != was.ID && is.ID > 0
	switch {
	case fresh && is.Running:
		told = append(told, phrase.New("A flood of %s has begun.", payments(is.Wanted)))
	case !is.Running && (fresh || was.Running && is.ID == was.ID):
		told = append(told, phrase.New("%s acknowledged in %s. %s", payments(is.Acked), phrase.Seconds(is.Took), atWork(now)))
		if is.Failed > 0 {
			told = append(told, phrase.New("%s of the flood were not written.", payments(is.Failed)))
		}
	}
	if r, ok := newest(now.Runs); ok && r.Drained {
		if old, had := newest(before.Runs); !had || old.Flood != r.Flood || !old.Drained {
			if speed, ok := PerSecond(r); ok {
				return append(told, phrase.New("The flood is worked off: %s in %s, %s.", payments(r.Payments), phrase.Seconds(r.Took), rate(speed)))
			}
			return append(told, phrase.New("The flood is worked off: %s in %s.", payments(r.Payments), phrase.Seconds(r.Took)))
		}
	}
	return told
}

func newest(runs []lab.Run) (r lab.Run, ok bool) {
	if len(runs) == 0 {
		return lab.Run{}, false
	}
	return runs[len(runs)-1], true
}

// atWork says how many consumers read a partition.
func atWork(now *lab.Snapshot) phrase.Phrase {
	n := int64(Evidence{Now: now}.owners())
	if n == 0 {
		return phrase.New("Nobody reads them yet.")
	}
	return phrase.Count(n, "%s consumer works on them.", "%s consumers work on them.")
}

// tellLetters tells what the dead letter queue has been given.
func tellLetters(before, now *lab.Snapshot) []phrase.Phrase {
	was, is := before.DLQ, now.DLQ
	if !was.Known || !is.Known || is.Total <= was.Total {
		return nil
	}
	there := phrase.Count(is.Total, "%s poison pill is in the dead letter queue", "%s poison pills are in the dead letter queue")
	if is.Newest.Code == "" || !is.Newest.At.After(was.Newest.At) {
		return []phrase.Phrase{phrase.New("%s. What stood behind goes on.", there)}
	}
	return []phrase.Phrase{phrase.New("%s, the newest for %s (%s). What stood behind goes on.", there, event.Visible(is.Newest.Code),
		place(is.Newest.Partition, is.Newest.Offset))}
}

func place(partition int32, offset int64) string { return fmt.Sprintf("P%d@%d", partition, offset) }

// tellBench tells who has become a member without a partition.
func tellBench(before, now *lab.Snapshot) (told []phrase.Phrase) {
	for _, p := range now.Partitions {
		if p.Reader == 0 && p.OwnerOutside == 0 {
			return nil // there is one to be had, and soon it will be
		}
	}
	for _, o := range now.Orders {
		i := slices.IndexFunc(before.Orders, func(b lab.Instance) bool { return b.Name == o.Name })
		if o.Health == lab.Standby && (i < 0 || before.Orders[i].Health != lab.Standby) {
			told = append(told, phrase.Count(int64(len(now.Partitions)),
				"%[2]s is a member and waits: the only partition has a reader.",
				"%[2]s is a member and waits: all %[1]s partitions have a reader.", o.Name))
		}
	}
	return told
}

// tellLoops tells who crashes on the same payment again and again.
func tellLoops(before, now *lab.Snapshot) (told []phrase.Phrase) {
	for _, o := range now.Orders {
		i := slices.IndexFunc(before.Orders, func(b lab.Instance) bool { return b.Name == o.Name })
		if o.Crashes < 2 || o.Blocked == nil || i >= 0 && before.Orders[i].Crashes >= o.Crashes {
			continue
		}
		told = append(told, phrase.Count(int64(o.Crashes), "%[2]s crashed %[1]s time on the same payment, %[3]s. %[4]s behind it.",
			"%[2]s crashed %[1]s times on the same payment, %[3]s. %[4]s behind it.", o.Name, place(o.Blocked.Partition, o.Blocked.Offset),
			phrase.Count(behind(now, o.Blocked.Partition), "%s payment waits", "%s payments wait")))
	}
	return told
}

// behind is how many payments wait behind the first one of a partition.
func behind(s *lab.Snapshot, partition int32) int64 {
	for _, p := range s.Partitions {
		if p.ID == partition && p.Known {
			return max(p.Lag-1, 0)
		}
	}
	return 0
}

// tellLosses tells what became of the partitions of a broker that was lost.
func tellLosses(before, now *lab.Snapshot) (told []phrase.Phrase) {
	for _, l := range now.Losses {
		i := slices.IndexFunc(before.Losses, func(b lab.Loss) bool { return b.Broker == l.Broker && b.At.Equal(l.At) })
		old := lab.Loss{Waiting: -1}
		if i >= 0 {
			old = before.Losses[i]
		}
		switch {
		case !l.Back.IsZero() && old.Back.IsZero() && i >= 0:
			told = append(told, phrase.New("Broker %d answers again.", l.Broker))
		case l.Waiting > 0 && i < 0:
			told = append(told, phrase.Count(int64(l.Waiting), "Broker %[2]d is gone, and %[1]s partition has no leader.",
				"Broker %[2]d is gone, and %[1]s partitions have no leader.", l.Broker))
		case l.Waiting == 0 && len(l.Moved) > 0 && (old.Waiting != 0 || len(old.Moved) == 0):
			var longest time.Duration
			for _, m := range l.Moved {
				longest = max(longest, m.Within)
			}
			told = append(told, phrase.Count(int64(len(l.Moved)), "Broker %[2]d is gone. %[1]s partition has another leader, at most %[3]s later.",
				"Broker %[2]d is gone. %[1]s partitions have other leaders, at most %[3]s later.", l.Broker, phrase.Seconds(longest)))
		case i < 0 && leads(before, l.Broker) > 0: // what becomes of that is not known yet
			told = append(told, phrase.New("Broker %d is gone.", l.Broker))
		case i < 0:
			told = append(told, phrase.New("Broker %d is gone. It led nothing.", l.Broker))
		}
	}
	return told
}

// leads is how many partitions a broker led.
func leads(s *lab.Snapshot, id int32) int {
	for _, b := range s.Brokers {
		if b.ID == id {
			return b.Leads
		}
	}
	return 0
}

// tellOutage tells when no broker answers any more, and how long that was.
func tellOutage(before, now *lab.Snapshot) []phrase.Phrase {
	switch {
	case now.Reading.Lost && !before.Reading.Lost:
		return []phrase.Phrase{phrase.New("No broker answers. Who reads what, nobody knows.")}
	case before.Reading.Lost && !now.Reading.Lost:
		return []phrase.Phrase{phrase.New("The brokers answer again, after %s.", phrase.Seconds(now.Reading.At.Sub(before.Reading.At)))}
	}
	return nil
}
