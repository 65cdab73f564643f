// Package lines writes lines for people and programs that may not read them.
package lines

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
)

// queued is how many log lines may wait for whoever reads them.
const queued = 4096

// Writer never blocks: a program whose output nobody reads must go on, and end when it is told to. What does not fit is
// dropped and counted. It is safe for use by several goroutines at once.
type Writer struct {
	out     io.Writer
	lost    func(n int64) string
	queue   chan []byte
	dropped atomic.Int64
	once    sync.Once
	done    chan struct{}
}

// New returns a Writer whose lines go to out. dropped gives the line that says how many were dropped before the next one.
func New(out io.Writer, dropped func(n int64) string) *Writer {
	l := &Writer{out: out, lost: dropped, queue: make(chan []byte, queued), done: make(chan struct{})}
	go l.drain()
	return l
}

// Write queues a line. It never fails.
func (l *Writer) Write(line []byte) (int, error) {
	select {
	case l.queue <- append([]byte(nil), line...):
	default:
		l.dropped.Add(1)
	}
	return len(line), nil
}

// drain writes what is queued, and how many lines were dropped before it.
func (l *Writer) drain() {
	defer close(l.done)
	for line := range l.queue {
		if n := l.dropped.Swap(0); n > 0 {
			_, _ = io.WriteString(l.out, l.lost(n)+"\n")
		}
		// There is nowhere to report that the reader is gone.
		_, _ = l.out.Write(line)
	}
}

// Close writes what is queued, until ctx ends. Nothing may be written after it.
func (l *Writer) Close(ctx context.Context) {
	l.once.Do(func() { close(l.queue) })
	select {
	case <-l.done:
	case <-ctx.Done():
	}
}
