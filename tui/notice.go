package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/services/lab"
)

// partitionNotices stand under the partitions: the most important thing to know about them, and what the newest
// rebalances cost.
func partitionNotices(st *styles, s *lab.Snapshot, w int, scale int64) []string {
	return []string{partitionNotice(st, s, w, scale), clockLine(st, s, w)}
}

// partitionNotice is one sentence: the most important thing to know about the partitions now.
func partitionNotice(st *styles, s *lab.Snapshot, w int, scale int64) string {
	orphans := orphaned(s)
	switch {
	case s.Reading.Err != "":
		return st.bad.Render(" "+st.g.attention+" Kafka does not answer: ") + visible(s.Reading.Err, w-26, st.ascii)
	case stale(s) != "":
		return st.warn.Render(" " + st.g.attention + " These numbers are old: the last complete answer came " +
			seconds(s.At.Sub(s.Reading.At)) + " ago.")
	case s.Reading.At.IsZero():
		return st.muted.Render(" " + st.g.waiting + " Waiting for the first answer of the brokers.")
	case len(orphans) > 0:
		return st.orphanNotice(s, orphans, w)
	}
	if p, ok := disagreement(s); ok {
		return st.warn.Render(fmt.Sprintf(" %s P%d is changing hands: %s reads it, Kafka names %s.", st.g.attention, p.ID,
			readerName(p), ownerName(st, p)))
	}
	if p, share, ok := hotPartition(s); ok {
		return st.warn.Render(fmt.Sprintf(" %s P%d is hot: it has %d %% of the lag, and another consumer cannot help it.", st.g.attention, p.ID, share))
	}
	text := fmt.Sprintf(" %s Every partition has a reader. A full bar is a lag of %s.", st.g.ok, comma(scale))
	return st.muted.Render(text)
}

// orphanNotice tells what Kafka still believes about partitions that nobody reads, and for how long.
func (st *styles) orphanNotice(s *lab.Snapshot, orphans []lab.Partition, w int) string {
	names := make([]string, len(orphans))
	for i, p := range orphans {
		names[i] = fmt.Sprintf("P%d", p.ID)
	}
	head := st.bad.Render(" " + st.g.bad + " " + listed(names, 3) + ": nobody reads.")
	if w < 100 {
		head = st.bad.Render(" " + st.g.bad + " " + listed(names, 3) + " ORPHAN.")
	}
	owner := orphans[0].Owner
	if owner == "" {
		return head + " Kafka names nobody and will assign a reader."
	}
	name := st.warn.Render(visible(owner, 14, st.ascii))
	i := slices.IndexFunc(s.Orders, func(o lab.Instance) bool { return o.Name == owner && o.StillMember })
	if i < 0 {
		return head + " Kafka still names " + name + "."
	}
	return head + " Kafka still believes " + name + " is alive (" + seconds(s.Orders[i].GoneIn) + " left, computed)"
}

// gauge draws how much of a time is left.
func gauge(g glyphs, left, whole time.Duration, w int) string {
	n := 0
	if whole > 0 {
		n = int((min(max(left, 0), whole)*time.Duration(w) + whole - 1) / whole)
	}
	return strings.Repeat(g.gauge[0], n) + strings.Repeat(g.gauge[1], w-n)
}

func orphaned(s *lab.Snapshot) []lab.Partition {
	var out []lab.Partition
	for _, p := range s.Partitions {
		if p.Orphan {
			out = append(out, p)
		}
	}
	return out
}

// hotPartition is the one that holds most of the lag while there are others, and its share in percent. One that nobody
// reads has another problem.
func hotPartition(s *lab.Snapshot) (hot lab.Partition, share int64, ok bool) {
	const least, most = 50, 60 // payments of lag that are worth a word; percent that others would do with
	if len(s.Partitions) < 2 || s.Lag.Total < least || stale(s) != "" {
		return lab.Partition{}, 0, false
	}
	for _, p := range s.Partitions {
		if share := p.Lag * 100 / s.Lag.Total; p.Known && !p.Orphan && share > most {
			return p, share, true
		}
	}
	return lab.Partition{}, 0, false
}

// disagreement is the first partition about which the broker and our process differ.
func disagreement(s *lab.Snapshot) (lab.Partition, bool) {
	for _, p := range s.Partitions {
		if p.Known && (p.Reader != p.OwnerInstance || p.Reader == 0) {
			return p, true
		}
	}
	return lab.Partition{}, false
}

func readerName(p lab.Partition) string {
	if p.Reader == 0 {
		return "nobody"
	}
	return fmt.Sprintf("order-%d", p.Reader)
}

func ownerName(st *styles, p lab.Partition) string {
	if p.Owner == "" {
		return "nobody"
	}
	return visible(p.Owner, 14, st.ascii)
}
