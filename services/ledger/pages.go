package ledger

import (
	"math"
	"unsafe"
)

// pageSize is how many values are allocated together.
const pageSize = 512

type page[T any] [pageSize]T

// pages is a list of values by offset. Offsets are the brokers', but the first may be large and there may be gaps.
type pages[T any] struct {
	of map[int64]*page[T]

	// The page used last: records come in order of their offsets.
	last   *page[T]
	number int64
}

func newPages[T any]() pages[T] { return pages[T]{of: map[int64]*page[T]{}} }

// at is the value of an offset; nil when nothing was ever put near it and make is false.
func (p *pages[T]) at(offset int64, create bool) *T {
	n := offset / pageSize
	if p.last == nil || p.number != n {
		found := p.of[n]
		if found == nil {
			if !create {
				return nil
			}
			found = new(page[T])
			p.of[n] = found
		}
		p.last, p.number = found, n
	}
	return &p.last[offset%pageSize]
}

// bytes is about what the pages take in memory.
func (p *pages[T]) bytes() int64 {
	const entry = 32 // of a map, with what it keeps free
	return int64(len(p.of)) * (int64(unsafe.Sizeof(page[T]{})) + entry)
}

// maxHuge is how many amounts of one partition may be larger than a uint32 holds, 42,949,672.94 euros. Those beyond count
// as that: nobody pays so much, and memory is bounded.
const maxHuge = 256

// amounts is what payments are worth in cents, by offset.
type amounts struct {
	small pages[uint32]
	huge  map[int64]int64 // where small says isHuge
}

const isHuge = math.MaxUint32

func newAmounts() amounts { return amounts{small: newPages[uint32](), huge: map[int64]int64{}} }

// put notes the amount of an offset and returns what the books hold it for.
func (a *amounts) put(offset, cents int64) int64 {
	switch {
	case cents < isHuge:
	case len(a.huge) < maxHuge:
		a.huge[offset] = cents
		*a.small.at(offset, true) = isHuge
		return cents
	default:
		cents = isHuge - 1
	}
	if cents != 0 {
		*a.small.at(offset, true) = uint32(cents)
	}
	return cents
}

// at is the amount of an offset.
func (a *amounts) at(offset int64) int64 {
	cents := a.small.at(offset, false)
	switch {
	case cents == nil:
		return 0
	case *cents == isHuge:
		return a.huge[offset]
	default:
		return int64(*cents)
	}
}

func (a *amounts) bytes() int64 { return a.small.bytes() + int64(len(a.huge))*32 }

// letters says which payment a dead letter of one partition of dlq-payment is about.
type letters struct {
	next       int64        // the first letter that has not been read
	partitions pages[int32] // one more than the payment's; 0: not a payment's letter
	offsets    pages[int64]
}

func newLetters() *letters {
	return &letters{partitions: newPages[int32](), offsets: newPages[int64]()}
}

func (l *letters) put(letter int64, payment place) {
	*l.partitions.at(letter, true) = payment.partition + 1
	*l.offsets.at(letter, true) = payment.offset
}

func (l *letters) at(letter int64) (payment place, ok bool) {
	partition := l.partitions.at(letter, false)
	if partition == nil || *partition == 0 {
		return place{}, false
	}
	return place{*partition - 1, *l.offsets.at(letter, true)}, true
}

func (l *letters) bytes() int64 { return l.partitions.bytes() + l.offsets.bytes() }
