// Package kafkatest helps tests that need a cluster.
package kafkatest

import (
	"context"
	"fmt"
	"net"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"

	"blackfriday/kafka"
)

// Prefix is what stands before the names of topics and groups in the clusters of tests.
const Prefix = "lab-1."

// Agree is a kafka.Config.Confirm of somebody who always says yes.
func Agree(context.Context, kafka.Plan) error { return nil }

// VirtualConfig describes an embedded cluster on a network that exists only in this process, so that a test can run it
// inside a testing/synctest bubble, in virtual time. Such a test needs the build tag synctests: without it franz-go's
// locks are not made for bubbles and the test hangs. Its names have a prefix on the brokers, as where several labs share a
// cluster.
func VirtualConfig() kafka.Config {
	network := &kfake.VirtualNetwork{}
	// kgo turns to another broker where a connection was refused, and that is what a port without a listener does.
	dial := func(ctx context.Context, kind, address string) (net.Conn, error) {
		conn, err := network.DialContext(ctx, kind, address)
		if err != nil {
			return nil, &net.OpError{Op: "dial", Net: kind, Err: fmt.Errorf("%w (%w)", syscall.ECONNREFUSED, err)}
		}
		return conn, nil
	}
	return kafka.Config{Port: 9094, Prefix: Prefix, Confirm: Agree, Listen: network.Listen, Dial: dial}
}
