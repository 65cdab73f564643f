package lab

import (
	"slices"
	"strconv"
	"strings"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// list names partitions for the feed: "partitions 0 and 2", or by topic where there are several.
func list(k Kind, tps []kafka.TopicPartition) phrase.Phrase {
	if k == AnalyticsKind {
		return phrase.Count(int64(len(tps)), "%s partition of three topics", "%s partitions of three topics")
	}
	ps := make([]int32, len(tps))
	for i, tp := range tps {
		ps[i] = tp.Partition
	}
	return partitionsText(ps)
}

func partitionsText(ps []int32) phrase.Phrase {
	slices.Sort(ps)
	if len(ps) == 1 {
		return phrase.New("partition %d", ps[0])
	}
	if len(ps) > 8 || len(ps) == 0 {
		return phrase.Count(int64(len(ps)), "%s partition", "%s partitions")
	}
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = strconv.Itoa(int(p))
	}
	return phrase.New("partitions %s and %s", strings.Join(words[:len(words)-1], ", "), words[len(words)-1])
}

// paymentsText counts payments.
func paymentsText(n int64) phrase.Phrase { return phrase.Count(n, "%s payment", "%s payments") }
