package kafka

import (
	"errors"
	"slices"
	"time"
)

// spanOf is where consecutive records of one partition stand.
func spanOf(records []*Record) Span {
	first, last := records[0], records[len(records)-1]
	return Span{TopicPartition{first.Topic, first.Partition}, first.Offset, last.Offset + 1}
}

// finishedOf says how many records of a batch that also holds control records are finished once n of its data records
// are: those behind the last one finished are, too.
func finishedOf(all []*Record, n int) int {
	for i, r := range all {
		if r.Attrs.IsControl() {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	return len(all)
}

// dataOf are the records of a batch that are not transaction markers.
func dataOf(all []*Record) []*Record {
	control := func(r *Record) bool { return r.Attrs.IsControl() }
	if !slices.ContainsFunc(all, control) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), control)
}

// isLater says that the rest of a batch was left untouched on purpose.
func isLater(err error) bool {
	var later *LaterError
	var fatal *FatalError
	return errors.As(err, &later) || errors.As(err, &fatal)
}

// delayOf is how long the rest of a batch rests before it is handed over again; 0: not at all.
func delayOf(err error) time.Duration {
	var later *LaterError
	if errors.As(err, &later) {
		return later.After
	}
	return 0
}
