package ledger

import (
	"cmp"
	"slices"

	"blackfriday/kafka"
)

// span is a run of offsets, from first up to but not including next.
type span struct{ first, next int64 }

// spans are runs of offsets of one partition, in order, that neither overlap nor touch.
type spans []span

// joined sorts runs and joins those that touch.
func joined(runs ...span) spans {
	runs = slices.DeleteFunc(runs, func(r span) bool { return r.first >= r.next })
	slices.SortFunc(runs, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	var all spans
	for _, r := range runs {
		if n := len(all); n > 0 && r.first <= all[n-1].next {
			all[n-1].next = max(all[n-1].next, r.next)
			continue
		}
		all = append(all, r)
	}
	return all
}

// has says whether an offset is in one of the runs.
func (s spans) has(offset int64) bool {
	i, exact := slices.BinarySearchFunc(s, offset, func(r span, offset int64) int { return cmp.Compare(r.first, offset) })
	return exact || i > 0 && offset < s[i-1].next
}

// end is the offset after the last run.
func (s spans) end() int64 {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].next
}

// byPartition sorts the spans of payment-successful.
func byPartition(all []kafka.Span) map[int32]spans {
	runs := map[int32][]span{}
	for _, s := range all {
		if s.Topic == kafka.PaymentSuccessful {
			runs[s.Partition] = append(runs[s.Partition], span{s.First, s.Next})
		}
	}
	sorted := make(map[int32]spans, len(runs))
	for partition, r := range runs {
		sorted[partition] = joined(r...)
	}
	return sorted
}
