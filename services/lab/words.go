package lab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka"
)

// list names partitions for the feed: "partitions 0 and 2", or by topic where there are several.
func list(k Kind, tps []kafka.TopicPartition) string {
	if k == AnalyticsKind {
		return fmt.Sprintf("%d partitions of three topics", len(tps))
	}
	ps := make([]int32, len(tps))
	for i, tp := range tps {
		ps[i] = tp.Partition
	}
	return partitionsText(ps)
}

func partitionsText(ps []int32) string {
	slices.Sort(ps)
	if len(ps) == 1 {
		return fmt.Sprintf("partition %d", ps[0])
	}
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = fmt.Sprint(p)
	}
	if len(words) > 8 {
		return fmt.Sprintf("%d partitions", len(words))
	}
	return "partitions " + strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// paymentsText counts payments.
func paymentsText(n int64) string {
	if n == 1 {
		return "1 payment"
	}
	return fmt.Sprintf("%d payments", n)
}

// unreadText says what nobody reads any more.
func unreadText(k Kind, tps []kafka.TopicPartition) string {
	if len(tps) == 0 {
		return " while it had no partition"
	}
	return ": nobody reads " + list(k, tps)
}

// shortly writes a duration as a person says it: 5.6 s, 120 ms.
func shortly(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
