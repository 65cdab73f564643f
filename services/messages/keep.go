package messages

import (
	"strings"

	"blackfriday/kafka"
)

const (
	// MaxValue is how many bytes of a value a Message holds.
	MaxValue = 8 << 20
	// maxRest is how many bytes of key and headers it holds together, and maxHeaders how many headers.
	maxRest    = 1 << 20
	maxHeaders = 1000
	// maxBytes is how much one answer holds: a page, a burst or a trace. One message alone may be more.
	maxBytes = 32 << 20
	// overhead is what a message takes besides its bytes, and a header besides its own.
	overhead = 128
)

// Of returns a record as a Message that shares no memory with it: a record pins the whole batch it came in.
func Of(r *kafka.Record) Message {
	m := Message{Place: Place{r.Topic, r.Partition, r.Offset}, At: r.Timestamp}
	value, rest := MaxValue, maxRest
	m.Value = m.clip(r.Value, &value)
	m.Key = m.clip(r.Key, &rest)
	for i, h := range r.Headers {
		if i >= maxHeaders || rest < len(h.Key) {
			m.Cut += len(h.Key) + len(h.Value)
			continue
		}
		rest -= len(h.Key)
		m.Headers = append(m.Headers, Header{Key: strings.Clone(h.Key), Value: m.clip(h.Value, &rest)})
	}
	return m
}

// clip copies as much of b as there is room for, and notes what is left out. Null stays null.
func (m *Message) clip(b []byte, room *int) []byte {
	if b == nil {
		return nil
	}
	n := min(len(b), *room)
	*room -= n
	m.Cut += len(b) - n
	return append(make([]byte, 0, n), b[:n]...)
}

// size is about how much memory the message takes.
func (m *Message) size() int {
	n := overhead + len(m.Key) + len(m.Value)
	for _, h := range m.Headers {
		n += overhead/2 + len(h.Key) + len(h.Value)
	}
	return n
}

// keeper keeps the newest messages of one partition, within bounds.
type keeper struct {
	messages []Message // in the order of their offsets
	count    int       // at most so many
	room     int       // bytes
	dropped  int64     // how many did not fit
}

// add puts a message behind the others, and drops the oldest ones that no longer fit.
func (k *keeper) add(m Message) {
	k.messages = append(k.messages, m)
	k.room -= m.size()
	for len(k.messages) > 1 && (k.room < 0 || len(k.messages) > k.count) {
		k.room += k.messages[0].size()
		k.messages[0] = Message{} // its memory, while the slice still stands on it
		k.messages = k.messages[1:]
		k.dropped++
	}
}
