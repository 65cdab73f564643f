// Package guard stands between a broker's port and kfake, the embedded broker. kfake is made for tests: one frame with
// an API key it does not know panics the whole process, and it allocates whatever a frame claims to be. The guard hands
// on complete, plausible Kafka requests and ends the connection that sends anything else, and nothing else.
package guard

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"syscall"
	"time"

	"blackfriday/kafka/phrase"
)

// Defaults of Options.
const (
	DefaultHost         = "localhost"
	DefaultConns        = 4096
	DefaultFrameTimeout = 10 * time.Second
)

// Options is how a Listener guards. The zero value listens on TCP with the defaults above.
type Options struct {
	// Host is what the brokers tell clients to connect to, whatever address is listened on: kfake advertises what the
	// listener's Addr says.
	Host string
	// Conns is how many connections one listener holds open; further ones are closed as soon as they are accepted.
	Conns int
	// FrameTimeout is how long a request may take to arrive, from its first byte to its last. The first request of a
	// connection is timed from the moment the connection is accepted.
	FrameTimeout time.Duration
	// Base opens the listener underneath: net.Listen when nil.
	Base func(network, address string) (net.Listener, error)
	// Refused is told of every connection that the guard ends, and why; the error's text holds nothing of what the peer
	// sent but numbers. It runs on the goroutine that was reading or accepting and must not block. Nil: nobody is told.
	Refused func(peer net.Addr, why error)
	// Login says that kfake takes SASL SCRAM only. Then nothing but a login gets through before it has succeeded, in small
	// requests, and one that fails is answered.
	Login bool
	// Rewrites change the responses to requests of these API keys before they are sent.
	Rewrites map[int16]Rewrite
}

func (o Options) withDefaults() Options {
	if o.Host == "" {
		o.Host = DefaultHost
	}
	if o.Conns == 0 {
		o.Conns = DefaultConns
	}
	if o.FrameTimeout == 0 {
		o.FrameTimeout = DefaultFrameTimeout
	}
	if o.Base == nil {
		o.Base = net.Listen
	}
	if o.Refused == nil {
		o.Refused = func(net.Addr, error) {}
	}
	return o
}

// Listen returns a function for kfake.ListenFn that opens guarded listeners. The error of an address that is taken
// satisfies errors.Is(err, syscall.EADDRINUSE) on every system.
func Listen(opt Options) func(network, address string) (net.Listener, error) {
	opt = opt.withDefaults()
	return func(network, address string) (net.Listener, error) {
		base, err := opt.Base(network, address)
		if err != nil {
			return nil, listenError(address, err)
		}
		l := &Listener{Listener: base, opt: opt, done: make(chan struct{}), conns: map[*conn]struct{}{}}
		if l.addr, err = advertise(opt.Host, base.Addr()); err != nil {
			return nil, errors.Join(err, base.Close())
		}
		return l, nil
	}
}

// acceptPause is how long a listener that has run out of file descriptors waits before it accepts again.
const acceptPause = 50 * time.Millisecond

// windowsAddrInUse is WSAEADDRINUSE, which Windows says instead of EADDRINUSE.
const windowsAddrInUse = 10048

func listenError(address string, err error) error {
	if runtime.GOOS == "windows" && errors.Is(err, syscall.Errno(windowsAddrInUse)) {
		return phrase.Errorf("listen on %s: %w (%w)", address, syscall.EADDRINUSE, err)
	}
	return phrase.Errorf("listen on %s: %w", address, err)
}

// advertised is an address under the name that clients are told.
type advertised struct{ network, hostPort string }

// Network is that of the address listened on.
func (a advertised) Network() string { return a.network }

// String is host:port, as clients are told.
func (a advertised) String() string { return a.hostPort }

func advertise(host string, addr net.Addr) (net.Addr, error) {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return nil, phrase.Errorf("advertise %s as %s: %w", addr, host, err)
	}
	return advertised{network: addr.Network(), hostPort: net.JoinHostPort(host, port)}, nil
}

// Listener accepts guarded connections and remembers them, so that Close can cut them.
type Listener struct {
	net.Listener
	opt  Options
	addr net.Addr
	// frames is memory for requests. It is a pool and not a buffer in each connection so that a flood does not allocate
	// for every request, and idle connections hold nothing.
	frames sync.Pool

	mu    sync.Mutex
	done  chan struct{} // closed by Close, under mu
	conns map[*conn]struct{}
}

// Addr is the address that clients are told to connect to.
func (l *Listener) Addr() net.Addr { return l.addr }

// Accept waits for the next connection that there is room for.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
			// kfake takes an error of Accept for the end of the broker; this one passes when connections are closed.
			l.pause(acceptPause)
			continue
		}
		if err != nil {
			return nil, err
		}
		c := newConn(raw, l)
		if err = l.admit(c); err == nil {
			return c, nil
		}
		raw.Close() //nolint:errcheck // it was never used
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		l.opt.Refused(raw.RemoteAddr(), err)
	}
}

// pause waits for d or until the listener is closed.
func (l *Listener) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.done:
	}
}

func (l *Listener) admit(c *conn) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isClosed() {
		return net.ErrClosed
	}
	if len(l.conns) >= l.opt.Conns {
		return phrase.Errorf("%d connections are open on %s already: close some", len(l.conns), l.addr)
	}
	l.conns[c] = struct{}{}
	return nil
}

func (l *Listener) isClosed() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// frame is an empty buffer.
func (l *Listener) frame() *bytes.Buffer {
	if b, ok := l.frames.Get().(*bytes.Buffer); ok {
		return b
	}
	return &bytes.Buffer{}
}

func (l *Listener) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// Close stops accepting and cuts every connection that was accepted. Closing twice is harmless.
func (l *Listener) Close() error {
	l.mu.Lock()
	if l.isClosed() {
		l.mu.Unlock()
		return nil
	}
	close(l.done)
	open := make([]io.Closer, 0, len(l.conns))
	for c := range l.conns {
		open = append(open, c.Conn)
	}
	clear(l.conns)
	l.mu.Unlock()

	err := l.Listener.Close()
	for _, c := range open {
		c.Close() //nolint:errcheck // it is being cut
	}
	return err
}
