package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// reachTimeout is how long a broker may take to say that it is there.
const reachTimeout = 3 * time.Second

// Reach asks whether any broker answers. The error wraps ErrNoBroker.
func (c *Cluster) Reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	// Not through kadm, which answers from a cache.
	question := kmsg.NewPtrMetadataRequest()
	question.Topics = []kmsg.MetadataRequestTopic{}
	if _, err := question.RequestWith(ctx, c.client); err != nil {
		return phrase.Errorf("%w (%w)", ErrNoBroker, err)
	}
	return nil
}

// unanswered has the error of a question wrap ErrNoBroker, unless it is what a broker answered.
func unanswered(err error) error {
	if answer := (*kerr.Error)(nil); err == nil || errors.As(err, &answer) {
		return err
	}
	return phrase.Errorf("%w (%w)", ErrNoBroker, err)
}
