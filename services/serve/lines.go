package serve

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

// queued is how many log lines may wait for whoever reads them.
const queued = 4096

// lines is a writer that never blocks: a program whose stderr nobody reads must go on, and end when it is told to. What
// does not fit is dropped and counted.
type lines struct {
	out     io.Writer
	queue   chan []byte
	dropped atomic.Int64
	once    sync.Once
	done    chan struct{}
}

func newLines(out io.Writer) *lines {
	l := &lines{out: out, queue: make(chan []byte, queued), done: make(chan struct{})}
	go l.drain()
	return l
}

// Write queues a line. It never fails.
func (l *lines) Write(line []byte) (int, error) {
	select {
	case l.queue <- append([]byte(nil), line...):
	default:
		l.dropped.Add(1)
	}
	return len(line), nil
}

// drain writes what is queued, and how many lines were dropped before it.
func (l *lines) drain() {
	defer close(l.done)
	for line := range l.queue {
		if n := l.dropped.Swap(0); n > 0 {
			_, _ = fmt.Fprintf(l.out, `{"level":"WARN","msg":"%d log lines were dropped: they came faster than they were read"}`+"\n", n)
		}
		// There is nowhere to report that stderr is gone.
		_, _ = l.out.Write(line)
	}
}

// Close writes what is queued, until ctx ends. Nothing may be written after it.
func (l *lines) Close(ctx context.Context) {
	l.once.Do(func() { close(l.queue) })
	select {
	case <-l.done:
	case <-ctx.Done():
	}
}
