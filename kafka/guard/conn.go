package guard

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"blackfriday/kafka/phrase"
)

const (
	sizeBytes   = 4
	headerBytes = sizeBytes + 2 + 2 // size, API key, API version
	// wireBuffer is what a connection reads ahead.
	wireBuffer = 4 << 10
)

// conn hands on whole requests only. kfake allocates a frame as soon as it has seen its size, so the size is held back
// until the frame is there: what a peer claims costs nothing, what it sends costs what it sent.
type conn struct {
	net.Conn
	l     *Listener
	wire  *bufio.Reader
	frame *bytes.Buffer // what was not handed on yet of the current request; nil between requests
	err   error         // why nothing more is handed on
	timed bool          // the read deadline is set

	awaited awaited
	login   *login // nil where nobody has to log in
}

func newConn(raw net.Conn, l *Listener) *conn {
	c := &conn{Conn: raw, l: l, wire: bufio.NewReaderSize(raw, wireBuffer)}
	if l.opt.Login {
		c.login = &login{}
	}
	c.startClock()
	return c
}

// Read reads from the current request and, once that is handed on, waits for the next. After an error nothing more is
// handed on.
func (c *conn) Read(p []byte) (int, error) {
	if c.frame == nil && c.err == nil {
		if c.frame, c.err = c.next(); c.err != nil {
			c.refuse(c.err)
		}
	}
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.frame.Read(p)
	if c.frame.Len() == 0 {
		c.release()
	}
	return n, err
}

// release gives the current request's memory to the next request of any connection.
func (c *conn) release() {
	c.frame.Reset()
	c.l.frames.Put(c.frame)
	c.frame = nil
}

// Close closes the connection.
func (c *conn) Close() error {
	if c.login != nil {
		c.tellFailure()
	}
	c.l.forget(c)
	return c.Conn.Close()
}

// refuse ends the connection and, unless the peer did it itself, says why.
func (c *conn) refuse(err error) {
	peer := c.RemoteAddr()
	c.Close() //nolint:errcheck // it is being refused
	if errors.Is(err, errNotKafka) || errors.Is(err, os.ErrDeadlineExceeded) {
		c.l.opt.Refused(peer, err)
	}
}

// next takes one whole request from the wire.
func (c *conn) next() (*bytes.Buffer, error) {
	// Between requests a client may be silent for as long as it likes; within one it may not.
	if _, err := c.wire.Peek(1); err != nil {
		return nil, err
	}
	size, err := c.header()
	if err != nil {
		return nil, err
	}
	if c.wire.Buffered() < sizeBytes+size {
		c.startClock()
	}
	frame := c.l.frame()
	if _, err := io.CopyN(frame, c.wire, int64(sizeBytes+size)); err != nil {
		return nil, phrase.Errorf("request of %d bytes: %w", size, err)
	}
	c.stopClock()
	c.awaited.expect(frame.Bytes(), c.l.opt.Rewrites)
	if c.login != nil {
		c.login.expect(frame.Bytes())
	}
	return frame, inspect(frame.Bytes()[sizeBytes:])
}

// header waits for the beginning of a request and says how large the request claims to be.
func (c *conn) header() (size int, err error) {
	if c.wire.Buffered() < headerBytes {
		c.startClock()
	}
	head, err := c.wire.Peek(sizeBytes)
	if err != nil {
		return 0, err
	}
	claimed := binary.BigEndian.Uint32(head)
	if err := plausible(claimed); err != nil {
		return 0, err
	}
	if head, err = c.wire.Peek(headerBytes); err != nil {
		return 0, err
	}
	key := apiKey(head[sizeBytes:])
	if c.login != nil {
		if err := c.login.allowed(claimed, key); err != nil {
			return 0, err
		}
	}
	return int(claimed), recognise(claimed, key, apiVersion(head[sizeBytes:]))
}

// startClock bounds the time until the current request is complete, unless that is bounded already.
func (c *conn) startClock() {
	if c.timed {
		return
	}
	c.timed = true
	c.SetReadDeadline(time.Now().Add(c.l.opt.FrameTimeout)) //nolint:errcheck // the next read says what is wrong
}

func (c *conn) stopClock() {
	if !c.timed {
		return
	}
	c.timed = false
	c.SetReadDeadline(time.Time{}) //nolint:errcheck // the next read says what is wrong
}
