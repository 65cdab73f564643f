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
	away  bool
	conns []net.Conn
}

// NewOutage gives cfg a network whose brokers can be taken away. The brokers themselves stay as they are.
func NewOutage(cfg *kafka.Config) *Outage {
	o := &Outage{dial: cfg.Dial}
	if o.dial == nil {
		o.dial = (&net.Dialer{}).DialContext
	}
	cfg.Dial = o.connect
	return o
}

func (o *Outage) connect(ctx context.Context, network, address string) (net.Conn, error) {
	o.mu.Lock()
	away := o.away
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
	if o.away { // since the dial began
		conn.Close() //nolint:errcheck // it is being cut
		return nil, refused(network, address)
	}
	o.conns = append(o.conns, conn)
	return conn, nil
}

// refused is what the net package says: clients try again by the kind of error.
func refused(network, address string) error {
	return &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("%s: %w", address, syscall.ECONNREFUSED)}
}

// Begin cuts every connection, and refuses new ones.
func (o *Outage) Begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away = true
	for _, c := range o.conns {
		c.Close() //nolint:errcheck // it is being cut
	}
	o.conns = nil
}

// End lets clients connect again.
func (o *Outage) End() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away = false
}
