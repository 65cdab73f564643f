package kafkatest

import (
	"context"
	"net"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Somebodys runs a cluster that is no lab's, and returns its broker.
func Somebodys(tb testing.TB) (broker string) {
	tb.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.ClusterID("somebodys-kafka"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c.ListenAddrs()[0]
}

// At is a kafka.Config.Dial of a network on which a broker is reached at another address, too.
func At(address, broker string) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, dialed string) (net.Conn, error) {
		if dialed == address {
			dialed = broker
		}
		return (&net.Dialer{}).DialContext(ctx, network, dialed)
	}
}
