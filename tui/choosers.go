package tui

import (
	"slices"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// protocolDialog chooses the group protocol. It opens on the one after the present one; the key that opened it moves on.
func protocolDialog(st *styles, s *lab.Snapshot, again []string) *dialog {
	d := &dialog{title: st.t("Which protocol shares the partitions out?"), again: again, card: true}
	all := protocols()
	for i, p := range all {
		c := choice{label: p.name, detail: st.say(p.detail), command: lab.SetProtocol{Protocol: p.command}}
		if p.inForce(s) {
			c.command = nil
			d.cursor = (i + 1) % len(all)
		}
		d.items = append(d.items, c)
	}
	return d
}

// keyDialog chooses the key of the payments. It opens on the one after the present one.
func keyDialog(st *styles, s *lab.Snapshot, again []string) *dialog {
	d := &dialog{title: st.t("Which key do the payments of the next floods get?"), again: again}
	details := map[lab.Key]string{
		lab.KeyNone: st.t("no key: dealt out evenly, in turns"),
		lab.KeyUser: st.t("the user_id: each one's payments in order"),
		lab.KeyVIP:  st.t("one VIP buys all: one hot partition"),
	}
	all := []lab.Key{lab.KeyNone, lab.KeyUser, lab.KeyVIP}
	for _, k := range all {
		d.items = append(d.items, choice{label: string(k), detail: details[k], command: lab.SetKey{Key: k}})
	}
	now := max(slices.Index(all, s.Settings.Key), 0)
	d.items[now].command = nil
	d.items[now].detail = st.t("%s (now)", d.items[now].detail)
	d.cursor = (now + 1) % len(all)
	return d
}

// partitionsDialog grows the topics, or goes on to recreating them.
func partitionsDialog(st *styles, s *lab.Snapshot) *dialog {
	now := len(s.Partitions)
	d := &dialog{
		title: st.t("Partitions of every topic: %s now", phrase.Number(now)), most: lab.MaxPartitions,
		box: st.t("or type how many, more than %d", now),
	}
	for _, n := range []int{3, 6, 12} {
		if n > now {
			d.items = append(d.items, choice{label: st.number(int64(n)), detail: st.t("grow, while everything goes on"), command: lab.GrowPartitions{Count: n}})
		}
	}
	again := choice{label: st.t("recreate"), detail: st.t("with any number; deletes all records"), next: recreateDialog(st, now)}
	off := !s.WhyNot(lab.RecreateTopics{}).Empty()
	if off { // the command, instead of the question how: it is marked, and refused with the reason
		again.command, again.next = lab.RecreateTopics{}, nil
	}
	d.items = append(d.items, again)
	d.typed = func(n int) choice {
		switch {
		case n > now:
			return choice{command: lab.GrowPartitions{Count: n}}
		case off:
			return choice{command: lab.RecreateTopics{Partitions: n}}
		}
		return choice{next: confirmRecreate(st, n, st.t("Kafka adds partitions and never takes one away."))}
	}
	return d
}

// recreateDialog chooses with how many partitions the topics come back; it opens on as many as there are.
func recreateDialog(st *styles, now int) *dialog {
	d := &dialog{title: st.t("Recreate the topics with how many partitions?"), most: lab.MaxPartitions, box: st.t("or type a number")}
	for _, n := range []int{1, 3, 6, 12} {
		if n == now {
			d.cursor = len(d.items)
		}
		d.items = append(d.items, choice{label: st.number(int64(n)), next: confirmRecreate(st, n)})
	}
	d.typed = func(n int) choice { return choice{next: confirmRecreate(st, n)} }
	return d
}

// confirmRecreate asks before everything is deleted.
func confirmRecreate(st *styles, n int, why ...string) *dialog {
	return &dialog{
		title: st.count(int64(n), "Recreate the topics with %s partition?", "Recreate the topics with %s partitions?"),
		notes: append(why, st.t("This deletes all records and offsets. The counters begin again.")),
		yes:   lab.RecreateTopics{Partitions: n},
	}
}

func floodDialog(st *styles) *dialog {
	d := &dialog{title: st.t("How many payments?"), most: lab.MaxFlood, box: st.t("or type a number up to %s", phrase.Number(lab.MaxFlood))}
	d.typed = func(n int) choice { return choice{command: lab.Flood{Count: n}} }
	for _, n := range []int64{1, 10, 5_000, 10_000} {
		d.items = append(d.items, choice{label: st.number(n), command: lab.Flood{Count: int(n)}})
	}
	return d
}

func pillDialog(st *styles, pills []Pill) *dialog {
	d := &dialog{title: st.t("Which poison pill?")}
	for _, p := range pills {
		d.items = append(d.items, choice{label: p.Name, detail: st.say(p.Title), command: lab.Poison{Pills: []string{p.Name}}})
	}
	return d
}
