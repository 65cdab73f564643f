package kafka

import (
	"strings"

	"blackfriday/kafka/phrase"
)

// namespace stands before the name of every topic, group and transactional id of one lab on the brokers: --topic-prefix.
// It is put there where a name leaves this package for a broker and taken off where one comes back, so that everybody
// else, several labs on one cluster too, calls a topic by the name that it has in the course.
type namespace string

// MaxNameLength is how long the name of a topic may be (Kafka's Topic.MAX_NAME_LENGTH).
const MaxNameLength = 249

// longestName is the longest name of a topic of the lab.
const longestName = len(PaymentSuccessful)

// check refuses what cannot stand before a topic's name. The error names the flag.
func (n namespace) check() error {
	legal := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
	}
	switch {
	case strings.IndexFunc(string(n), func(r rune) bool { return !legal(r) }) >= 0:
		return phrase.Errorf("--topic-prefix %q: Kafka's names consist of a-z, A-Z, 0-9, '.', '_' and '-'", string(n))
	case len(n) > MaxNameLength-longestName:
		return phrase.Errorf("--topic-prefix of %d characters: at most %d, so that no topic's name is longer than Kafka's %d",
			len(n), MaxNameLength-longestName, MaxNameLength)
	case n == "." || n == ".." || strings.HasPrefix(string(n), "__"):
		return phrase.Errorf("--topic-prefix %q: Kafka keeps such names for itself", string(n))
	}
	return nil
}

// full is the name that the brokers know.
func (n namespace) full(name string) string { return string(n) + name }

// fulls are the names that the brokers know.
func (n namespace) fulls(names []string) []string {
	if n == "" {
		return names
	}
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = n.full(name)
	}
	return all
}

// short is the name without the prefix; ok says that it had it.
func (n namespace) short(name string) (short string, ok bool) {
	return strings.CutPrefix(name, string(n))
}

// shorten gives records that a broker sent the short name of their topic.
func (n namespace) shorten(records []*Record) {
	if n == "" {
		return
	}
	for _, r := range records {
		r.Topic, _ = n.short(r.Topic)
	}
}

// outward is the place of a record as the brokers know it. It is for commits: nothing else of the record is kept.
func (n namespace) outward(r *Record) *Record {
	if n == "" {
		return r
	}
	return &Record{Topic: n.full(r.Topic), Partition: r.Partition, LeaderEpoch: r.LeaderEpoch, Offset: r.Offset}
}

// within leaves of a map by name what belongs to the namespace, by the short names: a group may have members and commits
// that concern somebody else's topics.
func within[V any](n namespace, all map[string]V) map[string]V {
	if n == "" || all == nil {
		return all
	}
	own := make(map[string]V, len(all))
	for name, v := range all {
		if short, ok := n.short(name); ok {
			own[short] = v
		}
	}
	return own
}

// one names a partition as kgo takes it.
func (n namespace) one(tp TopicPartition) map[string][]int32 {
	return map[string][]int32{n.full(tp.Topic): {tp.Partition}}
}

// flatten lists the partitions that kgo names, by their short names.
func (n namespace) flatten(topics map[string][]int32) []TopicPartition {
	var tps []TopicPartition
	for topic, partitions := range topics {
		topic, _ = n.short(topic)
		for _, p := range partitions {
			tps = append(tps, TopicPartition{topic, p})
		}
	}
	return tps
}

// sent are records on their way to the brokers: copies under the full names of their topics, so that whoever wrote the
// others may read them also while the brokers are silent.
func (n namespace) sent(records []*Record) []*Record {
	if n == "" {
		return records
	}
	copies, sent := make([]Record, len(records)), make([]*Record, len(records))
	for i, r := range records {
		copies[i] = *r
		copies[i].Topic, sent[i] = n.full(r.Topic), &copies[i]
	}
	return sent
}

// takeBack tells a record what became of it as it was sent.
func (n namespace) takeBack(r, sent *Record) {
	if n != "" {
		topic := r.Topic
		*r = *sent
		r.Topic = topic
	}
}
