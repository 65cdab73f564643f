package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
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
	case s.Reading.Lost:
		text := " " + st.t("No broker answers. All of this is %s old.", st.howOld(s.At.Sub(s.Reading.At)))
		if more := " " + st.t("The lab goes on by itself once they are back."); 2+width(text)+width(more) <= w {
			text += more
		} else {
			text += " " + st.t("The lab goes on by itself.")
		}
		return st.bad.Render(cut(" "+st.g.attention+text, w, st.ascii))
	case s.Reading.Err != nil:
		head := " " + st.g.attention + " " + st.t("Kafka does not answer:") + " "
		return st.bad.Render(head) + st.toldOf(s.Reading.Err, w-width(head))
	case stale(s):
		return st.warn.Render(" " + st.g.attention + " " + st.t("These numbers are old: the last complete answer came %s ago.",
			st.howOld(s.At.Sub(s.Reading.At))))
	case s.Reading.At.IsZero():
		return st.muted.Render(" " + st.g.waiting + " " + st.t("Waiting for the first answer of the brokers."))
	}
	if names := missing(s); len(names) > 0 {
		return st.missingNotice(names, w)
	}
	if text := st.unreadNotice(s, w); text != "" {
		return text
	}
	if text := st.stuckNotice(s, orphans, w); text != "" {
		return text
	}
	p, differs := disagreement(s)
	switch {
	case differs && p.Reader == 0:
		return st.muted.Render(" "+st.letter(p.OwnerOutside)+" "+st.t("P%d belongs to", p.ID)+" ") + st.warn.Render(ownerName(st, p)) +
			st.muted.Render(st.t(", a member outside this lab."))
	case differs:
		return st.warn.Render(" " + st.g.attention + " " + st.handover(p))
	}
	if p, share, ok := hotPartition(s); ok {
		return st.warn.Render(" " + st.g.attention + " " + st.hot(p, share))
	}
	return st.muted.Render(" " + st.g.ok + " " + st.t("Every partition has a reader. A full bar is a lag of %s.", phrase.Number(scale)))
}

// handover says that the broker and our process differ about a partition.
func (st *styles) handover(p lab.Partition) string {
	return st.t("P%d is changing hands: %s reads it, Kafka names %s.", p.ID, st.readerName(p), ownerName(st, p))
}

// hot says how much of the lag one partition has, in percent.
func (st *styles) hot(p lab.Partition, share int64) string {
	return st.t("P%d is hot: it has %d %% of the lag, and another consumer cannot help it.", p.ID, share)
}

// stuckNotice is about what does not go on: the crash loop that makes orphans comes before them. It is empty when
// everything does.
func (st *styles) stuckNotice(s *lab.Snapshot, orphans []lab.Partition, w int) string {
	if i, ok := crashLoop(s); ok {
		return st.loopNotice(i, w)
	}
	if len(orphans) > 0 {
		return st.orphanNotice(s, orphans, w)
	}
	if p, ok := blockedPartition(s); ok {
		return st.blockedNotice(s, p, w)
	}
	if t, ok := openTransaction(s); ok {
		return st.warn.Render(cut(" "+st.g.waiting+" "+st.transactionSentence(t), w, st.ascii))
	}
	return ""
}

// orphanNotice tells what Kafka still believes about partitions that nobody reads and for how long, and which keys help
// when no consumer is left that Kafka could give them to.
func (st *styles) orphanNotice(s *lab.Snapshot, orphans []lab.Partition, w int) string {
	names := make([]string, len(orphans))
	for i, p := range orphans {
		names[i] = fmt.Sprintf("P%d", p.ID)
	}
	word := st.t("%s: nobody reads.", "")
	if w < 100 {
		word = " " + st.t("ORPHAN.")
	}
	help, room := "", 20
	if !succession(s) {
		help = " " + st.t("No consumer is left to take over: %s", st.helpfulKeys(s))
		room = min(room, w-width(word+help)-4)
	}
	head := st.bad.Render(" "+st.g.bad+" "+fitted(names, ", ", room)+word) + help
	owners, free := st.owners(orphans)
	switch still := " " + st.t("Kafka still names") + " "; {
	case help != "":
		if width(head+still)+width(strings.Join(owners, ", ")) < w {
			head += "." + st.muted.Render(still+strings.Join(owners, ", "))
		}
		return head
	case len(owners) == 0:
		return head + " " + st.t("Kafka names nobody and will assign a reader.")
	case len(owners) > 1 || len(free) > 0:
		rest := ""
		if len(free) > 0 {
			rest = st.t(", and nobody for %s", st.listed(free, 3))
		}
		return head + still + st.warn.Render(fitted(owners, ", ", w-width(head+still+rest)-1)) + rest
	}
	owner := orphans[0].Owner
	name := st.warn.Render(visible(owner, 14, st.ascii))
	i := slices.IndexFunc(s.Orders, func(o lab.Instance) bool { return o.Name == owner && o.StillMember })
	if i < 0 {
		return head + " " + st.t("Kafka still names") + " " + name + "."
	}
	return head + " " + st.t("Kafka still believes %s is alive (%s, computed)", name, st.timeLeft(s.Orders[i]))
}

// timeLeft is how long Kafka goes on believing in a dead member.
func (st *styles) timeLeft(dead lab.Instance) string {
	if dead.GoneIn < 0 {
		return st.t("unknown how long")
	}
	return st.t("%s left", st.seconds(dead.GoneIn))
}

// owners are those whom Kafka names, each with its partitions: "order-2 (P0, P3)"; free are those it names nobody for.
func (st *styles) owners(partitions []lab.Partition) (named, free []string) {
	var order []string
	held := map[string][]string{}
	for _, p := range partitions {
		if p.Owner == "" {
			free = append(free, fmt.Sprintf("P%d", p.ID))
			continue
		}
		if held[p.Owner] == nil {
			order = append(order, p.Owner)
		}
		held[p.Owner] = append(held[p.Owner], fmt.Sprintf("P%d", p.ID))
	}
	named = make([]string, len(order))
	for i, owner := range order {
		named[i] = ownerName(st, lab.Partition{Owner: owner}) + " (" + st.listed(held[owner], 3) + ")"
	}
	return named, free
}

// succession says whether anybody is left to whom Kafka could give a partition: one of our consumers, or somebody else's
// member that it names.
func succession(s *lab.Snapshot) bool {
	return slices.ContainsFunc(s.Orders, func(o lab.Instance) bool {
		return o.Health == lab.Joining || o.Health == lab.Active || o.Health == lab.Standby
	}) || slices.ContainsFunc(s.Partitions, foreign)
}

// foreign says that a member outside this lab has the partition, by the broker's word.
func foreign(p lab.Partition) bool {
	return p.Known && p.Owner != "" && p.OwnerInstance == 0 && !p.Orphan
}

// helpfulKeys are the keys that bring a reader back when there is none.
func (st *styles) helpfulKeys(s *lab.Snapshot) string {
	keys := DefaultKeys()
	if len(s.Orders) == 0 {
		return st.t("%s adds one", keys.Add.Help().Key)
	}
	return st.t("%s restarts, %s adds one", keys.Restart.Help().Key, keys.Add.Help().Key)
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
	if len(s.Partitions) < 2 || s.Lag.Total < least || stale(s) {
		return lab.Partition{}, 0, false
	}
	for _, p := range s.Partitions {
		if share := p.Lag * 100 / s.Lag.Total; p.Known && !p.Orphan && share > most && !sharesReader(s, p) {
			return p, share, true
		}
	}
	return lab.Partition{}, 0, false
}

// sharesReader says that the reader of a partition has to work on another one, too: there another consumer would help.
func sharesReader(s *lab.Snapshot, p lab.Partition) bool {
	return slices.ContainsFunc(s.Partitions, func(o lab.Partition) bool { return o.ID != p.ID && o.Reader == p.Reader && o.Lag > 0 })
}

// disagreement is the first partition about which the broker and our process differ.
func disagreement(s *lab.Snapshot) (lab.Partition, bool) {
	for _, p := range s.Partitions {
		if differ(p) {
			return p, true
		}
	}
	return lab.Partition{}, false
}

func (st *styles) readerName(p lab.Partition) string {
	if p.Reader == 0 {
		return st.t("nobody")
	}
	return fmt.Sprintf("order-%d", p.Reader)
}

func ownerName(st *styles, p lab.Partition) string {
	if p.Owner == "" {
		return st.t("nobody")
	}
	return shortName(p.Owner, 14, st.ascii)
}
