package lesson

import (
	"fmt"
	"slices"

	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

// tellRebalances tells of a crash at once, and of every rebalance once it is over, or when more about it was measured.
func tellRebalances(before, now *lab.Snapshot) (told []phrase.Phrase) {
	for _, r := range now.Rebalances {
		i := slices.IndexFunc(before.Rebalances, func(b lab.Rebalance) bool { return b.ID == r.ID })
		measured := -1
		if i >= 0 && !before.Rebalances[i].Open {
			_, _, measured = before.Rebalances[i].Unread()
		}
		_, _, known := r.Unread()
		switch {
		case r.Cause == lab.CauseStart:
		case r.Open && i < 0 && r.Cause == lab.CauseCrash:
			told = append(told, tellCrash(now, r))
		case !r.Open && known > measured:
			told = append(told, tellSettled(r)...)
		}
	}
	return told
}

// tellCrash is said while Kafka does not know yet.
func tellCrash(now *lab.Snapshot, r lab.Rebalance) phrase.Phrase {
	who := event.Visible(r.Member)
	wait := phrase.Seconds(now.Settings.SessionTimeout)
	var orphans []phrase.Speaker
	for _, p := range now.Partitions {
		if p.Orphan && p.Owner == r.Member {
			orphans = append(orphans, phrase.Number(p.ID))
		}
	}
	switch {
	case len(orphans) == 0 || wait == 0:
		return phrase.New("%s crashed. Kafka was not told.", who)
	case len(orphans) == 1:
		return phrase.New("%s crashed and nobody reads partition %s. Kafka waits up to %s for its heartbeat.", who, orphans[0], wait)
	}
	return phrase.New("%s crashed and nobody reads partitions %s. Kafka waits up to %s for its heartbeat.", who,
		phrase.List{Between: ", ", Parts: orphans}, wait)
}

// tellSettled says who came or went, what moved, and what that cost; nothing where nothing moved.
func tellSettled(r lab.Rebalance) []phrase.Phrase {
	if len(r.Moved) == 0 {
		return nil
	}
	parts := []phrase.Speaker{}
	for _, c := range append([]lab.Change{{Cause: r.Cause, Member: r.Member}}, r.Also...) {
		parts = append(parts, happened(c))
	}
	parts = append(parts, moved(r))
	var twice int64
	for _, m := range r.Moved {
		if m.Measured {
			twice += m.Redelivered
		}
	}
	if twice > 0 {
		parts = append(parts, phrase.Count(twice, "%s message was begun a second time.", "%s messages were begun a second time."))
	}
	return []phrase.Phrase{phrase.New("%s", phrase.List{Between: " ", Parts: parts})}
}

// happened says what a change of the group was.
func happened(c lab.Change) phrase.Phrase {
	who := event.Visible(c.Member)
	switch c.Cause {
	case lab.CauseCrash:
		return phrase.New("%s crashed.", who)
	case lab.CauseLeave:
		return phrase.New("%s left.", who)
	case lab.CauseJoin:
		return phrase.New("%s joined.", who)
	case lab.CauseGone:
		return phrase.New("%s is gone: it left, or it died.", who)
	case lab.CauseProtocol, lab.CauseGuarantee:
		return phrase.New("Every consumer was started again.")
	case lab.CausePartitions:
		return phrase.New("The group shares out the new partitions.")
	case lab.CauseRecreate:
		return phrase.New("The topics were made again.")
	case lab.CauseOutage:
		return phrase.New("The brokers or the group's coordinator had not answered, and the group dealt its partitions out again.")
	}
	return phrase.New("The group dealt its partitions out again.")
}

// moved says which partitions changed hands, and for how long nobody read them.
func moved(r lab.Rebalance) phrase.Phrase {
	longest, _, measured := r.Unread()
	if len(r.Moved) > 1 {
		all := phrase.Count(int64(len(r.Moved)), "%s partition moved", "%s partitions moved")
		if measured == 0 {
			return phrase.New("%s.", all)
		}
		return phrase.New("%s; for at most %s nobody read one.", all, phrase.Seconds(longest))
	}
	m := r.Moved[0]
	switch to := reader(m); {
	case to == "" && measured == 0:
		return phrase.New("Partition %d moved.", m.Partition)
	case to == "":
		return phrase.New("For %s nobody read partition %d.", phrase.Seconds(longest), m.Partition)
	case measured == 0:
		return phrase.New("%[2]s has partition %[1]d now.", m.Partition, to)
	default:
		return phrase.New("For %s nobody read partition %d; %s has it now.", phrase.Seconds(longest), m.Partition, to)
	}
}

// reader names who has a partition after it moved; empty where nobody has.
func reader(m lab.Move) string {
	switch {
	case m.To > 0:
		return fmt.Sprintf("order-%d", m.To)
	case m.ToOutside != "":
		return event.Visible(m.ToOutside)
	}
	return ""
}
