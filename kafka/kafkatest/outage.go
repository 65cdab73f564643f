package kafkatest

import (
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"

	"blackfriday/kafka"
)

// Outage takes all brokers away from the clients of a cluster, and gives them back.
type Outage struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu    sync.Mutex
	away  func(address string) bool // nil: every broker is there
	conns map[net.Conn]string       // the address that each was made to
}

// NewOutage gives cfg a network whose brokers can be taken away. The brokers themselves stay as they are.
func NewOutage(cfg *kafka.Config) *Outage {
	o := &Outage{dial: cfg.Dial, conns: map[net.Conn]string{}}
	if o.dial == nil {
		o.dial = (&net.Dialer{}).DialContext
	}
	cfg.Dial = o.connect
	return o
}

func (o *Outage) connect(ctx context.Context, network, address string) (net.Conn, error) {
	o.mu.Lock()
	away := o.away != nil && o.away(address)
	o.mu.Unlock()
	if away {
		return nil, refused(network, address)
	}
	conn, err := o.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away != nil && o.away(address) { // since the dial began
		conn.Close() //nolint:errcheck // it is being cut
		return nil, refused(network, address)
	}
	o.conns[conn] = address
	return conn, nil
}

// refused is what the net package says: clients try again by the kind of error.
func refused(network, address string) error {
	return &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("%s: %w", address, syscall.ECONNREFUSED)}
}

// Begin cuts every connection, and refuses new ones.
func (o *Outage) Begin() { o.begin(func(string) bool { return true }) }

// BeginAt does so to the broker with this address alone.
func (o *Outage) BeginAt(address string) { o.begin(func(a string) bool { return a == address }) }

func (o *Outage) begin(away func(address string) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away = away
	for c, address := range o.conns {
		if away(address) {
			c.Close() //nolint:errcheck // it is being cut
			delete(o.conns, c)
		}
	}
}

// End lets clients connect again.
func (o *Outage) End() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away = nil
}
