package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
)

// FindTopics learns the ids of topics that are there, as CreateTopics does, and names those that are missing. It creates
// nothing.
func (c *Cluster) FindTopics(ctx context.Context, topics ...Topic) (missing []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	for _, t := range topics {
		c.limit(t.Name, t.MaxBytes)
		switch err := c.lookUpIDs(ctx, []string{t.Name}); {
		case errors.Is(err, kerr.UnknownTopicOrPartition):
			missing = append(missing, t.Name)
		case err != nil:
			return nil, err
		}
	}
	return missing, nil
}

// Group takes one reading of a consumer group.
func (c *Cluster) Group(ctx context.Context, name string, topics ...string) (GroupReading, error) {
	o, err := c.NewObserver([]string{name}, topics)
	if err != nil {
		return GroupReading{}, err
	}
	defer o.Close()
	r, err := o.Read(ctx)
	if err != nil {
		return GroupReading{}, fmt.Errorf("look who is in %s: %w", name, err)
	}
	return r.Groups[name], r.Groups[name].Err
}
