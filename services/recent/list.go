// Package recent keeps the newest of what happened, within bounds, and the true total.
package recent

// The bounds of the lists behind the services' GET replies.
const (
	MaxItems = 10_000
	MaxBytes = 64 << 20
)

// List holds the newest values that were added to it. It is not safe for use by several goroutines at once: its owner
// locks. Make one with NewList.
type List[T any] struct {
	items    []T // a ring once it is full
	oldest   int // index in items
	count    int
	bytes    int
	total    int64
	size     func(T) int
	maxItems int
	maxBytes int
}

// NewList returns a list of at most maxItems values that weigh at most maxBytes together, each weighed by size. The
// newest value stays even when it alone weighs more.
func NewList[T any](maxItems, maxBytes int, size func(T) int) *List[T] {
	return &List[T]{size: size, maxItems: maxItems, maxBytes: maxBytes}
}

// Add puts a value behind all others and drops the oldest ones that no longer fit.
func (l *List[T]) Add(v T) {
	l.total++
	l.bytes += l.size(v)
	if l.count == len(l.items) && l.count < l.maxItems {
		l.grow()
	}
	if l.count == len(l.items) {
		l.drop()
	}
	l.items[(l.oldest+l.count)%len(l.items)] = v
	l.count++
	for l.bytes > l.maxBytes && l.count > 1 {
		l.drop()
	}
}

// grow doubles the ring up to maxItems and puts the oldest value first.
func (l *List[T]) grow() {
	items := make([]T, min(l.maxItems, max(16, 2*len(l.items))))
	for i := range l.count {
		items[i] = l.items[(l.oldest+i)%len(l.items)]
	}
	l.items, l.oldest = items, 0
}

// drop forgets the oldest value.
func (l *List[T]) drop() {
	var none T
	l.bytes -= l.size(l.items[l.oldest])
	l.items[l.oldest] = none
	l.oldest = (l.oldest + 1) % len(l.items)
	l.count--
}

// Reset forgets every value, and the total.
func (l *List[T]) Reset() { l.items, l.oldest, l.count, l.bytes, l.total = nil, 0, 0, 0, 0 }

// Items returns a copy of what is held, oldest first.
func (l *List[T]) Items() []T {
	items := make([]T, l.count)
	for i := range items {
		items[i] = l.items[(l.oldest+i)%len(l.items)]
	}
	return items
}

// Total returns how many values were ever added.
func (l *List[T]) Total() int64 { return l.total }
