package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// protocol is a group protocol of Kafka as the chooser shows it.
type protocol struct {
	command string // what lab.SetProtocol takes
	name    string // what lab.Settings and lab.Rebalance call it
	detail  phrase.Phrase
}

// protocols are the group protocols, the newest first.
func protocols() []protocol {
	return []protocol{
		{"consumer", "KIP-848", phrase.New("the broker decides; only moved partitions pause")},
		{"cooperative-sticky", "cooperative-sticky", phrase.New("two rounds; only moved partitions pause")},
		{"range", "range", phrase.New("eager: all give everything back, then a new plan")},
		{"roundrobin", "roundrobin", phrase.New("eager too, partitions dealt out like cards")},
	}
}

// comparedCauses are the causes that the protocols are compared by, in the order of the columns.
func comparedCauses() []lab.Cause { return []lab.Cause{lab.CauseLeave, lab.CauseCrash, lab.CauseJoin} }

// comparison is what the rebalances of one protocol cost.
type comparison struct {
	protocol string
	unread   map[lab.Cause]spread // of the longest unread time of each rebalance
	kept     spread               // of the longest pause of a partition that stayed, in each rebalance
}

// spread sums up how long something took.
type spread struct {
	n           int // how often it was measured
	median, max time.Duration
}

// compare sums up finished rebalances by protocol, in the order in which the protocols were first used. A rebalance
// with several causes belongs to none of them and is left out, and so is one that something else got in the way of.
func compare(rebalances []lab.Rebalance) []comparison {
	var order []string
	unread, kept := map[string]map[lab.Cause][]time.Duration{}, map[string][]time.Duration{}
	for _, r := range rebalances {
		if r.Open || mixed(r) || r.Disturbed {
			continue
		}
		if !slices.Contains(order, r.Protocol) {
			order = append(order, r.Protocol)
			unread[r.Protocol] = map[lab.Cause][]time.Duration{}
		}
		if longest, _, n := r.Unread(); n > 0 {
			unread[r.Protocol][r.Cause] = append(unread[r.Protocol][r.Cause], longest)
		}
		if pause, ok := longestPause(r); ok {
			kept[r.Protocol] = append(kept[r.Protocol], pause)
		}
	}
	out := make([]comparison, len(order))
	for i, name := range order {
		out[i] = comparison{protocol: name, unread: map[lab.Cause]spread{}, kept: spreadOf(kept[name])}
		for cause, all := range unread[name] {
			out[i].unread[cause] = spreadOf(all)
		}
	}
	return out
}

// longestPause is the longest pause of a partition that stayed with its reader; false when none was measured.
func longestPause(r lab.Rebalance) (longest time.Duration, measured bool) {
	for _, k := range r.Kept {
		if k.Measured {
			longest, measured = max(longest, k.Pause), true
		}
	}
	return longest, measured
}

// spreadOf sums up durations; with an even number of them the median is the mean of the two in the middle.
func spreadOf(all []time.Duration) spread {
	n := len(all)
	if n == 0 {
		return spread{}
	}
	all = slices.Sorted(slices.Values(all))
	return spread{n, (all[(n-1)/2] + all[n/2]) / 2, all[n-1]}
}

// protocolCard is the comparison as a table of at most w cells: for every protocol and cause the median of the unread
// times, the longest one, and how many there were.
func protocolCard(st *styles, s *lab.Snapshot, w int) []string {
	const name, cell = 21, 17
	withKept := w >= name+4*cell
	head := st.left("  "+st.t("median %smax %sn", st.g.upTo, st.g.times), name)
	for _, c := range comparedCauses() {
		head += st.left(st.causeWord(c), cell)
	}
	if withKept {
		head += st.left(st.t("kept ones paused"), cell)
	}
	out := []string{st.muted.Render(head)}
	known := compare(s.Rebalances)
	for _, p := range protocols() {
		i := slices.IndexFunc(known, func(c comparison) bool { return c.protocol == p.name || c.protocol == p.command })
		c := comparison{}
		if i >= 0 {
			c = known[i]
		}
		line := st.left(st.protocolName(p, s), name)
		for _, cause := range comparedCauses() {
			line += st.left(st.spread(c.unread[cause]), cell)
		}
		if withKept {
			line += st.left(st.spread(c.kept), cell)
		}
		out = append(out, line)
	}
	return out
}

// protocolName is the name of a protocol, and a sign when it is the one in force.
func (st *styles) protocolName(p protocol, s *lab.Snapshot) string {
	if p.inForce(s) {
		return st.good.Render(st.g.health[lab.Active]) + " " + st.strong.Render(p.name)
	}
	return "  " + p.name
}

// inForce says whether the consumers speak this protocol now.
func (p protocol) inForce(s *lab.Snapshot) bool {
	return s.Settings.Protocol == p.name || s.Settings.Protocol == p.command
}

// spread is a measured time, or the median of several, the longest and how many there were.
func (st *styles) spread(s spread) string {
	switch s.n {
	case 0:
		return st.muted.Render(st.g.dash)
	case 1:
		return st.strong.Render(st.took(s.max))
	}
	median, longest := st.took(s.median), st.took(s.max)
	if i := strings.LastIndexAny(longest, " \u00a0"); i >= 0 { // the same unit is named once
		median = strings.TrimSuffix(median, longest[i:])
	}
	return st.strong.Render(median) + st.muted.Render(fmt.Sprintf(" %s%s %s%d", st.g.upTo, longest, st.g.times, s.n))
}
