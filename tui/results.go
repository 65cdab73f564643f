package tui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"blackfriday/services/lab"
)

// topicTitle is the heading of the topics.
func topicTitle(st *styles, w int) string {
	labels := st.right("records", 10) + st.right("rate", 10) + " "
	return st.ruled(" "+st.title.Render("TOPICS")+" ", st.muted.Render(labels), w)
}

// topicRows draws one topic per line.
func topicRows(st *styles, s *lab.Snapshot, w int) []string {
	var out []string
	for _, t := range s.Topics {
		name := " " + visible(s.Cluster.Prefix+t.Name, 40, st.ascii)
		if t.Name == "dlq-payment" && s.DLQ.Newest.Code != "" {
			name += st.warn.Render("  " + visible(s.DLQ.Newest.Code, max(w-36, 0), st.ascii))
		}
		if waits(s, t) {
			name += st.warn.Render(fmt.Sprintf("  %s hidden %s", compact(t.Hidden), took(t.HiddenFor)))
		}
		total, rate := st.g.dash, st.g.dash
		if t.Missing {
			total = st.warn.Render("missing")
		}
		if t.Known {
			total, rate = within(t.Total, 10), perSecond(t.Rate)
		}
		numbers := st.strong.Render(st.right(total, 10)) + st.right(rate, 10) + " "
		out = append(out, st.ends(name, numbers, w))
	}
	return out
}

// dlqLine says how much the dead letter queue holds and why the newest record is there.
func dlqLine(st *styles, s *lab.Snapshot, w int) string {
	total := st.g.dash
	if s.DLQ.Known {
		total = comma(s.DLQ.Total)
	}
	head := " " + st.strong.Render("DLQ "+total)
	if s.DLQ.Newest.Code == "" {
		return head
	}
	return head + st.muted.Render(" newest ") + st.warn.Render(visible(s.DLQ.Newest.Code, w, st.ascii))
}

// newestRejection is the newest rejection in full: where it stood, and the reason. Analytics is often ahead of the order
// consumers: what is invalid is then known before anybody has rejected it.
func newestRejection(st *styles, s *lab.Snapshot, w int) []string {
	n := s.DLQ.Newest
	switch {
	case s.Observing && !s.DLQ.Known:
		return []string{st.muted.Render(" Nothing of it was read so far.")}
	case s.Observing && s.DLQ.Total > 0:
		return []string{st.muted.Render(" Why they are there is on the page of the dead letters.")}
	case n.Code == "" && s.Totals.Rejected == 0:
		return []string{st.muted.Render(" Nothing was rejected so far.")}
	case n.Code == "":
		who, none := "Analytics", "   None of them is rejected."
		if s.Lag.Known && s.Lag.Total > 0 {
			none = "   None of them is rejected yet: " + count(s.Lag.Total, "payment") + " wait."
		}
		if s.Shares(lab.AnalyticsKind) {
			who = "Our analytics"
		}
		return []string{st.warn.Render(" " + who + " saw " + count(s.Totals.Rejected, "invalid record") + "."), none}
	}
	where := fmt.Sprintf(" %s P%d@%d by %s", n.At.Format("15:04:05"), n.Partition, n.Offset, visible(n.Instance, 14, st.ascii))
	return []string{
		" " + st.warn.Render(visible(n.Code, w-2, st.ascii)) + st.muted.Render(where),
		"   " + st.told(n.Reason, max(w-4, 0)),
	}
}

// rejectionCounts lists how often each error code came up, the most frequent first.
func rejectionCounts(st *styles, d lab.DLQ, w int) []string {
	var out []string
	for _, code := range byCount(d.Counts) {
		out = append(out, st.muted.Render(st.right(comma(int64(d.Counts[code])), 7))+"  "+visible(code, max(w-10, 0), st.ascii))
	}
	return out
}

// byCount are the keys of counts, the most frequent first.
func byCount[N int | int64](counts map[string]N) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}

// totalLines are the figures of the analytics service, the money first.
func totalLines(st *styles, s *lab.Snapshot, w int) []string {
	t := s.Totals
	if s.Observing || s.Shares(lab.AnalyticsKind) {
		return observedLines(st, s)
	}
	first := " " + st.strong.Render(st.euros(t.Revenue)) + st.muted.Render(" from ") + count(t.UniqueUsers, "user")
	dot := st.muted.Render(" " + st.g.dot + " ")
	if t.Rejected > 0 {
		first += dot + st.warn.Render(comma(t.Rejected)+" invalid")
		dead := fmt.Sprintf(" %s DLQ %s", st.g.arrow, comma(s.DLQ.Total))
		if s.DLQ.Known && s.DLQ.Total < t.Rejected && width(first)+width(dead) <= w {
			first += st.warn.Render(dead)
		}
	}
	if w >= 50 {
		return []string{first, " " + count(t.Payments, "payment") + dot + count(t.Orders, "order") + dot + count(t.Emails, "email")}
	}
	second := ""
	for _, p := range []struct {
		n    int64
		noun string
	}{{t.Payments, " payments"}, {t.Orders, " orders"}, {t.Emails, " emails"}} {
		second += " " + compact(p.n) + st.muted.Render(p.noun)
	}
	return []string{first, second}
}

// observedLines are what the books say where no analytics service of ours counts, or where others count beside it: they have
// read what it has not.
func observedLines(st *styles, s *lab.Snapshot) []string {
	if s.Ledger == nil || !s.Ledger.Known {
		return []string{st.muted.Render(" The auditor has not read everything yet.")}
	}
	dot := st.muted.Render(" " + st.g.dot + " ")
	paid := s.Ledger.Total.Payments
	return []string{
		" " + st.strong.Render(st.euros(float64(paid.Cents)/100)) + st.muted.Render(" in all, says the auditor"),
		" " + count(paid.Count, "payment") + dot + count(s.Ledger.Total.Done.Count, "order") + dot + count(s.Ledger.Emails, "email"),
	}
}

// resultTitle is the heading of what stands beside the curve.
func resultTitle(st *styles, w int, withTopics bool) string {
	if withTopics {
		return topicTitle(st, w)
	}
	return st.ruled(" "+st.title.Render("RESULTS")+" ", "", w-1)
}

// results stands beside the curve: what came out of the pipeline, as far as there is room. The topics are part of it
// where they have no panel of their own.
func results(st *styles, s *lab.Snapshot, w, h int, withTopics bool) []string {
	totals := totalLines(st, s, w)
	switch {
	case withTopics:
		out := append(topicRows(st, s, w), totals...)
		if h >= 8 {
			out = append(out, newestRejection(st, s, w)...)
		}
		return st.box(out, w, h)
	case h < 8:
		return st.box(append(totals, dlqLine(st, s, w)), w, h)
	}
	return st.box(slices.Concat(totals, []string{"", dlqLine(st, s, w)}, newestRejection(st, s, w), []string{""},
		rejectionCounts(st, s.DLQ, w)), w, h)
}
