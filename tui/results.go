package tui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// topicTitle is the heading of the topics.
func topicTitle(st *styles, w int) string {
	labels := st.right(st.t("records"), 10) + st.right(st.t("rate"), 10) + " "
	return st.ruled(" "+st.title.Render(st.t("TOPICS"))+" ", st.muted.Render(labels), w)
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
			name += st.warn.Render("  " + st.say(phrase.Count(t.Hidden, "%[2]s hidden %[3]s", "%[2]s hidden %[3]s", st.compact(t.Hidden), st.took(t.HiddenFor))))
		}
		total, rate := st.g.dash, st.g.dash
		if t.Missing {
			total = st.warn.Render(st.t("missing"))
		}
		if t.Known {
			total, rate = st.within(t.Total, 10), st.perSecond(t.Rate)
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
		total = st.number(s.DLQ.Total)
	}
	head := " " + st.strong.Render("DLQ "+total)
	if s.DLQ.Newest.Code == "" {
		return head
	}
	code := " " + st.warn.Render(visible(s.DLQ.Newest.Code, w, st.ascii))
	if newest := head + st.muted.Render(" "+st.t("newest")) + code; width(newest) <= w {
		return newest
	}
	return head + code
}

// newestRejection is the newest rejection in full: where it stood, and the reason. Analytics is often ahead of the order
// consumers: what is invalid is then known before anybody has rejected it.
func newestRejection(st *styles, s *lab.Snapshot, w int) []string {
	n := s.DLQ.Newest
	switch {
	case s.Observing && !s.DLQ.Known:
		return []string{st.muted.Render(" " + st.t("Nothing of it was read so far."))}
	case s.Observing && s.DLQ.Total > 0:
		return []string{st.muted.Render(" " + st.t("Why they are there is on the page of the dead letters."))}
	case n.Code == "" && s.Totals.Rejected == 0:
		return []string{st.muted.Render(" " + st.t("Nothing was rejected so far."))}
	case n.Code == "":
		saw, none := st.count(s.Totals.Rejected, "Analytics saw %s invalid record.", "Analytics saw %s invalid records."), st.t("None of them is rejected.")
		if s.Lag.Known && s.Lag.Total > 0 {
			none = st.count(s.Lag.Total, "None of them is rejected yet: %s payment wait.", "None of them is rejected yet: %s payments wait.")
		}
		if s.Shares(lab.AnalyticsKind) {
			saw = st.count(s.Totals.Rejected, "Our analytics saw %s invalid record.", "Our analytics saw %s invalid records.")
		}
		return []string{st.warn.Render(" " + saw), "   " + none}
	}
	where := " " + st.t("%s P%d@%d by %s", n.At.Format("15:04:05"), n.Partition, n.Offset, visible(n.Instance, 14, st.ascii))
	return []string{
		" " + st.warn.Render(visible(n.Code, w-2, st.ascii)) + st.muted.Render(where),
		"   " + st.told(n.Reason, max(w-4, 0)),
	}
}

// rejectionCounts lists how often each error code came up, the most frequent first.
func rejectionCounts(st *styles, d lab.DLQ, w int) []string {
	var out []string
	for _, code := range byCount(d.Counts) {
		out = append(out, st.muted.Render(st.right(st.number(int64(d.Counts[code])), 7))+"  "+visible(code, max(w-10, 0), st.ascii))
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
	first := " " + st.strong.Render(st.euros(t.Revenue)) + st.muted.Render(" "+st.t("from")+" ") + st.count(t.UniqueUsers, "%s user", "%s users")
	dot := st.muted.Render(" " + st.g.dot + " ")
	if invalid := st.count(t.Rejected, "%s invalid", "%s invalid"); t.Rejected > 0 {
		if width(first)+width(dot)+width(invalid) > w {
			first = " " + st.strong.Render(st.euros(t.Revenue))
		}
		first += dot + st.warn.Render(invalid)
		dead := fmt.Sprintf(" %s DLQ %s", st.g.arrow, st.number(s.DLQ.Total))
		if s.DLQ.Known && s.DLQ.Total < t.Rejected && width(first)+width(dead) <= w {
			first += st.warn.Render(dead)
		}
	}
	if w >= 50 {
		return []string{first, " " + st.outcome(t.Payments, t.Orders, t.Emails)}
	}
	second := ""
	for _, p := range []struct {
		n    int64
		noun string
	}{
		{t.Payments, st.plural(t.Payments, "%s payment", "%s payments")}, {t.Orders, st.plural(t.Orders, "%s order", "%s orders")},
		{t.Emails, st.plural(t.Emails, "%s email", "%s emails")},
	} {
		if next := " " + st.compact(p.n) + st.muted.Render(" "+p.noun); width(second)+width(next) <= w { // the head of the screen has them all
			second += next
		}
	}
	return []string{first, second}
}

// observedLines are what the books say where no analytics service of ours counts, or where others count beside it: they have
// read what it has not.
func observedLines(st *styles, s *lab.Snapshot) []string {
	if s.Ledger == nil || !s.Ledger.Known {
		return []string{st.muted.Render(" " + st.t("The auditor has not read everything yet."))}
	}
	paid := s.Ledger.Total.Payments
	return []string{
		" " + st.strong.Render(st.euros(float64(paid.Cents)/100)) + st.muted.Render(" "+st.t("in all, says the auditor")),
		" " + st.outcome(paid.Count, s.Ledger.Total.Done.Count, s.Ledger.Emails),
	}
}

// outcome counts payments and what became of them.
func (st *styles) outcome(payments, orders, emails int64) string {
	dot := st.muted.Render(" " + st.g.dot + " ")
	return st.count(payments, "%s payment", "%s payments") + dot + st.count(orders, "%s order", "%s orders") + dot + st.count(emails, "%s email", "%s emails")
}

// resultTitle is the heading of what stands beside the curve.
func resultTitle(st *styles, w int, withTopics bool) string {
	if withTopics {
		return topicTitle(st, w)
	}
	return st.ruled(" "+st.title.Render(st.t("RESULTS"))+" ", "", w-1)
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
