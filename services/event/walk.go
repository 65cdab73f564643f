package event

import (
	"bytes"
	"encoding/json"
	"iter"
)

// walker steps through JSON that json.Valid has accepted. Judging records is the hot path of three services, and raw
// slices of the input cost no allocation and keep every value exactly as it was sent.
type walker struct {
	data []byte
	at   int
}

// members yields name and value of each member of a valid JSON object, both as they stand in it. White space may stand
// before the object.
func members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		w := walker{data: object, at: bytes.IndexByte(object, '{') + 1}
		for w.more() {
			name := w.value()
			w.more()
			if !yield(name, w.value()) {
				return
			}
		}
	}
}

// elements yields each element of a valid JSON list.
func elements(list []byte) iter.Seq[[]byte] {
	return func(yield func(value []byte) bool) {
		w := walker{data: list, at: 1}
		for w.more() {
			if !yield(w.value()) {
				return
			}
		}
	}
}

// more moves to the next value and says whether there is one before the closing bracket. In valid JSON nothing but
// white space, a comma or a colon stands between two values.
func (w *walker) more() bool {
	for w.at < len(w.data) {
		switch w.data[w.at] {
		case ' ', '\t', '\r', '\n', ',', ':':
			w.at++
		case '}', ']':
			return false
		default:
			return true
		}
	}
	return false
}

// value returns the value that starts here and moves behind it.
func (w *walker) value() []byte {
	start, depth := w.at, 0
	for w.at < len(w.data) {
		switch c := w.data[w.at]; c {
		case '"':
			w.at += stringLen(w.data[w.at:])
		case '{', '[':
			depth++
			w.at++
		case '}', ']':
			depth--
			w.at++
		default:
			w.at++
			if depth > 0 || w.at < len(w.data) && !endsScalar(w.data[w.at]) {
				continue
			}
		}
		if depth == 0 {
			break
		}
	}
	return w.data[start:w.at]
}

// endsScalar says whether c ends a number or a word.
func endsScalar(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', ':', ']', '}':
		return true
	default:
		return false
	}
}

// stringLen returns the length of the quoted string that data starts with, or all of data when it does not end.
func stringLen(data []byte) int {
	for i := 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(data)
}

// deeperThan says whether data opens more than limit brackets inside one another. It does not need valid JSON, and
// stops at the first bracket too many.
func deeperThan(data []byte, limit int) bool {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i += stringLen(data[i:]) - 1
		case '{', '[':
			if depth++; depth > limit {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// text returns what a valid JSON string says.
func text(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return quoted[1 : len(quoted)-1]
	}
	return []byte(s)
}
