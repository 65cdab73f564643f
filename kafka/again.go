package kafka

import (
	"context"
	"errors"
	"net"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// IsAway says of an error that no connection to a broker could be opened: it is dead, or no client can reach it.
func IsAway(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// mostTries is how often a question is asked that found nobody. kgo chooses among the brokers by chance, and may choose a
// dead one several times.
const mostTries = 8

// again asks until the question finds a broker that is there. A connection that fails takes its time: see paced.
func again(ctx context.Context, ask func() error) error {
	for tries := 1; ; tries++ {
		if err := ask(); !IsAway(err) || tries == mostTries || ctx.Err() != nil {
			return err
		}
	}
}

// persistent is a client whose questions do not end at one dead broker.
type persistent struct{ client *kgo.Client }

// Request implements kmsg.Requestor.
func (p persistent) Request(ctx context.Context, req kmsg.Request) (resp kmsg.Response, err error) {
	err = again(ctx, func() error {
		resp, err = p.client.Request(ctx, req)
		return err
	})
	return resp, err
}
