package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/services/lab"
)

// crashStays is how long a crash is summed up after its partitions have readers again.
const crashStays = 15 * time.Second

// clockLine puts the two ways to go side by side: what Kafka still believes of the dead, then what their crash cost, each
// beside the last polite leave; and at other times what the newest of each kind cost.
func clockLine(st *styles, s *lab.Snapshot, w int) string {
	var dead []lab.Instance
	for _, o := range s.Orders {
		if o.StillMember {
			dead = append(dead, o)
		}
	}
	if len(dead) > 0 {
		return st.sessionBars(s, dead, w)
	}
	if r, longest, ok := newest(s, lab.CauseCrash); ok && s.At.Sub(settled(r, longest)) < crashStays {
		return st.crashSummary(s, r, longest, w)
	}
	var parts []string
	for _, cause := range comparedCauses() {
		if r, longest, ok := newest(s, cause); ok {
			parts = append(parts, st.causeStyle(r).Render(st.causeWord(cause))+" "+st.took(longest))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " " + blank(2) + st.muted.Render(st.t("last unread times:")+" ") + strings.Join(parts, st.muted.Render(" "+st.g.dot+" "))
}

// sessionBars draws how much of its session each dead member has left, and beside that what waits for the transaction that
// one of them left open, or what a polite leave cost for comparison.
func (st *styles) sessionBars(s *lab.Snapshot, dead []lab.Instance, w int) string {
	const each, few, many = 12, 6, 24 // cells beside a bar, and of bars
	text, room := "", w-2
	for _, words := range st.besideBars(s) {
		if left := w - width(words) - 2; left >= len(dead)*(each+few) {
			text, room = words, left
			break
		}
	}
	cells := min(max(room/len(dead)-each, few), 12)
	if w >= 120 && len(dead) <= 2 {
		cells = many
	}
	line := "  "
	for i, d := range dead {
		next := " " + st.sign(d) + " " + st.bad.Render(gauge(st.g, d.GoneIn, s.Settings.SessionTimeout, cells)) + " " + st.gone(d)
		needed := width(line) + width(next)
		if i < len(dead)-1 {
			needed += len(" +9") // for those that have no room
		}
		if needed > room {
			line += fmt.Sprintf(" +%d", len(dead)-i)
			break
		}
		line += next
	}
	return st.ends(line, text, w)
}

// gone is in how long Kafka gives a dead member up.
func (st *styles) gone(dead lab.Instance) string {
	if dead.GoneIn < 0 {
		return st.g.dash
	}
	return st.seconds(dead.GoneIn)
}

// besideBars is what can stand beside the bars of the dead, from long to short.
func (st *styles) besideBars(s *lab.Snapshot) []string {
	if t, ok := openTransaction(s); ok {
		short := st.t("open transaction: %s hidden", st.things(t.Name, t.Hidden))
		return []string{st.warn.Render(st.transactionSentence(t) + " "), st.warn.Render(short + " ")}
	}
	if _, longest, ok := newest(s, lab.CauseLeave); ok {
		return []string{st.good.Render(st.t("last leave: %s unread", st.took(longest)) + " ")}
	}
	return []string{st.good.Render(st.t("no polite leave measured yet") + " ")}
}

// crashSummary says what a crash cost, and how that compares with a polite leave.
func (st *styles) crashSummary(s *lab.Snapshot, r lab.Rebalance, longest time.Duration, w int) string {
	text := st.t("%s unread for %s", st.listed(unreadFor(r, longest), 4), st.took(longest))
	if _, leave, ok := newest(s, lab.CauseLeave); ok && leave >= time.Millisecond {
		text = st.t("%s, %s %s the last leave (%s)", text, st.ratio(longest, leave), st.g.times, st.took(leave))
	}
	return "   " + st.warn.Render(st.t("crash of %s:", st.who(r, 20))+" ") + visible(text, max(w-20, 0), st.ascii)
}

// unreadFor names the partitions that were unread for about as long as the longest: under an eager protocol others change
// hands in passing, within milliseconds.
func unreadFor(r lab.Rebalance, longest time.Duration) []string {
	var ids []int32
	for _, m := range r.Moved {
		if m.Measured && m.Unread >= longest/2 {
			ids = append(ids, m.Partition)
		}
	}
	slices.Sort(ids)
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = fmt.Sprintf("P%d", id)
	}
	return names
}

// listed joins names and counts those beyond the most.
func (st *styles) listed(names []string, most int) string {
	if len(names) > most {
		names = append(names[:most-1:most-1], st.count(int64(len(names)-most+1), "%[1]s more", "%[1]s more"))
	}
	return strings.Join(names, ", ")
}

// fitted joins as many whole words as fit into w cells, but at least one, and counts the rest: "P1 P2 +3".
func fitted(words []string, between string, w int) string {
	if all := strings.Join(words, between); width(all) <= w || len(words) <= 1 {
		return all
	}
	for n := len(words) - 1; ; n-- {
		text := fmt.Sprintf("%s%s+%d", strings.Join(words[:n], between), between, len(words)-n)
		if width(text) <= w || n <= 1 {
			return text
		}
	}
}

// ratio is how many times b goes into a, with one digit after the point where that matters.
func (st *styles) ratio(a, b time.Duration) string {
	if f := float64(a) / float64(b); f < 9.95 {
		return st.decimal(f, 1)
	}
	return st.number(int64(a / b))
}

// newest is the newest finished and undisturbed rebalance with one cause alone of which an unread time is measured, and the longest one.
func newest(s *lab.Snapshot, cause lab.Cause) (r lab.Rebalance, longest time.Duration, ok bool) {
	for i := len(s.Rebalances) - 1; i >= 0; i-- {
		r := s.Rebalances[i]
		longest, _, n := r.Unread()
		if r.Cause == cause && !mixed(r) && !r.Disturbed && !r.Open && n > 0 {
			return r, longest, true
		}
	}
	return lab.Rebalance{}, 0, false
}

// mixed says that the group settled changes of several kinds together: what they cost belongs to none of them alone.
func mixed(r lab.Rebalance) bool {
	for _, c := range r.Also {
		if c.Cause != r.Cause {
			return true
		}
	}
	return false
}

// settled is when the partitions of a rebalance had readers again, by the callbacks where they are known.
func settled(r lab.Rebalance, longest time.Duration) time.Time {
	if r.Settled.IsZero() {
		return r.At.Add(longest)
	}
	return r.Settled
}
