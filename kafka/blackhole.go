package kafka

import (
	"context"
	"net"
	"os"
	"sync"
	"time"
)

// blackhole makes one client's connections go silent at once, as when its machine loses power: they stay open, nothing
// crosses them any more, and the broker is told nothing. Closing them instead would send a FIN, which no dead machine
// does and which brokers may react to.
type blackhole struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu    sync.Mutex
	cut   chan struct{}
	conns map[*holeConn]struct{}
}

func newBlackhole(dial func(ctx context.Context, network, address string) (net.Conn, error)) *blackhole {
	return &blackhole{dial: dial, cut: make(chan struct{}), conns: map[*holeConn]struct{}{}}
}

// DialContext opens a connection that Cut can silence.
func (h *blackhole) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := h.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &holeConn{Conn: conn, hole: h, closed: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns[c] = struct{}{}
	return c, nil
}

// Cut silences every connection, present and future. It returns at once.
func (h *blackhole) Cut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.isCut() {
		close(h.cut)
	}
}

func (h *blackhole) isCut() bool {
	select {
	case <-h.cut:
		return true
	default:
		return false
	}
}

// Release closes the connections that Cut left open.
func (h *blackhole) Release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		c.Conn.Close() //nolint:errcheck // nobody is left to hear of it
		delete(h.conns, c)
	}
}

// forget drops a connection that was closed in the ordinary way.
func (h *blackhole) forget(c *holeConn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
}

// holeConn is a connection that can fall silent.
type holeConn struct {
	net.Conn
	hole   *blackhole
	once   sync.Once
	closed chan struct{}

	mu       sync.Mutex
	deadline time.Time     // of reads; the zero time means none
	moved    chan struct{} // closed when deadline changes; nil while nobody waits
}

// Read reads until the cut. After it, it blocks as if the other side said nothing more.
func (c *holeConn) Read(p []byte) (int, error) {
	if !c.hole.isCut() {
		n, err := c.Conn.Read(p)
		if !c.hole.isCut() {
			return n, err
		}
	}
	return 0, c.silence()
}

// silence blocks until the client closes the connection or its read deadline passes: kgo ends a pending read by moving
// the deadline, so a change of it must be noticed.
func (c *holeConn) silence() error {
	for {
		deadline, moved := c.watchDeadline()
		var expired <-chan time.Time
		if !deadline.IsZero() {
			timer := time.NewTimer(time.Until(deadline))
			defer timer.Stop()
			expired = timer.C
		}
		select {
		case <-c.closed:
			return net.ErrClosed
		case <-expired:
			return os.ErrDeadlineExceeded
		case <-moved:
		}
	}
}

func (c *holeConn) watchDeadline() (time.Time, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == nil {
		c.moved = make(chan struct{})
	}
	return c.deadline, c.moved
}

// Write swallows what is written after the cut.
func (c *holeConn) Write(p []byte) (int, error) {
	if c.hole.isCut() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// SetDeadline sets both deadlines.
func (c *holeConn) SetDeadline(t time.Time) error {
	c.remember(t)
	return c.Conn.SetDeadline(t)
}

// SetReadDeadline sets the deadline of reads.
func (c *holeConn) SetReadDeadline(t time.Time) error {
	c.remember(t)
	return c.Conn.SetReadDeadline(t)
}

func (c *holeConn) remember(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

// Close closes the connection; after the cut only the client's end of it: the broker must not notice.
func (c *holeConn) Close() error {
	var err error
	c.once.Do(func() {
		close(c.closed)
		if c.hole.isCut() {
			// Wakes a Read or Write that was under way without sending a FIN.
			err = c.Conn.SetDeadline(time.Unix(1, 0))
			return
		}
		c.hole.forget(c)
		err = c.Conn.Close()
	})
	return err
}
