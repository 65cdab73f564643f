package kafka

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"blackfriday/kafka/phrase"
)

// handshakeTimeout is how long a broker may take for the TLS handshake: one that waits for plain text says nothing.
const handshakeTimeout = 3 * time.Second

// dialFunc opens a connection, as net.Dialer's DialContext does.
type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// refusalPause is how long a connection that could not be opened keeps its client waiting.
const refusalPause = 100 * time.Millisecond

// paced makes dialing fail no faster than refusalPause: where no broker is left, kgo asks for the producer id of a
// transaction again and again without a pause, which takes a whole core.
func paced(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			_ = pause(ctx, refusalPause) // err says what went wrong
		}
		return conn, err
	}
}

// over puts TLS, if it is wanted, on top of the connections that dial opens. On top, so that a black hole beneath
// swallows records of TLS as it does those of Kafka: nothing leaves a dead machine, not even a goodbye.
func (s Security) over(dial dialFunc) dialFunc {
	if s.TLS == nil {
		return dial
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
		defer cancel()
		secured, err := handshake(ctx, conn, s.TLS, address)
		if err != nil {
			// As one of dialing, so that kgo tries another seed.
			return nil, &net.OpError{Op: "dial", Net: network, Addr: conn.RemoteAddr(), Err: phrase.Errorf("TLS with %s: %w", address, err)}
		}
		return secured, nil
	}
}

// handshake begins TLS on a connection, which it closes when that fails.
func handshake(ctx context.Context, conn net.Conn, config *tls.Config, address string) (*tls.Conn, error) {
	config = config.Clone()
	if host, _, err := net.SplitHostPort(address); err == nil && config.ServerName == "" {
		config.ServerName = host
	}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close() //nolint:errcheck // the handshake's error is the one that counts
		return nil, err
	}
	return secured, nil
}
