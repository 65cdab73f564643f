package tui

import (
	"fmt"
	"slices"
	"strings"

	"blackfriday/services/lab"
)

// outsideLetters are the signs of members outside this lab: capitals, so that none is taken for one of our consumers, and
// neither of the two that stand for e-mail and analytics.
const outsideLetters = "BCDFGHIJKLMNOPQRSTUVWXYZ"

// letter is the sign of a member outside this lab: one capital, and from the 24th on a small letter after it, so that nobody
// has the sign of another one. 0 is one of which nothing else is known.
func (st *styles) letter(outside int) string {
	const n, small = len(outsideLetters), 26
	if outside <= 0 {
		return st.g.foreign
	}
	first, second := string(outsideLetters[(outside-1)%n]), (outside-1)/n
	if second == 0 {
		return first
	}
	return first + string(rune('a'+(second-1)%small))
}

// outsideSign is the cell of a member outside this lab: no consumer of ours has its colour.
func (st *styles) outsideSign(outside int) string {
	return st.other.Render(st.left(" "+st.letter(outside), 3))
}

// outsideRun is a lane of n cells in the hands of a member outside this lab.
func (st *styles) outsideRun(outside, n int) string {
	letter := st.letter(outside)
	return st.other.Render(cells(strings.Repeat(letter, n), 0, n))
}

// idOf is what an instance is selected by: outside this lab names may occur twice.
func idOf(i lab.Instance) string {
	if i.Outside > 0 {
		return i.MemberID
	}
	return i.Name
}

// outsideDetail is how far behind a member outside this lab is, what it reads where its column has no room for that, and where
// it runs. An address is there in full or not at all: its end is what tells two machines apart.
func (st *styles) outsideDetail(i lab.Instance, c consumerColumns) string {
	if i.Health == lab.Left {
		for _, words := range []string{st.t("left or died: not told which"), st.t("left or died")} {
			if width(words) <= c.detail {
				return st.muted.Render(words)
			}
		}
		return ""
	}
	line := st.t("lag %s", st.g.dash)
	if i.LagKnown {
		line = st.t("lag %s", st.compact(i.Lag))
	}
	if reads := st.readsOf(i); reads != "" && reads != st.outsideHolds(i, c.holds) && width(line)+2+width(reads) <= c.detail {
		line += st.muted.Render(", " + reads)
	}
	if host := st.t(" on %s", visible(i.Host, 40, st.ascii)); width(line)+width(host) <= c.detail {
		line += st.muted.Render(host)
	}
	return line
}

// plain says that a member has partitions of the payments alone, as everybody in the group of the order consumers has.
func plain(i lab.Instance) bool {
	return !slices.ContainsFunc(i.Partitions, func(p lab.TopicPartition) bool { return p.Topic != "payment-successful" })
}

// readsOf is what a member has of topics that are not the payments alone: "payments P0 P1, orders P0".
func (st *styles) readsOf(i lab.Instance) string {
	var words []string
	for n, p := range i.Partitions {
		if n == 0 || p.Topic != i.Partitions[n-1].Topic {
			words = append(words, st.topicWord(p.Topic))
		}
		words[len(words)-1] += fmt.Sprintf(" P%d", p.Partition)
	}
	if plain(i) {
		return ""
	}
	return strings.Join(words, ", ")
}

// outsideHolds is what a member outside this lab has, with the topics where they are not the payments alone, as exactly as w
// cells allow.
func (st *styles) outsideHolds(i lab.Instance, w int) string {
	if reads := st.readsOf(i); reads != "" && width(reads) < w {
		return reads
	}
	var topics []string
	for _, p := range i.Partitions {
		if word := st.topicWord(p.Topic); !slices.Contains(topics, word) {
			topics = append(topics, word)
		}
	}
	if all := strings.Join(topics, " "); width(all) < w {
		return all
	}
	return cut(st.count(int64(len(topics)), "%s topic", "%s topics"), w-1, st.ascii)
}

// topicWord is the short name of a topic, as the line of the flow has it.
func (st *styles) topicWord(topic string) string {
	switch topic {
	case "payment-successful":
		return st.t("payments")
	case "order-created":
		return st.t("orders")
	case "email-sent":
		return st.t("emails")
	case "dlq-payment":
		return "DLQ"
	}
	return visible(topic, 20, st.ascii)
}

// outsiderOf is the member outside this lab that is selected.
func outsiderOf(s *lab.Snapshot, selected string) (lab.Instance, bool) {
	i := slices.IndexFunc(s.Outsiders, func(o lab.Instance) bool { return o.MemberID == selected })
	if selected == "" || i < 0 {
		return lab.Instance{}, false
	}
	return s.Outsiders[i], true
}

// present counts the members outside this lab that have not gone.
func present(s *lab.Snapshot) int {
	n := 0
	for _, o := range s.Outsiders {
		if o.Health != lab.Left {
			n++
		}
	}
	return n
}
